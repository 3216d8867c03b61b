"""The bar above every page: the product's name and the pages this person has; on a phone the pages open from a button.

Streamlit's own navigation has English names and takes the place of the account's corner; it stays hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cockpit.web.escaped import escape
from cockpit.web.shell import TITLE

OPEN = "菜单"


def bar(pages: Sequence[StreamlitPage], current: StreamlitPage) -> None:
    """Draw the bar.

    Args:
        pages: the pages of this person, in order.
        current: the page that is open.
    """
    with st.container(key="menu", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ck-brand">{escape(TITLE)}</p>', width="content")
        with st.container(key="menu-links", horizontal=True):
            _links(pages, current)
        with st.popover(f"{OPEN} · {current.title}", key="menu-button"):
            _links(pages, current)


def _links(pages: Sequence[StreamlitPage], current: StreamlitPage) -> None:
    for page in pages:
        # Where one is stands out by the button that cannot be pressed, not by colour alone.
        st.page_link(page, label=page.title, disabled=page == current, width="content")
