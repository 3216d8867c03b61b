"""一网通办: the three rates against 90 %, place by place and item by item."""

import streamlit as st

from cockpit.board.spans import Span
from cockpit.errors import CockpitError
from cockpit.web import case_parts, case_reading, onenet_parts, who, widgets

TITLE = "一网通办"


def page() -> None:
    """The whole page: filters, the three rates, their course, the places and items behind them."""
    viewer = who.viewer()
    try:
        choices = case_reading.choices(viewer)
        if choices is None or not choices.spans:
            case_parts.none_yet(TITLE)
            return
        place = st.empty()
        chosen = case_parts.bar(choices, *onenet_parts.more_choices(choices.items))
        waiting = st.empty()
        with waiting:
            widgets.skeleton()
        view = case_reading.read_onenet(viewer, chosen)
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
    onenet_parts.numbers(view, viewer)
    onenet_parts.courses(view, chosen["rate"])
    onenet_parts.sheets(view, viewer, chosen)


page()
