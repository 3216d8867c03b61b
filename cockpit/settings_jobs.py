"""Settings of the job runner: how late it evaluates, what it makes up after a stop, how long runs are kept."""

from typing import Annotated

from pydantic import Field

from cockpit.settings_section import Section, setting

Seconds = Annotated[float, Field(allow_inf_nan=False)]


class JobSettings(Section):
    """What the job runner does by itself (作业)."""

    lease_seconds: Seconds = setting(
        30.0, "作业权的租期：作业进程所在的机器断电或断网后，过这么久别的机器才接手", "秒", ge=1, le=3600
    )
    evaluate_after_seconds: Seconds = setting(
        10.0, "每个判定时刻过后多久开始判定，让这一刻以前的数据先进来", "秒", ge=0, le=240
    )
    catch_up_instants: int = setting(
        24, "停机以后最多补判当天最近几个 5 分钟时刻；24 个（两小时）以前的事不再影响级别", "个", ge=1, le=288
    )
    catch_up_days: int = setting(7, "停机以后最多补判最近几天的日、月指标", "天", ge=1, le=31)
    sql_profiles: str = setting(
        "", "定时读取的数据库导入方案；数据库地址在方案指定的环境变量里", allowed="留空，或以逗号分开的方案名"
    )
    sql_minutes: int = setting(5, "隔多久读取一次这些数据库", "分钟", ge=1, le=1440)
    keep_days: int = setting(30, "作业运行记录保留多久；比五分钟更频繁的作业只保留两天", "天", ge=2, le=3650)

    @property
    def databases(self) -> tuple[str, ...]:
        """The import profiles of databases that are read by themselves."""
        return tuple(dict.fromkeys(filter(None, (name.strip() for name in self.sql_profiles.split(",")))))
