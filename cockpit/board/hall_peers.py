"""One hall beside the halls of its level: like with like, over the month of the day shown, as far as it is over.

Who sees one hall only learns where it stands and what is in the middle, not what any other hall has; and nothing at all
where so few halls are compared that the middle would give one of them away.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.keeping import Keeper
from cockpit.board.quantity import PERCENT
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.facts import FactStore
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot, reading
from cockpit.watch.numbers import count_rates
from metrics.facts.kinds import all_kinds
from metrics.periods import Period, span
from metrics.rates import NO_HALL

#: Rates compared: id, name, unit, which way is good, least denominator.
RATES = (
    ("wait_avg", "平均等候", "分钟", "down", 10),
    ("wait_p90", "90% 的人等候不超过", "分钟", "down", 10),
    ("abandon_rate", "弃号过号率", PERCENT, "down", 20),
    ("window_saturation", "业务饱和度", PERCENT, "", 60),
    ("ywtb_window_rate", "大厅窗口一网通办率", PERCENT, "up", 50),
    ("review_bad_rate", "差评率", PERCENT, "down", 50),
)
#: What they are called where space is small.
SHORT = {"wait_p90": "90% 等候", "window_saturation": "饱和度", "ywtb_window_rate": "一网通办率"}
#: With fewer others the middle gives one of them away.
OTHERS_ENOUGH = 3
_measured: Keeper[pl.DataFrame] = Keeper(entries=6)


@dataclass(frozen=True)
class Standing:
    """Where a hall stands in one number.

    Attributes:
        key: the number.
        name: its Chinese name.
        unit: its unit.
        value: the hall's; None = 无数据.
        median: the middle of the other halls of its level; None where too few have it.
        rank: its place among all halls of its level that have it, the best first (the largest where neither way is
            good); halls of the same value share a place; None where the hall has no number or too few others have.
        of: how many halls are ranked.
        small: whether it rests on too few to judge by it.
    """

    key: str
    name: str
    unit: str
    value: float | None
    median: float | None
    rank: int | None
    of: int
    better: str
    small: bool


@dataclass(frozen=True)
class Peers:
    """A hall among the halls of its level.

    Attributes:
        level: the level, as the data standard has it.
        period: what is compared, in Chinese.
        others: how many other halls of the level there are.
        standings: one for each number.
        seen: the halls of the level that this viewer may see, by name; None where it is this hall alone.
    """

    level: str
    period: str
    others: int
    standings: tuple[Standing, ...]
    seen: Sheet | None


def peers(folder: DataFolder, viewer: Viewer, hall_id: str, day: dt.date, now: dt.datetime) -> Peers | None:
    """Compare a hall with the halls of its level, over the month of a day as far as it is over.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        hall_id: the hall.
        day: the day shown.
        now: the present instant, which decides how long the comparison is kept.

    Returns:
        The comparison; None where the hall has none like it.

    Raises:
        Refused: the hall is outside the viewer's scope, or does not exist.
        StorageError: the data cannot be read.
    """
    viewer.must_see(hall_id)
    snapshot = folder.lake.snapshot()
    period = month_compared(day, now.astimezone(ZoneInfo(snapshot.timezone)).date())
    numbers = _measured.get((str(folder.path), period), now, lambda: measure(folder, snapshot, period))
    levels = snapshot.scan("halls").select("hall_id", "short_name", "level").collect()
    own = levels.filter(pl.col("hall_id") == hall_id)
    if own.is_empty():
        return None
    like = levels.filter(pl.col("level") == own["level"][0])
    table = like.join(numbers, on="hall_id", how="left")
    found = tuple(_standing(table, hall_id, *rate) for rate in (("tickets", "取号", "人", "", 0), *RATES))
    named = table.filter(pl.lit(viewer.sees_city) | pl.col("hall_id").is_in(list(viewer.scope or ())))
    return Peers(
        level=own["level"][0],
        period=f"{period.start:%Y-%m-%d} 至 {period.last_day:%Y-%m-%d}",
        others=like.height - 1,
        standings=found,
        seen=_sheet(named) if named.height > 1 else None,
    )


def month_compared(day: dt.date, today: dt.date) -> Period:
    """The month of a day: the whole of it, of the present one the days that are over; on its first day the one before.

    So all days of a month are compared by the same numbers, which are counted once.
    """
    last = min(day, today - dt.timedelta(days=1))
    start = last.replace(day=1)
    following = (start + dt.timedelta(days=31)).replace(day=1)
    return span(start, min(following, today))


def measure(folder: DataFolder, snapshot: Snapshot, period: Period) -> pl.DataFrame:
    """The numbers of every hall in a period: hall_id, tickets, and of each rate its value and `<id>_n` (denominator).

    tickets is null where a hall delivered none in the period.
    """
    until = dt.datetime.combine(period.end, dt.time(), ZoneInfo(snapshot.timezone))
    kind = all_kinds()["queues"]
    with reading(snapshot):
        facts = FactStore(folder.lake).facts(snapshot, kind, period.start, period.end)
        rates = count_rates(folder.lake, [period], until, snapshot).rates("hall", [rate[0] for rate in RATES])
    tickets = facts.group_by("hall_id").agg(pl.col("own").sum().cast(pl.Float64).alias("tickets"))
    wide = rates.filter(pl.col("hall_id") != NO_HALL).select("hall_id", "rate", "value", "denominator")
    values = wide.pivot("rate", index="hall_id", values="value")
    counts = wide.pivot("rate", index="hall_id", values="denominator")
    renamed = counts.rename({name: f"{name}_n" for name in counts.columns if name != "hall_id"})
    return values.join(renamed, on="hall_id").join(tickets, on="hall_id", how="left")


def _standing(table: pl.DataFrame, hall_id: str, key: str, name: str, unit: str, better: str, enough: int) -> Standing:
    """Where the hall stands in one number: halls with too small a sample are neither ranked nor in the middle."""
    counted = pl.col(f"{key}_n") >= enough if f"{key}_n" in table.columns else pl.lit(value=True)
    known = table.filter(pl.col(key).is_not_null())
    mine = known.filter(pl.col("hall_id") == hall_id)
    ranked = known.filter(counted)
    value = mine[key][0] if mine.height else None
    others = ranked.filter(pl.col("hall_id") != hall_id)[key]
    told = len(others) >= OTHERS_ENOUGH
    small = mine.height > 0 and ranked.filter(pl.col("hall_id") == hall_id).is_empty()
    rank = None
    if told and value is not None and not small:
        rank = 1 + int(((others < value) if better == "down" else (others > value)).sum())
    median = others.median() if told else None
    return Standing(
        key=key,
        name=name,
        unit=unit,
        value=value,
        median=float(median) if isinstance(median, int | float) else None,
        rank=rank,
        of=len(others) + (value is not None and not small),
        better=better,
        small=small,
    )


def _sheet(table: pl.DataFrame) -> Sheet:
    kinds = {PERCENT: "percent", "分钟": "minutes"}
    fields = [Field(key, SHORT.get(key, name), kinds[unit]) for key, name, unit, _, _ in RATES]  # type: ignore[arg-type]
    return Sheet(
        "同级大厅",
        table.sort("tickets", descending=True, nulls_last=True),
        (Field("short_name", "大厅", role="title"), Field("tickets", "取号（人）", "count"), *fields),
        "只列您负责范围内的大厅，取号多的在前。一网通办率只算大厅窗口收件；90% 等候指 90% 的人等候不超过这个时长。",
    )
