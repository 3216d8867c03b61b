"""What really went wrong in the demo city (真值表), for scoring warnings afterwards; nothing that warns may read this.

Kept beside the data, in demo/truth.parquet and demo/quiet.parquet of the data folder, outside the standard.
"""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.demo.almanac import DAY, Almanac, date_of
from cockpit.demo.catalogue import ITEMS
from cockpit.demo.counters import plan_counters
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.draws import Stream, stream
from cockpit.demo.equipment import plan_devices
from cockpit.demo.incidents import Active, Incident
from cockpit.demo.kinds import BY_KEY
from cockpit.demo.places import County, Hall

TRUTH, QUIET = "demo/truth.parquet", "demo/quiet.parquet"
_QUIET_SHARE, _AFTER = 0.35, 2
"""Share of the hall-days without any incident that are chosen; days after one that do not count as quiet."""
_STRENGTHS = {"weak": "轻", "medium": "中", "strong": "重"}
SOURCES = {"queue": "排队叫号", "clock": "考勤", "door": "客流计数", "devices": "设备监测", "approval": "审批系统"}
_WHAT = {
    "crowd": "人比平时多到{size:.1f}倍",
    "tide": "来人多到平时的{size:.1f}倍",
    "clerks_away": "{windows}个窗口的人离岗",
    "late_opening": "{windows}个窗口开门晚",
    "empty_post": "{windows}个窗口无人而人在班",
    "call_fault": "叫号听不到，约{size:.0%}的人没有应号",
    "idle_section": "来人只有平时的{size:.0%}而窗口照开",
    "system_slow": "办理时间是平时的{size:.2f}倍",
    "new_clerk": "{windows}个窗口换新手，办理时间是平时的{size:.1f}倍",
    "dept_sits": "办件速度只有平时的{size:.0%}",
    "slow_accept": "约{size:.0%}的申请搁置两天以上才受理",
    "wrong_guide": "约{size:.0%}的申请被退回补正",
    "bypass_hall": "约{size:.0%}的窗口收件不走统一平台",
    "bypass_county": "约{size:.0%}的办件不走统一平台",
    "bypass_item": "约{size:.0%}的办件不走统一平台",
    "online_outage": "约{size:.0%}的人无法网上提交",
    "online_fault": "约{size:.0%}的网上申请人改到窗口",
    "more_visits": "约{size:.0%}的人要多跑",
    "rude_clerk": "约{size:.0%}的主动评价是差评",
    "poor_service": "约{size:.0%}的主动评价是差评",
    "review_silence": "约{size:.0%}的办事人不再被邀请评价",
    "faked_praise": "约{size:.0%}的服务由工作人员代点好评",
    "neglected_reviews": "差评增多而没有人核实整改",
    "complaints_wave": "比平时多{size:.0f}件",
    "checks_missed": "约{size:.0%}的人员漏做核验",
    "source_late": "没有数据送来",
    "numbers_missing": "约{size:.0%}的号票没有写办件编号",
    "garbage_rows": "约{size:.0%}的来数是坏行",
    "devices_down": "{devices}台设备断线",
}


def truth(halls: Sequence[Hall], counties: Sequence[County], active: Active, timezone: str) -> pl.DataFrame:
    """List the incidents with their place, time, the indicators meant to see them, and a sentence."""
    rows = [_row(incident, halls, counties, timezone) for incident in active.incidents]
    zoned = pl.Datetime("us", timezone)
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "incident_id": pl.String, "kind": pl.String, "strength": pl.String, "onset": zoned, "end": zoned,
        "hall_id": pl.String, "county": pl.String, "dept_code": pl.String, "item_code": pl.String,
        "service_group": pl.String, "queue_ids": pl.List(pl.String), "window_ids": pl.List(pl.String),
        "device_ids": pl.List(pl.String), "source": pl.String, "size": pl.Float64,
        "indicators": pl.List(pl.String), "sentence": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("onset", "incident_id")


