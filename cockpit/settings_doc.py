"""The README's table of settings, made from the settings themselves so that it cannot drift."""

import json
from pathlib import Path

from pydantic.fields import FieldInfo

from cockpit.settings import leaves, variable
from cockpit.settings_faults import allowed


def settings_table() -> str:
    """Every setting as a Markdown table: key, meaning, unit, default, what is allowed, environment variable."""
    lines = ["| 设置 | 含义 | 单位 | 默认 | 允许的值 | 环境变量 |", "|---|---|---|---|---|---|"]
    for place, field in leaves():
        cells = (
            f"`{'.'.join(place)}`",
            str(field.description),
            unit(field) or "—",
            f"`{default(field)}`",
            allowed(field),
            f"`{variable(place)}`",
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def comment(field: FieldInfo) -> str:
    """The comment that stands above a setting in config.toml: meaning, unit, default, what is allowed."""
    parts = [f"单位：{unit(field)}"] if unit(field) else []
    parts += [f"默认：{default(field)}", f"允许：{allowed(field)}"]
    return f"# {field.description}。{'；'.join(parts)}"


def unit(field: FieldInfo) -> str:
    """The unit of a setting, or nothing."""
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def default(field: FieldInfo) -> str:
    """A setting's default as one writes it in config.toml."""
    value = field.default
    if value is None or isinstance(value, str | Path):
        return json.dumps(str(value or ""), ensure_ascii=False)
    return f"{value:g}"
