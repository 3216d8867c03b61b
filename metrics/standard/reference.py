"""Reference tables of the data standard: what a city has (halls, items, windows, people, devices) and its calendars."""

from __future__ import annotations

import dataframely as dy

from metrics.standard.columns import day, event, flag, number, ordered, plan, text, texts

LEVELS = ("city", "county", "town", "village", "park")
DAY_TYPES = ("work", "rest", "holiday", "makeup")
STAFF_ROLES = ("clerk", "duty_officer", "guide", "liaison")
THEMES = ("realestate", "business", "livelihood", "investment", "other")
CASE_TYPES = ("instant", "promise")
DAY_UNITS = ("workday", "natural")
QUEUE_TYPES = ("normal", "appointment", "priority", "health")
DEVICE_KINDS = ("ticket", "call", "review", "kiosk", "camera")


class Halls(dy.Schema):
    """大厅: the service halls of the city."""

    hall_id = text("大厅编号", key=True)
    name = text("名称")
    short_name = text("简称")
    region_code = text("行政区划代码（12 位）", pattern=r"^\d{12}$")
    county = text("区县（市本级自成一县）")
    level = text("层级", codes=LEVELS)
    star = number("星级", null=True, low=0, high=5)
    capacity = number("容量（人）", null=True, low=0)
    grid_row = number("示意图行", null=True)
    grid_col = number("示意图列", null=True)


class Calendar(dy.Schema):
    """日历: opening sessions of every hall; a day it is shut has one row without times."""

    hall_id = text("大厅编号", key=True, ref="halls")
    date = day("日期", key=True)
    session = number("场次（1、2…）", key=True, low=1)
    day_type = text("日类型", codes=DAY_TYPES)
    open_at = plan("开门时间", null=True, of_day="date")
    close_at = plan("关门时间", null=True, of_day="date")
    bad_data = flag("数据异常日（人工标记）", default=False)
    locals().update(ordered("open_at", "close_at"))


class Workdays(dy.Schema):
    """工作日: the city's working days, the only base of deadlines."""

    date = day("日期", key=True)
    is_workday = flag("是否工作日")
    provisional = flag("暂定（官方安排未公布）", default=False)


class Departments(dy.Schema):
    """部门: the departments that handle matters."""

    dept_code = text("部门代码", key=True)
    name = text("名称")


class Staff(dy.Schema):
    """人员: staff, by an identifier that is no name and no personal number."""

    staff_id = text("人员编号", key=True, personal=True)
    hall_id = text("大厅编号", null=True, ref="halls")
    dept_code = text("部门代码", null=True, ref="departments")
    role = text("岗位", codes=STAFF_ROLES)


class Items(dy.Schema):
    """事项: the matters people come for, one row per version."""

    item_code = text("事项编码", key=True)
    version = text("版本", key=True)
    name = text("名称")
    dept_code = text("部门代码", ref="departments")
    theme = text("主题", codes=THEMES)
    case_type = text("办件类型", codes=CASE_TYPES)
    needs_case = flag("须产生办件")
    apply_based = flag("依申请")
    legal_days = number("法定时限（天）", null=True, low=0)
    promise_days = number("承诺时限（天）", null=True, low=0)
    day_unit = text("时限单位", codes=DAY_UNITS)
    online_capable = flag("网上可办")
    ywtb_exception = flag("一网通办例外（涉密、敏感、安全）")
    valid_from = plan("生效时间")
    valid_to = plan("失效时间（不含）", null=True)
    locals().update(ordered("valid_from", "valid_to"))


class Queues(dy.Schema):
    """队列: the queues of a hall."""

    queue_id = text("队列编号", key=True)
    hall_id = text("大厅编号", ref="halls")
    name = text("名称")
    queue_type = text("队列类型", codes=QUEUE_TYPES)


class Windows(dy.Schema):
    """窗口: the windows of a hall and the queues they serve."""

    window_id = text("窗口编号", key=True)
    hall_id = text("大厅编号", ref="halls")
    name = text("名称")
    service_group = text("服务组")
    queue_ids = texts("所服务的队列")
    is_tidal = flag("潮汐窗口")


class Devices(dy.Schema):
    """设备: ticket machines, callers, review pads, kiosks, cameras."""

    device_id = text("设备编号", key=True)
    hall_id = text("大厅编号", ref="halls")
    kind = text("类型", codes=DEVICE_KINDS)
    key_device = flag("关键设备")
    valid_from = plan("启用时间", null=True)
    valid_to = plan("停用时间（不含）", null=True)
    locals().update(ordered("valid_from", "valid_to"))


class DeviceStates(dy.Schema):
    """设备状态: spells in which a device was online or not."""

    device_id = text("设备编号", key=True, ref="devices")
    from_at = event("开始时间", key=True)
    to_at = event("结束时间", null=True)
    online = flag("在线")
    locals().update(ordered("from_at", "to_at"))
