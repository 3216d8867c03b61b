"""The codes of the data standard in words, for the page from which people learn what to write into a file."""

from __future__ import annotations

from collections.abc import Mapping

_ROLES = {"clerk": "窗口人员", "duty_officer": "值班长", "guide": "导办", "liaison": "部门联络员"}

#: table.column → code → what it means; a test holds that no code of the standard is without words.
CODE_WORDS: Mapping[str, Mapping[str, str]] = {
    "halls.level": {"city": "市级", "county": "县级", "town": "乡镇（街道）", "village": "村（社区）", "park": "园区"},
    "calendar.day_type": {"work": "工作日", "rest": "休息日", "holiday": "法定节假日", "makeup": "调休上班"},
    "staff.role": _ROLES,
    "items.theme": {
        "realestate": "房地产",
        "business": "商事登记",
        "livelihood": "民生服务",
        "investment": "投资项目",
        "other": "其他",
    },
    "items.case_type": {"instant": "即办件", "promise": "承诺件"},
    "items.day_unit": {"workday": "工作日", "natural": "自然日"},
    "queues.queue_type": {"normal": "普通", "appointment": "预约", "priority": "优先", "health": "公共卫生核验"},
    "devices.kind": {"ticket": "取号机", "call": "叫号屏", "review": "评价器", "kiosk": "自助机", "camera": "客流相机"},
    "window_sessions.state": {"open": "开着", "pause": "暂停"},
    "tickets.channel": {
        "kiosk": "取号机、自助机",
        "app": "App",
        "wechat": "微信",
        "desk": "导办台",
        "phone": "电话",
        "staff": "工作人员代取",
    },
    "tickets.status": {
        "waiting": "等候",
        "called": "已叫号",
        "serving": "办理中",
        "done": "办结",
        "abandoned": "弃号",
        "no_show": "过号",
        "returned": "退办",
        "void": "空号",
        "cancelled": "取消",
    },
    "cases.applicant_type": {"natural": "自然人", "legal": "法人", "other": "其他"},
    "cases.channel": {
        "window": "窗口",
        "pc": "电脑",
        "app": "App",
        "mini": "小程序",
        "kiosk": "自助终端",
        "mail": "邮寄",
        "hotline": "热线",
        "social": "社交平台",
        "staff": "工作人员代办",
        "other": "其他",
    },
    "cases.platform": {
        "ywtb2": "统一受理平台 2.0",
        "dept": "部门系统",
        "manual_backfill": "补录",
        "unknown": "来源不明",
    },
    "cases.status": {
        "submitted": "已申请",
        "correction": "待补正",
        "rejected": "不予受理",
        "accepted": "已受理",
        "in_progress": "办理中",
        "paused": "暂停",
        "finished": "办结",
        "withdrawn": "撤回",
    },
    "cases.delivery": {"window": "窗口领取", "online": "网上送达", "post": "邮寄"},
    "case_pauses.kind": {"correction": "补正", "special": "特别程序", "hearing": "听证", "survey": "勘验"},
    "reviews.origin": {"active": "主动评价", "default": "默认好评", "system_push": "系统推送"},
    "reviews.channel": {
        "pc": "电脑端",
        "mobile": "手机端",
        "qr": "扫码",
        "device": "评价器",
        "kiosk": "自助终端",
        "sms": "短信",
        "hotline": "热线",
        "paper": "纸质",
    },
    "complaints.kind": {"onsite": "现场投诉", "hotline12345": "12345 热线", "cannot_do": "办不成事"},
    "roster.role": _ROLES,
}
