"""Settings of the wall screens: which scenes turn, and how long each stays."""

from typing import Annotated

from pydantic import AfterValidator

from cockpit.settings_section import Section, setting
from cockpit.settings_values import checked_scenes


class WallSettings(Section):
    """What turns on the wall screens."""

    scenes: Annotated[str, AfterValidator(checked_scenes)] = setting(
        "now, halls, onenet, reviews",
        "大屏轮换的画面，按写的次序；有红色预警时改为轮换预警和今日运行",
        allowed="以逗号分开的 now、halls、onenet、reviews",
    )
    seconds: int = setting(30, "每个画面停留多久", "秒", ge=5, le=3600)

    @property
    def order(self) -> list[str]:
        """The scenes in the order in which they turn."""
        return [name.strip() for name in self.scenes.split(",")]
