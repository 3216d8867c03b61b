"""One number as every page, table and workbook shows it: value, target, comparison, and all that stands behind it.

Small frozen dataclasses without behaviour of their own beyond the plain arithmetic of comparing; they can be pickled,
so a page may keep them in a cache. What they say to people is Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

PERCENT = "%"


class Level(StrEnum):
    """How urgent something is; shown by colour, by shape and by its word."""

    NORMAL = "normal"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    NO_DATA = "no_data"
    INSUFFICIENT = "insufficient"

    @property
    def word(self) -> str:
        """What people read: 正常, 黄, 橙, 红, 无数据, 样本不足."""
        return LEVEL_WORDS[self]


LEVEL_WORDS: dict[Level, str] = {
    Level.NORMAL: "正常",
    Level.YELLOW: "黄",
    Level.ORANGE: "橙",
    Level.RED: "红",
    Level.NO_DATA: "无数据",
    Level.INSUFFICIENT: "样本不足",
}


@dataclass(frozen=True)
class Target:
    """What a number should reach or not exceed.

    Attributes:
        value: in the unit of the number.
        direction: at_least = not below it, at_most = not above it.
        source: who asks for it, e.g. 省级要求.
    """

    value: float
    direction: Literal["at_least", "at_most"] = "at_least"
    source: str = ""

    def met(self, value: float) -> bool:
        """Whether a value satisfies the target."""
        return value >= self.value if self.direction == "at_least" else value <= self.value


@dataclass(frozen=True)
class Comparison:
    """The same number of another time or place.

    Attributes:
        name: how it is compared: 环比, 同比, 较上周同日, 较全市.
        base: that number, in the same unit; None = 无数据.
        of: which one it is: 2026年9月, 全市.
        counting: whether it is still being counted: then a missing base is 正在汇总, not 无数据.
    """

    name: str
    base: float | None
    of: str = ""
    counting: bool = False


@dataclass(frozen=True)
class Definition:
    """What a number means, in the words of the published standard.

    Attributes:
        text: what it says, in one or two sentences.
        numerator: what is counted above the line.
        denominator: what is counted below it.
        formula: how they are put together, where it is not simply the share.
        left_out: what is not counted.
        version: which edition of which standard: 指标定义 2026.1.
    """

    text: str
    numerator: str = ""
    denominator: str = ""
    formula: str = ""
    left_out: str = ""
    version: str = ""


@dataclass(frozen=True)
class RowsKey:
    """Which rows stand behind a number: read when somebody opens it, and downloaded by the same key.

    Attributes:
        kind: name under which the rows are registered.
        params: what they are asked for with, as they stand in the address of the download.
    """

    kind: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Quantity:
    """One number and everything a reader may want to know about it.

    Attributes:
        key: ASCII name, unique on the page; names the widget that opens what stands behind the number.
        title: what it is.
        value: the number; None = 无数据. Percentages are 0 to 100, durations are minutes.
        unit: "%", "分钟", or a word of counting such as 人 or 件.
        definition: what it means.
        period: of which time: 2026年10月, 今天.
        target: what it should be; None = there is none.
        comparisons: with what it is compared.
        better: which way is good; "" = neither, then differences have no colour.
        numerator: what is above the line; None for a plain count.
        denominator: what is below the line; None for a plain count.
        sample: on how many it rests; None = not applicable.
        enough: below how many it says 样本不足; 0 = never.
        level: what the warnings say of it; None = nothing.
        as_of: how far the data reach.
        rows: the rows behind it; None = there are none to show.
        note: a short line below it.
    """

    key: str
    title: str
    value: float | None
    unit: str
    definition: Definition = field(default_factory=lambda: Definition(""))
    period: str = ""
    target: Target | None = None
    comparisons: tuple[Comparison, ...] = ()
    better: Literal["", "up", "down"] = ""
    numerator: float | None = None
    denominator: float | None = None
    sample: float | None = None
    enough: int = 0
    level: Level | None = None
    as_of: datetime | None = None
    rows: RowsKey | None = None
    note: str = ""

    @property
    def small(self) -> bool:
        """Whether it rests on too few to judge by it."""
        return self.value is not None and self.sample is not None and self.sample < self.enough

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is no number, no target, or too small a sample."""
        if self.value is None or self.target is None or self.small:
            return None
        return self.target.met(self.value)

    def difference(self, comparison: Comparison) -> float | None:
        """How far it is from another: in percentage points for percentages, else in percent of the other.

        None where one of the two is missing, or where nothing can be divided by the other because it is 0.
        """
        if self.value is None or comparison.base is None:
            return None
        if self.unit == PERCENT:
            return self.value - comparison.base
        return None if comparison.base == 0 else (self.value - comparison.base) / abs(comparison.base) * 100
