"""What to do at a queue that is getting too long (增开窗口建议): how many windows, which ones, who, until when.

For the indicators 3, 9 and 10. The number comes from Erlang C and from what it takes to work off those who wait now
(`metrics.queueing`, which says where its assumptions break); it is renewed with every evaluation, so that it also says
when the tide is over and windows can close again. Source: the indicators 2026.1, "Advice".
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.duty import Duty
from metrics.hours import rt_instants
from metrics.quantities import all_quantities
from metrics.queueing import WORKED_OFF_IN, advise, expected_wait
from metrics.seats import seats
from metrics.spells import MINUTE, micros, standing
from metrics.view import View

#: Indicators that come with advice.
ADVISED = ("tidal_wait_rise", "window_saturation", "demand_capacity_ratio")
#: Windows that were opened for a tide close again when fewer are needed and nobody waits longer than this, minutes.
CALM_WAIT = 5.0
_HOUR = 60.0
#: Roles whose place is not at a window.
_NOT_AT_WINDOWS = ("duty_officer", "guide", "liaison")


@dataclass(frozen=True)
class Candidate:
    """A window that could serve the queue and does not now.

    Attributes:
        window_id: id.
        kind: tidal: kept for tides; shut: serves this queue and is not open; paused: serves it and has paused for more
            than a quarter of an hour; idle: open for another queue of the same service group, and nobody is there.
    """

    window_id: str
    kind: str


@dataclass(frozen=True)
class Advice:
    """What to do at a queue now.

    Attributes:
        hall_id: hall.
        queue_id: queue.
        at: when it was worked out.
        load: A, the windows that would be busy all the time with what comes in.
        arrivals: λ, tickets taken in the last hour.
        handle: AHT, mean handling time of the queue's last open days, minutes.
        waiting: people who wait now.
        open_now: windows open for the queue.
        needed: the smallest number of windows that is enough.
        there_are: all windows that serve the queue, open or not.
        wait_now: expected wait (minutes) if nothing is done; infinite where the queue grows without end.
        wait_then: expected wait with the windows needed, or with all there are.
        beyond: more comes in than all windows can do (超出产能): opening windows alone does not help.
        candidates: windows that could help, the best first.
        staff: staff_id of clerks who are on duty in the hall and at no window.
        until: so long the windows should stay open, at least.
        closable: windows opened for a tide that can close again.
    """

    hall_id: str
    queue_id: str
    at: dt.datetime
    load: float
    arrivals: int
    handle: float
    waiting: int
    open_now: int
    needed: int
    there_are: int
    wait_now: float
    wait_then: float
    beyond: bool
    candidates: tuple[Candidate, ...]
    staff: tuple[str, ...]
    until: dt.datetime
    closable: int

    @property
    def to_open(self) -> int:
        """How many windows to open, of those there are."""
        return max(0, min(self.needed, self.there_are) - self.open_now)


def advice(view: View, at: dt.datetime, queues: Sequence[str]) -> list[Advice]:
    """Advice for some queues at an instant.

    Args:
        view: the records of the day.
        at: an instant at which their halls are open.
        queues: queue_id of each; one of which too little is known to say anything has no advice.

    Returns:
        One for each queue, in the order of hall and queue.
    """
    instants = rt_instants(view.sessions, at, at)
    frame = _measured(view, instants).filter(pl.col("queue_id").is_in(list(queues)))
    if frame.is_empty():
        return []
    start = instants["first_open"].min()
    assert isinstance(start, dt.datetime)
    each = view.windows.each
    place = np.arange(each.height, dtype=np.int64)
    # A pause is short at first: the window is open for its first quarter of an hour, as in all readings.
    open_ = standing(view.windows.open.running, place, micros(pl.Series([at])).repeat(each.height)) > 0
    known = each.with_columns(pl.Series("open_now", open_)).sort("hall_id", "service_group", "window_id")
    sitting = seats(view, start, at).with_columns(known["queue_ids"], known["open_now"])
    found = []
    for row in frame.sort("hall_id", "queue_id").to_dicts():
        found.append(_of(row, at, sitting.filter(pl.col("hall_id") == row["hall_id"]), view))
    return found


def _measured(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Arrivals, handling time and people waiting of every queue of which enough is known."""
    place = ["hall_id", "queue_id", "at"]
    demand, length = (
        all_quantities()[name].measure(view, instants) for name in ("demand_capacity_ratio", "queue_per_window")
    )
    known = demand.filter(pl.col("sample") > 0, pl.col("numerator") > 0)
    handle = (pl.col("numerator") / pl.col("sample") * _HOUR).alias("handle")
    waiting = length.select(*place, pl.col("numerator").fill_null(0).cast(pl.Int64).alias("waiting"))
    return known.select(*place, pl.col("sample").alias("taken"), handle).join(waiting, on=place, how="inner")


def _of(row: dict[str, object], at: dt.datetime, sitting: pl.DataFrame, view: View) -> Advice:
    queue, handle, taken, waiting = (row[name] for name in ("queue_id", "handle", "taken", "waiting"))
    assert isinstance(handle, float) and isinstance(taken, int) and isinstance(waiting, int)
    mine = sitting.filter(pl.col("queue_ids").list.contains(pl.lit(queue)))
    at_work = mine.filter((pl.col("state") == "serving") | pl.col("open_now"))
    open_now, there_are = at_work.height, mine.height
    found = advise(taken, handle, waiting, open_now, there_are)
    needed = int(found.windows)
    calm = waiting * handle / max(open_now, 1) <= CALM_WAIT
    tidal = at_work.filter("is_tidal").height
    fewer = range(1, min(open_now - needed, tidal) + 1) if calm else ()
    closable = sum(float(expected_wait(float(found.load), open_now - count, handle)) <= CALM_WAIT for count in fewer)
    others = _candidates(str(queue), mine, sitting)
    return Advice(
        str(row["hall_id"]), str(queue), at, float(found.load), taken, handle, waiting, open_now, needed, there_are,
        float(found.wait_now), float(found.wait_then), bool(found.beyond), others,
        _free_staff(view, str(row["hall_id"]), at, sitting), _until(at, taken, handle, waiting, min(needed, there_are)),
        closable,
    )  # fmt: skip


