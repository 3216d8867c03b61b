"""指标目录: the 38 indicators of early warning, each with its state now, its last 30 days and its thresholds."""

from cockpit.web import acting, indicators_details, indicators_parts, who
from cockpit.web.opened import opened, readable

TITLE = "指标目录"


def page() -> None:
    """The whole page."""
    page = opened(TITLE, who.viewer())
    if page is None:
        return
    view = indicators_parts.chosen(page)
    acting.outcome()
    indicators_parts.overall(view)
    indicators_details.opened(view)
    indicators_parts.groups(view)


with readable(TITLE):
    page()
