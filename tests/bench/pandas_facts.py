"""Facts of a year with pandas: whole columns at once, no loops over rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

STEP, MINUTE, QUARTER, HALF_MINUTE = 300_000_000, 60_000_000, 900_000_000, 30_000_000
DAY = 24 * 60 * MINUTE
NEVER = 1 << 62
COUNTS = ["taken", "own", "own_usual", "calls", "wait", "calls_usual", "wait_usual", "handled", "handle"]
COLUMNS = [
    "hall_id", "queue_id", "item_code", "window_id", "take_time", "call_time", "start_time", "end_time", "status",
    "transferred_from", "is_test",
]  # fmt: skip


@dataclass
class Year:
    """The city's files, and what a step leaves for the next ones."""

    city: Path
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def read(self, table: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A table of the city."""
        return pd.read_parquet(self.city / table, columns=columns)


def facts(year: Year) -> dict[str, pd.DataFrame]:
    """Queues in 5 minutes, hours, days; windows and items in days."""
    tickets = year.read("tickets", COLUMNS)
    tickets = tickets[~tickets["is_test"]]
    tickets["date"] = local_day(tickets["take_time"])
    sessions = _sessions(year.read("calendar"), tickets["date"])
    visits = _visits(tickets, sessions)
    counted = _counted(visits, sessions)
    windows = _windows(year, visits, sessions)
    year.frames |= {"sessions": sessions, "counted": counted, "windows_day": windows}
    keys = ["hall_id", "queue_id", "date"]
    hours = counted.assign(hour=(counted["step"] - 1) // 12).groupby([*keys, "hour"], observed=True, sort=False)
    hours = hours[COUNTS].sum().reset_index()
    days = hours.groupby(keys, observed=True, sort=False)[COUNTS].sum().reset_index()
    session = counted["session"].astype("Int64").mask(counted["session"] == 0)
    return {
        "queues_5m": counted.assign(at=instant(counted["step"] * STEP), session=session).drop(columns="step"),
        "queues_hour": hours.assign(hour=instant(hours["hour"] * 12 * STEP)),
        "queues_day": days,
        "windows_day": windows,
        "items_day": _items(visits),
    }


def micros(times: pd.Series) -> pd.Series:
    """Instants as whole microseconds; what is empty never comes."""
    return times.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]").astype("int64").where(
        times.notna(), NEVER
    )  # fmt: skip


def local_day(times: pd.Series) -> pd.Series:
    """The city's day of each known instant, in days since 1970."""
    return times.dt.tz_localize(None).astype("datetime64[us]").astype("int64") // DAY


def day_of(micro: pd.Series) -> pd.Series:
    """The same of microseconds; the city's clocks are never changed and eight hours ahead."""
    return (micro + 8 * 60 * MINUTE) // DAY


def instant(micro: pd.Series) -> pd.Series:
    """Whole microseconds as instants."""
    return micro.astype("datetime64[us]").dt.tz_localize("UTC")


def _sessions(calendar: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    """Sessions with times on the days of the tickets, by hall and time."""
    rows = calendar[calendar["open_at"].notna() & (calendar["close_at"] > calendar["open_at"])].copy()
    rows["date"] = pd.to_datetime(rows["date"]).astype("datetime64[us]").astype("int64") // DAY
    rows["opening"], rows["closing"] = micros(rows["open_at"]), micros(rows["close_at"])
    rows = rows[rows["date"].between(days.min(), days.max())].sort_values(["hall_id", "opening"])
    rows["bad_data"] = rows["bad_data"].fillna(value=False).astype(bool)
    return rows[["hall_id", "date", "session", "day_type", "bad_data", "opening", "closing"]]


def _closings(sessions: pd.DataFrame) -> pd.DataFrame:
    """hall_id, date, last_close."""
    return sessions.groupby(["hall_id", "date"])["closing"].max().rename("last_close").reset_index()


def _visits(tickets: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Tickets in whole microseconds with what follows from their times; waits net of the break."""
    following = sessions.groupby(["hall_id", "date"])["opening"].shift(-1)
    breaks = sessions.assign(begin=sessions["closing"], back=following)[["hall_id", "date", "begin", "back"]]
    breaks = breaks[breaks["back"] > breaks["begin"]].astype({"back": "int64"})
    rows = tickets.merge(breaks, on=["hall_id", "date"], how="left").merge(
        _closings(sessions), on=["hall_id", "date"], how="left"
    )
    take, call, start, end = (micros(rows[f"{name}_time"]) for name in ("take", "call", "start", "end"))
    begun, status = start.where(start < NEVER, call), rows["status"]
    lost = ((status == "void") & (end < NEVER)) | ((status == "cancelled") & (end - take <= 2 * MINUTE))
    served = status.isin(["done", "returned"]) & (end < NEVER) & (end > begun)
    # Without a break begin and back are empty, and nothing is cut off.
    lunch = (np.minimum(call, rows["back"]) - np.maximum(take, rows["begin"])).clip(lower=0).fillna(0).astype("int64")
    usual = ~((call < NEVER) & (call - take > 180 * MINUTE))
    return rows[["hall_id", "queue_id", "item_code", "window_id", "date"]].assign(
        take=take,
        call=call,
        start=start,
        end=end,
        counts=~lost,
        own=rows["transferred_from"].isna(),
        usual=usual,
        wait=(call - take - lunch).where(call < NEVER, 0),
        handle=(end - begun).where(served, 0),
        last_close=rows["last_close"].fillna(NEVER).astype("int64"),
    )


def _counted(visits: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """What happened at each queue in each 5 minutes; session is 0 outside the opening hours."""
    rows = visits[visits["counts"]].astype({"hall_id": "category", "queue_id": "category"})
    called, handled = rows[rows["call"] < NEVER], rows[rows["handle"] > 0]
    own = rows["own"].astype("int64")
    place = ["hall_id", "queue_id", "date"]
    moments = pd.concat(
        [
            rows[place].assign(moment=rows["take"], taken=1, own=own, own_usual=own * rows["usual"]),
            called[place].assign(
                moment=called["call"],
                calls=1,
                wait=called["wait"],
                calls_usual=called["usual"].astype("int64"),
                wait_usual=called["wait"] * called["usual"],
            ),
            handled[place].assign(moment=handled["end"], handled=1, handle=handled["handle"]),
        ]
    )
    moments[COUNTS] = moments[COUNTS].fillna(0).astype("int64")
    moments["session"] = _session_of(moments, sessions)
    moments["step"] = moments["moment"] // STEP + 1
    return moments.groupby([*place, "step", "session"], observed=True, sort=False)[COUNTS].sum().reset_index()


def _session_of(moments: pd.DataFrame, sessions: pd.DataFrame) -> np.ndarray:
    """Number of the session in which each moment lies, 0 for none."""
    found = np.zeros(len(moments), dtype="int64")
    number = sessions.groupby(["hall_id", "date"]).cumcount()
    for _, part in sessions.groupby(number):
        hours = moments[["hall_id", "date", "moment"]].astype({"hall_id": "str"}).merge(
            part[["hall_id", "date", "session", "opening", "closing"]], on=["hall_id", "date"], how="left"
        )  # fmt: skip
        inside = (hours["moment"] >= hours["opening"]) & (hours["moment"] < hours["closing"])
        found = np.where(inside, hours["session"].fillna(0), found).astype("int64")
    return found


def _items(visits: pd.DataFrame) -> pd.DataFrame:
    """Services of each item at each hall on the day of their taking."""
    rows = visits[(visits["handle"] > 0) & visits["item_code"].notna()]
    rows = rows[day_of(rows["end"]) == rows["date"]]
    logs = np.log(rows["handle"] / MINUTE)
    groups = rows.assign(log=logs).groupby(["hall_id", "item_code", "date"], sort=False)["log"]
    return groups.agg(n="size", logs="sum").reset_index()


def _windows(year: Year, visits: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """How long each window was open and busy on each day, as known at its end."""
    each = year.read("windows", ["window_id", "hall_id", "service_group", "is_tidal", "queue_ids"])
    each = each.sort_values("window_id", ignore_index=True)
    served = each["queue_ids"].map(lambda names: tuple(sorted(set(names))))
    each["company"] = pd.factorize(served)[0]
    each["number"] = np.arange(len(each))
    opened = _open_spells(year, each, sessions)
    services = _services(visits, each)
    queues = pd.DataFrame({"company": each["company"], "queue_id": served}).drop_duplicates("company")
    changes = _changes(services, _awaited(visits, queues.explode("queue_id")))
    spells = [services.rename(columns={"call": "start"}), changes]
    parts = pd.concat([spell[["number", "date", "start", "stop"]] for spell in spells])
    busy = _merged(parts[parts["stop"] > parts["start"]], ["number", "date"])
    crossed = busy.merge(opened, on=["number", "date"], suffixes=("", "_open"))
    crossed = crossed[(crossed["start_open"] < crossed["stop"]) & (crossed["start"] < crossed["stop_open"])]
    micro = np.minimum(crossed["stop"], crossed["stop_open"]) - np.maximum(crossed["start"], crossed["start_open"])
    worked = crossed.assign(busy=micro).groupby(["number", "date"])["busy"].sum()
    whole = opened.assign(open=opened["stop"] - opened["start"]).groupby(["number", "date"])["open"].sum()
    found = pd.concat([whole, worked], axis=1).loc[whole.index].fillna(0).astype("int64").reset_index()
    return found.merge(each[["number", "hall_id", "service_group", "window_id", "is_tidal"]], on="number").drop(
        columns="number"
    )


def _open_spells(year: Year, each: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Open spells, and the first 15 minutes of each pause."""
    rows = year.read("window_sessions", ["session_id", "window_id", "start_at", "end_at", "state"]).merge(
        each[["window_id", "hall_id", "number"]], on="window_id"
    )
    rows["start"], rows["stop"] = micros(rows["start_at"]), micros(rows["end_at"])
    rows["date"] = day_of(rows["start"])
    rows = rows.merge(_closings(sessions), on=["hall_id", "date"], how="left")
    rows = rows.sort_values(["number", "start", "session_id"])
    following = rows.groupby("number")["start"].shift(-1).fillna(NEVER).astype("int64")
    most = np.minimum(following, (rows["start"] + QUARTER).where(rows["state"] == "pause", NEVER))
    closing = np.maximum(rows["last_close"].fillna(0).astype("int64"), rows["start"])
    same_day = (rows["stop"] < NEVER) & (day_of(rows["stop"]) == rows["date"])
    rows["stop"] = np.minimum(rows["stop"].where(same_day, closing), most)
    return rows.loc[rows["stop"] > rows["start"], ["number", "date", "start", "stop"]]


def _services(visits: pd.DataFrame, each: pd.DataFrame) -> pd.DataFrame:
    """Services at windows: number, company, date, call, stop, change (the window's first call at or after the end)."""
    rows = visits.merge(each[["window_id", "number", "company"]], on="window_id")
    rows["call"] = np.minimum(rows["call"], rows["start"])
    rows = rows[(rows["call"] < NEVER) & (day_of(rows["call"]) == rows["date"])].sort_values("call", kind="stable")
    calls = rows[["number", "call"]].rename(columns={"call": "next_call"})
    rows = rows[rows["counts"]]
    closed = (rows["end"] < NEVER) & (day_of(rows["end"].where(rows["end"] < NEVER, 0)) == rows["date"])
    done = rows[closed].sort_values("end", kind="stable")
    done = pd.merge_asof(done, calls, left_on="end", right_on="next_call", by="number", direction="forward")
    never = rows[~closed]
    never = pd.merge_asof(
        never, calls, left_on="call", right_on="next_call", by="number", direction="forward", allow_exact_matches=False
    )
    closing = np.maximum(never["last_close"].where(never["last_close"] < NEVER, 0), never["call"])
    never["end"] = np.minimum(never["next_call"].fillna(NEVER), closing).astype("int64")
    never["next_call"] = np.nan
    whole = pd.concat([done, never])
    return whole[["number", "company", "date", "call", "end", "next_call"]].rename(
        columns={"end": "stop", "next_call": "change"}
    )


def _awaited(visits: pd.DataFrame, queues: pd.DataFrame) -> pd.DataFrame:
    """When somebody waits for a company of windows: company, start, stop, and those of the two spells before."""
    rows = visits[["queue_id", "date", "take", "call", "start", "end", "last_close"]].merge(queues, on="queue_id")
    midnight = (rows["date"] + 1) * DAY - 8 * 60 * MINUTE
    last = np.maximum(np.minimum(rows["last_close"], midnight), rows["take"])
    stop = np.minimum(np.minimum(rows["call"], rows["start"]), np.minimum(rows["end"], last))
    spells = pd.DataFrame({"company": rows["company"], "start": rows["take"], "stop": np.minimum(stop, midnight)})
    merged = _merged(spells[spells["stop"] > spells["start"]], ["company"])
    before = merged.groupby("company")[["start", "stop"]]
    return merged.assign(
        **{f"{name}_{back}": values[name] for back in (1, 2) for values in [before.shift(back)] for name in values}
    )


def _changes(services: pd.DataFrame, awaited: pd.DataFrame) -> pd.DataFrame:
    """Up to 30 seconds between two customers while somebody waits: number, date, start, stop."""
    same_day = day_of(services["change"]) == services["date"]
    gaps = services[same_day & (services["change"] > services["stop"])].rename(columns={"stop": "low"})
    gaps = gaps.assign(high=np.minimum(gaps["change"], gaps["low"] + HALF_MINUTE).astype("int64")).sort_values("high")
    found = pd.merge_asof(
        gaps[["number", "company", "date", "low", "high"]],
        awaited.sort_values("start"),
        left_on="high",
        right_on="start",
        by="company",
        allow_exact_matches=False,
    )
    parts = []
    for back in ("", "_1", "_2"):
        start = np.maximum(found["low"], found[f"start{back}"])
        stop = np.minimum(found["high"], found[f"stop{back}"])
        part = found[["number", "date"]].assign(start=start, stop=stop)[start < stop]
        parts.append(part.astype({"start": "int64", "stop": "int64"}))
    return pd.concat(parts)


def _merged(spells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Spells joined where they overlap or touch."""
    rows = spells.sort_values([*by, "start", "stop"], ignore_index=True)
    reach = rows.groupby(by)["stop"].cummax().groupby([rows[name] for name in by]).shift(1)
    island = (~(rows["start"] <= reach)).cumsum()
    return rows.groupby([*by, island.rename("island")], sort=False).agg(
        start=("start", "min"), stop=("stop", "max")
    ).reset_index().drop(columns="island")  # fmt: skip
