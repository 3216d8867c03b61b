"""Whatever happens in whatever order: each rise is told once to each addressee, and nobody twice within a minute."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.incidents import Closing, Kind, key_of
from cockpit.lake.folder import DataFolder
from cockpit.records import alert_tables, message_tables
from cockpit.records.alert_log import AlertLog
from cockpit.records.message_list import notice_lines
from cockpit.records.messages import State
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from cockpit.watch.wording import AGAIN
from tests.messages.city import alert, clock, deed, hall_place
from tests.messages.conftest import Opened
from tests.messages.servers import Webhook

SERIES = [
    (indicator, hall_place(hall, **more))
    for hall in (1, 2)
    for indicator, more in (("wait_avg", {"queue_id": f"Q{hall}"}), ("window_open_rate", {}), ("footfall_peak", {}))
]
LEVEL = st.tuples(st.just("level"), st.integers(0, len(SERIES) - 1), st.sampled_from([0, 1, 1, 2, 2, 3]))
DEED = st.tuples(st.just("deed"), st.integers(0, 3), st.sampled_from(["acknowledge", "close", "silence"]))
WAIT = st.tuples(st.just("wait"), st.sampled_from([5, 10, 20, 45, 61, 120, 300, 900]), st.just(0))
MOOD = st.tuples(st.just("mood"), st.sampled_from(["ok", "500"]), st.just(0))
#: Mostly levels that change and time that passes; now and then somebody acts, or the channel breaks or is mended.
STEPS = st.lists(st.one_of(LEVEL, WAIT, LEVEL, WAIT, LEVEL, WAIT, MOOD, DEED), min_size=40, max_size=70)


@dataclass
class Day:
    """A day as it is lived, beside what reached whom when."""

    folder: DataFolder
    hook: Webhook
    at: dt.datetime
    levels: dict[int, int] = field(default_factory=dict)
    reached: dict[str, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))
    seen: int = 0

    def act(self, kind: str, first: object, second: object) -> None:
        if kind == "level":
            self._level(int(str(first)), int(str(second)))
        elif kind == "deed":
            self._deed(int(str(first)), str(second))
        elif kind == "mood":
            self.hook.mood = str(first)
        else:
            self.at += dt.timedelta(seconds=int(str(first)))
        escalate(self.folder, self.at)
        escalate(self.folder, self.at)
        self._told_as_high_as_they_are()
        deliver(self.folder, self.at)
        for letter in self.hook.got[self.seen :]:
            self.reached[letter.path].append(self.at)
        self.seen = len(self.hook.got)

    def _level(self, series: int, level: int) -> None:
        indicator, place = SERIES[series]
        before = self.levels.get(series, 0)
        open_ = {one.incident.key for one in AlertLog(self.folder.records.database).incidents()}
        known = key_of(catalogue()[indicator], place) in open_
        self.at += dt.timedelta(seconds=1)  # no two evaluations are of one instant
        if level != before and (known or level > before):
            alert(self.folder, self.at, indicator, place, before, level)
        self.levels[series] = level

    def _deed(self, number: int, what: str) -> None:
        open_ = sorted(AlertLog(self.folder.records.database).incidents(), key=lambda one: one.incident.id)
        if not open_:
            return
        incident = open_[number % len(open_)].incident.id
        if what == "acknowledge":
            deed(self.folder, self.at, incident, Kind.ACKNOWLEDGED)
        elif what == "close":
            deed(self.folder, self.at, incident, Kind.CLOSED, closing=Closing.KNOWN)
        else:
            deed(self.folder, self.at, incident, Kind.SILENCED, text="演练", until=self.at + dt.timedelta(minutes=30))

    def _told_as_high_as_they_are(self) -> None:
        for record in AlertLog(self.folder.records.database).incidents():
            one = record.incident
            if record.indicator != "message_channel" and not (one.silenced_until and self.at < one.silenced_until):
                assert one.told_level >= one.level


def emptied(folder: DataFolder) -> DataFolder:
    """The same folder as if nothing had ever happened in it."""
    tables = (
        *(message_tables.message_attempts, message_tables.messages, message_tables.notices),
        *(
            message_tables.channel_health,
            alert_tables.incident_events,
            alert_tables.incidents,
            alert_tables.alert_changes,
        ),
    )
    with folder.records.transaction() as connection:
        for table in tables:
            connection.execute(sa.delete(table))
    return folder


@given(steps=STEPS)
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # a day takes half a second: to make one smaller would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_rise_is_told_once_and_nobody_twice_within_a_minute(
    city: Opened, hook: Webhook, steps: list[tuple[str, object, object]]
) -> None:
    if not hasattr(hook, "folder"):
        hook.folder = city({"channel": "hook", "quiet": "12:00-14:00"}, dead_after=4)  # type: ignore[attr-defined]
    folder = emptied(hook.folder)  # type: ignore[attr-defined]
    hook.got.clear()
    hook.mood = "ok"
    day = Day(folder, hook, clock("11:00"))
    for step in steps:
        day.act(*step)
    # The evening: everybody can be reached again, and all is sent that is still worth sending.
    for seconds in ("ok", 7200, 7200, 120, 120):
        day.act("mood" if seconds == "ok" else "wait", seconds, 0)
    lines = notice_lines(folder.records.database, 10_000)
    log = AlertLog(folder.records.database)
    told: Counter[tuple[str, dt.datetime, str]] = Counter()
    for incident in {line.incident for line in lines}:
        highest = 0
        for event in log.events(incident):
            if event.kind is Kind.CLEARED:
                highest = 0
            if event.kind is Kind.TOLD:
                if event.detail["why"] in ("new", "rose"):
                    assert event.level > highest
                highest = max(highest, event.level)
                told.update((incident, event.at, name) for name in event.detail["to"])
    assert told == Counter((line.incident, line.at, line.account) for line in lines)
    assert not told or max(told.values()) == 1
    # Of a channel that is dead nobody is told by that channel itself, and there is no other here.
    expected = {State.SENT, State.OVERTAKEN}
    assert all(line.state in expected or (not line.channel and "-channel-" in line.incident) for line in lines)
    assert all(line.said for line in lines if line.state is State.OVERTAKEN)
    # One message that arrived for each that is on record as sent, to the account that it was for.
    sent = {(line.account, line.message) for line in lines if line.state is State.SENT}
    assert Counter(f"/{account}@example.cn" for account, _ in sent) == Counter(letter.path for letter in hook.got)
    tried = {line.message for line in lines if line.tries and line.state is State.SENT}
    assert sum(text.startswith(AGAIN) for text in hook.texts()) == len(tried)
    for moments in day.reached.values():
        assert all(later - one >= dt.timedelta(minutes=1) for one, later in zip(moments, moments[1:], strict=False))
