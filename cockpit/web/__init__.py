"""The web server, its entry script and the parts that pages are drawn with; Streamlit's place beside pages/."""

import logging


def _worth_saying(record: logging.LogRecord) -> bool:
    """Whether a line about Streamlit's caches tells somebody something.

    The caches of the pages are declared before the server runs; Streamlit warns of each, in English, in whose terminal
    the product starts, and then keeps them in memory as it always does.
    """
    return not record.getMessage().startswith("No runtime found")


logging.getLogger("streamlit.runtime.caching.cache_data_api").addFilter(_worth_saying)
