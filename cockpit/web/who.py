"""Who looks at the page being drawn; asked for at every drawing, so that an ended session shows nothing more."""

from __future__ import annotations

import streamlit as st

from cockpit.door.signin import signed_in
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.web import installed, widgets
from cockpit.web.gate import COOKIE

#: Whether the page is about to be drawn anew by itself.
_RENEWING = "ck-renewing"
OVER = "登录已结束，这一页不再显示内容；请重新登录。"


def renewing() -> None:
    """The page is about to be drawn anew by itself: that does not count as being used by anybody."""
    st.session_state[_RENEWING] = True


def used() -> bool:
    """Whether a person has the page drawn now, and it does not draw itself anew; asked once for each drawing."""
    return not st.session_state.pop(_RENEWING, False)


def viewer(*, used: bool = False) -> Viewer:
    """The person or screen whose page this is; the drawing ends here where nobody is signed in any more.

    Args:
        used: whether a person opened or changed the page; a page that renews itself does not keep a session alive.
    """
    try:
        folder = installed.data_folder()
        who = signed_in(folder, cookie(), used=used) if folder is not None else None
    except CockpitError as error:
        widgets.notice(error.sentence, "fail")
        st.stop()
    if who is None or who.must_change:
        widgets.notice(OVER, "warn")
        st.stop()
    return who.viewer


def cookie() -> str | None:
    """The session's cookie, as the browser sent it when the page was opened."""
    return st.context.cookies.get(COOKIE)
