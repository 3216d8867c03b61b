"""Refused rows: kept with all their reasons, found again, and gone once the mended row has come in."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

import polars as pl

from cockpit.intake.gate import Verdict
from cockpit.intake.mapping import FILE, ROW, Mapped
from cockpit.intake.privacy import Hasher, is_personal, masked_cell, masked_text
from cockpit.intake.profile import Profile
from cockpit.intake.raw import LINE, Raw
from cockpit.lake.layout import QUARANTINE
from cockpit.lake.store import Snapshot
from metrics.standard import TABLES, Table

_LEAVING = {"entry_id": pl.String(), "of_table": pl.String()}
_SCHEMA = {**QUARANTINE.stored, str(QUARANTINE.partition): pl.String()}
#: A refused row without a key is known again by its place, if at least this share of its values is still there.
_ALIKE = 0.5


def entries_of(
    verdict: Verdict,
    mapped: Mapped,
    raws: Sequence[Raw],
    *,
    profile: Profile,
    batch_id: str,
    at: dt.datetime,
    hasher: Hasher,
) -> pl.DataFrame:
    """Quarantine entries for the refused rows of one table: the source's own row, masked, with every reason."""
    if verdict.refused.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    refused = mapped.rows.join(verdict.refused, on=ROW, how="inner")
    places = refused.select(FILE, LINE, "reasons", key_text(mapped.table.key, refused, hasher))
    free = _free_columns(profile, mapped.table)
    found = []
    for (file,), part in places.partition_by(FILE, as_dict=True).items():
        raw = raws[int(str(file))]
        cells = raw.rows.join(part.select(LINE).unique(), on=LINE, how="semi")
        shown = cells.select(LINE, _as_json(cells.drop(LINE), free))
        found.append(part.join(shown, on=LINE, how="left").with_columns(pl.lit(raw.name).alias("file")))
    return _finished(pl.concat(found).rename({LINE: "line"}), mapped.table.name, batch_id, profile.source_system, at)


def broken_entries(raw: Raw, of_table: str, *, batch_id: str, source_system: str, at: dt.datetime) -> pl.DataFrame:
    """Quarantine entries for records that could not be split into fields."""
    if raw.broken.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    lines = raw.broken.select(
        "line",
        pl.concat_list("reason").alias("reasons"),
        pl.lit(None, dtype=pl.String).alias("key"),
        masked_text(pl.col("text").str.head(4000)).alias("row"),
        pl.lit(raw.name).alias("file"),
    )
    return _finished(lines, of_table, batch_id, source_system, at)


