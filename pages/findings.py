"""问题清单: deviations of a week that no warning covers, ranked; each with the rows behind it."""

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.web import findings_parts, who, widgets

viewer = who.viewer()
chosen = findings_parts.chosen(viewer)


def page() -> None:
    """The whole page; days that are over do not change by themselves, so it is drawn when something is chosen."""
    if chosen is None:
        return
    place = st.empty()
    with place:
        widgets.skeleton(480, "正在核对这一周的记录")
    try:
        view = findings_parts.read(viewer, chosen)
    except CockpitError as error:
        place.empty()
        findings_parts.failed(error)
        return
    with place.container():
        findings_parts.head(view)
        findings_parts.opened(view, viewer, chosen)
        findings_parts.listing(view, chosen)
        findings_parts.kinds(view)


page()
