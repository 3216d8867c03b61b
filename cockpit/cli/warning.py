"""Commands of early warning: evaluate, indicators, thresholds."""

from __future__ import annotations

import datetime as dt
import getpass
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alerts.catalogue import catalogue
from alerts.definition import GROUPS, LEVELS, OWNERS, SOURCES, Definition
from alerts.thresholds import EDGE_NAMES, EDGES, in_force
from cockpit import clock
from cockpit.cli.frame import ByOption, DataOption, JsonOption, data_folder, print_json, progress, refusing
from cockpit.errors import Refused
from cockpit.records.alert_log import AlertLog
from cockpit.watch import snapshot
from cockpit.watch.evaluate import CADENCES, Evaluator
from cockpit.watch.thresholds import change_thresholds, differing, proposals

#: Levels as answers name them.
MET = ("ok", "yellow", "orange", "red")
#: Place columns as answers name them.
PLACE_NAMES = {"source_system": "source", "source_table": "table"}
#: Names of indicators break lines only where they are longer.
_NAME_WIDTH = 16
#: Where a table would else be wider than a screen of 80 columns, which cuts off its last one.
_NARROW = 14
#: Further columns of a reading that answers give.
TOLD = ("comparison", "people_from")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("evaluate", help="判定一个时刻的全部到期指标：读数、样本、达到的级别；写入预警记录。")(evaluate)
    app.command("indicators", help="全部预警指标，带现行阈值。")(indicators)
    group = typer.Typer(no_args_is_help=True, help="预警阈值：列出现行阈值；把 config.toml 里的提议写入记录。")
    group.command("list", help="现行阈值，以及改过的记录、尚未采用的提议。")(list_thresholds)
    group.command("apply", help="采用 config.toml 里的提议，从现在起生效；要写明原因。")(apply)
    app.add_typer(group, name="thresholds")


def evaluate(
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="哪一刻，如 2026-10-12 10:30；缺省为刚过去的整 5 分钟")
    ] = None,
    cadence: Annotated[
        list[str] | None, typer.Option("--cadence", metavar="NAME", help=f"只判定 {'、'.join(CADENCES)} 中的；可写几次")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看数值，不写入预警记录")] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """One evaluation."""
    for name in cadence or []:
        if name not in CADENCES:
            raise typer.BadParameter(f"--cadence {name} 不是判定周期；请写 {'、'.join(CADENCES)} 之一。")
    with refusing(), data_folder(data) as folder, progress("判定"):
        when = _instant(at, folder.zone)
        # What is on record as evaluated can never be evaluated again: a slip of the year would stop all warning.
        if not dry_run and when > clock.now():
            raise Refused(
                f"--at {when:%Y-%m-%d %H:%M} 还没有到，没有判定；请写现在或以前的时间，只想看数值请加 --dry-run。"
            )
        found = Evaluator(folder).evaluate(when, cadence, dry=dry_run)
        if not dry_run:
            snapshot.write(folder, found)
    for name, why in found.ailing.items():
        typer.echo(f"{catalogue()[name].name}（{name}）这次没有读出来：{why}", err=True)
    if json:
        print_json(
            [row for name in _ordered(found.readings) for row in answers(catalogue()[name], found.readings[name])]
        )
        return
    Console().print(_readings_table(found.at, found.readings))
    if not dry_run:
        typer.echo(f"级别变化 {len(found.changes)} 处，事件记录 {len(found.events)} 条。")


def answers(definition: Definition, readings: pl.DataFrame) -> list[dict[str, Any]]:
    """Readings as the machine-readable answer gives them."""
    extras = [name for name in TOLD if name in readings.columns]
    found = []
    for row in readings.to_dicts():
        place = {PLACE_NAMES.get(name, name): row[name] for name in definition.grain}
        found.append(
            {
                "indicator": definition.id,
                "place": place,
                "at": row["at"],
                **{name: _plain(row[name]) for name in ("numerator", "denominator", "value", "sample", "baseline")},
                "reading": row["reading"],
                "met": None if row["met"] is None else MET[row["met"]],
                **{name: row[name] for name in extras},
            }
        )
    return found


def indicators(data: DataOption = None, json: JsonOption = False) -> None:
    """The catalogue."""
    now = clock.now()
    with refusing(), data_folder(data) as folder:
        changes = AlertLog(folder.records.database).thresholds()
    if json:
        print_json([_definition(one, in_force(one, changes, now)) for one in catalogue().values()])
        return
    table = Table(title="预警指标")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("名称", overflow="fold", min_width=_NARROW)
    table.add_column("指标", no_wrap=True)
    table.add_column("周期", no_wrap=True)
    table.add_column("黄/橙/红 · 恢复", no_wrap=True)
    for one in catalogue().values():
        force = in_force(one, changes, now)
        levels = "/".join(f"{value:g}" for value in (force.yellow, force.orange, force.red))
        table.add_row(str(one.number), one.name, one.id, one.cadence, f"{levels} · {force.recovery:g} {one.unit}")
    Console().print(table)


def list_thresholds(data: DataOption = None, json: JsonOption = False) -> None:
    """Thresholds in force."""
    now = clock.now()
    with refusing(), data_folder(data) as folder:
        now = now.astimezone(folder.zone)
        known = AlertLog(folder.records.database).thresholds()
        waiting = differing(proposals(folder.settings.thresholds, now, "", ""), known)
    if json:
        found = [{"indicator": one.id, **vars(in_force(one, known, now))} for one in catalogue().values()]
        told = [_change(change) for change in known]
        print_json({"in_force": found, "changes": told, "proposed": [_change(change) for change in waiting]})
        return
    table = Table(title=f"{now:%Y-%m-%d %H:%M} 现行阈值")
    table.add_column("名称", overflow="fold", min_width=_NAME_WIDTH)
    for heading in ("指标", *(EDGE_NAMES[edge] for edge in EDGES), "改过的地点"):
        table.add_column(heading, overflow="fold")
    for one in catalogue().values():
        force = in_force(one, known, now)
        places = {change.place for change in known if change.indicator == one.id and change.place}
        where = "、".join(" ".join(value for _, value in place) for place in sorted(places))
        table.add_row(one.name, one.id, *(f"{getattr(force, edge):g}" for edge in EDGES), escape(where))
    Console().print(table)
    for change in waiting:
        where = " ".join(value for _, value in change.place) or "全市"
        typer.echo(
            f"config.toml 提议 {where} {change.indicator} {EDGE_NAMES[change.edge]} {change.value:g}，尚未采用。"
        )


def apply(
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="为什么改，写入记录")],
    by: ByOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Take the proposals of config.toml."""
    with refusing(), data_folder(data) as folder:
        known = AlertLog(folder.records.database).thresholds()
        wanted = proposals(folder.settings.thresholds, clock.now(), by or getpass.getuser(), why.strip())
        changes = differing(wanted, known)
        change_thresholds(folder, changes)
    if json:
        print_json([_change(change) for change in changes])
        return
    typer.echo(f"已采用 {len(changes)} 处阈值，从现在起生效。" if changes else "没有尚未采用的提议，什么都没有改。")


def _instant(text: str | None, zone: dt.tzinfo) -> dt.datetime:
    now = clock.now().astimezone(zone)
    if text is None:
        return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    return moment(text, zone, "--at")


def moment(text: str, zone: dt.tzinfo, option: str) -> dt.datetime:
    """A time that somebody wrote, on the city's clock.

    Raises:
        Refused: it is no time.
    """
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"{option} {text} 不是时间；请写成 2026-10-12 10:30 这样。") from None
    return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)


