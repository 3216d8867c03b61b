"""Measure how well warnings see what goes wrong, and write docs/detection.md.

`python -m tests.detection [FOLDER]`: demo cities of 82 halls and 240 days are built in the folder (by default one for
temporary files) where they are not there yet; that and the replays take about half an hour of CPU.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.catalogue import catalogue
from alerts.definition import CAUSES
from alerts.thresholds import ThresholdChange
from cockpit.demo.building import Building, plan_build
from cockpit.lake.folder import open_folder
from cockpit.settings import Settings
from cockpit.watch.replay import Replay
from cockpit.watch.scoring import Score, scored
from tests.detection.calibration import Fitted, as_changes, fitted, tried

PAGE = Path(__file__).resolve().parents[2] / "docs" / "detection.md"
ZONE = ZoneInfo("Asia/Shanghai")
HALLS, DAYS, LAST = 82, 240, dt.date(2026, 10, 31)
#: Replays begin a month before what is scored: until then no level is known.
FIRST, SINCE = dt.date(2026, 8, 1), dt.datetime(2026, 9, 1, tzinfo=ZONE)
UNLABELLED, LABELLED = (1, 2, 3), (7, 8, 9)
CALM, RECALL, LEAD = 2.0, 95.0, 15.0


def main() -> int:
    """Measure and write the page; exit code 1 where a figure is not reached."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "hall-cockpit-detection"
    trials = []
    for seed in UNLABELLED:
        with _past(place, seed) as (_, past):
            trials.append(tried(past))
    thresholds = fitted(trials)
    print(*thresholds, sep="\n", flush=True)
    start = dt.datetime.combine(FIRST, dt.time(), ZONE)
    found: dict[str, list[Score]] = {"default": [], "fitted": []}
    for seed in LABELLED:
        with _past(place, seed) as (folder, past):
            with_: dict[str, list[ThresholdChange]] = {"default": [], "fitted": as_changes(thresholds, start)}
            for name, changes in with_.items():
                score = scored(folder, past, past.play(changes), SINCE)
                assert score is not None
                found[name].append(score)
                print(seed, name, score.recall(), score.lead(), flush=True)
    PAGE.write_text(_page(found, thresholds), encoding="utf-8")
    return 0 if all(holds for *_, holds in _figures(found["fitted"])) else 1


@contextmanager
def _past(place: Path, seed: int) -> Iterator[tuple[Path, Replay]]:
    """The past of a demo city, which is built where it is not there yet."""
    start, end = (dt.datetime.combine(day, clock, ZONE) for day, clock in ((FIRST, dt.time()), (LAST, dt.time(23, 55))))
    folder = open_folder(Settings(data_dir=place / f"s{seed}"), create=True)
    now = dt.datetime.combine(LAST, dt.time(23, 59), ZONE)
    Building(folder, plan_build(folder, halls=HALLS, days=DAYS, seed=seed, now=now, until=LAST)).build()
    yield folder.path, Replay(folder.lake, folder.lake.snapshot(), start, end)
    folder.close()


def _figures(scores: Sequence[Score]) -> list[tuple[str, str, str, bool]]:
    """What must hold, over all cities: what, found, wanted, whether."""
    seen, labels = (sum(part) for part in zip(*(score.recall() for score in scores), strict=True))
    months = sum(score.hall_months for score in scores)
    wrong = [one for score in scores for one in score.false]
    loud, mild = (sum((one.worst > 1) is severe for one in wrong) / months for severe in (True, False))
    quiet, disturbed = (sum(getattr(score, name) for score in scores) for name in ("quiet_days", "disturbed"))
    leads = [lead for score in scores if (lead := score.lead()) is not None]
    lead, share = statistics.median(leads), 100 * disturbed / quiet
    recall = 100 * seen / labels
    return [
        ("recall of medium and strong incidents", f"{recall:.1f} % ({seen} of {labels})", "≥ 95 %", recall >= RECALL),
        ("false orange or red incidents for each hall and month", f"{loud:.2f}", "≤ 2", loud <= 2),
        ("false yellow incidents for each hall and month", f"{mild:.2f}", "≤ 6", mild <= 6),
        ("quiet hall-days with orange or red", f"{share:.1f} % ({disturbed} of {quiet})", "≤ 2 %", share <= CALM),
        ("minutes from onset to the first alert, within a day (median)", f"{lead:.0f}", "≤ 15", lead <= LEAD),
    ]  # fmt: skip


