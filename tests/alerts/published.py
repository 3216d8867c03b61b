"""The indicators 2026.1 as they are published, typed off by hand: what the definitions are held against.

One that came later is held against its own definition: it needs no line here.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.catalogue import catalogue
from alerts.definition import Definition

HALL, QUEUE, GROUP, WINDOW = "hall_id", "hall_id queue_id", "hall_id service_group", "hall_id window_id"
DEPARTMENT, ITEM, HALL_ITEM, COUNTY = "dept_code", "item_code", "hall_id item_code", "county"
PROGRAMME, SOURCE, TABLE = "hall_id programme", "hall_id source_system", "hall_id source_system source_table"


@dataclass(frozen=True)
class Published:
    """One line of the catalogue; `hold`: readings in a row for yellow and orange, for red, and for recovery."""

    number: int
    id: str
    name: str
    group: str
    grain: str
    cadence: str
    direction: str
    levels: tuple[float, float, float]
    recovery: float
    source: str
    owner: str
    action: str
    hold: tuple[int, int, int]
    minutes: int


_MOMENT, _AT_ONCE, _HALF_HOURS = (4, 2, 4), (1, 1, 1), (2, 2, 2)
_MINUTES = {"RT": 5, "D": 24 * 60, "W": 7 * 24 * 60, "M": 24 * 60}
#: number, id, name, grain, cadence, direction, yellow, orange, red, recovery, source, owner, first action.
_LINES: dict[str, tuple[tuple[object, ...], ...]] = {
    "flow": (
        (1, "footfall_peak", "人流高峰", HALL, "RT", "up", 1.3, 1.6, 2.0, 1.15, "S", "duty", "分流"),
        (2, "hall_occupancy", "在厅负荷率", HALL, "RT", "up", 70, 85, 100, 60, "P", "duty", "限流"),
        (3, "tidal_wait_rise", "等候同比升幅", QUEUE, "RT", "up", 20, 50, 100, 10, "S", "duty", "推送增开窗口建议"),
        (4, "wait_avg", "平均等候", QUEUE, "RT", "up", 15, 25, 40, 12, "P", "duty", "窗"),
        (5, "wait_sla_rate", "等候达标率", HALL, "RT", "down", 80, 70, 60, 85, "N", "duty", "跨窗支援"),
        (6, "wait_max_open", "最长在队等候", QUEUE, "RT", "up", 30, 45, 60, 20, "N", "duty", "值班长到场"),
        (7, "queue_per_window", "窗均排队", QUEUE, "RT", "up", 8, 10, 15, 5, "N", "duty", "跨窗通办"),
        (8, "abandon_rate", "弃号过号率", HALL, "RT", "up", 10, 15, 25, 8, "P", "duty", "短信叫号"),
    ),
    "windows": (
        (9, "window_saturation", "业务饱和度", GROUP, "RT", "up", 85, 92, 98, 80, "S", "duty", "后台"),
        (10, "demand_capacity_ratio", "需求产能比", QUEUE, "RT", "up", 0.85, 0.95, 1.05, 0.80, "N", "duty", "建议窗数"),
        (11, "window_open_rate", "窗口开放率", HALL, "RT", "down", 90, 80, 65, 94, "P", "duty", "到岗"),
        (12, "window_idle_rate", "窗口闲置率", GROUP, "D", "up", 60, 70, 80, 50, "P", "manager", "合并窗口"),
        (13, "handle_time_drift", "办理时长漂移", HALL_ITEM, "D", "up", 3, 4, 5, 1.5, "N", "manager", "新人"),
    ),
    "handling": (
        (14, "due_soon_rate", "临期未办结率", DEPARTMENT, "D", "up", 5, 10, 20, 3, "N", "liaison", "催办"),
        (15, "overdue_open", "超期未办结", DEPARTMENT, "D", "up", 1, 3, 5, 0.5, "N", "liaison", "红牌督办"),
        (16, "overdue_finish_rate", "超期办结率", HALL, "M", "up", 0.5, 1, 3, 0.2, "P", "manager", "通报"),
        (17, "accept_delay_rate", "受理迟延率", DEPARTMENT, "D", "up", 3, 8, 15, 2.5, "P", "liaison", "提醒"),
        (18, "return_rate", "退件补正率", ITEM, "W", "up", 10, 15, 25, 8, "P", "liaison", "预审"),
        (19, "backlog_ratio", "在办积压比", DEPARTMENT, "D", "up", 1.3, 1.6, 2.0, 1.15, "P", "liaison", "审批力量"),
    ),
    "online": (
        (20, "ywtb_case_rate", "一网通办办件率", COUNTY, "M", "down", 92, 90, 85, 93, "S", "county", "平台"),
        (21, "ywtb_window_rate", "窗口收件率", HALL, "M", "down", 92, 90, 85, 93, "S", "manager", "平台"),
        (22, "ywtb_item_rate", "单事项一网通办率", ITEM, "M", "down", 92, 90, 80, 93, "S", "liaison", "逐项整改"),
        (23, "online_apply_rate", "网上办比例", COUNTY, "M", "down", 80, 70, 60, 83, "S", "county", "网办引导"),
        (24, "one_visit_rate", "跑一次实现率", HALL, "M", "down", 92, 88, 85, 93, "S", "manager", "减材料"),
        (25, "online_to_window_rate", "线上转线下率", ITEM, "W", "up", 5, 10, 20, 4, "P", "liaison", "网办断点"),
    ),
    "reviews": (
        (26, "bad_review_7d", "差评数", HALL, "D", "up", 1, 3, 6, 0, "S", "manager", "逐条核实"),
        (27, "active_good_rate", "主动评价好评率", HALL, "M", "down", 98, 96, 93, 98.5, "N", "manager", "服务复盘"),
        (28, "active_review_rate", "主动评价率", HALL, "M", "down", 30, 20, 10, 35, "N", "manager", "不得强迫"),
        (29, "review_suspect_rate", "疑似代评率", WINDOW, "W", "up", 5, 10, 20, 3, "P", "manager", "人工抽核"),
        (30, "bad_review_overdue", "差评处置超时", HALL, "D", "up", 1, 3, 5, 0, "S", "manager", "督办回访"),
        (31, "complaint_z", "投诉异常", HALL, "W", "up", 2, 3, 4, 1, "S", "manager", "专题调查"),
    ),
    "staff": (
        (32, "staff_on_duty_rate", "在岗率", HALL, "RT", "down", 95, 90, 80, 97, "S", "duty", "补岗"),
        (33, "off_post_minutes", "空岗时长", WINDOW, "RT", "up", 10, 20, 30, 5, "N", "duty", "推送值班长"),
        (34, "health_check_gap", "核酸检测等核验缺口", PROGRAMME, "D", "up", 2, 5, 10, 0, "S", "manager", "补检"),
    ),
    "data": (
        (35, "data_lag", "归集时延", TABLE, "RT", "up", 15, 30, 60, 5, "P", "data", "检查接口"),
        (36, "link_rate", "全链贯通率", HALL, "D", "down", 95, 90, 80, 97, "P", "manager", "编号"),
        (37, "invalid_row_rate", "异常记录率", SOURCE, "D", "up", 1, 3, 10, 0.5, "P", "data", "退回源头"),
        (38, "device_offline", "设备离线率", HALL, "RT", "up", 5, 15, 30, 2, "P", "duty", "报修"),
    ),
}


def _line(group: str, line: tuple[object, ...]) -> Published:
    number, id_, name, grain, cadence, direction, *values, source, owner, action = line
    hold, minutes = (_MOMENT if cadence == "RT" else _AT_ONCE), _MINUTES[str(cadence)]
    if number in (6, 33, 35):  # they measure a duration themselves
        hold = _AT_ONCE
    if number == 3:  # two half hours in a row in place of the hold
        hold, minutes = _HALF_HOURS, 30
    yellow, orange, red, recovery = (float(str(value)) for value in values)
    return Published(
        int(str(number)), str(id_), str(name), group, str(grain), str(cadence), str(direction), (yellow, orange, red),
        recovery, str(source), str(owner), str(action), hold, minutes,
    )  # fmt: skip


#: What was published; see `published` for indicators that came later.
PUBLISHED = {line.id: line for group, lines in _LINES.items() for line in (_line(group, one) for one in lines)}


def published(id_: str) -> Published:
    """An indicator as published; one that is not of 2026.1 as its definition says."""
    if id_ in PUBLISHED:
        return PUBLISHED[id_]
    one, values = catalogue()[id_], catalogue()[id_].thresholds
    return Published(
        one.number, one.id, one.name, one.group, " ".join(one.grain), one.cadence, one.direction,
        (values.yellow, values.orange, values.red), values.recovery, one.source, one.owner, one.action,
        (one.hold.calm, one.hold.red, one.hold.keep), one.minutes,
    )  # fmt: skip


def of_2026_1() -> dict[str, Definition]:
    """The definitions of catalogue 2026.1, without those that came later."""
    return {id_: one for id_, one in catalogue().items() if one.version == "2026.1"}
