"""A reading in words for a message: the number, the line it has crossed, what is usual."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from alerts.definition import LEVELS, Definition

_EDGES = {1: "yellow", 2: "orange", 3: "red"}


def against(definition: Definition, frozen: Mapping[str, Any], level: int) -> str:
    """The reading against its threshold and baseline, each with its unit; empty where no reading was kept.

    A rounded number never looks as if it had not crossed the line that it has.
    """
    value, line = _known(frozen.get("value")), _known(frozen.get("thresholds", {}).get(_EDGES.get(level, "")))
    if "value" not in frozen:
        return ""
    unit = definition.unit
    parts = ["没有窗口开放" if value is None else f"{_number(value, line)}{_unit(unit)}"]
    if value is not None and line is not None and _crossed(definition, value, line):
        parts.append(f"{LEVELS[level]}色线 {_number(line)}{_unit(unit)}")
    elif said := definition.at_least_said or definition.instead_said:
        parts.append(said.rstrip("。"))
    if (usual := _known(frozen.get("baseline"))) is not None:
        parts.append(f"平时 {_number(usual)}")
    return f"{'，'.join(parts)}。"


def _crossed(definition: Definition, value: float, line: float) -> bool:
    return value >= line if definition.direction == "up" else value < line


def _known(value: object) -> float | None:
    """A number that is one."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _number(value: float, line: float | None = None) -> str:
    """At most one decimal; more where the line would otherwise look reached, or the number would look like nothing."""
    for decimals in (1, 2, 3, 4):
        shown = round(value, decimals)
        hides = line is not None and shown == round(line, decimals) and value != line
        if not hides and (shown != 0 or value == 0):
            break
    return f"{shown:,.{decimals}f}".rstrip("0").rstrip(".")


def _unit(unit: str) -> str:
    return unit if unit in ("%", "σ") else f" {unit}"
