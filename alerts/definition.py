"""What an indicator of early warning (预警指标) is: one frozen record that says what is watched, when, and who acts.

A definition carries everything people are told about an indicator and everything the machine needs to judge a reading.
An impossible one is refused when its file is loaded. Source: the indicators 2026.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from metrics.quantities import all_quantities
from metrics.reading import Quantity

CATALOGUE = "2026.1"
Direction = Literal["up", "down"]
Source = Literal["S", "N", "P"]
Owner = Literal["duty", "manager", "liaison", "county", "data", "city"]
Group = Literal["flow", "windows", "handling", "online", "reviews", "staff", "data"]

GROUPS: dict[Group, str] = {
    "flow": "人流与排队",
    "windows": "窗口与饱和",
    "handling": "办理与时限",
    "online": "一网通办与线上",
    "reviews": "评价与投诉",
    "staff": "人员与公共卫生",
    "data": "数据与设备",
}
#: What lies behind alerts that come together: one incident takes in all alerts of a place and cause.
CAUSES = {
    "crowd": "排队拥挤",
    "posts": "窗口人员不到位",
    "idle": "窗口闲置",
    "slow": "办理变慢",
    "deadlines": "办件超期积压",
    "acceptance": "受理迟延",
    "guidance": "退件补正多",
    "platform": "未走一网通办",
    "online": "网上办不通畅",
    "visits": "群众多次跑",
    "service": "服务评价差",
    "asking": "评价邀请少",
    "praise": "疑似代点好评",
    "mending": "差评整改超时",
    "complaints": "投诉集中",
    "checks": "核验缺口",
    "delivery": "数据未按时送达",
    "links": "办件编号缺失",
    "rows": "数据异常",
    "devices": "设备离线",
}
#: Of incidents that no indicator opens: a channel for messages that sends nothing any more.
SYSTEM_CAUSES = {"channel": "消息通道中断", "report": "月报未通过自检"}
SOURCES: dict[Source, str] = {"S": "公开文件写明", "N": "他处公开做法", "P": "本产品设计"}
OWNERS: dict[Owner, str] = {
    "duty": "值班长",
    "manager": "大厅主任",
    "liaison": "部门联络员",
    "county": "县（市、区）负责人",
    "data": "数据管理员",
    "city": "市中心",
}
#: Levels by number: 0 is none.
LEVELS = ("正常", "黄", "橙", "红")
YELLOW, ORANGE, RED = 1, 2, 3


class ImpossibleDefinition(ValueError):
    """A definition, or thresholds for one, that cannot be meant: says which indicator and what is wrong."""


@dataclass(frozen=True)
class Thresholds:
    """From where on a level is met, and from where on it is over.

    Attributes:
        yellow: 黄 is met at this value.
        orange: 橙.
        red: 红.
        recovery: at this value all is well again; between yellow and this, a level stays what it was.
    """

    yellow: float
    orange: float
    red: float
    recovery: float

    def of(self, level: int) -> float:
        """The threshold of a level by its number."""
        return (self.yellow, self.orange, self.red)[level - 1]


@dataclass(frozen=True)
class Hold:
    """How long a level must be met before it counts, and recovery before it is over; in readings of the indicator.

    Attributes:
        calm: readings in a row for yellow and orange, and for recovery.
        red: readings in a row for red.
        keep: readings in a row for recovery.
    """

    calm: int
    red: int
    keep: int


#: Readings of the moment: four in a row, two for red.
RT_HOLD = Hold(calm=4, red=2, keep=4)
#: What measures a duration itself, and what is read once a day or less, is believed at once.
NO_HOLD = Hold(calm=1, red=1, keep=1)
#: Two half hours in a row.
HALF_HOURS = Hold(calm=2, red=2, keep=2)

_DAY = 24 * 60
#: Level → whether what that level also needs is there, from the columns of the reading.
Needs = Callable[[int], pl.Expr]


@dataclass(frozen=True)
class Definition:
    """One of the 38 indicators.

    Attributes:
        number: its number in the catalogue.
        id: name in files and answers; that of the quantity it reads.
        name: Chinese name.
        group: part of the catalogue.
        cause: what lies behind it, from `CAUSES`: alerts of one place and cause make one incident.
        meaning: what the number says, in Chinese.
        why: why it matters to the people in the hall, in Chinese.
        source: where it comes from: S public documents of the field, N practice elsewhere, P this product.
        direction: up: bad when high; down: bad when low.
        thresholds: the defaults.
        sample: the smallest sample that is judged, in Chinese.
        action: what to do first, in Chinese.
        owner: who is told first in that place.
        next_review: when people look at this definition again.
        hold: how long it must last.
        strict: whether a level is met only strictly beyond its threshold.
        needs: what a level also needs; its absence counts as recovered.
        needs_said: the same in Chinese.
        at_least: levels that hold whatever the value says: level → condition.
        at_least_said: the same in Chinese.
        instead: conditions of the three levels that take the place of the thresholds where `instead_when` holds.
        instead_when: see `instead`.
        instead_said: the same in Chinese.
        source_column: a column of the reading that says what it was read from; for 15 minutes after it has changed no
            level changes.
        version: version of the definition.
    """

    number: int
    id: str
    name: str
    group: Group
    cause: str
    meaning: str
    why: str
    source: Source
    direction: Direction
    thresholds: Thresholds
    sample: str
    action: str
    owner: Owner
    next_review: dt.date
    hold: Hold
    strict: bool = False
    needs: Needs | None = None
    needs_said: str = ""
    at_least: dict[int, pl.Expr] = field(default_factory=dict, hash=False, compare=False)
    at_least_said: str = ""
    instead: tuple[pl.Expr, pl.Expr, pl.Expr] | None = field(default=None, hash=False, compare=False)
    instead_when: pl.Expr | None = field(default=None, hash=False, compare=False)
    instead_said: str = ""
    source_column: str = ""
    version: str = CATALOGUE

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.id not in all_quantities():
            raise ImpossibleDefinition(f"{self.id}: no such quantity is read")
        if not (self.name and self.meaning and self.why and self.action and self.sample):
            raise ImpossibleDefinition(f"{self.id}: a text is missing")
        if self.cause not in CAUSES or self.group not in GROUPS:
            raise ImpossibleDefinition(f"{self.id}: no such group or cause")
        if self.direction not in ("up", "down") or self.source not in SOURCES or self.owner not in OWNERS:
            raise ImpossibleDefinition(f"{self.id}: no such direction, source or owner")
        if self.strict and self.direction == "down":
            raise ImpossibleDefinition(f"{self.id}: downwards a level is met strictly below its threshold in any case")
        if not set(self.at_least) <= {YELLOW, ORANGE, RED}:
            raise ImpossibleDefinition(f"{self.id}: no such level")
        if (self.needs is None) != (not self.needs_said) or bool(self.at_least) != bool(self.at_least_said):
            raise ImpossibleDefinition(f"{self.id}: what a level also needs must be said in words too")
        if len({self.instead is None, self.instead_when is None, not self.instead_said}) > 1:
            raise ImpossibleDefinition(f"{self.id}: instead of the thresholds when?")
        if min(self.hold.calm, self.hold.red, self.hold.keep) < 1:
            raise ImpossibleDefinition(f"{self.id}: a level must be met at least once")
        if self.source_column and self.source_column not in self.quantity.extras:
            raise ImpossibleDefinition(f"{self.id}: its readings do not say what they were read from")
        if self.cadence != "RT" and self.hold != NO_HOLD:
            raise ImpossibleDefinition(f"{self.id}: what is read once a day or less has no hold")
        checked(self, self.thresholds)

    @property
    def quantity(self) -> Quantity:
        """What it reads."""
        return all_quantities()[self.id]

    @property
    def cadence(self) -> str:
        """How often it is read: RT, D, W, M."""
        return self.quantity.cadence

    @property
    def minutes(self) -> int:
        """Minutes from one of its readings to the next."""
        if self.hold == HALF_HOURS:
            return 30
        return {"RT": 5, "D": _DAY, "W": 7 * _DAY, "M": _DAY}[self.cadence]

    @property
    def grain(self) -> tuple[str, ...]:
        """The columns that name its places."""
        return self.quantity.grain

    @property
    def unit(self) -> str:
        """Unit of its value."""
        return self.quantity.unit


def checked(definition: Definition, thresholds: Thresholds) -> Thresholds:
    """Thresholds that this indicator can have.

    Raises:
        ImpossibleDefinition: they are not numbers, not in order, or recovery lies beyond yellow.
    """
    values = (thresholds.recovery, thresholds.yellow, thresholds.orange, thresholds.red)
    if not all(abs(value) < float("inf") for value in values):  # false for "not a number" as well
        raise ImpossibleDefinition(f"{definition.id}: a threshold is no number")
    ordered = sorted(values) if definition.direction == "up" else sorted(values, reverse=True)
    # A value must never be met and recovered at once, so no two of them may be the same.
    if list(values) != ordered or len(set(values)) < len(values):
        raise ImpossibleDefinition(f"{definition.id}: recovery, yellow, orange, red must lie in this order: {values}")
    return thresholds
