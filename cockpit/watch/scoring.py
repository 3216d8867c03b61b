"""How well warnings saw what really went wrong (查准查全): a replay of the demo city against its labelled incidents.

Recall: of the labelled incidents, those of which an indicator that is meant to see them told, at the right place and in
time. False: an incident of the replay that stands for no label and for no harm in the records (`cockpit.watch.harm`).
Only this module reads the demo city's truth.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from alerts.catalogue import catalogue
from alerts.incidents import Alert, Change
from alerts.machine import Reason
from alerts.merging import Merged, merged
from cockpit.watch.harm import false_ones, harm_of
from cockpit.watch.replay import Played, Replay

#: Where the demo city's truth and its quiet days lie in the data folder.
TRUTH, QUIET = Path("demo/truth.parquet"), Path("demo/quiet.parquet")
#: How long after its end an incident may still be told of: until what it left behind has been read once.
LATE = {
    "RT": dt.timedelta(minutes=30),
    "D": dt.timedelta(days=3),
    "W": dt.timedelta(days=9),
    "M": dt.timedelta(days=33),
}
#: An alert a little before the onset is no second sight: the grid is five minutes wide.
_EARLY = dt.timedelta(minutes=5)
_DAYS_A_MONTH = 365 / 12


@dataclass(frozen=True)
class Label:
    """A labelled incident."""

    incident_id: str
    kind: str
    strength: str
    onset: dt.datetime
    end: dt.datetime
    places: dict[str, frozenset[str]]
    indicators: tuple[str, ...]

    def meets(self, alert: Alert) -> bool:
        """Whether an alert is at this incident's place, as far as both say."""
        indicator, place = alert
        shared = [(name, value) for name, value in place if name in self.places]
        # A queue or window of the hall may be touched by what happens at another one; a hall, county, item may not.
        return bool(shared) and all(value in self.places[name] for name, value in shared) and indicator in catalogue()


@dataclass
class Score:
    """How a replay did.

    Attributes:
        labels: the labelled incidents of the time replayed.
        seen: id of a label → the indicators that told of it, each with the minutes from its onset.
        incidents: what the replay would have opened.
        false: those of them that stand for nothing.
        hall_months: how many halls were replayed for how many months.
        quiet_days: hall-days on which nothing was made to go wrong.
        disturbed: those of them with an orange or red alert of their hall.
    """

    labels: list[Label]
    seen: dict[str, dict[str, float]] = field(default_factory=dict)
    incidents: list[Merged] = field(default_factory=list)
    false: list[Merged] = field(default_factory=list)
    hall_months: float = 0.0
    quiet_days: int = 0
    disturbed: int = 0

    def recall(
        self, strengths: Collection[str] = ("medium", "strong"), indicator: str | None = None
    ) -> tuple[int, int]:
        """Labels told of, and all labels, of some strengths; of one indicator: those that it is meant to see."""
        wanted = [one for one in self.labels if one.strength in strengths]
        if indicator is not None:
            wanted = [one for one in wanted if indicator in one.indicators]
            return sum(indicator in self.seen.get(one.incident_id, {}) for one in wanted), len(wanted)
        return sum(bool(self.seen.get(one.incident_id)) for one in wanted), len(wanted)

    def precision(self, indicator: str) -> tuple[int, int]:
        """Incidents that an indicator took part in and that stand for something, and all that it took part in."""
        mine = [one for one in self.incidents if any(alert[0] == indicator for alert in one.first)]
        wrong = {id(one) for one in self.false}
        return sum(id(one) not in wrong for one in mine), len(mine)

    def lead(self, indicator: str | None = None) -> float | None:
        """Median minutes from onset to the first alert of the moment, or of one indicator.

        None where none was seen.
        """
        first = []
        for told in self.seen.values():
            mine = [
                minutes
                for name, minutes in told.items()
                if (name == indicator if indicator else catalogue()[name].cadence == "RT")
            ]
            first += [min(mine)] if mine else []
        return statistics.median(first) if first else None

    def false_a_month(self, levels: Collection[int]) -> float:
        """False incidents of some levels for each hall and month."""
        return sum(one.worst in levels for one in self.false) / self.hall_months if self.hall_months else 0.0


def labels_of(folder: Path, start: dt.datetime, end: dt.datetime) -> list[Label] | None:
    """The labelled incidents that begin from an instant to another; None where the city has none."""
    if not (folder / TRUTH).exists():
        return None
    truth = pl.read_parquet(folder / TRUTH).filter(pl.col("onset").is_between(start, end))
    return [_label(row) for row in truth.to_dicts()]


def meant(labels: Iterable[Label], replayed: Collection[str]) -> list[Label]:
    """Labels that one of the indicators replayed is meant to see: of one indicator alone no more can be asked."""
    return [one for one in labels if not set(replayed).isdisjoint(one.indicators)]


