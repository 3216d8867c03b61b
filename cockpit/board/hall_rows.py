"""The rows behind the numbers of one hall: tickets, windows, people, devices; read when somebody opens them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from cockpit.board.hall import hall_records
from cockpit.board.hall_loading import HallRecords
from cockpit.board.hall_tables import device_sheet, staff_sheet
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from metrics.halls import CALLS_WIDTH
from metrics.seats import window_minutes
from metrics.spells import MINUTE

STATUSES = {
    **{"waiting": "等候", "called": "已叫号", "serving": "办理中", "done": "办结", "abandoned": "弃号"},
    **{"no_show": "过号", "returned": "退办", "void": "空号", "cancelled": "取消"},
}
UNKNOWN = "网址里的数字没有明细；请从页面上的“依据与明细”进入。"
_WAITING, _CALLS, _CALLED, _LOST, _ALL = "waiting", "calls", "called", "lost", "all"
#: Which tickets stand behind a number.
TICKETS = {
    "waiting": _WAITING,
    "longest": _WAITING,
    "wait": _CALLS,
    "taken": _ALL,
    "day_wait": _CALLED,
    "p90": _CALLED,
    "lost": _LOST,
}
TITLES = {
    _WAITING: "正在等候的人",
    _CALLS: "近 30 分钟叫的号",
    _CALLED: "叫过的号",
    _LOST: "弃号与过号",
    _ALL: "取的号",
}
WINDOWS = {"open", "saturation", "opened", "day_saturation"}


def hall_rows(folder: DataFolder, viewer: Viewer, params: Mapping[str, str], now: dt.datetime) -> Sheet:
    """The rows behind one number of a hall.

    Args:
        folder: data folder of the city.
        viewer: who asks.
        params: hall, day, at (clock time), number, as the number's `RowsKey` says them.
        now: the present instant.

    Raises:
        Refused: the hall is outside the viewer's scope or does not exist, or the parameters make no sense.
    """
    try:
        day, clock = dt.date.fromisoformat(params["day"]), dt.time.fromisoformat(params["at"])
        hall_id, number = params["hall"], params["number"]
    except (KeyError, ValueError) as error:
        raise Refused(UNKNOWN) from error
    records = hall_records(folder, viewer, hall_id, day, now)
    # The last second of a day stands for its end.
    whole = clock >= dt.time(23, 59, 59)
    at = records.end if whole else dt.datetime.combine(day, clock, records.start.tzinfo)
    at = min(at, now.astimezone(records.start.tzinfo))
    if number in TICKETS:
        return _tickets(records, TICKETS[number], at)
    if number in WINDOWS:
        return _windows(records, at, hour=number == "saturation")
    if number in {"staff", "attended"}:
        return staff_sheet(records, at)
    if number == "devices":
        return device_sheet(records, at)
    raise Refused(UNKNOWN)


def _tickets(records: HallRecords, which: str, at: dt.datetime) -> Sheet:
    """Tickets of the day, as known at the instant; those that make the number."""
    tables = records.view.records
    instant = int(pl.Series([at], dtype=pl.Datetime("us", tables.timezone)).to_physical()[0])
    visits = records.view.visits.filter(pl.col("take") < instant, pl.col("known_until") >= instant)
    called, gone = pl.col("call") < instant, pl.col("gone") < instant
    missed = called & (pl.col("status") == "no_show") & (pl.col("end") < instant)
    since = max(instant - CALLS_WIDTH, _opening(records, at))
    kept = {
        _WAITING: pl.col("leaves") >= instant,
        _CALLS: called & (pl.col("call") >= since),
        _CALLED: called,
        _LOST: gone | missed,
        _ALL: ~pl.col("transfer"),
    }[which]
    instants = pl.lit(at, dtype=pl.Datetime("us", tables.timezone))
    some = visits.filter(kept)
    waited = pl.when(pl.col("call_time").is_not_null()).then(pl.col("wait")).otherwise("so_far") / MINUTE
    hall = records.view.hall_numbers(some["hall_id"])
    until = some.select(pl.min_horizontal("leaves", pl.lit(instant)))["leaves"].to_numpy()
    so_far = pl.Series("so_far", records.view.clock.between(hall, some["take"].to_numpy(), until))
    rows = (
        some.select("ticket_id", "wait", so_far)
        .join(tables["tickets"], on="ticket_id", maintain_order="left")
        .with_columns(
            pl.when(pl.col(name) < instants).then(pl.col(name)).alias(name)
            for name in ("call_time", "start_time", "end_time")
        )
    )
    status = (
        pl.when(pl.col("end_time").is_not_null()).then("status")
        .when(pl.col("start_time").is_not_null()).then(pl.lit("serving"))
        .when(pl.col("call_time").is_not_null()).then(pl.lit("called"))
        .otherwise(pl.lit("waiting"))
    )  # fmt: skip
    queues = tables["queues"].select("queue_id", pl.col("name").alias("queue"))
    windows = tables["windows"].select("window_id", pl.col("name").alias("window"))
    frame = (
        rows.with_columns(waited.alias("waited"), status.replace(STATUSES).alias("status"))
        .join(queues, on="queue_id", how="left", maintain_order="left")
        .join(windows, on="window_id", how="left", maintain_order="left")
        .join(records.items, on="item_code", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("call_time").is_not_null()).then(pl.col(name)).alias(name) for name in ("window", "staff_id")
        )
        .with_columns(
            pl.col(time).dt.strftime("%H:%M:%S").alias(name)
            for time, name in (("take_time", "take"), ("call_time", "called"), ("end_time", "ended"))
        )
        .sort("waited", "take_time", descending=[True, False])
    )
    fields = (
        Field("ticket_no", "票号", role="title"),
        Field("queue", "队列"),
        Field("item", "事项"),
        Field("take", "取号"),
        Field("called", "叫号"),
        Field("ended", "结束"),
        Field("waited", "等候", "minutes"),
        Field("status", "状态"),
        Field("window", "窗口"),
        Field("staff_id", "人员编号"),
    )
    told = tuple(field for field in fields if frame.height == 0 or frame[field.name].null_count() < frame.height)
    return Sheet(f"{TITLES[which]}（{frame.height:,}）", frame, told, "等得久的在前；等候不含午休。")


def _windows(records: HallRecords, at: dt.datetime, *, hour: bool) -> Sheet:
    """Windows with their minutes, over the last hour or the day so far."""
    since = max(at - dt.timedelta(hours=1), _from_micros(_opening(records, at), at)) if hour else records.start
    names = records.view.records["windows"].select("window_id", "name")
    frame = (
        window_minutes(records.view, since, at)
        .join(names, on="window_id", how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("open") > 0).then(pl.col("busy") / pl.col("open") * 100).alias("saturation"))
        .sort("saturation", "window_id", descending=[True, False], nulls_last=True)
    )
    return Sheet(
        "各窗口",
        frame,
        (
            Field("name", "窗口", role="title"),
            Field("service_group", "服务组"),
            Field("planned", "计划开窗", "minutes"),
            Field("open", "开着", "minutes"),
            Field("open_planned", "其中在计划内", "minutes"),
            Field("busy", "办理业务", "minutes"),
            Field("saturation", "饱和度", "percent"),
        ),
        f"{since:%H:%M} 至 {at:%H:%M}；各列相加就是上面的分子和分母。",
    )


def _opening(records: HallRecords, at: dt.datetime) -> int:
    """When the session that holds an instant began (microseconds); the instant itself outside opening hours."""
    hours = records.view.sessions.filter(pl.col("date") == records.day, pl.col("open_at") < at)
    opened = hours["open_at"].max() or at
    return int(pl.Series([opened], dtype=pl.Datetime("us", records.view.records.timezone)).to_physical()[0])


def _from_micros(micro: int, like: dt.datetime) -> dt.datetime:
    return dt.datetime.fromtimestamp(micro / 1_000_000, like.tzinfo)
