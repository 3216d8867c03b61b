"""Settings of the monthly report: when it is made, how long it waits for late sources, by what it is sent."""

import datetime as dt
import re
from typing import Annotated

from pydantic import AfterValidator

from cockpit.settings_section import Section, setting

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _clock(text: str) -> str:
    if _CLOCK.fullmatch(text) is None:
        raise ValueError("请写成 07:30 这样的时刻")
    return text


class ReportSettings(Section):
    """The monthly report (月报)."""

    day: int = setting(1, "每月几日生成上个月的报告", "日", ge=1, le=28)
    clock: Annotated[str, AfterValidator(_clock)] = setting("07:30", "几点开始生成", allowed="07:30 这样的时刻")
    wait_days: int = setting(3, "有来源没有交齐上月数据时最多等几天；到时照常生成，并写明缺了什么", "天", ge=0, le=20)
    channels: str = setting(
        "", "用哪些消息通道发送月报；留空即不发送，只在页面上供人查看下载", allowed="留空，或以逗号分开的通道名"
    )

    @property
    def time(self) -> dt.time:
        """When it is made."""
        return dt.time.fromisoformat(self.clock)

    @property
    def ways(self) -> tuple[str, ...]:
        """The channels it is sent by."""
        return tuple(dict.fromkeys(filter(None, (name.strip().lower() for name in self.channels.split(",")))))
