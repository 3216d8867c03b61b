"""Read models of the pages: frames and small dataclasses, never Streamlit."""
