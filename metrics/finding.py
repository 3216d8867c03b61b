"""Findings (问题): deviations that no warning covers, counted over a week; what a kind of them is, and all kinds.

A finding contradicts common sense or another source: people wait at a window that stands open without work, somebody
is recorded as present all day and serves nobody. It accuses nobody: it names a place, how much, since when, and what to
look at. Every kind is one module in `metrics.findings`, found by itself.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from metrics import findings
from metrics.records import Records
from metrics.view import View

#: What names the place of a finding; those that do not apply are null.
PLACE = ("hall_id", "window_id", "item_code", "staff_id")
#: Columns of the findings of every kind.
COLUMNS = (*PLACE, "numerator", "denominator", "size", "since", "days", "detail")
#: Columns of the rows behind them; those that do not apply are null.
BEHIND = ("date", "subject", "window_id", "staff_id", "item_code", "begin", "end", "minutes", "note")


@dataclass(frozen=True)
class Week:
    """What the findings of some closed days are counted from.

    Attributes:
        view: the records of these days.
        start: first day.
        end: first day no longer meant.
        before: tickets and headcounts of the 8 weeks before, to know what is usual; tables of the standard.
    """

    view: View
    start: dt.date
    end: dt.date
    before: Records


@dataclass(frozen=True)
class FindingKind:
    """One kind of findings.

    Attributes:
        id: its name.
        title: its Chinese name.
        rule: what is counted and from when on it is a finding, in Chinese; every number of it in words.
        check: what to look at on the spot, one Chinese sentence.
        unit: unit of the size, in Chinese.
        above: what the numerator is, with its unit, in Chinese.
        below: what the denominator is, with its unit, in Chinese.
        threshold: size from which on it is a finding; the size in multiples of it is the rank.
        needs: tables without which nothing can be said.
        find: counts it: week → `COLUMNS`. size ≥ threshold for all rows; since is the first day of the week on which
            it happened, days on how many, detail a short Chinese remark or null.
        behind: week and its findings → the rows behind them: the place columns prefixed `of_`, and `BEHIND`.
    """

    id: str
    title: str
    rule: str
    check: str
    unit: str
    above: str
    below: str
    threshold: float
    needs: tuple[str, ...]
    find: Callable[[Week], pl.DataFrame]
    behind: Callable[[Week, pl.DataFrame], pl.DataFrame]


@cache
def all_findings() -> dict[str, FindingKind]:
    """Every kind by its id, in order of id.

    Raises:
        ValueError: two modules name the same kind.
    """
    found: dict[str, FindingKind] = {}
    for module in pkgutil.iter_modules(findings.__path__):
        kind: FindingKind = importlib.import_module(f"metrics.findings.{module.name}").KIND
        if kind.id in found:
            raise ValueError(f"two kinds of findings are called {kind.id}")
        found[kind.id] = kind
    return dict(sorted(found.items()))


def shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """Findings with all columns in order; place columns and detail that a kind lacks are null."""
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in (*PLACE, "detail") if name not in frame.columns]
    return frame.with_columns(absent).select(
        *PLACE,
        pl.col("numerator", "denominator", "size").cast(pl.Float64),
        pl.col("since").cast(pl.Date),
        pl.col("days").cast(pl.Int64),
        pl.col("detail").cast(pl.String),
    )


def listed(rows: pl.DataFrame, found: pl.DataFrame, place: tuple[str, ...], zone: str) -> pl.DataFrame:
    """The rows behind findings, with all columns in order; what a kind lacks is null.

    Args:
        rows: rows of all places, in the order shown; with the columns of the place.
        found: the findings.
        place: the columns that name a place of this kind.
        zone: the city's zone.
    """
    instant = pl.Datetime("us", zone)
    shapes: dict[str, pl.DataType] = {
        **{"date": pl.Date(), "subject": pl.String(), "window_id": pl.String(), "staff_id": pl.String()},
        **{"item_code": pl.String(), "begin": instant, "end": instant, "minutes": pl.Float64(), "note": pl.String()},
    }
    kept = rows.join(found.select(place), on=list(place), how="semi", nulls_equal=True, maintain_order="left")
    return kept.select(
        *((pl.col(name) if name in place else pl.lit(None, dtype=pl.String)).alias(f"of_{name}") for name in PLACE),
        *(
            (pl.col(name) if name in rows.columns else pl.lit(None)).cast(shape).alias(name)
            for name, shape in shapes.items()
        ),
    )
