"""The web server, its entry script and the parts that pages are drawn with; Streamlit's place beside pages/."""
