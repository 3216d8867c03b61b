"""The kinds of labelled incident: what, how strong, how long, how often, and which indicators are meant to see them.

Every strength and length was written down before any indicator was built. Two of them (tide, empty_post) were made
stronger once, still before that, when a rough trial of the queues showed that a medium one left nobody waiting; since
then none may change to suit an indicator.
"""

from dataclasses import dataclass

Three = tuple[float, float, float]


@dataclass(frozen=True)
class Kind:
    """A kind of incident; sizes and lengths are for weak, medium and strong ones."""

    key: str
    name: str
    place: str
    """Where it strikes: hall, section, window, county, dept, item, source, device, check."""
    sizes: Three
    lengths: Three
    """Minutes for those within a day, else days."""
    often: float
    """How many in forty days in a city of 82 halls (of items and departments: in any city)."""
    indicators: tuple[str, ...]
    within_a_day: bool = False


KINDS = (
    Kind("crowd", "人流骤增", "hall", (1.5, 2.2, 3.0), (120, 150, 180), 2.4,
         ("footfall_peak", "hall_occupancy", "wait_avg", "wait_sla_rate", "wait_max_open", "queue_per_window"), True),
    Kind("tide", "单队列潮涌", "section", (1.6, 2.5, 3.3), (120, 150, 180), 2.4,
         ("tidal_wait_rise", "wait_avg", "wait_max_open", "queue_per_window", "window_saturation",
          "demand_capacity_ratio"), True),
    Kind("clerks_away", "窗口人员离岗", "windows", (0.2, 0.4, 0.65), (60, 90, 130), 2.4,
         ("window_open_rate", "staff_on_duty_rate", "off_post_minutes"), True),
    Kind("late_opening", "开门晚", "windows", (0.5, 0.8, 1.0), (25, 45, 70), 2.0,
         ("window_open_rate", "staff_on_duty_rate", "off_post_minutes", "queue_per_window"), True),
    Kind("empty_post", "空岗", "window", (0.34, 0.67, 1.0), (25, 50, 90), 2.4,
         ("off_post_minutes",), True),
    Kind("call_fault", "叫号故障", "hall", (0.10, 0.24, 0.45), (90, 120, 150), 2.0,
         ("abandon_rate",), True),
    Kind("idle_section", "窗口闲置", "section", (0.68, 0.45, 0.25), (20, 25, 30), 1.6,
         ("window_idle_rate",)),
    Kind("system_slow", "业务系统变慢", "section", (1.2, 1.45, 1.9), (8, 10, 12), 1.6,
         ("handle_time_drift", "window_saturation", "wait_avg")),
    Kind("new_clerk", "新手上岗", "window", (1.4, 1.9, 2.6), (12, 14, 16), 1.6,
         ("handle_time_drift",)),
    Kind("dept_sits", "部门积压", "dept", (0.5, 0.25, 0.06), (10, 14, 18), 1.6,
         ("due_soon_rate", "overdue_open", "overdue_finish_rate", "backlog_ratio")),
    Kind("slow_accept", "受理拖延", "dept", (0.08, 0.25, 0.6), (7, 10, 14), 1.6,
         ("accept_delay_rate",)),
    Kind("wrong_guide", "办事指南有误", "item", (0.10, 0.22, 0.45), (14, 18, 24), 1.6,
         ("return_rate",)),
    Kind("bypass_hall", "大厅绕开平台收件", "hall", (0.07, 0.18, 0.40), (28, 32, 36), 1.6,
         ("ywtb_window_rate",)),
    Kind("bypass_county", "全县绕开平台", "county", (0.05, 0.14, 0.30), (28, 32, 36), 0.9,
         ("ywtb_case_rate",)),
    Kind("bypass_item", "事项绕开平台", "item", (0.12, 0.35, 0.80), (28, 32, 36), 1.6,
         ("ywtb_item_rate",)),
    Kind("online_outage", "网办渠道中断", "county", (0.25, 0.50, 0.75), (20, 26, 32), 0.9,
         ("online_apply_rate",)),
    Kind("online_fault", "网办断点", "item", (0.07, 0.18, 0.35), (21, 24, 28), 1.6,
         ("online_to_window_rate",)),
    Kind("more_visits", "反复要材料", "hall", (0.07, 0.18, 0.40), (28, 32, 36), 1.6,
         ("one_visit_rate",)),
    Kind("rude_clerk", "窗口态度差", "window", (0.05, 0.15, 0.40), (2, 3, 5), 1.6,
         ("bad_review_7d",)),
    Kind("poor_service", "大厅服务变差", "hall", (0.02, 0.06, 0.14), (18, 22, 26), 1.2,
         ("active_good_rate", "bad_review_7d")),
    Kind("review_silence", "不再邀请评价", "hall", (0.35, 0.65, 0.92), (26, 30, 34), 1.6,
         ("active_review_rate",)),
    Kind("faked_praise", "代点好评", "window", (0.06, 0.20, 0.50), (14, 16, 20), 1.6,
         ("review_suspect_rate",)),
    Kind("neglected_reviews", "差评无人处理", "hall", (2, 5, 9), (25, 30, 35), 1.2,
         ("bad_review_overdue", "bad_review_7d")),
    Kind("complaints_wave", "投诉集中", "hall", (4, 7, 12), (4, 4, 4), 1.6,
         ("complaint_z",)),
    Kind("checks_missed", "核验漏检", "check", (0.06, 0.20, 0.50), (14, 14, 14), 1.6,
         ("health_check_gap",)),
    Kind("source_late", "数据迟到", "source", (1, 1, 1), (40, 90, 200), 2.4,
         ("data_lag",), True),
    Kind("numbers_missing", "不写办件编号", "hall", (0.06, 0.15, 0.40), (2, 3, 5), 1.6,
         ("link_rate",)),
    Kind("garbage_rows", "来源混入坏行", "source", (0.02, 0.06, 0.18), (5, 6, 7), 1.6,
         ("invalid_row_rate",)),
    Kind("devices_down", "设备断线", "device", (0.12, 0.30, 0.60), (60, 100, 180), 2.0,
         ("device_offline",), True),
)  # fmt: skip
BY_KEY = {kind.key: kind for kind in KINDS}
