"""What wall screens show (大屏快照), written once after each evaluation, so that the web only has to read it.

One snapshot for the city and one for each other part that a screen shows. Whatever goes wrong here is logged and leaves
the last snapshot where it is: a screen tells how old it is, and the evaluation has long been written.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.alert_log import AlertLog
from cockpit.records.alert_stream import latest_lines
from cockpit.records.wall_snapshots import WallSnapshot, write_snapshots
from cockpit.watch.freshness import freshness, moment
from cockpit.watch.halls_today import HallToday, city_today, halls_today
from cockpit.watch.judging import Evaluation
from cockpit.watch.months import MonthStore
from cockpit.watch.place_names import names, short
from cockpit.watch.wall_alerts import INCIDENTS, LINES, LIVE, SHOWN, in_need, in_zone, incident_lines, strip
from cockpit.watch.wall_numbers import Arrivals, PastDays, Scope, course_of, month_rates, share_of, shares

_LOG = logging.getLogger(__name__)
#: The strip reaches back so far.
BACK = dt.timedelta(days=2)
#: While halls are open they are evaluated so often; the calendar is looked through so far for the next opening.
EVERY, AHEAD = dt.timedelta(minutes=5), dt.timedelta(days=20)
#: So many lines are looked through, so that each part of the city has enough.
_READ_LINES = 600
_past: dict[str, PastDays] = {}


def write(folder: DataFolder, evaluation: Evaluation) -> int:
    """Write what wall screens show from now on.

    Args:
        folder: data folder of the city.
        evaluation: the one just written.

    Returns:
        How many snapshots were written; 0 where it failed, which the log tells.
    """
    try:
        return _write(folder, evaluation)
    except CockpitError as error:
        _LOG.error("大屏快照没有写成，大屏继续显示上一份：%s", error.sentence)
        return 0
    except Exception:  # the evaluation is written and holds, whatever a screen may lack
        _LOG.exception("the snapshot of the wall screens was not written")
        return 0


def _write(folder: DataFolder, evaluation: Evaluation) -> int:
    city = _Now(folder, evaluation)
    snapshots = [
        WallSnapshot(scope.key, evaluation.at, city.snapshot.version, city.of(scope)) for scope in scopes(folder)
    ]
    write_snapshots(folder.records.database, snapshots)
    return len(snapshots)


def scopes(folder: DataFolder) -> list[Scope]:
    """The city, and every other part of it that a screen with a valid token shows."""
    shown = {Scope(wall.bound_to, wall.places) for wall in folder.people.walls() if wall.revoked_at is None}
    return sorted(shown | {Scope()}, key=lambda scope: scope.key)


class _Now:
    """All that is counted once for the whole city."""

    def __init__(self, folder: DataFolder, evaluation: Evaluation) -> None:
        self.snapshot: Snapshot = folder.lake.snapshot()
        self._at = evaluation.at.astimezone(folder.zone)
        self._zone, self._city = folder.zone, folder.city
        self._readings = evaluation.readings
        self._reaches = freshness(folder, self.snapshot, self._at).reaches
        self._moment = moment(folder, self.snapshot, self._at)
        self._names = names(folder, self.snapshot)
        self._sums = shares(evaluation.readings)
        self._months = MonthStore(folder.lake)
        self._grid = _grid(self.snapshot)
        self._resumes = _resumes(self.snapshot, self._at)
        self._halls: list[HallToday] = []
        self._arrivals: Arrivals | None = None
        # Only a day that runs has people who wait; of a past one a screen tells how old its data are, and no more.
        if self._moment is not None and self._moment.live:
            self._halls = halls_today(self.snapshot, self._moment, None)
            past = _past.setdefault(str(folder.path), PastDays())
            self._arrivals = Arrivals(self.snapshot, self._moment, past)
        log = AlertLog(folder.records.database)
        self._records = log.incidents()
        self._lines = latest_lines(folder.records.database, SHOWN, LIVE, self._at - BACK, self._at, _READ_LINES)

    def of(self, scope: Scope) -> dict[str, Any]:
        """What the screens of one part of the city show."""
        found = incident_lines(self._records, scope, self._names, self._readings)
        incidents, later = [one for one in found if one["live"]], [one for one in found if not one["live"]]
        mine = [hall for hall in self._halls if self._within(hall, scope)]
        today = {hall.hall_id: hall for hall in mine if hall.hall_id}
        halls = self._hall_lines(scope, today, _levels(incidents), _levels(later))
        lines = strip(self._lines, scope, self._names, self._zone)
        return {
            "at": self._at.isoformat(),
            "reaches": self._reaches.isoformat() if self._reaches else None,
            "resumes": self._resumes.isoformat() if self._resumes else None,
            "city": short(self._city),
            "bound_to": scope.bound_to,
            "places": self._called(scope),
            "now": self._numbers(scope, mine, halls),
            "arrivals": course_of(self._outlook("tickets", scope, halls)),
            "cases": _so_far(course_of(self._outlook("cases", scope, halls))),
            "month": month_rates(self._months, scope, self._at.date()),
            "halls": halls,
            "incidents": [in_zone(one, self._zone) for one in incidents[:INCIDENTS]],
            "counts": _counts(incidents),
            "later": _counts(later),
            "need": in_need(incidents, halls),
            "strip": lines[:LINES],
            "calm_since": self._calm_since(scope, bool(incidents)),
        }

    def _within(self, hall: HallToday, scope: Scope) -> bool:
        return scope.holds(hall.hall_id, hall.county or None)

    def _called(self, scope: Scope) -> list[str]:
        if scope.bound_to == "hall":
            return [self._names.said((("hall_id", place),), as_=short) for place in scope.places]
        return [short(place) for place in scope.places]

    def _outlook(self, table: str, scope: Scope, halls: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401
        return self._arrivals.of(table, scope, [hall["id"] for hall in halls]) if self._arrivals else None

    def _numbers(self, scope: Scope, mine: list[HallToday], halls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        total = city_today("", mine)
        ids = [str(hall["id"]) for hall in halls]
        live = bool(mine)
        return {
            "waiting": total.waiting,
            "wait": _rounded(share_of(self._sums, "wait_avg", ids)) if live else None,
            "tickets": total.tickets,
            "cases": total.submitted,
            "windows": total.open_windows,
            "saturation": _rounded(share_of(self._sums, "window_saturation", ids, times=100)) if live else None,
            "reviews": total.reviews,
            "bad_reviews": total.bad_reviews,
            "halls_open": sum(bool(hall["open"]) for hall in halls) if live else None,
            "halls": len(halls),
        }

    def _hall_lines(
        self, scope: Scope, today: Mapping[str, HallToday], levels: Mapping[str, int], later: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        rows = []
        for place in self._grid:
            if not scope.holds(place["hall_id"], place["county"]):
                continue
            hall_id, hall = place["hall_id"], today.get(place["hall_id"])
            rows.append(
                {
                    "id": hall_id, "name": short(place["short_name"]), "county": short(place["county"]),
                    "row": place["grid_row"], "col": place["grid_col"], "level": levels.get(hall_id, 0),
                    "later": later.get(hall_id, 0),
                    "open": hall.open if hall else None, "waiting": hall.waiting if hall else None,
                    "windows": hall.open_windows if hall else None, "tickets": hall.tickets if hall else None,
                    "bad_reviews": hall.bad_reviews if hall else None,
                    "wait": _rounded(share_of(self._sums, "wait_avg", [hall_id])) if hall else None,
                }
            )  # fmt: skip
        return rows

    def _calm_since(self, scope: Scope, alarmed: bool) -> str | None:
        """Since when nothing has been wrong in halls; None while something is, or was in the last days."""
        if alarmed:
            return None
        closed = [
            line.at
            for line in self._lines
            if scope.holds(dict(line.place).get("hall_id"), self._names.county(line.place))
        ]
        return max(closed).astimezone(self._zone).isoformat() if closed else None


def _levels(incidents: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    worst: dict[str, int] = {}
    for one in incidents:
        if one["hall_id"] is not None:
            worst[one["hall_id"]] = max(worst.get(one["hall_id"], 0), one["level"])
    return worst


def _counts(incidents: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {str(level): sum(one["level"] == level for one in incidents) for level in (1, 2, 3)}


def _grid(snapshot: Snapshot) -> list[dict[str, Any]]:
    wanted = ("hall_id", "short_name", "county", "grid_row", "grid_col")
    return snapshot.scan("halls").select(wanted).sort("county", "hall_id").collect().to_dicts()


def _resumes(snapshot: Snapshot, at: dt.datetime) -> dt.datetime | None:
    """When the next evaluation is due: five minutes on while a hall is open, else when the next one opens."""
    days = pl.col("date").is_between(at.date(), at.date() + AHEAD)
    sessions = snapshot.scan("calendar").filter(days, pl.col("close_at") > at + EVERY).select("open_at").collect()
    opens: dt.datetime | None = sessions["open_at"].min()  # type: ignore[assignment]
    return None if opens is None else max(opens, at + EVERY).astimezone(at.tzinfo)


def _so_far(course: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if course is None else {name: course[name] for name in ("so_far", "usual_so_far", "ratio")}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
