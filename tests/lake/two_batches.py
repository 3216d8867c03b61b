"""Two batches of a small city: the second one inserts, updates, moves rows to other months, refuses and takes back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

ZONE = ZoneInfo("Asia/Shanghai")
#: The present of all imports of these batches.
NOW = dt.datetime(2026, 10, 31, 20, 0, tzinfo=ZONE)
_FIRST = dt.datetime(2026, 8, 3, 9, 0)  # noqa: DTZ001 (local time, as sources write it)
LATER = "2026-10-31T18:00:00"
#: What the second batch does to each table: read, inserted, updated, unchanged, quarantined.
SECOND_COUNTS = {
    "queues": (2, 1, 1, 0, 0),
    "tickets": (120, 41, 55, 20, 4),
    "cases": (60, 21, 27, 10, 2),
    "reviews": (40, 20, 20, 0, 0),
}


def write_batches(place: Path) -> tuple[Path, Path]:
    """Write both batches as folders of files of the standard."""
    first, second = place / "first", place / "second"
    for folder in (first, second):
        folder.mkdir(parents=True)
    references(first)
    old_tickets, old_cases, old_reviews = tickets(200), cases(100), reviews(60)
    # Ticket k0 and case p0 are refused in the first batch and come mended in the second.
    write(first, "tickets", _changed(old_tickets, [0], channel="fax"))
    write(first, "cases", _changed(old_cases, [0], channel="fax"))
    write(first, "reviews", old_reviews)

    # k0 mended; 1–5 moved to another month; 6–55 changed; 56–75 the same; 76–79 refused; 80–119 new.
    rows = old_tickets.slice(0, 120).with_columns(number=pl.int_range(pl.len()))
    rows = rows.with_columns(
        _where(80, 119, pl.format("n{}", "number"), "ticket_id"),
        _where(76, 79, pl.lit("fax"), "channel"),
        _where(6, 55, pl.lit("B001"), "ticket_no"),
        _where(1, 55, pl.lit(LATER), "updated_at"),
        *(
            _where(1, 5, pl.format("2026-09-0{}{}", "number", pl.col(name).str.slice(10)), name)
            for name in ("take_time", "call_time", "start_time", "end_time")
        ),
    )
    write(second, "tickets", rows.drop("number"))
    # p0 mended; 1–3 moved; 4–27 changed; 28–37 the same; 38–39 refused; 40–59 new.
    rows = old_cases.slice(0, 60).with_columns(number=pl.int_range(pl.len()))
    rows = rows.with_columns(
        _where(40, 59, pl.format("q{}", "number"), "project_no"),
        _where(38, 39, pl.lit("fax"), "channel"),
        _where(4, 27, pl.lit(7), "visit_count"),
        _where(1, 27, pl.lit(LATER), "updated_at"),
        _where(1, 3, pl.lit("2026-07-01T08:00:00"), "apply_time"),
    )
    write(second, "cases", rows.drop("number"))
    rows = old_reviews.slice(0, 40).with_columns(number=pl.int_range(pl.len()))
    rows = rows.with_columns(
        _where(20, 39, pl.format("s{}", "number"), "review_id"), level=pl.lit(1), updated_at=pl.lit(LATER)
    )
    write(second, "reviews", rows.drop("number"))
    write(
        second,
        "queues",
        pl.DataFrame(
            {
                "queue_id": ["q1", "q2"],
                "hall_id": ["h1", "h2"],
                "name": ["综合窗口", "社保"],
                "queue_type": "normal",
                "updated_at": LATER,
            }
        ),
    )
    return first, second


def write_pair(folder: Path, number: int) -> Path:
    """Write one of many batches that bring as many cases as tickets, some of them in place of the batch before."""
    folder.mkdir(parents=True)
    changed = f"2026-10-31T{12 + number // 60:02d}:{number % 60:02d}:00"
    for table, key, rows in (("tickets", "ticket_id", tickets(30)), ("cases", "project_no", cases(30))):
        always = pl.int_range(pl.len()) < 10
        own = pl.format("b{}-{}", pl.lit(number), key)
        write(folder, table, rows.with_columns(pl.when(always).then(key).otherwise(own), updated_at=pl.lit(changed)))
    return folder


def references(folder: Path) -> None:
    """Write the tables that the others refer to."""
    halls = pl.DataFrame({"hall_id": ["h1", "h2"], "short_name": ["云栖", "石桥"]}).with_columns(
        name=pl.col("short_name") + "政务服务中心",
        region_code=pl.lit("330102000000"),
        county=pl.lit("云栖区"),
        level=pl.lit("county"),
        updated_at=pl.lit("2026-08-01T00:00:00"),
    )
    write(folder, "halls", halls)
    write(
        folder,
        "queues",
        pl.DataFrame(
            {
                "queue_id": ["q1"],
                "hall_id": ["h1"],
                "name": ["综合"],
                "queue_type": ["normal"],
                "updated_at": ["2026-08-01T00:00:00"],
            }
        ),
    )
    write(folder, "departments", pl.DataFrame({"dept_code": ["d1"], "name": ["人社局"]}))
    item = {
        "item_code": "i1",
        "version": "1",
        "name": "社保卡申领",
        "dept_code": "d1",
        "theme": "livelihood",
        "case_type": "instant",
        "needs_case": True,
        "apply_based": True,
        "day_unit": "workday",
        "online_capable": True,
        "ywtb_exception": False,
        "valid_from": "2020-01-01T00:00:00",
    }
    write(folder, "items", pl.DataFrame([item]))


def _times(rows: int, minutes: int) -> pl.DataFrame:
    """Rows spread over August to October, so that every month has some."""
    number = pl.int_range(rows, eager=True).alias("number")
    start = pl.lit(_FIRST) + pl.duration(hours=24 * 80 * number // rows, minutes=number % 7)
    return number.to_frame().with_columns(start=start, end=start + pl.duration(minutes=minutes))


def _iso(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%S")


def tickets(rows: int) -> pl.DataFrame:
    return _times(rows, 12).select(
        ticket_id=pl.format("k{}", "number"),
        hall_id=pl.when(pl.col("number") % 2 == 0).then(pl.lit("h1")).otherwise(pl.lit("h2")),
        ticket_no=pl.lit("A001"),
        queue_id=pl.lit("q1"),
        channel=pl.lit("kiosk"),
        take_time=_iso("start"),
        call_time=_iso("start"),
        start_time=_iso("start"),
        end_time=_iso("end"),
        status=pl.lit("done"),
        is_test=False,
        updated_at=_iso("end"),
    )


def cases(rows: int) -> pl.DataFrame:
    return _times(rows, 0).select(
        project_no=pl.format("p{}", "number"),
        item_code=pl.lit("i1"),
        hall_id=pl.lit("h1"),
        dept_code=pl.lit("d1"),
        applicant_type=pl.lit("natural"),
        channel=pl.lit("window"),
        platform=pl.lit("ywtb2"),
        apply_time=_iso("start"),
        status=pl.lit("accepted"),
        auto_approved=False,
        visit_count=1,
        cross_region=False,
        is_test=False,
        updated_at=_iso("start"),
    )


def reviews(rows: int) -> pl.DataFrame:
    return _times(rows, 0).select(
        review_id=pl.format("r{}", "number"),
        hall_id=pl.lit("h1"),
        level=5,
        origin=pl.lit("active"),
        channel=pl.lit("device"),
        named=False,
        assess_time=_iso("start"),
        updated_at=_iso("start"),
    )


def _where(first: int, last: int, value: pl.Expr, column: str) -> pl.Expr:
    """Another value in some rows."""
    return pl.when(pl.col("number").is_between(first, last)).then(value).otherwise(column).alias(column)


def _changed(rows: pl.DataFrame, places: list[int], **values: str) -> pl.DataFrame:
    here = pl.int_range(pl.len()).is_in(places)
    return rows.with_columns(
        pl.when(here).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()
    )


def write(folder: Path, table: str, rows: pl.DataFrame) -> None:
    rows.write_csv(folder / f"{table}.csv")
