"""预警处置: incidents that are open, one of them with why it fired and what people did, hand-over, missed trouble."""

from cockpit.web import acting, alerts_parts, alerts_pulse, incident_parts, who
from cockpit.web.opened import opened, readable

TITLE = "预警处置"


def page() -> None:
    """The whole page: one incident where the address names one, else a list or another part."""
    page = opened(TITLE, who.viewer())
    if page is None:
        return
    alerts_pulse.watch(page.folder)
    if incident_parts.asked():
        incident_parts.incident(page)
        return
    view = alerts_parts.chosen(page)
    acting.outcome()
    alerts_parts.PARTS[view.part](view)


with readable(TITLE):
    page()
