"""Thresholds for an alert budget on 指标目录: the last 28 closed days are evaluated again behind the page."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal

from alerts.catalogue import catalogue
from alerts.definition import Definition, Thresholds
from alerts.thresholds import Edge, in_force
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError, Refused
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.alert_log import AlertLog
from cockpit.watch.replay import Replay
from cockpit.watch.suggesting import Suggestion, moved, suggested

DAYS = 28
#: A result is shown for so long; after that the days are evaluated again with the records as they are then.
LASTS = dt.timedelta(minutes=30)
#: So many results are kept, and so many are worked on or waited for at most.
KEPT, WAITING = 32, 3
FAILED = "回放没有做成，原因已写入服务器日志；请稍后再试，若仍如此请联系管理员。"
NO_DAYS = "最近 28 天没有大厅开放的记录，不能回放；请先导入开放日历和取号等数据。"
BUSY = "正在回放的已经有几项，这一项还没有开始；请等它们做完再试。"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trial:
    """A suggestion that is being worked out, or has been.

    Attributes:
        state: working, done or failed.
        begun: when it was asked for.
        first: first day evaluated again.
        last: last day.
        suggestion: what came of it.
        thresholds: all four with the one suggested; None where none fits or the present one does.
        sentence: why it failed.
    """

    state: Literal["working", "done", "failed"]
    begun: dt.datetime
    first: dt.date
    last: dt.date
    suggestion: Suggestion | None = None
    thresholds: Thresholds | None = None
    sentence: str = ""


class Trials:
    """The suggestions of a process: each is worked out once, one after the other, however many people ask."""

    def __init__(self) -> None:
        """Nothing has been asked for yet."""
        self._kept: OrderedDict[Hashable, Trial] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def ask(
        self, folder: DataFolder, viewer: Viewer, indicator: str, edge: Edge, budget: float, now: dt.datetime
    ) -> Trial:
        """What is known of a suggestion; it is begun where nobody has asked for it yet.

        Args:
            folder: data folder of the city.
            viewer: who asks; a budget is one of the whole city.
            indicator: id; its places must lie in halls.
            edge: yellow, orange or red.
            budget: alerts of this level or above for each hall and week.
            now: the present instant.

        Raises:
            Refused: the viewer does not see the whole city, the places do not lie in halls, or too many are waited for.
        """
        viewer.must_see(None)
        definition = catalogue().get(indicator)
        if definition is None or "hall_id" not in definition.grain:
            raise Refused("这个指标的地点不在大厅里，不能按每厅每周的次数建议；请选择大厅的指标。")
        now = now.astimezone(folder.zone)
        last = now.date() - dt.timedelta(days=1)
        first = last - dt.timedelta(days=DAYS - 1)
        # Batches come every minute, days that are over hardly change: so the days name the records. A change of
        # thresholds makes another question.
        changed = sum(one.indicator == indicator for one in AlertLog(folder.records.database).thresholds())
        key = str(folder.path), last, indicator, edge, budget, changed
        with self._lock:
            found = self._kept.get(key)
            if found is not None and (found.state == "working" or dt.timedelta() <= now - found.begun < LASTS):
                return found
            if sum(one.state == "working" for one in self._kept.values()) >= WAITING:
                raise Refused(BUSY)
            trial = Trial("working", now, first, last)
            self._put(key, trial)
        snapshot = folder.lake.snapshot()
        threading.Thread(
            target=self._work, args=(key, trial, folder, snapshot, definition, edge, budget), daemon=True
        ).start()
        return trial

    def _work(
        self,
        key: Hashable,
        trial: Trial,
        folder: DataFolder,
        snapshot: Snapshot,
        definition: Definition,
        edge: Edge,
        budget: float,
    ) -> None:
        try:
            with self._turn:
                found = _worked_out(trial, folder, snapshot, definition, edge, budget)
        except CockpitError as error:
            found = replace(trial, state="failed", sentence=error.sentence)
        except Exception:  # whoever waits must be told, whatever went wrong
            _LOG.exception("a suggestion for %s failed", definition.id)
            found = replace(trial, state="failed", sentence=FAILED)
        with self._lock:
            self._put(key, found)

    def _put(self, key: Hashable, trial: Trial) -> None:
        self._kept[key] = trial
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _worked_out(
    trial: Trial, folder: DataFolder, snapshot: Snapshot, definition: Definition, edge: Edge, budget: float
) -> Trial:
    start, end = (
        dt.datetime.combine(trial.first, dt.time(), folder.zone),
        dt.datetime.combine(trial.last, dt.time(23, 55), folder.zone),
    )
    past = Replay(folder.lake, snapshot, start, end)
    if not past.hall_weeks():
        return replace(trial, state="failed", sentence=NO_DAYS)
    changes = AlertLog(folder.records.database).thresholds()
    found = suggested(past, definition.id, edge, budget, changes, trial.begun)
    thresholds = None
    if found.value is not None and found.value != found.now:
        thresholds = moved(definition, in_force(definition, changes, trial.begun), edge, found.value)
    return replace(trial, state="done", suggestion=found, thresholds=thresholds)


#: Those of this process.
trials = Trials()
