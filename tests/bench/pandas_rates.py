"""All rates of a year's months with pandas: rows are marked, added up by month, place and subject, then by place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.bench.pandas_facts import DAY, MINUTE, NEVER, Year, day_of, micros

NO_HALL, NO_REGION = "无大厅(线上)", "未知区域"
SUBJECT = ["dept_code", "item_code", "theme"]
CELL = ["month", "hall_id", "county", *SUBJECT]
KINDS = {
    "city": ("c", []), "county": ("k", ["county"]), "hall": ("h", ["county", "hall_id"]),
    "department": ("d", ["dept_code"]), "item": ("i", ["item_code"]), "theme": ("t", ["theme"]),
}  # fmt: skip
THEMES = ["realestate", "business", "livelihood", "investment", "other"]
ONLINE = ["pc", "app", "mini"]
SLA = 25 * MINUTE
#: id: places, numerator, denominator, factor.
RATES = {
    "ywtb_case_rate": ("ckhdit", "scope_y", "scope", 100),
    "ywtb_window_rate": ("ckhdit", "scope_window_y", "scope_window", 100),
    "ywtb_item_rate": ("i", "scope_y", "scope", 100),
    "ywtb_items_on_target": ("ckhd", "items_on_target", "items_counted", 100),
    "ywtb_halls_on_target": ("ck", "halls_on_target", "halls_counted", 100),
    "ywtb_case_rate_low": ("ckhdit", "scope_y", "scope", 100),
    "ywtb_case_rate_high": ("ckhdit", "scope_y_or_unknown", "scope", 100),
    "online_capable_rate": ("cd", "items_online", "items_apply_based", 100),
    "online_apply_rate": ("ckdit", "scope_online", "scope", 100),
    "kiosk_rate": ("ckdit", "scope_kiosk", "scope", 100),
    "cross_region_rate": ("ckdit", "scope_cross_region", "scope", 100),
    "full_online_rate": ("ckdit", "scope_full_online", "scope_full_known", 100),
    "one_visit_rate": ("ckhdit", "finished_one_visit", "finished_visits_known", 100),
    "auto_rate": ("ckhdit", "finished_auto", "finished", 100),
    "instant_rate": ("ckhdit", "finished_same_day", "finished", 100),
    "promise_compression": ("cd", "days_saved", "days_legal", 100),
    "promise_compression_weighted": ("cd", "days_saved_weighted", "days_legal_weighted", 100),
    "overdue_finish_rate": ("ckhdit", "finished_late", "finished_due", 100),
    "early_finish_rate": ("ckhdit", "finished_early", "finished_due", 100),
    "accept_delay_rate": ("ckhdit", "submitted_delayed", "submitted", 100),
    "review_active_rate": ("ckh", "reviews_active", "services_evaluable", 100),
    "review_good_rate": ("ckhdit", "reviews_good", "reviews_active", 100),
    "review_bad_rate": ("ckhdit", "reviews_bad", "reviews_active", 100),
    "review_total_good_rate": ("ckh", "reviews_good_total", "reviews_total", 100),
    "callback_rate": ("ckhd", "bad_named_called", "bad_named", 100),
    "callback_satisfied_rate": ("ckhd", "bad_satisfied", "bad_answered", 100),
    "rectify_on_time_rate": ("ckhd", "bad_rectified", "bad_rectify_due", 100),
    "onsite_complaint_rate": ("ckh", "complaints_onsite", "tickets_done", 10_000),
    "wait_avg": ("ckh", "wait_minutes", "calls", 1),
    "wait_p90": ("ckh", None, "calls", 1),
    "wait_sla_rate": ("ckh", "calls_in_time", "calls_and_lost", 100),
    "handle_avg": ("ckh", "handle_minutes", "handled", 1),
    "abandon_rate": ("ckh", "abandoned_or_no_show", "called_or_abandoned", 100),
    "window_saturation": ("ckh", "busy_minutes", "open_minutes", 100),
}


def rates(year: Year) -> dict[str, pd.DataFrame]:
    """Every rate of every month for all places."""
    halls = year.read("halls", ["hall_id", "county", "region_code"])
    days = year.frames["sessions"]["date"]
    months = pd.period_range(_month_of_day(days.min()), _month_of_day(days.max()), freq="M")
    work = _Work(year.read("workdays", ["date", "is_workday"]))
    items = year.read("items")
    items["since"], items["until"] = micros(items["valid_from"]), micros(items["valid_to"])
    items = items.sort_values(["item_code", "since"], ignore_index=True)
    cases = _cases(year, halls, items)
    pauses = year.read("case_pauses", ["project_no", "kind", "start_at", "end_at"])
    pauses["start"], pauses["stop"] = micros(pauses["start_at"]), micros(pauses["end_at"])
    tickets = year.read(
        "tickets",
        ["ticket_id", "hall_id", "item_code", "take_time", "call_time", "start_time", "end_time", "status",
         "project_no", "is_test"],
    )  # fmt: skip
    scope = _summed(_in_months(_scope(cases), "accept", months), CELL)
    waited = _in_months(_waited(tickets, year.frames["sessions"]), "until", months)
    hall_cell = ["month", "hall_id"]
    parts = [
        scope,
        _summed(_in_months(_finished(cases, pauses, work), "finish", months), CELL),
        _summed(_in_months(_submitted(cases, pauses, work), "apply", months), CELL),
        *_reviews(year, cases, tickets, items, halls, work, months),
        *(
            _summed(_in_months(rows, time, months), hall_cell).merge(halls[["hall_id", "county"]], on="hall_id")
            for rows, time in (
                (_complaints(year), "created"), (waited, "until"), (_served(tickets, cases), "end"),
                (_minutes(year.frames["windows_day"]), "noon"),
            )
        ),
        _listed(items, scope, months),
    ]  # fmt: skip
    cells = pd.concat(parts, ignore_index=True)
    cells["services_evaluable"] = cells["finished"].fillna(0) + cells["tickets_without_case"].fillna(0)
    known = {"halls": halls, "departments": year.read("departments", ["dept_code"]), "items": items}
    calls = waited[waited["calls"] > 0].merge(halls[["hall_id", "county"]], on="hall_id")
    told = [_told(kind, cells, scope, calls, known, months) for kind in KINDS]
    return {"rates": pd.concat(told, ignore_index=True)}


class _Work:
    """Working days by number."""

    def __init__(self, workdays: pd.DataFrame) -> None:
        rows = workdays.assign(day=pd.to_datetime(workdays["date"]).astype("datetime64[us]").astype("int64") // DAY)
        rows = rows.sort_values("day")
        self.first = int(rows["day"].iloc[0])
        self.working = rows["is_workday"].to_numpy()
        self.passed = np.cumsum(self.working)
        self.days = rows["day"].to_numpy()[self.working]

    def upto(self, day: pd.Series) -> np.ndarray:
        """Working days up to and with each day."""
        return self.passed[day.to_numpy() - self.first]

    def add(self, day: pd.Series, count: pd.Series | int) -> np.ndarray:
        """The count-th working day after each day; the day itself for 0."""
        found = self.days[np.maximum(self.upto(day) + count - 1, 0)]
        return np.where(np.asarray(count) == 0, day, found)

    def before(self, day: pd.Series) -> np.ndarray:
        """The last working day before each day."""
        return self.days[self.passed[day.to_numpy() - self.first - 1] - 1]


def _month_of_day(day: int) -> pd.Period:
    return pd.Timestamp(day, unit="D").to_period("M")


def _midnight(day: pd.Series | np.ndarray) -> pd.Series | np.ndarray:
    """When the city's day begins."""
    return day * DAY - 8 * 60 * MINUTE


