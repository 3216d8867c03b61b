"""The counts of months put together for what a page asks: a time, a place that the viewer may see, an item, a theme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from cockpit.board.quantity import Comparison, Definition, Quantity, RowsKey, Target
from cockpit.board.sheet import Field
from cockpit.board.spans import Span, Where, months_of, title_of, within
from cockpit.door.viewer import Viewer
from cockpit.watch.month_keeper import Counts
from cockpit.watch.months import Month
from metrics.panorama import Panorama
from metrics.periods import Period
from metrics.rates import PLACE_COLUMNS, Cells, Place, Rate

#: Counts of cases; the others of a month are for other pages.
_CASES = r"^(scope|finished|submitted).*$"
#: numerator, denominator, value of one rate.
Figure = Mapping[str, float | None]
_PLACED = ("hall_id", "county", "dept_code", "item_code", "theme")
#: So few cases say nothing about an item, or about a place: as the rates say for what is on target.
LEAST_ITEM, LEAST_PLACE = 10, 50
#: A page draws so many rows of a long table; that a row says little is told beside it where that is among them.
LOOKED_AT = 20
REMARK = Field("remark", "说明")
#: The province's demand on the three rates.
NINETY = Target(90.0, source="省级要求")
NOW, BEFORE, YEAR_BEFORE = "now", "before", "year_before"


def groups_of(span: Span, counts: Counts) -> dict[str, list[Month]]:
    """The months of a time, of what it is compared with, and of its trend; those compared with only where whole.

    Returns:
        `NOW`, `BEFORE`, `YEAR_BEFORE` and every month's label → the months counted.
    """
    found = {NOW: [counts.months[month.label] for month in span.months if month.label in counts.months]}
    for name, period in ((BEFORE, span.before), (YEAR_BEFORE, span.year_before)):
        months = months_of(period) if period else ()
        whole = bool(months) and all(month.label in counts.months for month in months)
        found[name] = [counts.months[month.label] for month in months] if whole else []
    return found | {month.label: [counts.months[month.label]] for month in span.wanted if month.label in counts.months}


def tally_of(
    groups: Mapping[str, Sequence[Month]], viewer: Viewer, where: Where, *, item: str = "", theme: str = ""
) -> Cells:
    """The counts of cases of some times, each put together under its name, within what the viewer may see.

    Args:
        groups: name of each time and its months.
        viewer: who looks.
        where: the place.
        item: only of this item; "" = of all.
        theme: only of this theme; "" = of all.
    """
    cells = _gathered({name: [month.rates.cells for month in months] for name, months in groups.items()}, _CASES)
    cells = _narrowed(within(viewer, cells.filter(pl.col("hall_id").is_not_null()), where), item, theme)
    # Places are asked for at one time only; of many times at once just the sums of them all are.
    kinds = [kind for kind in PLACE_COLUMNS if kind != "city"] if len(groups) == 1 else []
    places: dict[Place, pl.DataFrame] = {
        kind: cells.select(PLACE_COLUMNS[kind]).drop_nulls().unique().sort(PLACE_COLUMNS[kind]) for kind in kinds
    }
    waits = pl.DataFrame(schema={"period": pl.Int32, "seat": pl.Int64, "wait": pl.Int64})
    seats = pl.DataFrame(schema={"seat": pl.Int64, "hall_id": pl.String, "county": pl.String})
    return Cells(tuple(groups), cells, waits, seats, places)


def panorama_of(
    groups: Mapping[str, Sequence[Month]], viewer: Viewer, where: Where, *, item: str = "", theme: str = ""
) -> Panorama:
    """What 办件全景 is made of, in the same way; `period` is the number of the time."""
    cells = _gathered({name: [month.panorama.cells for month in months] for name, months in groups.items()}, "^.*$")
    times = _gathered({name: [month.panorama.times for month in months] for name, months in groups.items()}, "^.*$")
    cells, times = (_narrowed(within(viewer, frame, where), item, theme) for frame in (cells, times))
    return Panorama(cells, times)


def figures_of(frame: pl.DataFrame) -> dict[tuple[str, str], Figure]:
    """Rates of one place by id and name of the time: numerator, denominator, value."""
    columns = ("rate", "period", "numerator", "denominator", "value")
    return {(row["rate"], row["period"]): row for row in frame.select(columns).iter_rows(named=True)}


def rate_quantity(
    rate: Rate,
    figures: Mapping[tuple[str, str], Figure],
    span: Span,
    *,
    as_of: dt.datetime | None,
    rows: RowsKey | None = None,
    target: Target | None = None,
    enough: int = LEAST_PLACE,
    note: str = "",
    waiting: Collection[str] = (),
) -> Quantity:
    """A rate as pages show it, with 环比 and 同比."""
    now = figures.get((rate.id, NOW), {})
    return Quantity(
        key=rate.id,
        title=rate.name,
        value=now.get("value"),
        unit=rate.unit,
        definition=Definition(rate.meaning, rate.above, rate.below, version=f"率的定义 {rate.version}"),
        period=span.title,
        target=target,
        comparisons=comparisons(
            span,
            *(enough_of(figures.get((rate.id, name)), enough) for name in (BEFORE, YEAR_BEFORE)),
            waiting=waiting,
        ),
        better="down" if rate.id in {"overdue_finish_rate", "accept_delay_rate"} else "up",
        numerator=now.get("numerator"),
        denominator=now.get("denominator"),
        sample=now.get("denominator"),
        enough=enough,
        as_of=as_of,
        rows=rows,
        note=note,
    )


def enough_of(figure: Figure | None, least: int) -> float | None:
    """The value of a rate, where it rests on enough to be compared with or drawn."""
    if figure is None or not figure["denominator"] or figure["denominator"] < least:
        return None
    return figure["value"]


def comparisons(
    span: Span, before: float | None, year_before: float | None, *, waiting: Collection[str] = ()
) -> tuple[Comparison, ...]:
    """环比 and 同比; without a number where there is nothing to compare with, or not yet.

    Args:
        span: the time.
        before: the number of the time before.
        year_before: the number of a year before.
        waiting: labels of months that are still being counted.
    """
    earlier: Period | None = span.year_before
    return (
        Comparison("环比", before, title_of(span.before), _counting(span.before, waiting)),
        Comparison("同比", year_before, title_of(earlier) if earlier else "", _counting(earlier, waiting)),
    )


def _counting(period: Period | None, waiting: Collection[str]) -> bool:
    return period is not None and any(month.label in waiting for month in months_of(period))


def trend_of(values: Mapping[str, float | None], span: Span) -> pl.DataFrame:
    """A number month by month beside that of a year before: month (its first day), value, last_year."""
    rows = []
    for month in span.trend:
        earlier = month.year_before()
        rows.append((month.start, values.get(month.label), values.get(earlier.label) if earlier else None))
    return pl.DataFrame(rows, schema={"month": pl.Date, "value": pl.Float64, "last_year": pl.Float64}, orient="row")


def counted_at(span: Span, counts: Counts) -> dt.datetime | None:
    """As of which instant a time was counted: its last month, the one that may still change most."""
    made = [counts.months[month.label].counted_at for month in span.months if month.label in counts.months]
    return max(made) if made else None


def as_of(span: Span, counts: Counts) -> dt.datetime | None:
    """How far the data reach that a time was counted of (数据截至), in the city's zone."""
    reaches, counted = counts.reaches, counted_at(span, counts)
    return min(reaches, counted.astimezone(reaches.tzinfo)) if reaches and counted else reaches or counted


def _gathered(frames: Mapping[str, Sequence[pl.DataFrame]], columns: str) -> pl.DataFrame:
    """Cells of all months under the number of their time."""
    parts = [
        cells.select(
            pl.lit(number, dtype=pl.Int32).alias("period"), *_placed(cells), pl.col(columns).exclude("period", *_PLACED)
        )
        for number, months in enumerate(frames.values())
        for cells in months
    ]
    return pl.concat(parts, how="diagonal")


def _placed(cells: pl.DataFrame) -> list[str]:
    return [name for name in _PLACED if name in cells.columns]


def _narrowed(cells: pl.DataFrame, item: str, theme: str) -> pl.DataFrame:
    wanted = [pl.col(column) == value for column, value in (("item_code", item), ("theme", theme)) if value]
    return cells.filter(wanted) if wanted else cells
