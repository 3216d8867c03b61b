"""Incidents of the product itself (系统自身的事件), outside the catalogue: nothing is read or judged, the part says so.

Whoever looks after data is told first, and the administrators with them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SystemAlert:
    """What can go wrong with the product itself.

    Attributes:
        indicator: stands where other incidents name the indicator that opened them.
        name: Chinese name.
        cause: as `alerts.definition.SYSTEM_CAUSES` has it.
        place: the column that says with what.
        action: what to do first.
        effect: what it means to people.
    """

    indicator: str
    name: str
    cause: str
    place: str
    action: str
    effect: str


CHANNEL = SystemAlert(
    "message_channel",
    "消息通道中断",
    "channel",
    "channel",
    "检查通道的地址、密钥和网络，再用 messages test 试发",
    "消息发不出去，通知不到人。",
)
REPORT = SystemAlert(
    "report_check",
    "月报未通过自检",
    "report",
    "report",
    "在月报页查看原因，更正以后重新生成",
    "这份报告没有发出。",
)
SYSTEM = {one.indicator: one for one in (CHANNEL, REPORT)}
