"""Commands that tell numbers: rates."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from cockpit import clock
from cockpit.cli.frame import DataOption, JsonOption, data_folder, print_json, progress, refusing
from cockpit.lake.store import Snapshot
from cockpit.watch.numbers import count_rates
from metrics.periods import Period, PeriodError, parse
from metrics.rates import NO_HALL, PLACE_COLUMNS, PLACES, Place, rates_of

TITLES: dict[Place, str] = {
    "city": "全市",
    "county": "区县",
    "hall": "大厅",
    "department": "部门",
    "item": "事项",
    "theme": "主题",
}
THEMES = {
    "realestate": "房地产",
    "business": "商事登记",
    "livelihood": "民生服务",
    "investment": "投资项目",
    "other": "其他",
}
_WAYS = "2026-03-11、2026-W11、2026-03、2026-Q1、2026，或 起始日..结束日（不含结束日）"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("rates", help="一个时段的全部率，带分子和分母：全市，或按区县、大厅、部门、事项、主题。")(rates)


def rates(
    period: Annotated[str, typer.Option("--period", metavar="PERIOD", help=f"时段：{_WAYS}")],
    by: Annotated[str, typer.Option("--by", metavar="PLACE", help="、".join(TITLES))] = "city",
    rate: Annotated[list[str] | None, typer.Option("--rate", metavar="ID", help="只看这个率；可写几次")] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Every rate of a period, with numerator and denominator."""
    when, place = _period(period), _place(by)
    wanted = _rates(rate, place)
    with refusing(), data_folder(data) as folder, progress("计算"):
        snapshot = folder.lake.snapshot()
        found = count_rates(folder.lake, [when], clock.now(), snapshot).rates(place, wanted)
        names = {} if json else _names(snapshot, place)
    if json:
        print_json([_figure(row, place) for row in found.to_dicts()])
        return
    Console().print(_table(found, when, place, names))


def _period(text: str) -> Period:
    try:
        return parse(text)
    except PeriodError as error:
        meant = f"；是否想写 {error.suggestion}" if error.suggestion else ""
        raise typer.BadParameter(f"--period {text} 不是时段{meant}；请写成 {_WAYS}。") from None


def _place(text: str) -> Place:
    found = next((place for place in PLACES.values() if place == text), None)
    if found is None:
        raise typer.BadParameter(
            f"--by {text} 不是汇总方式{_near(text, PLACES.values())}；请写 {'、'.join(TITLES)} 之一。"
        )
    return found


def _rates(asked: list[str] | None, place: Place) -> list[str] | None:
    known = {rate.id for rate in rates_of() if place in rate.places}
    for text in asked or []:
        if text not in known:
            raise typer.BadParameter(
                f"--rate {text} 不是按{TITLES[place]}计算的率{_near(text, known)}；请用不带 --rate 的 rates 查看全部。"
            )
    return asked or None


def _near(text: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(text, list(known), n=1)
    return f"；是否想写 {near[0]}" if near else ""


def _figure(row: dict[str, Any], place: Place) -> dict[str, Any]:
    """One figure of the machine-readable answer; counts as whole numbers."""
    names = PLACE_COLUMNS[place]
    if place == "hall" and row["hall_id"] != NO_HALL:
        names = ("hall_id",)
    return {
        "rate": row["rate"],
        "period": row["period"],
        "place": {name: row[name] for name in names},
        "numerator": _whole(row["numerator"]),
        "denominator": _whole(row["denominator"]),
        "value": row["value"],
        "definition_version": row["definition_version"],
    }


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number.is_integer() else number


def _names(snapshot: Snapshot, place: Place) -> dict[str, str]:
    """What people call the places."""
    tables = {"hall": ("halls", "hall_id", "short_name"), "department": ("departments", "dept_code", "name")}
    if place == "item":
        items = snapshot.scan("items").sort("valid_from").select("item_code", "name").collect()
        return dict(items.iter_rows())
    if place in tables:
        table, code, name = tables[place]
        return dict(snapshot.scan(table).select(code, name).collect().iter_rows())
    return THEMES


def _table(found: pl.DataFrame, period: Period, place: Place, names: dict[str, str]) -> Table:
    """The figures for people; of items only those with any business."""
    definitions = {rate.id: rate for rate in rates_of()}
    title = f"{period.label}（{period.start} 至 {period.last_day}），按{TITLES[place]}"
    table = Table(title=title if place != "city" else f"{period.label}（{period.start} 至 {period.last_day}），全市")
    for heading in ("率", *([TITLES[place]] if place != "city" else [])):
        table.add_column(heading, overflow="fold")
    for heading in ("分子", "分母", "数值"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.to_dicts():
        if place == "item" and not row["denominator"]:
            continue
        rate = definitions[row["rate"]]
        where = [_called(row, place, names)] if place != "city" else []
        value = "无数据" if row["value"] is None else f"{row['value']:,.{rate.places_shown}f} {rate.unit}"
        table.add_row(rate.name, *where, _number(row["numerator"]), _number(row["denominator"]), value)
    return table


def _called(row: dict[str, Any], place: Place, names: dict[str, str]) -> str:
    code = row[PLACE_COLUMNS[place][0]]
    text = f"{row['county']} {NO_HALL}" if code == NO_HALL else names.get(code, code)
    return text.replace("[", "\\[")


def _number(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.1f}"
