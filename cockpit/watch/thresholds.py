"""Changing thresholds (调整阈值): what is proposed, what that would change, and the change itself, with who and why."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from alerts.catalogue import catalogue
from alerts.definition import Definition, ImpossibleDefinition
from alerts.document import GRAINS
from alerts.incidents import Place
from alerts.thresholds import EDGE_NAMES, EDGES, Edge, ThresholdChange, allowed, in_force
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.people import line

#: Where the places that have a number or a name of their own are written down.
_WRITTEN_DOWN = {
    "hall_id": "halls",
    "county": "halls",
    "queue_id": "queues",
    "window_id": "windows",
    "service_group": "windows",
    "dept_code": "departments",
    "item_code": "items",
}


def named(indicator: str) -> Definition:
    """The indicator of this id.

    Raises:
        Refused: there is none; the sentence names the nearest one.
    """
    if indicator not in catalogue():
        near = difflib.get_close_matches(indicator, list(catalogue()), n=1)
        raise Refused(f"没有指标 {indicator}{f'，是否想写 {near[0]}' if near else ''}；全部指标见 indicators。")
    return catalogue()[indicator]


def proposals(proposed: Mapping[str, Any], at: dt.datetime, who: str, why: str) -> list[ThresholdChange]:
    """The thresholds that config.toml proposes, as changes.

    Raises:
        Refused: an indicator is not known.
    """
    found = []
    for indicator, table in proposed.items():
        named(indicator)
        for part in (table, *table.get("at", [])):
            place: Place = tuple((key, str(part[key])) for key in part if key not in EDGES and key != "at")
            edges = [edge for edge in EDGES if edge in part]
            found += [ThresholdChange(indicator, place, edge, float(part[edge]), at, who, at, why) for edge in edges]
    return found


def differing(changes: Sequence[ThresholdChange], known: Sequence[ThresholdChange]) -> list[ThresholdChange]:
    """Those of some changes after which other thresholds would be in force than before."""
    found = []
    for change in changes:
        before = in_force(named(change.indicator), known, change.effective_from, change.place)
        if getattr(before, change.edge) != change.value:
            found.append(change)
    return found


def checked(changes: Sequence[ThresholdChange], known: Sequence[ThresholdChange]) -> None:
    """See that thresholds stay in order everywhere.

    Raises:
        Refused: they would not, or a place is none of the indicator's.
    """
    for indicator in dict.fromkeys(change.indicator for change in changes):
        definition = named(indicator)
        mine = [change for change in changes if change.indicator == indicator]
        if strange := {name for change in mine for name, _ in change.place} - set(definition.grain):
            raise Refused(
                f"{definition.name} 没有 {'、'.join(sorted(strange))} 这样的地点，没有改动；"
                f"它的地点由 {'、'.join(definition.grain)} 表示。"
            )
        try:
            allowed(definition, known, mine)
        except ImpossibleDefinition:
            order = "恢复 < 黄 < 橙 < 红" if definition.direction == "up" else "恢复 > 黄 > 橙 > 红"
            told = "、".join(
                f"{EDGE_NAMES[change.edge]} {change.value:g}" for change in mine if change.value is not None
            )
            force = in_force(definition, known, mine[0].effective_from, mine[0].place)
            now = "、".join(f"{EDGE_NAMES[edge]} {getattr(force, edge):g}" for edge in EDGES)
            raise Refused(
                f"{definition.name} 的阈值要满足 {order}，改成 {told} 就不满足了，没有改动；"
                f"现为 {now}，请把要一起改的也写上。"
            ) from None


def change_thresholds(folder: DataFolder, changes: Sequence[ThresholdChange]) -> None:
    """Put changes of thresholds on record; all of them or none.

    Raises:
        Refused: no reason is given, there is no such place, or they would not be in order.
    """
    if not changes:
        return
    log = AlertLog(folder.records.database)
    if not all(change.why.strip() for change in changes):
        raise Refused("没有写原因，没有改动；阈值怎么改的、为什么改，以后要能查到。")
    checked(changes, log.thresholds())
    _there(folder, changes)
    told = "；".join(_said(change) for change in changes)
    log.add_thresholds(
        changes, line(changes[0].who, "thresholds.change", changes[0].indicator, f"{told}。{changes[0].why}")
    )


def _there(folder: DataFolder, changes: Sequence[ThresholdChange]) -> None:
    """A slip in the number of a hall would change nothing anywhere, and nobody would notice.

    Raises:
        Refused: a place is not in the records; what is taken back may be of a place that is no more.
    """
    snapshot = folder.lake.snapshot()
    wanted = {pair for change in changes if change.value is not None for pair in change.place}
    for column, value in sorted(wanted):
        if column not in _WRITTEN_DOWN:
            continue
        known = snapshot.scan(_WRITTEN_DOWN[column]).select(column).unique().collect()[column].drop_nulls()
        if value not in known:
            near = difflib.get_close_matches(value, known.sort().to_list(), n=1)
            guess = f"是否想写 {near[0]}" if near else "请核对编号"
            raise Refused(f"没有编号或名称为 {value} 的{GRAINS[column]}（{column}），没有改动；{guess}。")


def _said(change: ThresholdChange) -> str:
    where = "".join(f"{value} " for _, value in change.place) or "全市 "
    value = "恢复默认" if change.value is None else f"{change.value:g}"
    return f"{where}{catalogue()[change.indicator].name} {EDGE_NAMES[change.edge]} {value}"


def edge_of(text: str) -> Edge:
    """A threshold by its name.

    Raises:
        Refused: there is none of this name.
    """
    for edge in EDGES:
        if edge == text:
            return edge
    raise Refused(f"没有 {text} 这个阈值；可以写 {'、'.join(EDGES)}。")
