"""The script Streamlit runs for every visitor: which pages this person has, and then the page itself."""

import streamlit as st

from cockpit.web import who, widgets
from cockpit.web.gate import NOT_YOURS
from cockpit.web.shell import FILES, TITLE
from cockpit.web.sitemap import PAGES

st.set_page_config(page_title=TITLE, page_icon=FILES / "icon.svg", layout="wide", initial_sidebar_state="collapsed")
viewer = who.viewer(used=True)
pages = [page for page in PAGES if viewer.opens(page.name)]
if not pages:
    widgets.notice(NOT_YOURS, "warn")
    st.stop()
st.navigation(
    [
        st.Page(
            page.path, title=page.title, icon=page.icon, url_path="" if page.first else page.name, default=page.first
        )
        for page in pages
    ],
    position="hidden" if len(pages) == 1 else "top",
).run()
