"""The bar above every page: the product's name and the pages this person has; on a phone the pages open from a button.

Streamlit's own navigation has English names and takes the place of the account's corner; it stays hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cockpit import clock
from cockpit.board.alerts import waiting_for
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.web import installed
from cockpit.web.escaped import escape
from cockpit.web.shell import TITLE

OPEN = "菜单"
ALERTS = "alerts"
_NOTHING: Mapping[str, int] = MappingProxyType({})


def counts(viewer: Viewer) -> dict[str, int]:
    """What waits for this person: how many incidents nobody has acknowledged, by the address of their page."""
    try:
        folder = installed.data_folder()
        if folder is None or not viewer.opens(ALERTS):
            return {}
        return {ALERTS: waiting_for(folder, viewer, clock.now())}
    except CockpitError:
        return {}  # the page itself says what is wrong


def bar(pages: Sequence[StreamlitPage], current: StreamlitPage, counts: Mapping[str, int] = _NOTHING) -> None:
    """Draw the bar.

    Args:
        pages: the pages of this person, in order.
        current: the page that is open.
        counts: address of a page → how much waits there for this person.
    """
    with st.container(key="menu", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ck-brand">{escape(TITLE)}</p>', width="content")
        with st.container(key="menu-links", horizontal=True):
            _links(pages, current, counts)
        with st.popover(f"{OPEN} · {current.title}", key="menu-button"):
            _links(pages, current, counts)


def _links(pages: Sequence[StreamlitPage], current: StreamlitPage, counts: Mapping[str, int]) -> None:
    for page in pages:
        # Where one is stands out by the button that cannot be pressed, not by colour alone.
        waits = counts.get(page.url_path, 0)
        label = f"{page.title} {waits}" if waits else page.title
        st.page_link(page, label=label, disabled=page == current, width="content")
