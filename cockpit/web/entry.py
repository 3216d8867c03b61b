"""The script Streamlit runs for every visitor: which pages this person has, and then the page itself."""

import streamlit as st

from cockpit.web import menu, who, widgets
from cockpit.web.gate import NOT_YOURS
from cockpit.web.shell import FILES, TITLE
from cockpit.web.sitemap import PAGES

st.set_page_config(page_title=TITLE, page_icon=FILES / "icon.svg", layout="wide", initial_sidebar_state="collapsed")
viewer = who.viewer(used=who.used())
pages = [
    st.Page(page.path, title=page.title, icon=page.icon, url_path="" if page.first else page.name, default=page.first)
    for page in PAGES
    if viewer.opens(page.name)
]
if not pages:
    widgets.notice(NOT_YOURS, "warn")
    st.stop()
opened = st.navigation(pages, position="hidden")
menu.bar(pages, opened, menu.counts(viewer))
opened.run()