def _row(incident: Incident, halls: Sequence[Hall], counties: Sequence[County], timezone: str) -> dict[str, object]:
    kind = BY_KEY[incident.kind]
    hall = halls[incident.hall] if incident.hall >= 0 else None
    counters = plan_counters(hall) if hall else None
    devices = [plan_devices(hall)[place].device_id for place in incident.devices] if hall else []
    section = counters.sections[incident.section] if counters and incident.section >= 0 else None
    windows = [counters.windows[place] for place in incident.windows] if counters else []
    return {
        "incident_id": f"E{incident.number:06d}",
        "kind": incident.kind,
        "strength": incident.strength,
        "onset": _instant(incident.onset, timezone),
        "end": _instant(incident.end, timezone),
        "hall_id": hall and hall.hall_id,
        "county": counties[incident.county].name if incident.county >= 0 else (hall.county if hall else None),
        "dept_code": DEPARTMENTS[incident.dept].code if incident.dept >= 0 else None,
        "item_code": ITEMS[incident.item].code if incident.item >= 0 else None,
        "service_group": section and section.name,
        "queue_ids": [q.queue_id for q in counters.queues_of(section.number)] if counters and section else [],
        "window_ids": [window.window_id for window in windows],
        "device_ids": devices,
        "source": incident.source or None,
        "size": incident.size,
        "indicators": list(kind.indicators),
        "sentence": _sentence(incident, halls, counties),
    }


def _sentence(incident: Incident, halls: Sequence[Hall], counties: Sequence[County]) -> str:
    kind = BY_KEY[incident.kind]
    where = []
    if incident.hall >= 0:
        hall = halls[incident.hall]
        where.append(hall.short_name)
        if incident.section >= 0:
            where.append(plan_counters(hall).sections[incident.section].name)
        if len(incident.windows) == 1:
            where.append(plan_counters(hall).windows[incident.windows[0]].name)
    if incident.county >= 0:
        where.append(counties[incident.county].name)
    if incident.dept >= 0:
        where.append(DEPARTMENTS[incident.dept].name)
    if incident.item >= 0:
        where.append(ITEMS[incident.item].name)
    if incident.source:
        where.append(f"{SOURCES[incident.source]}来源")
    what = _WHAT[incident.kind].format(size=incident.size, windows=len(incident.windows), devices=len(incident.devices))
    begin, end = _naive(incident.onset), _naive(incident.end)
    when = f"{begin:%Y-%m-%d %H:%M}至{end:%m-%d %H:%M}"
    return f"{''.join(where)}：{kind.name}（{_STRENGTHS[incident.strength]}），{what}，{when}。"


def quiet_days(
    halls: Sequence[Hall], counties: Sequence[County], almanac: Almanac, days: range, seed: int, active: Active
) -> pl.DataFrame:
    """Choose hall-days on which nothing goes wrong: no incident there or in its county, nor just before.

    Chosen by chance alone, before anything has happened; only working days that the calendar does not make unusual.
    """
    rows = []
    for hall in halls:
        mine = [i for i in active.incidents if _concerns(i, hall, counties)]
        for day in days:
            usual = almanac.types[day] == "work" and almanac.rest_before(day) < 3 and almanac.rest_before(day - 1) < 3
            usual = usual and almanac.workdays_left_in_month(day) >= 3
            troubled = any(i.touches((day - _AFTER) * DAY, (day + 1) * DAY) for i in mine)
            if usual and not troubled and stream(seed, Stream.QUIET, hall.index, day).random() < _QUIET_SHARE:
                rows.append({"hall_id": hall.hall_id, "date": date_of(day)})
    return pl.DataFrame(rows, schema={"hall_id": pl.String, "date": pl.Date})


def _concerns(incident: Incident, hall: Hall, counties: Sequence[County]) -> bool:
    """Say whether an incident can be felt in a hall; those of a department or an item are felt in no single hall."""
    if incident.hall >= 0:
        return incident.hall == hall.index
    if incident.county >= 0:
        return counties[incident.county].name == hall.county
    return False


def _instant(seconds: int, timezone: str) -> dt.datetime:
    return _naive(seconds).replace(tzinfo=ZoneInfo(timezone))


def _naive(seconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)  # noqa: DTZ001 - wall clock