def _in_months(rows: pd.DataFrame, time: str, months: pd.PeriodIndex) -> pd.DataFrame:
    """Rows whose time lies in one of the months, with its number."""
    edges = [_midnight(int((month.start_time - pd.Timestamp(0)).days)) for month in [*months, months[-1] + 1]]
    number = np.searchsorted(edges, rows[time].to_numpy(), side="right") - 1
    inside = (number >= 0) & (number < len(months))
    return rows[inside].assign(month=number[inside])


def _summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """All other columns of counts added up."""
    counts = [name for name in rows.columns if name not in (*CELL, "apply", "accept", "finish", "until", "end", "noon")]
    numbers = [name for name in counts if rows[name].dtype != object and not str(rows[name].dtype).startswith("str")]
    return rows.groupby(by, observed=True, sort=False, dropna=False)[numbers].sum().reset_index()


def _cases(year: Year, halls: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Cases with their place and what the version of their item in force says."""
    cases = year.read(
        "cases",
        ["project_no", "item_code", "hall_id", "dept_code", "region_code", "channel", "platform", "apply_time",
         "accept_time", "promise_due", "finish_time", "closed_time", "status", "auto_approved", "delivery",
         "visit_count", "cross_region", "is_test"],
    )  # fmt: skip
    for name in ("apply", "accept", "finish", "closed"):
        cases[name] = micros(cases.pop(f"{name}_time"))
    cases["due"] = micros(cases.pop("promise_due"))
    at = cases["accept"].where(cases["accept"] < NEVER, cases["apply"])
    held = items[["item_code", "since", "until", "theme", "case_type", "day_unit", "apply_based", "ywtb_exception"]]
    cases = pd.merge_asof(
        cases.assign(at=at).sort_values("at", kind="stable"),
        held.sort_values("since", kind="stable"),
        left_on="at",
        right_on="since",
        by="item_code",
    )
    valid = cases["at"] < cases["until"]
    first = items.drop_duplicates("item_code").set_index("item_code")["theme"]
    cases["theme"] = cases["theme"].where(valid, cases["item_code"].map(first))
    cases["in_scope"] = valid & cases["apply_based"].eq(other=True) & cases["ywtb_exception"].eq(other=False)
    cases["case_type"] = cases["case_type"].where(valid)
    regions = (
        halls.assign(code=halls["region_code"].str[:6]).groupby(["code", "county"]).size().rename("n").reset_index()
    )
    regions = regions.sort_values(["n", "county"], ascending=[False, True]).drop_duplicates("code").set_index("code")
    code = cases["region_code"].str[:6]
    online = code.map(regions["county"]).fillna(code).fillna(NO_REGION)
    cases["county"] = cases["hall_id"].map(halls.set_index("hall_id")["county"]).fillna(online)
    cases["hall_id"] = cases["hall_id"].fillna(NO_HALL)
    return cases.astype({name: "category" for name in ("hall_id", "county", *SUBJECT)})


def _scope(cases: pd.DataFrame) -> pd.DataFrame:
    rows = cases[cases["in_scope"] & ~cases["is_test"]]
    unified, window, online = rows["platform"] == "ywtb2", rows["channel"] == "window", rows["channel"].isin(ONLINE)
    known = rows["visit_count"].notna() & rows["delivery"].notna()
    unknown = rows["platform"] == "unknown"
    return rows[["accept", *CELL[1:]]].assign(
        scope=1, scope_y=unified, scope_unknown=unknown, scope_y_or_unknown=unified | unknown, scope_window=window,
        scope_window_y=window & unified, scope_online=online, scope_kiosk=rows["channel"] == "kiosk",
        scope_cross_region=rows["cross_region"].eq(other=True), scope_full_known=known,
        scope_full_online=known & online & (rows["visit_count"] == 0) & (rows["delivery"] != "window"),
    )  # fmt: skip


def _finished(cases: pd.DataFrame, pauses: pd.DataFrame, work: _Work) -> pd.DataFrame:
    rows = cases[~cases["is_test"] & (cases["status"] == "finished") & (cases["finish"] < NEVER)]
    due = _due(rows[(rows["case_type"] == "promise") & (rows["due"] < NEVER)], pauses, work)
    rows = rows.assign(until=due.reindex(rows.index).fillna(NEVER).astype("int64"))
    promised, finish_day = rows["until"] < NEVER, day_of(rows["finish"])
    early = pd.Series(0, index=rows.index)
    early[promised] = work.before(day_of(rows.loc[promised, "until"] - 1))
    return rows[["finish", *CELL[1:]]].assign(
        finished=1, finished_visits_known=rows["visit_count"].notna(),
        finished_one_visit=rows["visit_count"].le(1).fillna(value=False),
        finished_auto=rows["auto_approved"].eq(other=True),
        finished_same_day=finish_day == day_of(rows["accept"]), finished_due=promised,
        finished_late=promised & (rows["finish"] > rows["until"]), finished_early=promised & (finish_day <= early),
    )  # fmt: skip


def _due(rows: pd.DataFrame, pauses: pd.DataFrame, work: _Work) -> pd.Series:
    """Deadlines moved on by at most two pauses that began before them."""
    due = rows["due"].copy()
    spans = rows[["project_no", "accept", "finish", "day_unit"]].reset_index().merge(pauses, on="project_no")
    spans = spans.assign(
        begin=np.maximum(spans["start"], spans["accept"]), end=np.minimum(spans["stop"], spans["finish"])
    )
    spans = spans[spans["begin"] < spans["end"]].sort_values("start")
    rank = spans.groupby("index").cumcount()
    for number in (0, 1):
        some = spans[rank == number].set_index("index")
        old = due[some.index]
        some, old = some[some["start"] <= old], old[some["start"] <= old]
        begin, end, day = day_of(some["begin"]), day_of(some["end"] - 1), day_of(old - 1)
        worked = work.add(day, work.upto(end) - work.upto(begin)) - day
        due[some.index] = old + np.where(some["day_unit"] == "natural", end - begin, worked) * DAY
    return due


def _submitted(cases: pd.DataFrame, pauses: pd.DataFrame, work: _Work) -> pd.DataFrame:
    rows = cases[~cases["is_test"]]
    deadline = _midnight(work.add(day_of(rows["apply"]), 1) + 1)
    delayed = np.minimum(rows["accept"], rows["closed"]) > deadline
    asked = pauses[pauses["kind"] == "correction"].groupby("project_no")["start"].min()
    silent = rows.loc[delayed, "project_no"].map(asked)
    delayed[delayed] = ~(silent <= deadline[delayed])
    return rows[["apply", *CELL[1:]]].assign(submitted=1, submitted_delayed=delayed)


def _waited(tickets: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Every end of a wait."""
    rows = _real(tickets)
    take, call, start, end = (micros(rows[f"{name}_time"]) for name in ("take", "call", "start", "end"))
    hours = sessions.assign(back=sessions.groupby(["hall_id", "date"])["opening"].shift(-1))
    breaks = hours[hours["back"] > hours["closing"]][["hall_id", "date", "closing", "back"]]
    last = sessions.groupby(["hall_id", "date"])["closing"].max().rename("last_close").reset_index()
    days = rows[["hall_id"]].assign(date=day_of(take))
    days = days.merge(last, on=["hall_id", "date"], how="left").merge(breaks, on=["hall_id", "date"], how="left")
    days.index = rows.index
    closing = np.maximum(days["last_close"].fillna(_midnight(days["date"] + 1) - 1).astype("int64"), take)
    called = call < NEVER
    unserved, left = ~called & (start == NEVER), (end < NEVER) & (end <= closing)
    gone = unserved & left & (rows["status"] == "abandoned")
    given_back = unserved & left & (rows["status"] == "cancelled")
    stayed = unserved & ~left & rows["status"].isin(["abandoned", "cancelled", "waiting"])
    until = call.where(called, end.where(gone | given_back, closing))
    lunch = (np.minimum(until, days["back"]) - np.maximum(take, days["closing"])).clip(lower=0).fillna(0)
    wait = until - take - lunch.astype("int64")
    lost, counts = gone | stayed, called | gone | stayed | given_back
    missed = called & rows["status"].isin(["no_show", "abandoned"])
    return rows[["hall_id"]].assign(
        until=until, calls=called, calls_in_time=called & (wait <= SLA), calls_and_lost=called | (wait > SLA),
        called_or_abandoned=called | lost, abandoned_or_no_show=lost | missed,
        wait_minutes=(wait / MINUTE).where(called, 0),
    )[counts]  # fmt: skip


def _real(tickets: pd.DataFrame) -> pd.DataFrame:
    slip = (tickets["status"] == "cancelled") & (
        tickets["end_time"] - tickets["take_time"] <= pd.Timedelta(seconds=120)
    )
    return tickets[~tickets["is_test"] & (tickets["status"] != "void") & ~slip]


def _served(tickets: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    rows = _real(tickets)
    rows = rows[rows["status"].isin(["done", "returned"])]
    begun, end = micros(rows["start_time"].fillna(rows["call_time"])), micros(rows["end_time"])
    done, timed = rows["status"] == "done", (end > begun) & (begun < NEVER)
    return rows[["hall_id"]].assign(
        end=end, tickets_done=done, tickets_without_case=done & ~rows["project_no"].isin(cases["project_no"]),
        handled=timed, handle_minutes=((end - begun) / MINUTE).where(timed, 0),
    )  # fmt: skip


def _complaints(year: Year) -> pd.DataFrame:
    rows = year.read("complaints", ["hall_id", "kind", "created_at"])
    rows = rows[rows["kind"] == "onsite"]
    return rows[["hall_id"]].assign(created=micros(rows["created_at"]), complaints_onsite=1)


def _minutes(windows: pd.DataFrame) -> pd.DataFrame:
    return windows[["hall_id"]].assign(
        noon=_midnight(windows["date"]) + DAY // 2,
        busy_minutes=windows["busy"] / MINUTE, open_minutes=windows["open"] / MINUTE,
    )  # fmt: skip


def _reviews(
    year: Year, cases: pd.DataFrame, tickets: pd.DataFrame, items: pd.DataFrame, halls: pd.DataFrame, work: _Work,
    months: pd.PeriodIndex,
) -> list[pd.DataFrame]:  # fmt: skip
    """Reviews with the place and subject of their case, else of their ticket: as given, and as to be mended."""
    rows = year.read(
        "reviews",
        ["hall_id", "project_no", "ticket_id", "level", "origin", "named", "assess_time", "valid", "callback_time",
         "rectify_due", "rectify_time", "callback_satisfied"],
    )  # fmt: skip
    rows = rows[rows["origin"].isin(["active", "default"]) & rows["valid"].fillna(value=True).astype(bool)]
    active = rows["origin"] == "active"
    asked = active | rows["hall_id"].isna()
    about = cases[["project_no", "hall_id", "county", *SUBJECT]].astype(str)
    rows = rows.assign(project_no=rows["project_no"].where(asked), ticket_id=rows["ticket_id"].where(asked))
    rows = rows.merge(about, on="project_no", how="left", suffixes=("", "_case"))
    first = items.drop_duplicates("item_code")[["item_code", "dept_code", "theme"]]
    taken = tickets.loc[tickets["ticket_id"].isin(rows["ticket_id"]), ["ticket_id", "hall_id", "item_code"]]
    taken = taken.merge(first, on="item_code", how="left")
    rows = rows.merge(taken, on="ticket_id", how="left", suffixes=("", "_ticket"))
    county = halls.set_index("hall_id")["county"]
    has_case, own = rows["county"].notna(), rows["hall_id"].notna()
    case_hall = rows["hall_id_case"].where(has_case, rows["hall_id_ticket"].fillna(NO_HALL))
    case_county = rows["county"].where(has_case, rows["hall_id_ticket"].map(county).fillna(NO_REGION))
    rows["county"] = rows["hall_id"].map(county).where(own, case_county)
    rows["hall_id"] = rows["hall_id"].where(own, case_hall)
    active = rows["origin"] == "active"
    for name in SUBJECT:
        rows[name] = rows[name].where(has_case, rows[f"{name}_ticket"]).where(active)
    level, bad = rows["level"], active & (rows["level"] <= 2)
    called = bad & rows["callback_time"].notna()
    satisfied = rows["callback_satisfied"]
    given = rows[CELL[1:]].assign(
        until=micros(rows["assess_time"]), reviews_active=active, reviews_good=active & (level >= 3), reviews_bad=bad,
        reviews_good_total=~active | (level >= 3), reviews_total=1, bad_named=bad & rows["named"],
        bad_named_called=called & rows["named"], bad_answered=called & satisfied.notna(),
        bad_satisfied=called & satisfied.eq(other=True),
    )  # fmt: skip
    given = _summed(_in_months(given, "until", months), CELL)
    late = rows[bad]
    own_due = _midnight(work.add(day_of(micros(late["assess_time"])), 5) + 1)
    due = micros(late["rectify_due"])
    due = due.where(due < NEVER, own_due)
    mended = late[CELL[1:]].assign(until=due - 1, bad_rectify_due=1, bad_rectified=micros(late["rectify_time"]) <= due)
    return [given, _summed(_in_months(mended, "until", months), CELL)]


def _listed(items: pd.DataFrame, scope: pd.DataFrame, months: pd.PeriodIndex) -> pd.DataFrame:
    """What is counted of the items in force at each month's end, by department."""
    weighed = scope.astype({"item_code": str}).groupby(["month", "item_code"])["scope"].sum().reset_index()
    parts = []
    for number, month in enumerate(months):
        end = _midnight(int(((month + 1).start_time - pd.Timestamp(0)).days))
        parts.append(items[(items["since"] < end) & (end <= items["until"])].assign(month=number))
    rows = pd.concat(parts).merge(weighed, on=["month", "item_code"], how="left")
    rows["scope"] = rows["scope"].fillna(0)
    part = rows["day_unit"].map({"workday": 7, "natural": 5})
    promised = (rows["case_type"] == "promise") & (rows["legal_days"] > 0) & rows["promise_days"].notna()
    legal = (rows["legal_days"] * part / 7).where(promised, 0)
    saved = ((rows["legal_days"] - rows["promise_days"]) * part / 7).where(promised, 0)
    rows = rows[["month", "dept_code"]].assign(
        items_online=rows["apply_based"] & rows["online_capable"], items_apply_based=rows["apply_based"],
        days_saved=saved, days_legal=legal, days_saved_weighted=saved * rows["scope"],
        days_legal_weighted=legal * rows["scope"],
    )  # fmt: skip
    return rows.groupby(["month", "dept_code"]).sum().reset_index()


def _told(
    kind: str, cells: pd.DataFrame, scope: pd.DataFrame, calls: pd.DataFrame, known: dict[str, pd.DataFrame],
    months: pd.PeriodIndex,
) -> pd.DataFrame:  # fmt: skip
    """Every rate of one kind of place."""
    letter, names = KINDS[kind]
    by = ["month", *names]
    counts = [name for name in cells.columns if name not in CELL]
    sums = cells.dropna(subset=names).groupby(by)[counts].sum()
    if letter in "ckhd":
        sums = sums.join(_on_target(scope, by, "item_code", "scope", 10, "items"))
    if letter in "ck":
        halls = scope[scope["hall_id"] != NO_HALL]
        sums = sums.join(_on_target(halls, by, "hall_id", "scope_window", 50, "halls"))
    if letter in "ckh":
        sums = sums.join(_nearest_rank(calls, by))
    whole = _places(kind, cells, known).merge(pd.DataFrame({"month": range(len(months))}), how="cross")
    whole = whole.merge(sums.reset_index(), on=by, how="left")
    parts = []
    for name, (places, above, below, scale) in RATES.items():
        if letter not in places:
            continue
        rows = whole[whole["scope_unknown"] > 0] if name.endswith(("_low", "_high")) else whole
        denominator = rows[below].fillna(0).astype("float64")
        numerator = rows[above].fillna(0).astype("float64") if above else pd.Series(np.nan, index=rows.index)
        value = scale * numerator / denominator if above else rows["wait_p90"]
        parts.append(
            rows[["month", *names]].assign(
                rate=name, numerator=numerator, denominator=denominator, value=value.where(denominator > 0)
            )
        )
    found = pd.concat(parts, ignore_index=True)
    found["period"] = found.pop("month").map(dict(enumerate(months.astype(str))))
    missing = {name: pd.Series(None, index=found.index, dtype="str") for name in CELL[1:] if name not in names}
    return found.assign(**missing, definition_version="2026.1")


def _on_target(scope: pd.DataFrame, by: list[str], unit: str, count: str, least: int, name: str) -> pd.DataFrame:
    keys = list(dict.fromkeys([*by, unit]))
    each = scope.groupby(keys, observed=True)[[count, f"{count}_y"]].sum()
    each = each[each[count] >= least]
    each = each.assign(**{f"{name}_counted": 1, f"{name}_on_target": each[f"{count}_y"] * 10 >= each[count] * 9})
    return each.reset_index().groupby(by, observed=True)[[f"{name}_counted", f"{name}_on_target"]].sum()


def _nearest_rank(calls: pd.DataFrame, by: list[str]) -> pd.Series:
    """The wait that nine in ten did not exceed."""
    rows = calls[[*by, "wait_minutes"]].sort_values([*by, "wait_minutes"])
    size = rows.groupby(by, observed=True).size()
    rank = size.cumsum() - size + -(-size * 9 // 10) - 1
    return pd.Series(rows["wait_minutes"].to_numpy()[rank.to_numpy()], index=size.index, name="wait_p90")


def _places(kind: str, cells: pd.DataFrame, known: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The places there are, with data or without."""
    _, names = KINDS[kind]
    if not names:
        return pd.DataFrame(index=[0])
    if kind == "theme":
        return pd.DataFrame({"theme": THEMES})
    listed = known[{"county": "halls", "hall": "halls", "department": "departments", "item": "items"}[kind]]
    met = cells[names].dropna()
    return pd.concat([listed[names], met]).drop_duplicates(ignore_index=True)
