"""How numbers, times and ages are written for people, in Chinese."""

from __future__ import annotations

from datetime import date, datetime

NO_DATA = "无数据"
NOT_APPLICABLE = "—"
WEEKDAYS = "一二三四五六日"


def number(value: int) -> str:
    """A whole number with 千分位: 12,345."""
    return f"{value:,}"


def day(value: date) -> str:
    """A day with its weekday: 2026年10月12日 星期一."""
    return f"{value.year}年{value.month}月{value.day}日 星期{WEEKDAYS[value.weekday()]}"


def weekday(value: date) -> str:
    """The weekday alone: 星期一."""
    return f"星期{WEEKDAYS[value.weekday()]}"


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
