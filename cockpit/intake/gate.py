"""The gate: every row of a table is accepted whole or refused with all the reasons it failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import dataframely as dy
import polars as pl

from cockpit.intake.mapping import FAULTS, FILE, ROW, Mapped
from cockpit.intake.privacy import Hasher, is_personal, masked_text
from cockpit.intake.raw import LINE
from cockpit.intake.reasons import reason_of
from metrics.standard import TABLES, Table
from metrics.tickets import SUSPECT_WAIT

_CONTROL = r"[\x00-\x1f]"
_ROW_TYPE = pl.UInt32()


@dataclass(frozen=True)
class Verdict:
    """The gate's verdict on one table.

    Attributes:
        table: the table.
        good: accepted rows, one per key: columns of the standard, suspect_wait for tickets, updated_at, row__.
        refused: row__ and reasons (list) of every refused row.
        repeated: rows that say what another row of the batch says, or an older version of it.
        assumed: whether updated_at is only the time of the delivery.
    """

    table: Table
    good: pl.DataFrame
    refused: pl.DataFrame
    repeated: int
    assumed: bool


def judge(
    mapped: Mapped,
    known: Mapping[str, pl.Series],
    *,
    now: dt.datetime,
    tolerance: dt.timedelta,
    hasher: Hasher,
) -> Verdict:
    """Judge all rows of one table.

    Args:
        mapped: typed rows and what could not be read in them.
        known: referenced table → identifiers that exist (the lake's and those this batch accepts).
        now: the instant the data were taken; an event later than it, beyond the tolerance, has not happened.
        tolerance: by how much clocks may differ.
        hasher: makes keyed hashes of what people are known by.
    """
    wanted = mapped.table
    rows = _private(mapped.rows, wanted, hasher)
    assumed = _assumes_delivery_time(rows, wanted)
    rows = _dated(rows, wanted, now)
    faults = [mapped.faults, _schema_faults(rows, wanted, mapped.faults)]
    faults += _reference_faults(rows, wanted, known)
    faults += _future_faults(rows, mapped, now + tolerance)
    faults += _text_faults(rows, wanted, suspicious=mapped.suspicious)
    marks = pl.concat(faults)
    sound = rows if marks.is_empty() else rows.join(marks.select(ROW).unique(), on=ROW, how="anti")
    good, conflicts = _one_per_key(sound, wanted)
    marks = pl.concat([marks, conflicts])
    refused = (
        marks.unique(maintain_order=True).group_by(ROW, maintain_order=True).agg(pl.col("reason").alias("reasons"))
    )
    if wanted.marks:
        # The same bound, to the microsecond, as where baselines leave such tickets out.
        wait = (pl.col("call_time") - pl.col("take_time")).dt.total_microseconds()
        good = good.with_columns((wait > SUSPECT_WAIT).fill_null(value=False).alias("suspect_wait"))
    return Verdict(wanted, good, refused, sound.height - good.height - conflicts.height, assumed)


def _private(rows: pl.DataFrame, wanted: Table, hasher: Hasher) -> pl.DataFrame:
    """Applicants as keyed hashes whatever the source delivered; free text with ids and phone numbers masked."""
    changed: list[pl.Series | pl.Expr] = [
        masked_text(pl.col(column.name)).alias(column.name) for column in wanted.columns if column.free
    ]
    if "applicant_hash" in wanted.dtypes:
        changed.append(hasher.hashed(rows["applicant_hash"]).alias("applicant_hash"))
    return rows.with_columns(changed)


def _assumes_delivery_time(rows: pl.DataFrame, wanted: Table) -> bool:
    return not wanted.events and rows["updated_at"].null_count() == rows.height


def _dated(rows: pl.DataFrame, wanted: Table, now: dt.datetime) -> pl.DataFrame:
    """When each row last changed at the source: as it says, else its latest event, else the time of the delivery."""
    events = [pl.col(name) for name in wanted.events]
    latest = pl.max_horizontal(*events) if events else pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    return rows.with_columns(pl.coalesce("updated_at", latest, pl.lit(now).cast(pl.Datetime("us", "UTC"))))


@lru_cache(maxsize=len(TABLES))
def _gate_schema(name: str) -> type[dy.Schema]:
    """The table's schema with the row's number beside its columns, so that failures can be traced to rows."""
    return type(f"{name.title()}Gate", (TABLES[name].schema,), {ROW: dy.UInt32()})


def _schema_faults(rows: pl.DataFrame, wanted: Table, unreadable: pl.DataFrame) -> pl.DataFrame:
    """Codes, empty required columns, bounds, order of times: what the schema of the standard says."""
    failure = _gate_schema(wanted.name).filter(rows.select(*wanted.dtypes, ROW)).failure
    if not failure.counts():
        return pl.DataFrame(schema=FAULTS)
    details = failure.details()
    found = [
        details.filter(pl.col(rule) == "invalid").select(ROW, pl.lit(reason_of(rule)).alias("reason"))
        for rule in failure.counts()
    ]
    faults = pl.concat(found)
    if unreadable.is_empty():
        return faults
    # A value that could not be read is missing now; that it is missing is then no second fault.
    as_missing = pl.concat(
        unreadable.with_columns(pl.col("reason").str.replace("^(?:type|code):", f"{kind}:"))
        for kind in ("required", "needs")
    )
    return faults.join(as_missing, on=[ROW, "reason"], how="anti")


def _reference_faults(rows: pl.DataFrame, wanted: Table, known: Mapping[str, pl.Series]) -> list[pl.DataFrame]:
    return [
        _marked(
            rows, pl.col(column).is_not_null() & ~pl.col(column).is_in(known[other].implode()), f"reference:{column}"
        )
        for column, other in wanted.references.items()
    ]


def _future_faults(rows: pl.DataFrame, mapped: Mapped, latest: dt.datetime) -> list[pl.DataFrame]:
    faults = [_marked(rows, pl.col(name) > latest, f"future:{name}") for name in mapped.table.events]
    given = mapped.rows["updated_at"]  # as the source says it; where it says nothing, the events are enough
    if given.null_count() < rows.height:
        faults.append(_marked(rows, pl.lit(given) > latest, "future:updated_at"))
    return faults


def _text_faults(rows: pl.DataFrame, wanted: Table, *, suspicious: bool) -> list[pl.DataFrame]:
    """Personal numbers where a thing's identifier is expected; control characters where a text has one line."""
    faults = [
        _marked(rows, is_personal(pl.col(column.name)), f"personal:{column.name}")
        for column in wanted.columns
        if column.personal and column.name != "applicant_hash"
    ]
    if suspicious:
        faults += [
            _marked(rows, pl.col(c.name).str.contains("\x00" if c.free else _CONTROL), f"control:{c.name}")
            for c in wanted.columns
            if isinstance(c.dtype, pl.String)
        ]
    return faults


def _marked(rows: pl.DataFrame, bad: pl.Expr, reason: str) -> pl.DataFrame:
    return rows.filter(bad).select(ROW, pl.lit(reason).alias("reason"))


def _one_per_key(rows: pl.DataFrame, wanted: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of several versions of a row the latest; contradictory rows of equal age are all refused.

    Returns:
        One row per key, and the contradictory rows as faults.
    """
    key = list(wanted.key)
    nothing = pl.DataFrame(schema=FAULTS)
    # One hash for the whole key is several times cheaper than grouping by it; only what collides is looked at.
    fingerprints = rows.select(pl.struct(key).hash() if len(key) > 1 else pl.col(key[0]).hash()).to_series()
    shared = fingerprints.is_duplicated()
    if not shared.any():
        return rows, nothing
    alone, several = rows.filter(~shared), rows.filter(shared)
    latest = several.filter(pl.col("updated_at") == pl.col("updated_at").max().over(key))
    distinct = latest.unique(list(wanted.dtypes), keep="first", maintain_order=True)
    contradictory = pl.len().over(key) > 1
    conflicts = latest.join(distinct.filter(contradictory).select(key), on=key, how="semi")
    good = pl.concat([alone, distinct.filter(~contradictory)])
    return good, conflicts.select(ROW, pl.lit("conflict").alias("reason"))


def trail(rows: pl.DataFrame) -> list[str]:
    """The bookkeeping columns of mapped rows that are not stored."""
    return [name for name in (ROW, FILE, LINE) if name in rows.columns]