def settle(
    snapshot: Snapshot, entries: pl.DataFrame, accepted: dict[str, pl.DataFrame], raws: Sequence[Raw], hasher: Hasher
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What to add to the quarantine and what leaves it.

    An entry leaves when its key has come in again (accepted, or refused anew: then the new refusal stands in its
    place), or, having no key, when the same line of the same file has come in again with mostly the same values.

    Args:
        snapshot: what is known.
        entries: refused rows of this batch.
        accepted: table → accepted rows of this batch (key columns, file__, line__).
        raws: files of this batch.
        hasher: makes keyed hashes of what people are known by.

    Returns:
        New entries; entry_id and of_table of those that leave.
    """
    entries = entries.unique("entry_id", maintain_order=True)
    known, leaving = [], [pl.DataFrame(schema=_LEAVING)]
    for name in sorted({*accepted, *entries["of_table"].unique()}):
        # Only what is looked for is read: the quarantine may hold millions.
        waiting = snapshot.quarantine(name)
        if not snapshot.has(QUARANTINE.name) or waiting.head(1).collect().is_empty():
            continue
        refused = entries.filter(pl.col("of_table") == name)
        rows = accepted.get(name, pl.DataFrame())
        known.append(waiting.select("entry_id").join(refused.lazy(), on="entry_id", how="semi").collect())
        keys = [refused["key"].drop_nulls()] + ([key_text(TABLES[name].key, rows, hasher)] if rows.height else [])
        again = pl.concat(keys).unique().to_frame("key").lazy()
        leaving.append(waiting.join(again, on="key", how="semi").select(_LEAVING.keys()).collect())
        leaving.append(_mended(waiting.filter(pl.col("key").is_null()), refused, rows, raws))
    fresh = entries.join(pl.concat(known), on="entry_id", how="anti", maintain_order="left") if known else entries
    return fresh, pl.concat(leaving).unique().join(entries, on="entry_id", how="anti")


def key_text(key: Sequence[str], rows: pl.DataFrame, hasher: Hasher) -> pl.Series:
    """The row's key as one text; missing where a part is missing. A key that is a personal number is hashed."""
    parts = rows.select(pl.col(name).cast(pl.String) for name in key)
    parts = parts.with_columns(
        hasher.hashed(column).alias(column.name)
        for column in parts
        if parts.select(is_personal(pl.col(column.name)).any()).item()
    )
    return parts.select(pl.concat_str(key, separator=" | ").alias("key"))["key"]


def _mended(keyless: pl.LazyFrame, refused: pl.DataFrame, accepted: pl.DataFrame, raws: Sequence[Raw]) -> pl.DataFrame:
    """Entries without a key whose line has come in again: same file, same line, mostly the same values."""
    names = pl.DataFrame(
        {FILE: range(len(raws)), "file": [raw.name for raw in raws]}, schema_overrides={FILE: pl.Int32}
    )
    places = [refused.select("file", "line")]
    if FILE in accepted.columns:
        taken = accepted.select(FILE, pl.col(LINE).cast(pl.Int64).alias("line")).join(names, on=FILE)
        places.append(taken.select("file", "line"))
    again = pl.concat(places).unique().lazy()
    wanted = keyless.select(*_LEAVING, "file", "line", "row").join(again, on=["file", "line"], how="semi").collect()
    gone = []
    for raw in raws if wanted.height else ():
        here = wanted.filter(pl.col("file") == raw.name)
        plain = [name for name, dtype in raw.rows.schema.items() if name != LINE and not dtype.is_nested()]
        lines = raw.rows.select(pl.col(plain).cast(pl.String), pl.col(LINE).cast(pl.Int64))
        now = {row[-1]: row[:-1] for row in lines.join(here, left_on=LINE, right_on="line", how="semi").iter_rows()}
        gone += [
            (entry_id, table)
            for entry_id, table, _, line, before in here.iter_rows()
            if line in now and _alike(before, now[line])
        ]
    return pl.DataFrame(gone, schema=_LEAVING, orient="row")


def _alike(before: str, now: Sequence[str | None]) -> bool:
    values = [value for value in now if value is not None]
    try:
        cells = [value for value in json.loads(before).values() if value is not None]
    except (json.JSONDecodeError, AttributeError):  # the text of a record that could not be split
        return sum(value in before for value in values) >= _ALIKE * len(values)
    found = set(values)
    return sum(cell in found for cell in cells) >= _ALIKE * max(len(cells), 1)


def _free_columns(profile: Profile, wanted: Table) -> set[str]:
    """Columns of the source that hold free text of people: in them every long run of digits is masked."""
    free = [column.name for column in wanted.columns if column.free]
    if profile.is_standard:
        return set(free)
    found: set[str] = set()
    for rule in profile.tables:
        for setting in (rule.columns[name] for name in free if rule.table == wanted.name and name in rule.columns):
            names = {setting.column} if setting.sql is None else set(pl.sql_expr(setting.sql).meta.root_names())
            for name in names & rule.define.keys():
                names |= set(pl.sql_expr(str(rule.define[str(name)].sql)).meta.root_names())
            found |= {name for name in names if name is not None}
    return found


def _as_json(cells: pl.DataFrame, free: set[str]) -> pl.Expr:
    """The source's row as JSON, ids and phone numbers masked."""
    shown = []
    for name, dtype in cells.schema.items():
        text = pl.struct(name).struct.json_encode().alias(name) if dtype.is_nested() else pl.col(name).cast(pl.String)
        shown.append(masked_text(text) if name in free or dtype.is_nested() else masked_cell(text))
    return pl.struct(shown).struct.json_encode().alias("row")


def _finished(lines: pl.DataFrame, of_table: str, batch_id: str, source_system: str, at: dt.datetime) -> pl.DataFrame:
    named = lines.with_columns(
        pl.lit(source_system).alias("source_system"),
        pl.lit(batch_id).alias("batch_id"),
        pl.lit(at).cast(pl.Datetime("us", "UTC")).alias("refused_at"),
        pl.lit(of_table).alias("of_table"),
        pl.col("line").cast(pl.Int64),
    )
    # The same refusal brought in again has the same fingerprint, so that the same file twice changes nothing.
    told = named.select(
        pl.concat_str("of_table", "source_system", "file", "line", pl.col("row").fill_null(""), separator="\n")
    )
    ids = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in told.to_series()]
    return named.with_columns(pl.Series("entry_id", ids, dtype=pl.String)).select(*_SCHEMA).cast(_SCHEMA)  # type: ignore[arg-type]
