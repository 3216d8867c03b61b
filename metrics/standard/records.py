"""Record tables of the data standard: 取号, 受理, 办理, 评价, and what people, devices and counters leave behind."""

from __future__ import annotations

import dataframely as dy

from metrics.standard.columns import decimal, event, flag, forbids, moment, needs, number, ordered, plan, text
from metrics.standard.reference import STAFF_ROLES

TICKET_CHANNELS = ("kiosk", "app", "wechat", "desk", "phone", "staff")
TICKET_LIVE = ("waiting", "called", "serving")
TICKET_ENDED = ("done", "abandoned", "no_show", "returned", "void", "cancelled")
CASE_CHANNELS = ("window", "pc", "app", "mini", "kiosk", "mail", "hotline", "social", "staff", "other")
PLATFORMS = ("ywtb2", "dept", "manual_backfill", "unknown")
CASE_STATUSES = (
    "submitted",
    "correction",
    "rejected",
    "accepted",
    "in_progress",
    "paused",
    "finished",
    "withdrawn",
)
APPLICANTS = ("natural", "legal", "other")
DELIVERIES = ("window", "online", "post")
PAUSES = ("correction", "special", "hearing", "survey")
ORIGINS = ("active", "default", "system_push")
REVIEW_CHANNELS = ("pc", "mobile", "qr", "device", "kiosk", "sms", "hotline", "paper")
COMPLAINT_KINDS = ("onsite", "hotline12345", "cannot_do")


class WindowPlan(dy.Schema):
    """开窗计划: when a window is to be open, and who is to sit there."""

    window_id = text("窗口编号", key=True, ref="windows")
    start_at = plan("计划开始", key=True)
    end_at = plan("计划结束")
    staff_id = text("人员编号", null=True, personal=True)
    locals().update(ordered("start_at", "end_at"))


class WindowSessions(dy.Schema):
    """在岗: spells in which a window was really open or paused."""

    session_id = text("在岗编号", key=True)
    window_id = text("窗口编号", ref="windows")
    staff_id = text("人员编号", null=True, personal=True)
    start_at = event("开始时间")
    end_at = event("结束时间", null=True)
    state = text("状态", codes=("open", "pause"))
    locals().update(ordered("start_at", "end_at"))


class Tickets(dy.Schema):
    """取号: queue tickets from taking to the end of the service."""

    ticket_id = text("号票编号", key=True)
    hall_id = text("大厅编号", ref="halls")
    ticket_no = text("票号", personal=True)
    queue_id = text("队列编号")
    item_code = text("事项编码", null=True, ref="items")
    channel = text("取号渠道", codes=TICKET_CHANNELS)
    take_time = event("取号时间")
    call_time = event("叫号时间", null=True)
    start_time = event("开始办理时间", null=True)
    end_time = event("结束时间", null=True)
    window_id = text("窗口编号", null=True, ref="windows")
    staff_id = text("人员编号", null=True, personal=True)
    status = text("状态", codes=TICKET_LIVE + TICKET_ENDED)
    transferred_from = text("转自号票", null=True)
    project_no = text("办件编号", null=True)
    applicant_hash = text("申请人（密钥散列）", null=True, personal=True)
    is_test = flag("测试数据")
    locals().update(ordered("take_time", "call_time", "start_time", "end_time"))
    locals().update(needs("end_time", when="status", among=TICKET_ENDED))
    locals().update(forbids("end_time", when="status", among=TICKET_LIVE))


class QueueSnapshots(dy.Schema):
    """队列快照: the state of a queue at an instant, for halls whose queue machine gives only states."""

    hall_id = text("大厅编号", key=True, ref="halls")
    queue_id = text("队列编号", key=True)
    at = event("时刻", key=True)
    waiting = number("等候人数", low=0)
    open_windows = number("开放窗口数", low=0)
    current_no = text("当前叫号", null=True, personal=True)
    service_minutes = decimal("单件办理时长（分钟）", null=True, low=0)


class Cases(dy.Schema):
    """办件: applications from submission to their end."""

    project_no = text("办件编号", key=True)
    item_code = text("事项编码", ref="items")
    item_version = text("事项版本", null=True)
    hall_id = text("大厅编号", null=True, ref="halls")
    window_id = text("窗口编号", null=True, ref="windows")
    dept_code = text("部门代码", ref="departments")
    region_code = text("行政区划代码", null=True)
    applicant_type = text("申请人类型", codes=APPLICANTS)
    applicant_hash = text("申请人（密钥散列）", null=True, personal=True)
    channel = text("申请渠道", codes=CASE_CHANNELS)
    platform = text("受理平台", codes=PLATFORMS)
    apply_time = event("申请时间")
    accept_time = event("受理时间", null=True)
    promise_due = plan("承诺办结时限", null=True)
    finish_time = event("办结时间", null=True)
    closed_time = event("终止时间（不予受理、撤回）", null=True)
    status = text("状态", codes=CASE_STATUSES)
    auto_approved = flag("自动办结（秒办）")
    delivery = text("送达方式", null=True, codes=DELIVERIES)
    visit_count = number("到场次数", null=True, low=0)
    cross_region = flag("跨区通办")
    is_test = flag("测试数据")
    locals().update(ordered("apply_time", "accept_time", "finish_time"))
    locals().update(ordered("apply_time", "closed_time"))
    locals().update(needs("finish_time", when="status", among=("finished",)))
    locals().update(needs("closed_time", when="status", among=("rejected", "withdrawn")))


