"""数据质量: how sources deliver, how good the records are, what was refused, what was brought in."""

from cockpit.web import quality_parts, who
from cockpit.web.opened import opened, readable

TITLE = "数据质量"


def page() -> None:
    """The whole page."""
    page = opened(TITLE, who.viewer())
    if page is None:
        return
    view = quality_parts.chosen(page)
    quality_parts.scores(view)
    quality_parts.sources(view)
    quality_parts.quarantine(view)
    quality_parts.imports(view)


with readable(TITLE):
    page()