def _ordered(readings: dict[str, pl.DataFrame]) -> list[str]:
    return sorted(readings, key=lambda name: catalogue()[name].number)


def _plain(number: float | None) -> float | int | None:
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _definition(one: Definition, force: Any) -> dict[str, Any]:  # noqa: ANN401 (thresholds)
    return {
        "number": one.number, "indicator": one.id, "name": one.name, "group": GROUPS[one.group], "meaning": one.meaning,
        "why": one.why, "source": SOURCES[one.source], "unit": one.unit, "cadence": one.cadence,
        "place": [PLACE_NAMES.get(name, name) for name in one.grain], "direction": one.direction,
        "thresholds": vars(force), "defaults": vars(one.thresholds), "sample": one.sample, "also": one.needs_said,
        "action": one.action, "owner": OWNERS[one.owner], "version": one.version, "next_review": one.next_review,
    }  # fmt: skip


def _change(change: Any) -> dict[str, Any]:  # noqa: ANN401 (a change of a threshold)
    told: dict[str, Any] = vars(change) | {"place": dict(change.place)}
    return told


def _readings_table(at: dt.datetime, readings: dict[str, pl.DataFrame]) -> Table:
    """For people: how many places each indicator was read at, and where a level is met."""
    table = Table(
        title=f"{at:%Y-%m-%d %H:%M} 判定", caption="黄、橙、红：此刻的读数达到这一级的地点；暂停：数据异常，暂停判定。"
    )
    table.add_column("指标", overflow="fold", min_width=_NARROW)
    for heading in ("地点", "有值", "样本不足", "无数据", "暂停", *LEVELS[1:]):
        table.add_column(heading, justify="right", overflow="fold")
    for name in _ordered(readings):
        found = readings[name]
        kinds = dict(found.group_by(pl.col("reading").cast(pl.String)).agg(pl.len()).iter_rows())
        counts = [kinds.get(kind, 0) for kind in ("value", "insufficient", "no_data")]
        met = [int((found["met"] == level).sum()) for level in (1, 2, 3)]
        numbers = [found.height, *counts, int(found["held"].sum()), *met]
        table.add_row(catalogue()[name].name, *(f"{number:,}" if number else "·" for number in numbers))
    return table
