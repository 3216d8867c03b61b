"""What is usual, with pandas: one wide table of days and clock times, shifted by weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.bench.pandas_facts import DAY, MINUTE, STEP, Year, instant

WEEKS, WANTED, LEAST = 16, 8, 4


def baselines(year: Year) -> dict[str, pd.DataFrame]:
    """Footfall of every hall at every 5 minutes, waits of every queue in every half hour."""
    sessions, counted = year.frames["sessions"], year.frames["counted"]
    first = counted[counted["taken"] > 0].groupby("hall_id", observed=True)["date"].min().rename("first_day")
    days = sessions.drop_duplicates(["hall_id", "date"])[["hall_id", "date", "day_type", "bad_data"]]
    days = days.merge(first.reset_index().astype({"hall_id": "str"}), on="hall_id")
    good = ~days["bad_data"] & (days["date"] >= days["first_day"])
    days["usable"] = good & days["day_type"].isin(["work", "rest"])
    days["worked"] = good & (days["day_type"] == "work")
    inside = counted[counted["session"] > 0].astype({"hall_id": "str", "queue_id": "str"})
    return {"footfall": _footfall(sessions, inside, days), "waits": _waits(year, sessions, inside, days)}


def _instants(sessions: pd.DataFrame, every: int) -> pd.DataFrame:
    """The instants of a grid that lie in sessions: hall_id, date, opening, step (microseconds ÷ `every`), slot."""
    begin, end = sessions["opening"] // every + 1, sessions["closing"] // every
    rows = sessions.loc[sessions.index.repeat(end - begin + 1), ["hall_id", "date", "opening"]]
    number = rows.groupby(level=0).cumcount()
    rows = rows.assign(step=begin.loc[rows.index] + number).reset_index(drop=True)
    return rows.assign(slot=rows["step"] - (rows["date"] * DAY - 8 * 60 * MINUTE) // every)


def _footfall(sessions: pd.DataFrame, counted: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    came = counted.groupby(["hall_id", "step"])["own_usual"].sum().reset_index()
    rows = _instants(sessions, STEP).merge(came, on=["hall_id", "step"], how="left")
    rows["own_usual"] = rows["own_usual"].fillna(0)
    sums = rows.groupby(["hall_id", "opening"])["own_usual"].cumsum()
    before = sums.groupby([rows["hall_id"], rows["opening"]]).shift(12).fillna(0)
    rows["value"] = sums - before
    found = _usual(rows, ["hall_id"], days)
    return found.assign(at=instant(found["step"] * STEP))[["hall_id", "at", "baseline", "days"]]


def _waits(year: Year, sessions: pd.DataFrame, counted: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    halves = counted.assign(step=(counted["step"] + 5) // 6).groupby(["queue_id", "step"])[
        ["calls_usual", "wait_usual"]
    ]
    means = halves.sum().reset_index()
    means = means[means["calls_usual"] >= 10]
    means["value"] = means["wait_usual"] / MINUTE / means["calls_usual"]
    queues = year.read("queues", ["queue_id", "hall_id"])
    rows = _instants(sessions, 6 * STEP).merge(queues, on="hall_id").merge(
        means[["queue_id", "step", "value"]], on=["queue_id", "step"], how="left"
    )  # fmt: skip
    found = _usual(rows, ["hall_id", "queue_id"], days)
    return found.assign(at=instant(found["step"] * 6 * STEP))[["hall_id", "queue_id", "at", "baseline", "days"]]


def _usual(rows: pd.DataFrame, place: list[str], days: pd.DataFrame) -> pd.DataFrame:
    """Median of the last 8 days that count, for each row; rows without 4 such days are left out."""
    rows = rows.merge(days[["hall_id", "date", "day_type", "usable", "worked"]], on=["hall_id", "date"])
    calendar = np.arange(rows["date"].min(), rows["date"].max() + 1)
    columns = [*place, "slot"]
    ordinary = rows.assign(value=rows["value"].where(rows["usable"])).pivot(
        index="date", columns=columns, values="value"
    )
    ordinary = ordinary.reindex(calendar)
    wide, size = ordinary.to_numpy(), len(calendar)
    medians, counts = np.full(wide.shape, np.nan), np.zeros(wide.shape, dtype="int64")
    for weekday in range(7):
        week = wide[weekday::7]
        padded = np.vstack([np.full((WEEKS, week.shape[1]), np.nan), week])
        past = np.stack([padded[WEEKS - back : WEEKS - back + len(week)] for back in range(1, WEEKS + 1)])
        medians[weekday::7], counts[weekday::7] = _median(past)
    _makeup(rows, place, days, ordinary, medians, counts)
    column = ordinary.columns.get_indexer(pd.MultiIndex.from_frame(rows[columns]))
    day = (rows["date"] - calendar[0]).to_numpy()
    assert size == len(medians)
    rows = rows.assign(baseline=medians[day, column], days=counts[day, column])
    return rows[rows["days"] >= LEAST]


def _makeup(
    rows: pd.DataFrame,
    place: list[str],
    days: pd.DataFrame,
    wide: pd.DataFrame,
    medians: np.ndarray,
    counts: np.ndarray,
) -> None:
    """On makeup days the last working days are looked back to, whatever their weekday."""
    working = rows.assign(value=rows["value"].where(rows["worked"]))
    working = working.pivot(index="date", columns=[*place, "slot"], values="value").reindex(wide.index)
    worked = days[days["day_type"] == "work"].groupby("hall_id")["date"].apply(np.sort)
    halls = working.columns.get_level_values("hall_id")
    for hall, date in days.loc[days["day_type"] == "makeup", ["hall_id", "date"]].itertuples(index=False):
        own = np.flatnonzero(halls == hall)
        past = worked[hall][worked[hall] < date][-WEEKS:][::-1]
        at = date - wide.index[0]
        medians[at, own], counts[at, own] = _median(working.to_numpy()[past - wide.index[0]][:, own])


def _median(past: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median of the first 8 known values along the first axis, and how many there are."""
    known = ~np.isnan(past)
    kept = known & (known.cumsum(axis=0) <= WANTED)
    count = kept.sum(axis=0)
    ordered = np.sort(np.where(kept, past, np.nan), axis=0)
    if not len(ordered):
        return np.full(past.shape[1:], np.nan), count
    middle = [
        np.take_along_axis(ordered, place[None], axis=0)[0] for place in (np.maximum(count - 1, 0) // 2, count // 2)
    ]
    return (middle[0] + middle[1]) / 2, count
