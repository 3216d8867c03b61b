"""What a message says: two lines and the link. What, where, since when; against what, and what to do first.

Plain text alone: names from the city's records may hold anything, so nothing in them can break a line, turn the writing
round, mark something up or look like an address. What is cut is a name, never a number.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from polars.exceptions import PolarsError

from alerts.catalogue import catalogue
from alerts.definition import CAUSES, LEVELS, SYSTEM_CAUSES
from alerts.incidents import Alert, Event, Incident, Kind, Place
from alerts.ladder import SAID, Why
from cockpit.errors import StorageError
from cockpit.lake.folder import DataFolder
from cockpit.plain import one_line
from cockpit.records.alert_log import AlertLog
from cockpit.records.messages import WaitingNotice
from cockpit.watch.place_names import names
from cockpit.watch.readings_said import against
from cockpit.watch.system_alerts import SYSTEM

#: Sent again because nobody knows whether it had arrived, or late because it could not be sent.
AGAIN = "（补发）"
NAME_LENGTH = 20
#: As much of what somebody wrote; the rest is on the page.
TEXT_LENGTH = 80
WORST = 3
#: A cause in so many halls, and in half of all, is the city's and no longer a hall's.
WIDE = 3
#: What some service takes as markup, a mention or an address, as signs that look alike and mean nothing.
_HARMLESS = str.maketrans("*_[]()<>#|~`\\@&!", "＊＿［］（）＜＞＃｜～｀＼＠＆！")
_MARKS = "①②③"


def harmless(text: str, length: int = NAME_LENGTH) -> str:
    """A name in one line of plain text, at most so long."""
    said = " ".join(one_line(text).translate(_HARMLESS).replace("://", "：//").split())
    return said if len(said) <= length else f"{said[: length - 1]}…"


class Writer:
    """Writes messages from what is known now; what is not asked for is not loaded."""

    def __init__(self, folder: DataFolder) -> None:
        """Write for this data folder."""
        self._folder = folder
        self._log = AlertLog(folder.records.database)
        self._readings: dict[tuple[str, Alert], Mapping[str, Any]] = {}
        self._names: Mapping[str, Mapping[str, str]] | None = None

    def written(self, notices: Sequence[WaitingNotice], *, again: bool) -> str:
        """The message for one addressee: of one incident, or of several put together.

        Args:
            notices: what waits for the addressee; of one incident the latest counts.
            again: whether some of it was tried before.
        """
        last = {one.incident.id: one for one in notices}
        told = sorted(last.values(), key=lambda one: (-one.notice.level, one.incident.opened_at, one.incident.id))
        lines = self._single(told[0]) if len(told) == 1 else self._digest(told)
        return (AGAIN if again else "") + "\n".join(lines)

    def _single(self, one: WaitingNotice) -> list[str]:
        incident = one.incident
        name, place = self._alert(one)
        more = sum(level > 0 for level in incident.alerts.values()) - 1
        said = f"{self._where(place)}：{_name(name)}" + (f"等 {more + 1} 项" if more > 0 else "")
        parts = [f"【{LEVELS[one.notice.level]}】{said}，{self._clock(incident.opened_at)} 起"]
        given = self._given(one) if one.notice.why == Why.GIVEN.value else None
        if given is not None:
            parts.append(f"由 {self._person(given.who)} 转派给 {self._person(one.notice.account)}")
        elif one.notice.why != Why.NEW.value:
            parts.append(SAID[Why(one.notice.why)])
        if incident.level == 0:
            parts.append("现已恢复" + ("，尚无人签收" if incident.acknowledged_at is None else ""))
        if wide := self._wide.get(incident.key[1]):
            parts.append(f"全市 {wide} 个大厅同时出现")
        action = catalogue()[name].action if name in catalogue() else SYSTEM[name].action
        reading = self._reading(incident, (name, place), one.notice.level)
        todo = f"交代：{said}" if given and (said := harmless(given.text, TEXT_LENGTH)) else f"先做：{action}"
        return [f"{'；'.join(parts)}。", f"{reading}{todo}。", self._link(f"?incident={quote(incident.id)}")]

    def _given(self, one: WaitingNotice) -> Event | None:
        """Who gave the incident to the addressee, and what they said."""
        history = self._log.events(one.incident.id)
        whom = one.notice.account
        found = [event for event in history if event.kind is Kind.ASSIGNED and event.detail.get("whom") == whom]
        return found[-1] if found else None

    def _person(self, account: str) -> str:
        found = self._folder.people.account(account)
        return harmless((found.shown_name if found else "") or account)

    def _digest(self, told: Sequence[WaitingNotice]) -> list[str]:
        levels = Counter(one.notice.level for one in told)
        counts = "、".join(f"{LEVELS[level]} {levels[level]}" for level in sorted(levels, reverse=True))
        kinds = f"（{counts}）" if len(levels) > 1 else ""
        first = f"【{LEVELS[told[0].notice.level]}】{len(told)} 个预警事件{kinds}{self._together(told)}。"
        worst = [f"{_MARKS[at]}{self._brief(one)}" for at, one in enumerate(told[:WORST])]
        rest = f"；另 {len(told) - WORST} 个见链接" if len(told) > WORST else ""
        return [first, f"最重：{'；'.join(worst)}{rest}。", self._link("")]

    def _together(self, told: Sequence[WaitingNotice]) -> str:
        """What most of them have in common."""
        causes = Counter(one.incident.key[1] for one in told)
        cause, number = max(causes.items(), key=lambda item: (self._wide.get(item[0], 0), item[1], item[0]))
        if wide := self._wide.get(cause):
            return f"，全市 {wide} 个大厅同时出现：{_cause(cause)}"
        cause, number = max(causes.items(), key=lambda item: (item[1], item[0]))
        halls = {hall for one in told if one.incident.key[1] == cause and (hall := _hall(one.incident))}
        return f"，其中 {len(halls)} 个大厅、{number} 个事件：{_cause(cause)}" if number > 1 else ""

    def _brief(self, one: WaitingNotice) -> str:
        name, place = self._alert(one)
        return f"{LEVELS[one.notice.level]} {self._where(place)} {_name(name)} {self._clock(one.incident.opened_at)} 起"

    @staticmethod
    def _alert(one: WaitingNotice) -> Alert:
        """The alert to speak of: the worst that fires, the first of the catalogue among equals."""
        order = {name: definition.number for name, definition in catalogue().items()}
        ranked = sorted(one.incident.alerts.items(), key=lambda item: (-item[1], order.get(item[0][0], 0), item[0][1]))
        return ranked[0][0]

    def _reading(self, incident: Incident, alert: Alert, level: int) -> str:
        """The reading with which the alert reached its level, as it was then, against what."""
        key = incident.id, alert
        if key not in self._readings:
            changes = self._log.changes(incident.opened_at, incident=incident.id)
            for record in sorted(changes, key=lambda record: (record.change.level, record.change_id)):
                self._readings[incident.id, record.change.alert] = record.change.frozen
        frozen = self._readings.setdefault(key, {})
        if alert[0] not in catalogue():
            return SYSTEM[alert[0]].effect
        return against(catalogue()[alert[0]], frozen, level)

    # -- names -----------------------------------------------------------------------------------------------------

    def _where(self, place: Place) -> str:
        """A place in words: hall, then queue or window, or whatever else names it."""
        said = [harmless(self._named(column).get(value, value)) for column, value in place]
        return " ".join(said) or "全市"

    def _named(self, column: str) -> Mapping[str, str]:
        """Names by key; where the records cannot be read, keys must do: a message must not wait for names."""
        if self._names is None:
            try:
                self._names = names(self._folder).by_column
            except (StorageError, PolarsError, OSError):
                self._names = {}
        return self._names.get(column, {})

    @cached_property
    def _wide(self) -> Mapping[str, int]:
        """Cause → in how many halls it is open now, where that is half of the city."""
        halls: dict[str, set[str]] = {}
        for record in self._log.incidents():
            if record.incident.level > 0 and (hall := _hall(record.incident)):
                halls.setdefault(record.incident.key[1], set()).add(hall)
        enough = max(WIDE, len(self._named("hall_id")) / 2)
        return {cause: len(found) for cause, found in halls.items() if len(found) >= enough}

    def _clock(self, at: dt.datetime) -> str:
        """When, on the city's clock: with the day, because a message may be read much later."""
        return f"{at.astimezone(self._folder.zone):%m-%d %H:%M}"

    def _link(self, rest: str) -> str:
        web = self._folder.settings.web
        return f"{web.public_url or f'http://127.0.0.1:{web.port}'}/alerts{rest}"


def _name(indicator: str) -> str:
    return catalogue()[indicator].name if indicator in catalogue() else SYSTEM[indicator].name


def _cause(cause: str) -> str:
    return CAUSES.get(cause) or SYSTEM_CAUSES.get(cause, cause)


def _hall(incident: Incident) -> str:
    return dict(incident.key[0]).get("hall_id", "")
