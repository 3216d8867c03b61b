"""Keeps an open page of 预警处置 up to date: what somebody did elsewhere is seen within seconds.

Each page only asks every few seconds whether anything has changed, by a query that costs next to nothing and that all
pages of the process share; it is drawn anew only when something has, or when another minute begins.
"""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from cockpit import clock
from cockpit.board.keeping import Keeper
from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_pulse import Pulse, pulse
from cockpit.web import acting, installed, who

#: Seconds between two looks, and for how long an answer serves all pages.
EVERY, LASTS = 5.0, 1.0
_shared: Keeper[Pulse] = Keeper(entries=4, minutes=LASTS / 60)


def watch(folder: DataFolder) -> None:
    """Draw the page anew once anything about incidents has changed; call it before the page reads them."""
    seen = pulse(folder.records.database), _minute(clock.now())
    st.fragment(_look, run_every=EVERY)(seen)


def _look(seen: tuple[Pulse, datetime]) -> None:
    who.viewer()  # a fragment that renews itself shows nothing more once the session has ended
    try:
        folder = installed.data_folder()
    except CockpitError:
        return
    if folder is None:
        return
    now = clock.now()
    try:
        found = _shared.get(str(folder.path), now, lambda: pulse(folder.records.database))
    except CockpitError:
        return  # the page stays as it is; the banner tells that the server cannot read
    if (found, _minute(now)) != seen:
        who.renewing()
        acting.renewing()
        st.rerun()


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
