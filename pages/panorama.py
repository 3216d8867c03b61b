"""办件全景: volume, ways and working days of all cases, theme by theme."""

import streamlit as st

from cockpit.board.spans import Span
from cockpit.errors import CockpitError
from cockpit.web import case_parts, case_reading, panorama_parts, who, widgets

TITLE = "办件全景"


def page() -> None:
    """The whole page: filters, volumes and shares, their course, themes, levels, places and items."""
    viewer = who.viewer()
    try:
        choices = case_reading.choices(viewer)
        if choices is None or not choices.spans:
            case_parts.none_yet(TITLE)
            return
        place = st.empty()
        chosen = case_parts.bar(choices, *panorama_parts.more_choices())
        waiting = st.empty()
        with waiting:
            widgets.skeleton()
        view = case_reading.read_panorama(viewer, chosen)
    except CockpitError as error:
        case_parts.failed(TITLE, error.sentence)
        return
    waiting.empty()
    with place.container():
        case_parts.head(TITLE, view)
    running = Span.of(chosen["period"], case_reading.today()).running
    case_parts.warnings(view.reaches, view.waiting, running=running)
    if view.empty:
        widgets.empty(case_parts.NOTHING_HERE)
        return
    panorama_parts.numbers(view, viewer)
    panorama_parts.courses(view, running=running)
    panorama_parts.sheets(view, viewer, chosen)


page()
