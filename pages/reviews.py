"""好差评: the rates of a month, every bad review as a case of its own, suspicious praise."""

from cockpit.web import acting, reviews_cases_parts, reviews_parts, who
from cockpit.web.opened import opened, readable

TITLE = "好差评"


def page() -> None:
    """The whole page."""
    page = opened(TITLE, who.viewer())
    if page is None:
        return
    view = reviews_parts.chosen(page)
    if view is None:
        return
    acting.outcome()
    reviews_parts.figures(view)
    reviews_cases_parts.cases(view)
    reviews_parts.levels(view)
    reviews_parts.course(view)
    reviews_parts.places(view)
    reviews_parts.praise(view)


with readable(TITLE):
    page()
