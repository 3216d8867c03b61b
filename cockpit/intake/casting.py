"""Texts into the standard's types; what is no number, no date, no yes or no is told apart from what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from metrics.standard import Column

_TRUE = ("true", "t", "1", "yes", "y", "是", "有")
_FALSE = ("false", "f", "0", "no", "n", "否", "无")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
#: ISO 8601 as sources write it; a literal Z is read as a bare time of UTC.
_ISO = tuple(
    f"%Y-%m-%d{between}{time}{offset}"
    for time in ("%H:%M:%S", "%H:%M:%S%.f", "%H:%M")
    for offset in ("", "%#z", "Z", "z")
    for between in ("T", " ")
)
_UTC = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Reading:
    """How the times of one column are to be read: formats to try in turn (none = ISO 8601), zone of bare times."""

    formats: tuple[str, ...] = ()
    zone: str = "UTC"


def cast(values: pl.Series, column: Column, reading: Reading, days: pl.Series | None = None) -> pl.Series:
    """The values in the column's type; a value that cannot be read becomes missing.

    Args:
        values: texts, or values that already have a type.
        column: column of the standard.
        reading: formats and zone of times.
        days: for a column that also takes a bare time of day (08:30), the day it belongs to.
    """
    dtype = column.dtype
    if values.dtype == pl.Null:
        return values.cast(dtype)
    if not _may_hold(values.dtype, dtype):
        return pl.Series(values.name, [None] * len(values), dtype=dtype)
    if isinstance(dtype, pl.Datetime):
        return _instants(values, reading, days)
    if dtype == pl.Date:
        return _dates(values, reading)
    if dtype == pl.Int64:
        return _integers(values)
    if dtype == pl.Float64:
        numbers = values.cast(pl.Float64, strict=False)
        return numbers.to_frame("v").select(pl.when(pl.col("v").is_finite()).then("v"))["v"]
    if dtype == pl.Boolean:
        return _booleans(values)
    if isinstance(dtype, pl.List):
        return values.cast(dtype) if isinstance(values.dtype, pl.List) else _lists(values)
    return as_texts(values)


def _may_hold(given: pl.DataType, wanted: pl.DataType) -> bool:
    """Whether values of a type can mean what the column wants: no date is a number, no list a text."""
    if isinstance(wanted, pl.List):
        return given in (pl.String, pl.List(pl.String), pl.List(pl.Null))
    if wanted.is_numeric():
        return given == pl.String or given.is_numeric()
    return not given.is_nested()


def as_texts(values: pl.Series) -> pl.Series:
    """Values of any type as text; whole numbers without a fraction, what has no text as missing."""
    if isinstance(values.dtype, pl.String):
        return values
    if values.dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        if whole.cast(pl.Float64).eq_missing(values).all():  # a workbook's or a frame's way to hold integers
            return whole.cast(pl.String)
    if values.dtype.is_nested():
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    return values.cast(pl.String, strict=False)


def _integers(values: pl.Series) -> pl.Series:
    if values.dtype.is_integer():
        return values.cast(pl.Int64, strict=False)
    if isinstance(values.dtype, pl.String):
        whole = values.str.to_integer(strict=False, dtype=pl.Int64)
        if whole.null_count() == values.null_count():
            return whole
    frame = pl.DataFrame({"v": values.cast(pl.Float64, strict=False)})
    fits = (pl.col("v").round(0) == pl.col("v")) & (pl.col("v").abs() < 2**53)
    return frame.select(pl.when(fits).then("v").cast(pl.Int64, strict=False))["v"]


def _booleans(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values
    word = pl.col("v").str.strip_chars().str.to_lowercase()
    frame = pl.DataFrame({"v": as_texts(values)})
    return frame.select(pl.when(word.is_in(_TRUE)).then(True).when(word.is_in(_FALSE)).then(False).alias("v"))["v"]


def _lists(values: pl.Series) -> pl.Series:
    """JSON arrays of texts; these columns belong to small tables."""
    return pl.Series(values.name, [_list(text) for text in values], dtype=pl.List(pl.String))


def _list(text: object) -> list[str] | None:
    try:
        found = json.loads(str(text)) if text is not None else None
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None


def _dates(values: pl.Series, reading: Reading) -> pl.Series:
    if values.dtype == pl.Date:
        return values
    if isinstance(values.dtype, pl.Datetime):
        return (values.dt.convert_time_zone(reading.zone) if values.dtype.time_zone else values).dt.date()
    text = as_texts(values)
    result = pl.Series(values.name, [None] * len(text), dtype=pl.Date)
    for form in reading.formats or _DATES:
        result = _or(result, text.str.to_date(form, strict=False))
        if result.null_count() == text.null_count():
            break
    if not reading.formats and result.null_count() > text.null_count():
        # A workbook's date cell arrives with a midnight behind it.
        midnight = text.str.replace(r"[T ]00:00:00(?:\.0+)?$", "")
        result = _or(result, midnight.str.to_date("%Y-%m-%d", strict=False))
    return result


def _instants(values: pl.Series, reading: Reading, days: pl.Series | None) -> pl.Series:
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone is None:
            return _local(values.cast(pl.Datetime("us")), reading.zone)
        return values.cast(pl.Datetime("us", values.dtype.time_zone)).dt.convert_time_zone("UTC")
    if values.dtype == pl.Date:
        return _local(values.cast(pl.Datetime("us")), reading.zone)
    text = as_texts(values)
    result = pl.Series(values.name, [None] * len(text), dtype=_UTC)
    if not reading.formats:
        result = _iso(text, reading.zone)
    for form in reading.formats:
        if result.null_count() == text.null_count():
            break
        zoned = "%z" in form or "%:z" in form
        read = text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC" if zoned else None)
        result = _or(result, read if zoned else _local(read, reading.zone))
    if days is not None:
        # A workbook's time of day arrives as a time of its first day.
        hours = text.str.replace(r"^1899-12-3[01][T ](\d{2}:\d{2}:\d{2}).*$", "${1}")
        result = _or(_of_day(hours, days, reading.zone), result)
    return result


def _iso(text: pl.Series, zone: str) -> pl.Series:
    """ISO 8601: date, T or space, time, perhaps a fraction, perhaps an offset; without an offset local.

    A source writes all its times alike, so the form of its first time is tried first; each further form is tried
    only on what the ones before could not read.
    """
    first = text.drop_nulls().head(1)
    forms = sorted(_ISO, key=lambda form: _in_form(first, form, zone).null_count())
    result = pl.Series(text.name, [None] * len(text), dtype=_UTC)
    for form in forms:
        result = _or_else(result, text, lambda left, form=form: _in_form(left, form, zone))  # type: ignore[misc]
    return _or_else(result, text, lambda left: _local(left.str.to_date("%Y-%m-%d", strict=False), zone))


def _in_form(text: pl.Series, form: str, zone: str) -> pl.Series:
    offset = form.endswith("%#z")
    read = text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC" if offset else None)
    return read if offset else _local(read, "UTC" if form.lower().endswith("z") else zone)


def _or_else(result: pl.Series, text: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The result, with what is still missing read in another way."""
    left = result.is_null() & text.is_not_null()
    if not left.any():
        return result
    if left.all():
        return read(text)
    return result.scatter(left.arg_true(), read(text.filter(left)))


