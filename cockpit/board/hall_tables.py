"""The tables of one hall: its queues, its people, its devices; and what its codes are called in Chinese."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from cockpit.board.hall_loading import HallRecords
from cockpit.board.sheet import Field, Sheet
from metrics.presence import devices, presence
from metrics.spells import MINUTE, NEVER, Ints, micros, pairs, standing
from metrics.standard.words import CODE_WORDS
from metrics.view import View
from metrics.visitors import waiting

ROLES = {"clerk": "窗口人员", "duty_officer": "值班长", "guide": "导办", "liaison": "联络员"}
DEVICES = CODE_WORDS["devices.kind"]
QUEUES = {"normal": "普通", "appointment": "预约", "priority": "优先", "health": "核验"}


def queue_sheet(records: HallRecords, at: dt.datetime) -> Sheet:
    """Every queue of the hall: who waits now, what was called so far, which windows are open for it.

    Returns:
        A sheet with name, kind, waiting, longest (minutes), taken, calls, wait (mean, minutes), windows; people and
        waits are null where no tickets came, windows where no spells came.
    """
    view, here = records.view, records.reaches
    queues = view.queues
    place = np.arange(queues.height, dtype=np.int64)
    instant = np.full(queues.height, micros(pl.Series([at], dtype=pl.Datetime("us", view.records.timezone)))[0])
    people = waiting(view)
    which, question = pairs(people.at_queues, place, instant)
    waited = view.clock.between(people.hall[which], people.start[which], instant[question])
    longest = np.zeros(queues.height, dtype=np.int64)
    np.maximum.at(longest, question, waited)
    counted = view.visits.filter(pl.col("take") < instant[0], pl.col("known_until") == NEVER) if queues.height else None
    frame = queues.with_columns(
        pl.Series("waiting", standing(people.at_queues, place, instant)), pl.Series("longest", longest / MINUTE)
    )
    if counted is not None:
        called = pl.col("call") < int(instant[0])
        sums = counted.group_by("queue_id").agg(
            (~pl.col("transfer")).sum().cast(pl.Int64).alias("taken"),
            called.sum().cast(pl.Int64).alias("calls"),
            (pl.col("wait").filter(called).sum() / MINUTE).alias("waits"),
        )
        frame = frame.join(sums, on="queue_id", how="left", maintain_order="left")
    else:
        frame = frame.with_columns(taken=None, calls=None, waits=None)
    frame = frame.with_columns(pl.col("taken", "calls").fill_null(0), _open_for(view, place, instant)).with_columns(
        pl.when(pl.col("calls") > 0).then(pl.col("waits") / pl.col("calls")).alias("wait")
    )
    if "tickets" not in here:
        frame = frame.with_columns(
            pl.lit(None).alias(name) for name in ("waiting", "longest", "taken", "calls", "wait")
        )
    if "window_sessions" not in here:
        frame = frame.with_columns(windows=pl.lit(None, dtype=pl.Int64))
    names = view.records["queues"].select("queue_id", "name", pl.col("queue_type").replace(QUEUES).alias("kind"))
    over = at >= records.end
    now = (
        Field("waiting", "等候（人）", "count"),
        Field("longest", "最长等候", "minutes"),
    )
    return Sheet(
        "队列",
        frame.join(names, on="queue_id", how="left", maintain_order="left").sort(
            "waiting", "taken", descending=True, nulls_last=True
        ),
        (
            Field("name", "队列", role="title"),
            Field("kind", "类型"),
            *(() if over else now),
            Field("taken", "取号（人）", "count"),
            Field("calls", "叫号（次）", "count"),
            Field("wait", "平均等候", "minutes"),
            *(() if over else (Field("windows", "为它开着的窗口", "count"),)),
        ),
        "一个窗口可以服务几个队列，各队列的窗口数不能相加。平均等候只算叫到的人，不含午休。",
    )


def staff_sheet(records: HallRecords, at: dt.datetime) -> Sheet:
    """Everybody rostered that day, who is missing first.

    Returns:
        A sheet with staff_id, role, window_ids, due (roster), came (attendance), state, rostered, attended (minutes).
    """
    people = presence(records.view, records.start, at)
    known, over = pl.lit("attendance" in records.reaches), pl.lit(at >= records.end)
    gap = pl.col("rostered") - pl.col("attended")
    state = (
        pl.when(~known).then(pl.lit("无数据"))
        .when(over & (pl.col("attended") <= 0)).then(pl.lit("全天未到"))
        .when(over & (gap > 0)).then(pl.lit("部分缺岗"))
        .when(over).then(pl.lit("在岗"))
        .when(pl.col("due") & ~pl.col("there")).then(pl.lit("缺岗"))
        .when(pl.col("due")).then(pl.lit("在岗"))
        .otherwise(pl.lit("此刻无班"))
    )  # fmt: skip
    order = pl.col("state").replace_strict(
        {"缺岗": 0, "全天未到": 0, "部分缺岗": 1, "无数据": 2, "在岗": 3, "此刻无班": 4}, return_dtype=pl.Int64
    )
    clock = "%H:%M"
    came = pl.col("arrived").dt.strftime(clock) + "–" + pl.col("left").dt.strftime(clock).fill_null("")
    frame = (
        people.with_columns(
            state.alias("state"),
            pl.col("role").replace(ROLES),
            (pl.col("from").dt.strftime(clock) + "–" + pl.col("to").dt.strftime(clock)).alias("due_hours"),
            pl.when(known & pl.col("arrived").is_null()).then(pl.lit("未到")).otherwise(came).alias("came"),
            pl.when(known).then("attended").alias("attended"),
        )
        .sort(order, -gap, "staff_id")
        .with_columns(pl.when(pl.col("window_ids") != "").then("window_ids").otherwise(pl.lit("—")).alias("window_ids"))
    )
    return Sheet(
        "人员",
        frame,
        (
            Field("staff_id", "人员编号", role="title"),
            Field("role", "岗位"),
            Field("state", "状态"),
            Field("window_ids", "窗口"),
            Field("due_hours", "排班"),
            Field("came", "考勤"),
            Field("rostered", "应在岗", "minutes"),
            Field("attended", "实在岗", "minutes"),
        ),
        "只列当天排了班的人，缺岗的在前；应在岗、实在岗算到数据所示的时刻。",
    )


def device_sheet(records: HallRecords, at: dt.datetime) -> Sheet:
    """Every device in use, those that are off first.

    Returns:
        A sheet with device_id, kind, key, state, since, off (for how long, in words; — while on).
    """
    known = pl.lit("device_states" in records.reaches) | pl.lit(not records.view.records["device_states"].is_empty())
    state = pl.when(~known).then(pl.lit("无数据")).when("online").then(pl.lit("在线")).otherwise(pl.lit("离线"))
    instant = pl.lit(at, dtype=pl.Datetime("us", records.view.records.timezone))
    hours = (instant - pl.col("since")).dt.total_hours()
    off = (
        pl.when("online").then(pl.lit("—"))
        .when(pl.col("since").is_null()).then(pl.lit("从未在线"))
        .when(hours < 1).then(pl.format("{} 分钟", (instant - pl.col("since")).dt.total_minutes()))
        .when(hours < 48).then(pl.format("{} 小时", hours))
        .otherwise(pl.format("{} 天", hours // 24))
    )  # fmt: skip
    frame = devices(records.view, at).with_columns(
        state.alias("state"),
        pl.col("kind").replace(DEVICES),
        pl.when("key_device").then(pl.lit("是")).otherwise(pl.lit("否")).alias("key"),
        off.alias("off"),
    )
    return Sheet(
        "设备",
        frame,
        (
            Field("device_id", "设备编号", role="title"),
            Field("kind", "类型"),
            Field("state", "状态"),
            Field("since", "自", "time"),
            Field("off", "已离线"),
            Field("key", "关键设备"),
        ),
        "离线的在前；从来没有报告过状态的设备按离线算，没有起始时间。",
    )


def _open_for(view: View, place: Ints, instant: Ints) -> pl.Series:
    """How many windows are open for each queue; one that serves several counts for each."""
    spells, _, _ = view.windows.at_queues(view.windows.open.running, view.queues["queue_id"])
    return pl.Series("windows", standing(spells, place, instant))