def _candidates(queue: str, mine: pl.DataFrame, sitting: pl.DataFrame) -> tuple[Candidate, ...]:
    away = mine.filter(pl.col("state").is_in(["shut", "missing"])).sort("window_id")
    tidal = [Candidate(name, "tidal") for name in away.filter("is_tidal")["window_id"]]
    shut = [Candidate(name, "shut") for name in away.filter(~pl.col("is_tidal"))["window_id"]]
    paused = mine.filter((pl.col("state") == "pause") & ~pl.col("open_now")).sort("window_id")
    resting = [Candidate(name, "paused") for name in paused["window_id"]]
    near = mine["service_group"].unique().implode()
    idle = sitting.filter(
        pl.col("state") == "idle",
        pl.col("service_group").is_in(near),
        ~pl.col("queue_ids").list.contains(pl.lit(queue)),
    ).sort("since")
    return (*tidal, *shut, *resting, *(Candidate(name, "idle") for name in idle["window_id"]))


def _free_staff(view: View, hall: str, at: dt.datetime, sitting: pl.DataFrame) -> tuple[str, ...]:
    """People who are rostered and there, and sit at no window."""
    duty: Duty = view.duty
    here = duty.posts.with_columns(pl.Series("name", view.halls.gather(duty.posts["hall"])))
    moment = micros(pl.Series([at])).repeat(duty.posts.height)
    post = np.arange(duty.posts.height)
    there = duty.attended.time(post, moment - MINUTE, moment, moment) > 0
    found = here.filter(pl.Series(there), pl.col("name") == hall)
    busy = sitting["staff_id"].drop_nulls().implode()
    # Whoever leads or guides stays where they are.
    elsewhere = (
        view.records["roster"]
        .filter(pl.col("start_at") <= at, pl.col("end_at") > at, pl.col("role").is_in(_NOT_AT_WINDOWS))["staff_id"]
        .implode()
    )
    free = ~pl.col("staff_id").is_in(busy) & ~pl.col("staff_id").is_in(elsewhere)
    return tuple(found.filter(free)["staff_id"].sort())


def _until(at: dt.datetime, arrivals: int, handle: float, waiting: int, windows: int) -> dt.datetime:
    """When the queue is worked off with so many windows; in half an hour at the earliest, on the 5-minute grid."""
    spare = windows / handle - arrivals / _HOUR
    minutes = waiting / spare if spare > 0 else _HOUR
    lasts = max(WORKED_OFF_IN, min(minutes, _HOUR))
    return at + dt.timedelta(minutes=5 * math.ceil(lasts / 5))


KINDS = {"tidal": "潮汐窗口", "shut": "未开的窗口", "paused": "暂停已久的窗口", "idle": "同组空闲窗口"}


def sentence(found: Advice, names: dict[str, str] | None = None) -> str:
    """The advice as people read it; windows under their names where these are given."""
    called = names or {}
    now, then = _minutes(found.wait_now), _minutes(found.wait_then)
    if found.closable:
        return f"潮已退：现开 {found.open_now} 个窗口，{found.needed} 个就够，可以收回 {found.closable} 个。"
    if found.to_open == 0 and not found.beyond and found.needed <= found.open_now:
        return f"现开 {found.open_now} 个窗口已经够用，预计等候 {now}。"
    first = [f"{called.get(one.window_id, one.window_id)}（{KINDS[one.kind]}）" for one in found.candidates[:4]]
    which = "、".join(first)
    if found.beyond:
        helped = f"先全部打开（还可开 {found.to_open} 个）" if found.to_open else "窗口已全部打开"
        more = f"，并请 {which}支援" if which else ""
        needs = f"来的业务要 {found.load:.1f} 个窗口一直忙，全部只有 {found.there_are} 个"
        return f"超出产能：{needs}；{helped}{more}，同时分流、错峰。"
    if found.to_open == 0:
        helped = f"可请 {which}支援，或" if which else "请"
        return f"需要 {found.needed} 个窗口，全部 {found.there_are} 个都已打开；{helped}分流、错峰，预计等候 {now}。"
    short = f"（需要 {found.needed} 个，全部只有 {found.there_are} 个）" if found.needed > found.there_are else ""
    who = f"，在岗未坐窗口的 {len(found.staff)} 人可以上" if found.staff else ""
    in_all = min(found.needed, found.there_are)
    return (
        f"建议增开 {found.to_open} 个窗口，共 {in_all} 个{short}，至少到 {found.until:%H:%M}："
        f"{which or '没有可开的窗口'}{who}；预计等候由{_close(now)}降到{_close(then)}。"
    )


def _close(words: str) -> str:
    """A length of time within a sentence: a number stands free, words do not."""
    return f" {words}" if words[0].isdigit() else words


def _minutes(wait: float) -> str:
    return "越来越长" if math.isinf(wait) else "不到 1 分钟" if wait < 1 else f"{wait:.0f} 分钟"