class CasePauses(dy.Schema):
    """暂停: spells in which a case's clock stands still."""

    pause_id = text("暂停编号", key=True)
    project_no = text("办件编号")
    kind = text("类型", codes=PAUSES)
    start_at = event("开始时间")
    end_at = event("结束时间", null=True)
    locals().update(ordered("start_at", "end_at"))


class CaseSteps(dy.Schema):
    """环节: the steps of a case."""

    step_id = text("环节编号", key=True)
    project_no = text("办件编号")
    name = text("环节名称")
    started_at = event("开始时间")
    ended_at = event("结束时间", null=True)
    staff_id = text("人员编号", null=True, personal=True)
    locals().update(ordered("started_at", "ended_at"))


class Reviews(dy.Schema):
    """评价: reviews of services, 好差评, and what was done about bad ones."""

    review_id = text("评价编号", key=True)
    hall_id = text("大厅编号", null=True, ref="halls")
    project_no = text("办件编号", null=True)
    ticket_id = text("号票编号", null=True)
    window_id = text("窗口编号", null=True, ref="windows")
    staff_id = text("人员编号", null=True, personal=True)
    level = number("评价等级（5 非常满意 … 1 非常不满意）", low=1, high=5)
    origin = text("评价来源", codes=ORIGINS)
    channel = text("评价渠道", codes=REVIEW_CHANNELS)
    device_id = text("设备编号", null=True)
    text = text("评价内容", null=True, free=True)
    named = flag("实名")
    assess_time = event("评价时间")
    valid = flag("有效（空 = 有效）", null=True)
    verify_time = event("核实时间", null=True)
    callback_time = event("回访时间", null=True)
    rectify_due = plan("整改期限", null=True)
    rectify_time = event("整改时间", null=True)
    callback_satisfied = flag("回访满意", null=True)
    locals().update(ordered("assess_time", "verify_time"))
    locals().update(ordered("assess_time", "callback_time"))
    locals().update(ordered("assess_time", "rectify_time"))


class Complaints(dy.Schema):
    """投诉 / 办不成事: complaints and matters that could not be done."""

    complaint_id = text("投诉编号", key=True)
    hall_id = text("大厅编号", null=True, ref="halls")
    kind = text("类型", codes=COMPLAINT_KINDS)
    created_at = event("提出时间")
    closed_at = event("办结时间", null=True)
    project_no = text("办件编号", null=True)
    dept_code = text("部门代码", null=True, ref="departments")
    locals().update(ordered("created_at", "closed_at"))


class Roster(dy.Schema):
    """排班: who is to be on duty, where and when."""

    staff_id = text("人员编号", key=True, personal=True)
    start_at = plan("排班开始", key=True)
    hall_id = text("大厅编号", ref="halls")
    window_id = text("窗口编号", null=True, ref="windows")
    end_at = plan("排班结束")
    role = text("岗位", codes=STAFF_ROLES)
    locals().update(ordered("start_at", "end_at"))


class Attendance(dy.Schema):
    """考勤: who was really on duty."""

    staff_id = text("人员编号", key=True, personal=True)
    start_at = event("到岗时间", key=True)
    hall_id = text("大厅编号", ref="halls")
    window_id = text("窗口编号", null=True, ref="windows")
    end_at = event("离岗时间", null=True)
    locals().update(ordered("start_at", "end_at"))


class HealthChecks(dy.Schema):
    """核验: 核酸检测 and other public-health checks of staff."""

    staff_id = text("人员编号", key=True, personal=True)
    programme = text("项目", key=True)
    due_at = plan("应检时间", key=True)
    hall_id = text("大厅编号", ref="halls")
    done_at = event("完成时间", null=True)


class Headcounts(dy.Schema):
    """客流计数: people counted by cameras or doors."""

    hall_id = text("大厅编号", key=True, ref="halls")
    source = text("计数来源", key=True)
    at = event("时刻", key=True)
    entered = number("进入人数（自上一行）", low=0)
    present = number("在厅人数", null=True, low=0)


class Deliveries(dy.Schema):
    """归集记录: what each source delivered, when, and up to which time its data reach."""

    source_system = text("来源系统", key=True)
    table = text("表", key=True)
    hall_id = text("大厅编号（无大厅的行为 -）", key=True)
    batch_id = text("批次", key=True)
    delivered_at = event("送达时间")
    covers_until = moment("数据截至")
    rows_read = number("读入行数", low=0)
    rows_quarantined = number("隔离行数", low=0)
