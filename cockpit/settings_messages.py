"""Settings of messages: how hard to try, and the routes: who is told from which level on, by which channel, when."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from cockpit.settings_section import Section, setting
from cockpit.settings_values import meant, refused

#: Who can be told, as the ladder names them.
WHO = ("duty", "manager", "liaison", "county", "data", "city")
LEVELS = {"yellow": 1, "orange": 2, "red": 3}
_KEYS = ("channel", "roles", "from_level", "halls", "counties", "quiet", "quiet_levels")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_CHANNEL = re.compile(r"\w[\w-]{0,59}")


@dataclass(frozen=True)
class Route:
    """Who is told by which channel.

    Attributes:
        channel: name of the channel, in lower case; its address is a secret and stands elsewhere.
        roles: who, as the ladder names them.
        from_level: from this level on.
        halls: only what happens in these halls; empty: anywhere.
        counties: only what happens in these counties; empty: anywhere.
        quiet: from when to when nothing goes out, on the city's clock; None: never.
        quiet_levels: the levels that wait until then; red never does.
    """

    channel: str
    roles: frozenset[str] = frozenset(WHO)
    from_level: int = 1
    halls: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    quiet: tuple[dt.time, dt.time] | None = None
    quiet_levels: frozenset[int] = frozenset({1})


def checked_routes(value: object) -> tuple[Route, ...]:
    """Routes as [[messages.routes]] gives them."""
    if isinstance(value, tuple) and all(isinstance(route, Route) for route in value):
        return value
    if not isinstance(value, list) or not all(isinstance(route, dict) for route in value):
        raise refused("不是若干小节")
    return tuple(_route(number, route) for number, route in enumerate(value, start=1))


def _route(number: int, table: dict[str, Any]) -> Route:
    def wrong(reason: str) -> Exception:
        return refused(f"第 {number} 条路由{reason}")

    for key in table:
        if key not in _KEYS:
            suggestion = meant(key, list(_KEYS))
            raise wrong(f"的 {key} 不是已有的设置" + (f"，是否想写 {suggestion}" if suggestion else ""))
    channel = table.get("channel")
    if not isinstance(channel, str) or not _CHANNEL.fullmatch(channel):
        raise wrong("没有写明通道 channel（字母、数字、汉字、下划线或连字符）")
    texts = {key: _texts(table[key]) for key in ("roles", "halls", "counties", "quiet_levels") if key in table}
    for key, found in texts.items():
        if not found:
            raise wrong(f"的 {key} 不是若干文字")
    for role in sorted(texts.get("roles", frozenset()) - set(WHO)):
        near = meant(role, list(WHO))
        raise wrong(f"的角色 {role} 不存在，" + (f"是否想写 {near}" if near else f"可以写 {'、'.join(WHO)}"))
    level = table.get("from_level", "yellow")
    if level not in LEVELS:
        raise wrong("的 from_level 不是 yellow、orange 或 red")
    if not texts.get("quiet_levels", frozenset()) <= {"yellow", "orange"}:
        raise wrong("的 quiet_levels 只能写 yellow、orange，红色随时发送")
    return Route(
        channel.lower(),
        texts.get("roles", frozenset(WHO)),
        LEVELS[level],
        texts.get("halls", frozenset()),
        texts.get("counties", frozenset()),
        _quiet(table["quiet"], wrong) if "quiet" in table else None,
        frozenset(LEVELS[name] for name in texts.get("quiet_levels", {"yellow"})),
    )


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        return frozenset()
    return frozenset(value)


def _quiet(value: object, wrong: Any) -> tuple[dt.time, dt.time]:  # noqa: ANN401 (makes the fault to raise)
    found = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if found is None or found.group(1, 2) == found.group(3, 4):
        raise wrong("的 quiet 不是 22:00-07:30 这样的时段")
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    return dt.time(begin_hour, begin_minute), dt.time(end_hour, end_minute)


class MessageSettings(Section):
    """How messages go out."""

    send_seconds: int = setting(10, "一次发送最多等对方多久", "秒", ge=1, le=60)
    parallel: int = setting(8, "同时进行的发送最多几个", "个", ge=1, le=32)
    dead_after: int = setting(5, "一个通道连续几次发不出去就算中断，并作为预警事件告知", "次", ge=1, le=100)
    give_up_hours: int = setting(24, "一条通知多久还发不出去就不再重试", "小时", ge=1, le=168)
    routes: Annotated[tuple[Route, ...], BeforeValidator(checked_routes)] = setting(
        (), "谁从哪一级起、由哪个通道、在哪些时间收到消息", allowed="若干 [[messages.routes]] 小节", repr=False
    )
