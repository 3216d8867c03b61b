"""系统管理: accounts, wall screens, who is signed in, the audit, what each role may do."""

from cockpit.board import administration
from cockpit.web import acting, admin_parts, who
from cockpit.web.opened import readable

TITLE = "系统管理"


def page() -> None:
    """The whole page."""
    viewer = who.viewer()
    administration.must_open(viewer)
    view = admin_parts.chosen(TITLE, viewer)
    if view is None:
        return
    acting.outcome()
    admin_parts.PARTS[view.part](view)


with readable(TITLE):
    page()
