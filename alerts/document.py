"""The catalogue in words: the tables of README and manual, and how often and where an indicator is read, for people."""

from __future__ import annotations

from alerts.catalogue import catalogue
from alerts.definition import Definition, Thresholds

#: Place columns in words.
GRAINS = {
    "hall_id": "大厅",
    "queue_id": "队列",
    "service_group": "服务组",
    "window_id": "窗口",
    "item_code": "事项",
    "dept_code": "部门",
    "county": "区县",
    "programme": "核验项目",
    "source_system": "来源系统",
    "source_table": "数据表",
}
_CADENCES = {
    "RT": "每 5 分钟",
    "D": "每天 20:00",
    "W": "每周一 06:00",
    "M": "每天 20:00（本月累计），次月 1 日 06:00 再算上月",
}
_HALF_HOUR = 30


def cadence_said(definition: Definition) -> str:
    """How often it is read."""
    return "每半小时" if definition.minutes == _HALF_HOUR else _CADENCES[definition.cadence]


def grain_said(definition: Definition) -> str:
    """Of what it is read: 大厅 × 队列."""
    return " × ".join(GRAINS[name] for name in definition.grain)


def signs(definition: Definition) -> tuple[str, str]:
    """The sign before a level's threshold, and before recovery."""
    if definition.direction == "down":
        return "<", "≥"
    return (">" if definition.strict else "≥"), "≤"


def thresholds_said(definition: Definition, thresholds: Thresholds) -> str:
    """From where on each level is met, and from where on it is over."""
    met, over = signs(definition)
    levels = " / ".join(f"{value:g}" for value in (thresholds.yellow, thresholds.orange, thresholds.red))
    return f"{met} {levels}；恢复 {over} {thresholds.recovery:g}"


def indicators_table() -> str:
    """Every indicator in Markdown: number, name, id, meaning, places, unit, cadence, thresholds, action, source."""
    rows = [
        "| # | 指标 | 含义 | 地点 | 单位 | 何时判定 | 黄 / 橙 / 红；恢复 | 先做什么 | 出处 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in catalogue().values():
        cells = (
            str(one.number),
            f"{one.name} `{one.id}`",
            one.meaning.rstrip("。"),
            grain_said(one),
            one.unit,
            cadence_said(one),
            thresholds_said(one, one.thresholds),
            one.action,
            one.source,
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"
