"""How numbers, times and ages are written for people, in Chinese.

Pure: numbers in, text out. A number that is missing is 无数据, never 0; what is rounded never says that a target is met
when it is not, that all is done when something is left, or that there is nothing when there is something.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import isfinite

NO_DATA = "无数据"
#: There will be a number, as soon as it has been counted.
COUNTING = "正在汇总"
NOT_APPLICABLE = "—"
UNCHANGED = "持平"
MINUS = "−"
WEEKDAYS = "一二三四五六日"
WAN, YI = 10_000, 100_000_000
#: Units in which `parts` does not simply put the unit behind the number.
PERCENT, MINUTES, POINTS = "%", "分钟", "个百分点"
#: From so many minutes on, a duration is told in hours, and from so many in days.
IN_HOURS, IN_DAYS = 120, 2 * 1440


def known(value: float | None) -> bool:
    """Whether there is a number at all."""
    return value is not None and isfinite(value)


def number(value: float | None, decimals: int = 0) -> str:
    """A number with 千分位: 12,345; with so many decimals where asked for: 12,345.6."""
    if value is None or not isfinite(value):
        return NO_DATA
    return _grouped(_rounded(value, decimals), decimals)


def short(value: float | None) -> str:
    """A number where space is small: whole below 10,000, from there on in 万 or 亿 with three digits: 1.23 万."""
    if value is None or not isfinite(value):
        return NO_DATA
    digits, unit = _short(value)
    return f"{digits} {unit}" if unit else digits


def percent(value: float | None, against: float | None = None) -> str:
    """A share of 0 to 100 as 93.0%, with a second decimal where the first would hide something.

    Args:
        value: the share in percent.
        against: the target; what misses it never looks as if it met it.
    """
    if value is None or not isfinite(value):
        return NO_DATA
    return f"{_percent_digits(value, against)}%"


def minutes(value: float | None) -> str:
    """How long something takes: 不足 1 分钟, 7.5 分钟, 23 分钟, 2.5 小时, 3.2 天."""
    if value is None or not isfinite(value):
        return NO_DATA
    digits, unit = _minutes(value)
    return f"{digits} {unit}"


def parts(
    value: float | None, unit: str = "", *, small_space: bool = False, against: float | None = None
) -> tuple[str, str]:
    """The digits of a number and what stands behind them in smaller type.

    Args:
        value: the number; None = 无数据.
        unit: "%", "分钟", or any word of counting such as 人 or 件.
        small_space: whether to tell large numbers in 万.
        against: the target of a percentage.
    """
    if value is None or not isfinite(value):
        return NO_DATA, ""
    if unit == PERCENT:
        return _percent_digits(value, against), PERCENT
    if unit == MINUTES:
        return _minutes(value)
    if small_space:
        digits, much = _short(value)
        return digits, f"{much}{unit}"
    whole = float(value).is_integer()
    return number(value, 0 if whole else 1), unit


def amount(value: float | None, unit: str = "", *, small_space: bool = False, against: float | None = None) -> str:
    """A number with its unit in one piece: 12,345 人, 1.23 万人, 93.01%, 2.5 小时, 无数据."""
    digits, behind = parts(value, unit, small_space=small_space, against=against)
    return digits + ("" if behind in {"", PERCENT} else " ") + behind


def points(difference: float | None) -> str:
    """The difference of two percentages: +3.2 个百分点, −0.4 个百分点, 持平."""
    return _signed(difference, f" {POINTS}", 1)


def relative(difference: float | None) -> str:
    """How much more or less, in percent of what it was: +12%, −3.4%, 持平; one decimal below ten."""
    decimals = 1 if difference is not None and isfinite(difference) and abs(difference) < 9.95 else 0
    return _signed(difference, PERCENT, decimals)


def signed(difference: float | None, unit: str = "") -> str:
    """How many more or fewer: +1,234 人, −3 件, 持平."""
    whole = difference is None or not isfinite(difference) or float(difference).is_integer()
    return _signed(difference, f" {unit}" if unit else "", 0 if whole else 1)


def ratio(numerator: float | None, denominator: float | None) -> str:
    """What a share is made of: 1,234 / 5,678."""
    return f"{_either(numerator)} / {_either(denominator)}"


def few(sample: float, unit: str = "") -> str:
    """Says that a number rests on too little to judge by it: 样本不足（7 件）."""
    return f"样本不足（{amount(sample, unit)}）"


def day(value: date) -> str:
    """A day with its weekday: 2026年10月12日 星期一."""
    return f"{value.year}年{value.month}月{value.day}日 星期{WEEKDAYS[value.weekday()]}"


def weekday(value: date) -> str:
    """The weekday alone: 星期一."""
    return f"星期{WEEKDAYS[value.weekday()]}"


def month(value: date) -> str:
    """The month of a day: 2026年10月."""
    return f"{value.year}年{value.month}月"


def clock(value: datetime, today: date) -> str:
    """A time: 10:30 where it is of today, else with its day: 10月12日 10:30, 2025年10月12日 10:30."""
    if value.date() == today:
        return f"{value:%H:%M}"
    year = "" if value.year == today.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日 {value:%H:%M}"


def opening(value: datetime, today: date) -> str:
    """When doors open: 09:00 where it is today, else with its day and weekday: 10月12日 星期一 09:00."""
    if value.date() == today:
        return f"{value:%H:%M}"
    year = "" if value.year == today.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日 {weekday(value)} {value:%H:%M}"


def age(minutes: float) -> str:
    """How long ago: 刚刚, 12 分钟前, 3 小时前, 5 天前, 2 年前."""
    if minutes < 1:
        return "刚刚"
    for limit, length, unit in ((120, 1, "分钟"), (2 * 1440, 60, "小时"), (2 * 525_600, 1440, "天")):
        if minutes < limit:
            return f"{int(minutes // length)} {unit}前"
    return f"{int(minutes // 525_600)} 年前"


def _exact(value: float) -> Decimal:
    """The number as it is written, so that 0.5 and 2.675 are rounded the way people round them."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))


