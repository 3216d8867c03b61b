"""What a button does: an action in the button's callback, and what came of it told once, above the page."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from polars.exceptions import PolarsError

from cockpit import clock
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.web import installed, who, widgets
from cockpit.web.reading import UNREADABLE

_LOG = logging.getLogger(__name__)
_TOLD, _LAST, _SINCE = "ck-told", "ck-told-last", "ck-told-since"
#: A page that draws itself anew keeps what it told for so long: until somebody has read it.
_KEPT = dt.timedelta(seconds=20)


@dataclass(frozen=True)
class Outcome:
    """What came of an action.

    Attributes:
        sentence: what was done, in Chinese.
        secret: what is shown this one time, to be copied: a one-time password, an address with a token.
    """

    sentence: str
    secret: str = ""


def act(do: Callable[[DataFolder, Viewer], Outcome]) -> None:
    """Run an action for whoever is signed in now; call it in a button's callback and nowhere else.

    Args:
        do: the action, one of `cockpit.actions`, which checks what the viewer may do.
    """
    viewer = who.viewer(used=True)
    st.session_state.pop(_SINCE, None)
    try:
        folder = installed.data_folder()
        if folder is None:
            raise CockpitError("数据目录不见了，没有改动任何内容；请先恢复数据目录。")
        st.session_state[_TOLD] = do(folder, viewer)
    except CockpitError as error:
        st.session_state[_TOLD] = error.sentence
    except (PolarsError, OSError):
        _LOG.exception("an action failed")
        st.session_state[_TOLD] = UNREADABLE


def outcome() -> None:
    """Tell what came of the last action; it is told once and then forgotten.

    It stays in sight while the page is scrolled: on a phone the button pressed is often a screen or two further down,
    and a refusal that nobody sees is taken for a yes.
    """
    told = st.session_state.pop(_TOLD, None)
    st.session_state.pop(_LAST, None)
    if told is None:
        return
    st.session_state[_LAST] = told, st.session_state.pop(_SINCE, clock.now())
    with st.container(key="told"):
        if isinstance(told, Outcome):
            widgets.notice(told.sentence, "info", (told.secret,) if told.secret else ())
        else:
            widgets.notice(str(told), "fail")


def renewing() -> None:
    """The page is about to draw itself anew: what was told a moment ago is told once more, not wiped away unread."""
    if _TOLD in st.session_state:
        return  # not told yet; it is newer than the last
    told, since = st.session_state.get(_LAST, (None, None))
    if told is not None and since is not None and clock.now() - since < _KEPT:
        st.session_state[_TOLD], st.session_state[_SINCE] = told, since