def _page(found: dict[str, list[Score]], thresholds: Sequence[Fitted]) -> str:
    """The page, in Markdown."""
    intro = PAGE.read_text(encoding="utf-8").split("<!-- figures:begin -->")[0]
    parts = [intro.rstrip(), "", "<!-- figures:begin -->", ""]
    for name, title in (("default", "With the thresholds of the catalogue"), ("fitted", "With the fitted thresholds")):
        rows = [f"| {what} | {value} | {wanted} | {'holds' if holds else '**not reached**'} |"
                for what, value, wanted, holds in _figures(found[name])]  # fmt: skip
        parts += [f"## {title}", "", "| what | found | must hold | |", "|---|---|---|---|", *rows, ""]
    parts += ["## Fitted thresholds", "", *_fitted_table(thresholds), "", "## By indicator (fitted thresholds)", ""]
    parts += [*_by_indicator(found["fitted"]), "", "## False incidents by cause (fitted thresholds)", ""]
    parts += [*_by_cause(found["fitted"]), "", "## Lead by kind (fitted thresholds)", ""]
    parts += [*_by_kind(found["fitted"]), "", "## Incidents that nobody was told of (fitted thresholds)", ""]
    return "\n".join([*parts, *_missed(found["fitted"]), "", "<!-- figures:end -->", ""])


def _fitted_table(thresholds: Sequence[Fitted]) -> list[str]:
    rows = [
        f"| {catalogue()[one.indicator].number} `{one.indicator}` | {one.edge} | {one.default:g} | {one.value:g} "
        f"| {one.before:.3f} | {one.after:.3f} |"
        for one in thresholds
    ]
    head = "| indicator | level | catalogue | fitted | alerts for each hall and week before | after |"
    return [head, "|---|---|---|---|---|---|", *rows]


def _by_indicator(scores: Sequence[Score]) -> list[str]:
    rows = []
    for name, definition in catalogue().items():
        seen, labels = (sum(part) for part in zip(*(score.recall(indicator=name) for score in scores), strict=True))
        true, all_ = (sum(part) for part in zip(*(score.precision(name) for score in scores), strict=True))
        rows.append(f"| {definition.number} `{name}` | {seen} of {labels} | {true} of {all_} |")
    head = "| indicator | medium and strong ones it is meant to see, seen | its incidents that stand for something |"
    return [head, "|---|---|---|", *rows]


def _by_cause(scores: Sequence[Score]) -> list[str]:
    months = sum(score.hall_months for score in scores)
    rows = []
    for cause, said in CAUSES.items():
        every = [one for score in scores for one in score.incidents if one.key[1] == cause]
        wrong = [one for score in scores for one in score.false if one.key[1] == cause]
        loud = sum(one.worst > 1 for one in wrong)
        rows.append(f"| {said} | {len(every)} | {(len(wrong) - loud) / months:.2f} | {loud / months:.2f} |")
    head = "| cause | incidents | false yellow for each hall and month | false orange or red |"
    return [head, "|---|---|---|---|", *rows]


def _by_kind(scores: Sequence[Score]) -> list[str]:
    """How soon kinds are told that show in the readings of the moment, and how much of it their hold takes."""
    leads: dict[str, list[tuple[float, int]]] = {}
    for score in scores:
        for label in score.labels:
            fast = [
                (minutes, 5 * (catalogue()[name].hold.calm - 1))
                for name, minutes in score.seen.get(label.incident_id, {}).items()
                if catalogue()[name].cadence == "RT"
            ]
            if fast:
                leads.setdefault(label.kind, []).append(min(fast))
    rows = []
    for kind, every in sorted(leads.items()):
        minutes, held = (statistics.median(part) for part in zip(*every, strict=True))
        rows.append(f"| {kind} | {len(every)} | {minutes:.0f} | {held:.0f} |")
    head = "| kind | seen | minutes from onset to the first alert (median) | of them spent in the hold |"
    return [head, "|---|---|---|---|", *rows]


def _missed(scores: Sequence[Score]) -> list[str]:
    rows = [
        f"- {label.kind}, {label.strength}, {label.onset:%Y-%m-%d %H:%M} to {label.end:%m-%d %H:%M}"
        for score in scores
        for label in score.labels
        if label.strength != "weak" and not score.seen.get(label.incident_id)
    ]
    return rows or ["None."]


if __name__ == "__main__":
    sys.exit(main())