def _rounded(value: float, decimals: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    return _exact(value).quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _grouped(value: Decimal, decimals: int) -> str:
    return ("" if value >= 0 or value == 0 else MINUS) + f"{abs(value):,.{decimals}f}"


def _short(value: float) -> tuple[str, str]:
    for size, unit in ((1, ""), (WAN, "万"), (YI, "亿")):
        part = abs(_exact(value)) / size
        decimals = 0 if size == 1 else 2 if part < Decimal("9.995") else 1 if part < Decimal("99.95") else 0
        shown = part.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        if shown < WAN or unit == "亿":
            break
    digits = f"{shown:,.{decimals}f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return (MINUS if value < 0 and shown else "") + digits, unit


def _percent_digits(value: float, against: float | None) -> str:
    exact = _exact(value)
    marks = [Decimal(0), Decimal(100), *([] if against is None else [_exact(against)])]
    for decimals in (1, 2):
        shown = _rounded(value, decimals)
        if all(_same_side(exact, shown, mark) for mark in marks):
            return _grouped(shown, decimals)
    # Two decimals still round onto or over a mark: stay on this side of it.
    for rounding in (ROUND_FLOOR, ROUND_CEILING):
        shown = _rounded(value, 2, rounding)
        if all(_same_side(exact, shown, mark) for mark in marks):
            return _grouped(shown, 2)
    return _grouped(exact, max(2, -int(exact.as_tuple().exponent)))


def _same_side(exact: Decimal, shown: Decimal, mark: Decimal) -> bool:
    return (exact < mark) == (shown < mark) and (exact > mark) == (shown > mark)


def _minutes(value: float) -> tuple[str, str]:
    if 0 < value < 1:
        return "不足 1", MINUTES
    length, unit = (1, MINUTES) if abs(value) < IN_HOURS else (60, "小时") if abs(value) < IN_DAYS else (1440, "天")
    part = _exact(value) / length
    decimals = 1 if abs(part) < Decimal("9.95") else 0
    shown = part.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    digits = _grouped(shown, decimals)
    return digits.removesuffix(".0"), unit


def _signed(difference: float | None, behind: str, decimals: int) -> str:
    if difference is None or not isfinite(difference):
        return NO_DATA
    shown = _rounded(difference, decimals)
    if shown == 0:
        return UNCHANGED
    return ("+" if shown > 0 else "") + _grouped(shown, decimals) + behind


def _either(value: float | None) -> str:
    return number(value, 0 if value is None or not isfinite(value) or float(value).is_integer() else 1)
