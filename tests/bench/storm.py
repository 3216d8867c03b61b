"""Issue 7: a storm, 82 halls × 10 alerts that begin at one instant, in one evaluation with the ladder behind it."""

from __future__ import annotations

import datetime as dt

from alerts.catalogue import catalogue
from alerts.thresholds import ThresholdChange
from cockpit.demo.feeding import Feed
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.people import line
from cockpit.watch.evaluate import Evaluator
from cockpit.watch.telling import escalate
from tests.bench.timing import Figure, seconds

ISSUE = "a storm of alerts"
#: So many alerts begin at once, and so long may it take (wall).
ALERTS, SECONDS = 820, 2.0
EVERY = dt.timedelta(minutes=5)
#: Thresholds that nearly everything meets: those of indicators that must hold for four instants, and of those that
#: need not, in force from the fourth on, so that all begin together.
HELD = {
    "wait_avg": 0.1, "queue_per_window": 0.1, "footfall_peak": 0.3, "window_saturation": 5.0,
    "demand_capacity_ratio": 0.05, "hall_occupancy": 1.0, "abandon_rate": 0.1, "device_offline": 0.0001,
    "wait_sla_rate": 101.0, "window_open_rate": 101.0, "staff_on_duty_rate": 101.0,
}  # fmt: skip
AT_ONCE = {"data_lag": 0.0, "off_post_minutes": 0.0, "wait_max_open": 0.0}
INSTANTS = 4


def figure(folder: DataFolder, evaluator: Evaluator, feed: Feed, begin: dt.datetime) -> Figure:
    """Let everything fire at once, in a city that goes on meanwhile.

    Args:
        folder: of the city.
        evaluator: that has evaluated it up to now.
        feed: brings in what happens.
        begin: the next instant.
    """
    changes = []
    for names, since in ((HELD, begin), (AT_ONCE, begin + (INSTANTS - 1) * EVERY)):
        for name, yellow in names.items():
            down = catalogue()[name].direction == "down"
            recovery = yellow + 1 if down else yellow - 5
            for edge, value in (("yellow", yellow), ("recovery", recovery)):
                changes.append(ThresholdChange(name, (), edge, value, since, "bench", begin, "storm"))  # type: ignore[arg-type]
    AlertLog(folder.records.database).add_thresholds(changes, line("bench", "thresholds", "storm"))
    begun, wall, cpu = 0, 0.0, 0.0
    for number in range(INSTANTS):
        at = begin + number * EVERY
        feed.advance(at)
        found: list[int] = []

        def evaluate(at: dt.datetime = at, found: list[int] = found) -> None:
            found.append(sum(change.level > change.before for change in evaluator.evaluate(at, ["RT"]).changes))
            escalate(folder, at)

        spent = seconds(evaluate)
        if found[0] > begun:
            begun, (wall, cpu) = found[0], spent
    told = f"CPU {cpu:.2f} s; incidents {len(AlertLog(folder.records.database).incidents())}"
    name = f"{begun} alerts begin at one instant: evaluation, incidents, ladder (wall)"
    return Figure(ISSUE, name, wall, "s", f"≤ {SECONDS:g} s", wall <= SECONDS and begun >= ALERTS, told)
