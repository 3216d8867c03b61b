"""大厅: one hall now and on a chosen day: people, queues, windows as a seating plan, staff, devices, its peers."""

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.web import hall_parts, hall_reading, installed, who

settings = installed.settings()
chosen = hall_parts.chosen_hall(who.viewer())


@st.fragment(run_every=settings.web.refresh_seconds if chosen and chosen[1] is None else None)
def page() -> None:
    """The whole page; drawn anew every few seconds, put together anew only when the data or the minute change."""
    if chosen is None:
        return
    viewer = who.viewer()
    try:
        view = hall_reading.read_hall(viewer, *chosen)
    except CockpitError as error:
        hall_parts.failed(error)
        return
    hall_parts.head(view)
    hall_parts.warnings(view, settings.web.stale_minutes, latest=chosen[1] is None)
    if view.phase != "shut":
        hall_parts.numbers(view, viewer)
        hall_parts.course(view)
        hall_parts.plan(view)
        hall_parts.lists(view)


page()
if chosen is not None:
    hall_parts.beside(who.viewer(), *chosen)
