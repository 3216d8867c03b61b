"""月报: the reports of each month, read in the browser, opened, taken along, compared and made again."""

from cockpit.web import acting, report_parts, report_reading, who
from cockpit.web.opened import opened, readable

TITLE = "月报"


def page() -> None:
    """The whole page."""
    page = opened(TITLE, who.viewer())
    if page is None:
        return
    view = report_parts.chosen(page)
    acting.outcome()
    if not report_reading.opened(view):
        report_parts.listing(view)


with readable(TITLE):
    page()