def _of_day(text: pl.Series, days: pl.Series, zone: str) -> pl.Series:
    """A bare time of day on its day; 24:00 is the end of it."""
    frame = pl.DataFrame({"text": text, "day": days})
    hours = pl.col("text").str.extract(r"^(\d{1,2}):\d{2}(?::\d{2})?$").cast(pl.Int64)
    minutes = pl.col("text").str.extract(r"^\d{1,2}:(\d{2})").cast(pl.Int64)
    seconds = pl.col("text").str.extract(r"^\d{1,2}:\d{2}:(\d{2})$").cast(pl.Int64).fill_null(0)
    fair = (minutes < 60) & (seconds < 60) & (hours * 3600 + minutes * 60 + seconds <= 24 * 3600)
    at = pl.col("day").cast(pl.Datetime("us")) + pl.duration(hours=hours, minutes=minutes, seconds=seconds)
    return _local(frame.select(pl.when(fair).then(at).alias("v"))["v"], zone)


def _local(moments: pl.Series, zone: str) -> pl.Series:
    """Bare times as instants of a zone; of an hour that exists twice the first, of a skipped one none."""
    placed = moments.cast(pl.Datetime("us")).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return placed.dt.convert_time_zone("UTC")


def _or(first: pl.Series, second: pl.Series) -> pl.Series:
    return first.zip_with(first.is_not_null(), second)