def changes_of(played: Played) -> Iterator[Change]:
    """All changes of a replay, in the order of time."""
    rows = []
    for name, frame in played.changes.items():
        definition = catalogue()[name]
        for row in frame.select(*definition.grain, "at", "before", "level", "reason", "flapping").to_dicts():
            place = tuple((column, row[column]) for column in definition.grain)
            change = Change(
                row["at"], (name, place), row["before"], row["level"], Reason(row["reason"]), row["flapping"]
            )
            rows.append((row["at"], definition.number, place, change))
    for *_, change in sorted(rows, key=lambda one: one[:3]):
        yield change


def seen(labels: Sequence[Label], changes: Iterable[Change]) -> dict[str, dict[str, float]]:
    """Which labels were told of, by which of the indicators meant, how many minutes after the onset."""
    rises: dict[str, list[Change]] = {}
    for change in changes:
        if change.level > change.before:
            rises.setdefault(change.alert[0], []).append(change)
    found: dict[str, dict[str, float]] = {}
    for label in labels:
        for name in label.indicators:
            until = label.end + LATE[catalogue()[name].cadence]
            told = [
                change.at
                for change in rises.get(name, ())
                if label.onset - _EARLY <= change.at <= until and label.meets(change.alert)
            ]
            if told:
                found.setdefault(label.incident_id, {})[name] = (min(told) - label.onset).total_seconds() / 60
    return found


def explained(incident: Merged, labels: Sequence[Label], until: dt.datetime) -> bool:
    """Whether an incident stands for something that was made to go wrong at its place."""
    cause, end = incident.key[1], incident.cleared_at or until
    for label in labels:
        causes = {catalogue()[name].cause for name in label.indicators}
        # Whatever goes wrong in a hall while people wait may be felt as a crowd there.
        felt = cause in causes or (cause in {"crowd", "posts"} and "hall_id" in label.places)
        cadence = max(("RT", "D", "W", "M").index(catalogue()[alert[0]].cadence) for alert in incident.first)
        late = LATE[("RT", "D", "W", "M")[cadence]]
        together = label.onset - _EARLY <= end and incident.opened_at <= label.end + late
        if felt and together and any(label.meets(alert) for alert in incident.first):
            return True
    return False


def quiet(folder: Path, played: Played, changes: Sequence[Change], since: dt.datetime) -> tuple[int, int]:
    """Quiet hall-days from an instant on, and those of them with an orange or red alert of the hall."""
    zone = since.tzinfo
    days = played.closings.select("hall_id", "date").unique().filter(pl.col("date") >= since.date())
    calm = pl.read_parquet(folder / QUIET).join(days, on=["hall_id", "date"], how="semi")
    wanted = set(calm.select("hall_id", "date").rows())
    loud = {
        (dict(change.alert[1]).get("hall_id"), change.at.astimezone(zone).date())
        for change in changes
        if change.level >= 2 and change.level > change.before
    }
    return len(wanted), len(wanted & loud)


def scored(folder: Path, past: Replay, played: Played, since: dt.datetime | None = None) -> Score | None:
    """Score a replay; None where the city has no labels.

    Args:
        folder: data folder.
        past: the stretch of the past.
        played: what the replay found with some thresholds.
        since: what opened before this instant is not scored: at the start of a replay no level is known yet, and
            whatever had been there before seems to begin; by default all is.
    """
    start, end = max(past.span[0], since or past.span[0]), past.span[1]
    labels = labels_of(folder, start, end)
    if labels is None:
        return None
    # Of what goes on beyond the last day only a part could be told of.
    labels = [one for one in meant(labels, {*played.changes, *played.ailing}) if one.end <= end]
    # What went wrong before the first day may still be told of.
    around = labels_of(folder, start - LATE["M"] - dt.timedelta(days=60), end) or []
    changes = list(changes_of(played))
    days = (end.date() - start.date()).days + 1
    months = past.halls() * days / _DAYS_A_MONTH
    found = Score(labels, seen(labels, changes), hall_months=months)
    found.incidents = [one for one in merged(changes) if one.opened_at >= start]
    unexplained = [one for one in found.incidents if not explained(one, around, end)]
    found.false = false_ones(unexplained, harm_of(*past.views()), end)
    late = [change for change in changes if change.at >= start]
    found.quiet_days, found.disturbed = quiet(folder, played, late, start)
    return found


def _label(row: dict[str, object]) -> Label:
    places: dict[str, frozenset[str]] = {}
    for name in ("hall_id", "county", "dept_code", "item_code", "service_group"):
        if row[name]:
            places[name] = frozenset({str(row[name])})
    if row["source"]:
        places["source_system"] = frozenset({str(row["source"])})
    for column, name in (("queue_ids", "queue_id"), ("window_ids", "window_id")):
        listed = row[column]
        if isinstance(listed, list) and listed:
            places[name] = frozenset(listed)
    # The county of a hall's incident says where the hall lies, not that the county is concerned.
    if "hall_id" in places:
        places.pop("county", None)
    indicators = row["indicators"]
    assert isinstance(indicators, list)
    return Label(
        str(row["incident_id"]), str(row["kind"]), str(row["strength"]), row["onset"], row["end"],  # type: ignore[arg-type]
        places, tuple(indicators),
    )  # fmt: skip
