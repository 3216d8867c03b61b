"""A city of 82 halls as plain frames, for measuring: shaped like real records, made in a moment, the same each time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

HALLS = 82
QUEUES_PER_HALL = 6
WINDOWS_PER_HALL = 20
ITEMS = 400
DEPARTMENTS = 40
DAYS = 365
START = dt.datetime(2025, 10, 1, 1, 0, tzinfo=dt.UTC)
ZONE = "Asia/Shanghai"


def reference() -> dict[str, pl.DataFrame]:
    """Reference tables of the city."""
    halls = pl.DataFrame({"hall_id": [f"H{n:02d}" for n in range(HALLS)]}).with_columns(
        name=pl.col("hall_id") + "政务服务大厅",
        short_name=pl.col("hall_id"),
        region_code=pl.lit("331002000000"),
        county=pl.lit("云栖区"),
        level=pl.lit("county"),
    )
    queues = [
        (f"H{h:02d}-Q{q}", f"H{h:02d}", f"队列{q}", "normal") for h in range(HALLS) for q in range(QUEUES_PER_HALL)
    ]
    windows = [
        (f"H{h:02d}-W{w:02d}", f"H{h:02d}", f"{w}号窗", "综合", [f"H{h:02d}-Q{w % QUEUES_PER_HALL}"], False)
        for h in range(HALLS)
        for w in range(WINDOWS_PER_HALL)
    ]
    items = pl.DataFrame({"item_code": [f"I{n:04d}" for n in range(ITEMS)]}).with_columns(
        version=pl.lit("1"),
        name=pl.col("item_code"),
        dept_code=pl.lit("D00"),
        theme=pl.lit("business"),
        case_type=pl.lit("promise"),
        needs_case=pl.lit(value=True),
        apply_based=pl.lit(value=True),
        legal_days=pl.lit(20),
        promise_days=pl.lit(5),
        day_unit=pl.lit("workday"),
        online_capable=pl.lit(value=True),
        ywtb_exception=pl.lit(value=False),
        valid_from=pl.lit("2020-01-01T00:00:00+08:00"),
    )
    return {
        "halls": halls,
        "departments": pl.DataFrame({"dept_code": [f"D{n:02d}" for n in range(DEPARTMENTS)], "name": "部门"}),
        "items": items,
        "queues": pl.DataFrame(queues, schema=["queue_id", "hall_id", "name", "queue_type"], orient="row"),
        "windows": pl.DataFrame(
            windows, schema=["window_id", "hall_id", "name", "service_group", "queue_ids", "is_tidal"], orient="row"
        ),
    }


def tickets(count: int, first: int = 0, total: int | None = None) -> pl.DataFrame:
    """Tickets spread evenly over the year's opening hours, all served."""
    number = pl.int_range(first, first + count, eager=True).alias("n")
    hall = (pl.col("n") * 7919 % HALLS).cast(pl.String).str.zfill(2)
    seconds = pl.col("n") * (8 * 3600 * DAYS) // (total or count)
    take = pl.lit(START) + pl.duration(days=seconds // (8 * 3600), seconds=seconds % (8 * 3600))
    frame = number.to_frame().select(
        ticket_id="T" + pl.col("n").cast(pl.String).str.zfill(9),
        hall_id="H" + hall,
        ticket_no="A" + (pl.col("n") % 1000).cast(pl.String).str.zfill(4),
        queue_id="H" + hall + "-Q" + (pl.col("n") % QUEUES_PER_HALL).cast(pl.String),
        item_code="I" + (pl.col("n") * 31 % ITEMS).cast(pl.String).str.zfill(4),
        channel=pl.lit("kiosk"),
        take_time=take,
        call_time=take + pl.duration(seconds=60 + pl.col("n") * 37 % 1500),
        start_time=take + pl.duration(seconds=75 + pl.col("n") * 37 % 1500),
        end_time=take + pl.duration(seconds=300 + pl.col("n") * 37 % 1500 + pl.col("n") * 53 % 900),
        window_id="H" + hall + "-W" + (pl.col("n") % WINDOWS_PER_HALL).cast(pl.String).str.zfill(2),
        staff_id="S" + (pl.col("n") * 17 % 3000).cast(pl.String),
        status=pl.lit("done"),
        transferred_from=pl.lit(None, dtype=pl.String),
        project_no=pl.when(pl.col("n") % 10 < 7).then("P" + pl.col("n").cast(pl.String).str.zfill(9)),
        applicant_hash=pl.col("n").hash(1).cast(pl.String).str.pad_start(32, "0").str.slice(0, 32),
        is_test=pl.lit(value=False),
    )
    return frame.with_columns(pl.col(pl.Datetime).dt.cast_time_unit("us").dt.convert_time_zone(ZONE))


def cases(count: int, first: int = 0, total: int | None = None) -> pl.DataFrame:
    """Cases spread evenly over the year, all finished."""
    number = pl.int_range(first, first + count, eager=True).alias("n")
    hall = (pl.col("n") * 7919 % HALLS).cast(pl.String).str.zfill(2)
    seconds = pl.col("n") * (8 * 3600 * DAYS) // (total or count)
    apply = pl.lit(START) + pl.duration(days=seconds // (8 * 3600), seconds=seconds % (8 * 3600))
    frame = number.to_frame().select(
        project_no="P" + pl.col("n").cast(pl.String).str.zfill(9),
        item_code="I" + (pl.col("n") * 31 % ITEMS).cast(pl.String).str.zfill(4),
        item_version=pl.lit("1"),
        hall_id="H" + hall,
        window_id=pl.lit(None, dtype=pl.String),
        dept_code="D" + (pl.col("n") % DEPARTMENTS).cast(pl.String).str.zfill(2),
        region_code=pl.lit("331002000000"),
        applicant_type=pl.lit("natural"),
        applicant_hash=pl.col("n").hash(2).cast(pl.String).str.pad_start(32, "0").str.slice(0, 32),
        channel=pl.lit("window"),
        platform=pl.lit("ywtb2"),
        apply_time=apply,
        accept_time=apply + pl.duration(minutes=20),
        promise_due=apply + pl.duration(days=7),
        finish_time=apply + pl.duration(minutes=60 + pl.col("n") * 41 % 6000),
        closed_time=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
        status=pl.lit("finished"),
        auto_approved=pl.lit(value=False),
        delivery=pl.lit("window"),
        visit_count=pl.lit(1),
        cross_region=pl.lit(value=False),
        is_test=pl.lit(value=False),
    )
    return frame.with_columns(pl.col(pl.Datetime).dt.cast_time_unit("us").dt.convert_time_zone(ZONE))


def sessions(count: int, first: int = 0, total: int | None = None) -> pl.DataFrame:
    """Window sessions spread evenly over the year."""
    number = pl.int_range(first, first + count, eager=True).alias("n")
    seconds = pl.col("n") * (8 * 3600 * DAYS) // (total or count)
    start = pl.lit(START) + pl.duration(days=seconds // (8 * 3600), seconds=seconds % (8 * 3600))
    hall = (pl.col("n") * 7919 % HALLS).cast(pl.String).str.zfill(2)
    frame = number.to_frame().select(
        session_id="N" + pl.col("n").cast(pl.String).str.zfill(9),
        window_id="H" + hall + "-W" + (pl.col("n") % WINDOWS_PER_HALL).cast(pl.String).str.zfill(2),
        staff_id="S" + (pl.col("n") * 17 % 3000).cast(pl.String),
        start_at=start,
        end_at=start + pl.duration(minutes=50),
        state=pl.lit("open"),
    )
    return frame.with_columns(pl.col(pl.Datetime).dt.cast_time_unit("us").dt.convert_time_zone(ZONE))


def as_csv(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows as an export writes them: ISO 8601 with offset, true / false, lists as JSON."""
    times = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(
        *(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%:z") for name in times),
        *(('["' + pl.col(name).list.join('","') + '"]').alias(name) for name in lists),
    )


def shaken(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The rows in another order, as sources deliver them."""
    order = np.random.default_rng(seed).permutation(frame.height)
    return frame[order]
