"""What a button does: an action in the button's callback, and what came of it told once, above the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from polars.exceptions import PolarsError

from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.web import installed, who, widgets
from cockpit.web.reading import UNREADABLE

_LOG = logging.getLogger(__name__)
_TOLD = "ck-told"


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
    """Tell what came of the last action; it is told once and then forgotten."""
    told = st.session_state.pop(_TOLD, None)
    if isinstance(told, Outcome):
        widgets.notice(told.sentence, "info", (told.secret,) if told.secret else ())
    elif told is not None:
        widgets.notice(str(told), "fail")
