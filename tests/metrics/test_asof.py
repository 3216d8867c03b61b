"""The one cut at an instant, against a slow version that looks at every value alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.asof import as_of
from metrics.standard import TABLES
from tests.metrics.plain_past import as_it_was

SHANGHAI = ZoneInfo("Asia/Shanghai")
T = datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
Row = dict[str, Any]


def frame(name: str, *rows: Row) -> pl.LazyFrame:
    """Rows of a standard table; columns that a row does not name are null."""
    stamp = pl.Datetime("us", "Asia/Shanghai")
    types = {key: stamp if isinstance(dtype, pl.Datetime) else dtype for key, dtype in TABLES[name].stored.items()}
    return pl.DataFrame([{key: row.get(key) for key in types} for row in rows], schema=types, orient="row").lazy()


def cut(name: str, *rows: Row, t: datetime = T, **more: Any) -> list[Row]:  # noqa: ANN401 (as_of's own options)
    return as_of(name, frame(name, *rows), t, **more).collect().to_dicts()


def ago(minutes: int) -> datetime:
    return T - minutes * MINUTE


TICKET = {"ticket_id": "k1", "status": "done", "window_id": "w1", "staff_id": "s1", "item_code": "i", "project_no": "p"}
TAKEN = dict(
    zip(("take_time", "call_time", "start_time", "end_time"), (ago(40), ago(30), ago(29), ago(20)), strict=True)
)


@pytest.mark.parametrize(
    ("minutes", "status", "window"),
    [(40, None, None), (39, "waiting", None), (30, "waiting", None), (29, "called", "w1"), (28, "serving", "w1"),
     (20, "serving", "w1"), (19, "done", "w1")],
)  # fmt: skip
def test_a_ticket_goes_its_way_as_the_instant_passes(minutes: int, status: str | None, window: str | None) -> None:
    found = cut("tickets", {**TICKET, **TAKEN}, t=ago(minutes))
    assert [(row["status"], row["window_id"], row["staff_id"]) for row in found] == (
        [(status, window, window and "s1")] if status else []
    )
    assert all((row["item_code"], row["project_no"]) == ("i", "p") for row in found)


def test_a_ticket_that_nobody_called_never_has_a_window() -> None:
    [row] = cut("tickets", {**TICKET, "status": "abandoned", "take_time": ago(9), "end_time": ago(1)})
    assert (row["status"], row["window_id"]) == ("abandoned", None)
    [row] = cut("tickets", {**TICKET, "status": "serving", "take_time": ago(9), "start_time": ago(1)})
    assert (row["status"], row["window_id"]) == ("serving", "w1")


def test_a_suspect_wait_is_suspect_from_the_call_on() -> None:
    ticket = {**TICKET, **TAKEN, "suspect_wait": True}
    assert [cut("tickets", ticket, t=ago(m))[0]["suspect_wait"] for m in (35, 10)] == [False, True]


@pytest.mark.parametrize(
    ("times", "status", "found"),
    [
        ({}, "finished", "submitted"),
        ({}, "correction", "submitted"),
        ({"accept_time": ago(5)}, "in_progress", "accepted"),
        ({"accept_time": T}, "in_progress", "submitted"),
        ({"accept_time": ago(5), "finish_time": ago(1)}, "finished", "finished"),
        ({"accept_time": ago(5), "finish_time": T}, "finished", "accepted"),
        ({"accept_time": ago(5), "closed_time": ago(1)}, "withdrawn", "withdrawn"),
        ({"accept_time": ago(5), "closed_time": T}, "withdrawn", "accepted"),
        ({"closed_time": ago(1)}, "rejected", "rejected"),
        ({"accept_time": ago(5), "finish_time": ago(2), "closed_time": ago(1)}, "finished", "finished"),
    ],
)
def test_the_state_of_a_case_follows_from_its_times(times: Row, status: str, found: str) -> None:
    [row] = cut("cases", {"project_no": "p", "apply_time": ago(9), "status": status, **times})
    assert row["status"] == found


def test_an_open_pause_makes_a_case_paused_unless_it_has_ended() -> None:
    applied = {"apply_time": ago(99), "accept_time": ago(90)}
    rows = [
        {"project_no": "open", "status": "in_progress", **applied},
        {"project_no": "over", "status": "paused", **applied},
        {"project_no": "ends now", "status": "in_progress", **applied},
        {"project_no": "begins now", "status": "paused", **applied},
        {"project_no": "finished", "status": "finished", **applied, "finish_time": ago(1)},
        {"project_no": "before acceptance", "status": "correction", "apply_time": ago(99)},
    ]
    spells = {
        "open": (ago(50), None),
        "over": (ago(50), ago(1)),
        "ends now": (ago(50), T),
        "begins now": (T, None),
        "finished": (ago(50), None),
        "before acceptance": (ago(50), None),
    }
    pauses = [
        {"pause_id": f"{key}{n}", "project_no": key, "start_at": start, "end_at": end}
        for key, (start, end) in spells.items()
        for n in range(2)  # two pauses at once leave one case
    ]
    found = cut("cases", *rows, pauses=frame("case_pauses", *pauses))
    assert [(row["project_no"], row["status"]) for row in found] == [
        ("open", "paused"),
        ("over", "accepted"),
        ("ends now", "paused"),
        ("begins now", "accepted"),
        ("finished", "finished"),
        ("before acceptance", "paused"),
    ]


def test_a_review_holds_as_the_source_says_from_its_checking_on() -> None:
    review = {"review_id": "r", "valid": False, "assess_time": ago(50), "callback_satisfied": True}
    checked = {**review, "verify_time": ago(10), "callback_time": ago(5), "rectify_due": T + MINUTE}
    assert [cut("reviews", checked, t=ago(m))[0]["valid"] for m in (10, 9)] == [None, False]
    assert [cut("reviews", checked, t=ago(m))[0]["callback_satisfied"] for m in (5, 4)] == [None, True]
    assert cut("reviews", checked, t=ago(49))[0]["rectify_due"] == T + MINUTE
    assert cut("reviews", review)[0]["valid"] is False


def test_what_came_in_late_is_hidden_where_the_past_is_wanted_as_it_was_known() -> None:
    rows = [{**TICKET, **TAKEN, "ticket_id": key, "ingested_at": at} for key, at in {"a": ago(1), "b": T}.items()]
    assert [row["ticket_id"] for row in cut("tickets", *rows)] == ["a", "b"]
    assert [row["ticket_id"] for row in cut("tickets", *rows, as_known=True)] == ["a"]
    pauses = frame("case_pauses", {"project_no": "p", "start_at": ago(9), "ingested_at": T})
    case = {"project_no": "p", "apply_time": ago(20), "accept_time": ago(19), "status": "paused", "ingested_at": ago(9)}
    assert [cut("cases", case, pauses=pauses, as_known=k)[0]["status"] for k in (False, True)] == ["paused", "accepted"]


def test_plans_are_known_from_the_start() -> None:
    opening = {"hall_id": "h", "open_at": T + MINUTE, "close_at": T + 9 * MINUTE}
    assert cut("calendar", opening)[0]["close_at"] == T + 9 * MINUTE
    assert cut("roster", {"staff_id": "s", "start_at": T + MINUTE})[0]["start_at"] == T + MINUTE
    assert cut("attendance", {"staff_id": "s", "start_at": T}) == []


def test_the_instant_may_stand_in_any_zone_and_the_columns_too() -> None:
    tickets = frame("tickets", {**TICKET, **TAKEN})
    stored = tickets.with_columns(pl.selectors.datetime().dt.convert_time_zone("UTC"))
    for rows in (tickets, stored):
        assert as_of("tickets", rows, ago(25).astimezone(UTC)).collect()["status"].to_list() == ["serving"]


def test_fewer_columns_may_be_cut_but_never_without_what_they_follow_from() -> None:
    tickets = frame("tickets", {**TICKET, **TAKEN})
    assert as_of("tickets", tickets.select("take_time", "end_time"), ago(25)).collect().row(0) == (ago(40), None)
    for columns in (["end_time", "status"], ["take_time", "status"], ["take_time", "window_id"]):
        with pytest.raises(ValueError, match="is needed"):
            as_of("tickets", tickets.select(columns), T)
    with pytest.raises(ValueError, match="ingested_at"):
        as_of("complaints", frame("complaints").drop("ingested_at"), T, as_known=True)
    with pytest.raises(ValueError, match="aware"):
        as_of("tickets", tickets, T.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        as_of("tickets", tickets.with_columns(pl.col("take_time").dt.replace_time_zone(None)), T)
    with pytest.raises(KeyError, match="did you mean tickets"):
        as_of("ticket", tickets, T)


CLOCKS = st.sampled_from([T - MINUTE, T, T + MINUTE])


def values(name: str) -> st.SearchStrategy[Row]:
    """Rows of a table in which any time may lie before, at or after the instant."""
    columns = {}
    for column in TABLES[name].columns:
        if isinstance(column.dtype, pl.Datetime):
            columns[column.name] = st.none() | CLOCKS if column.nullable else CLOCKS
        elif column.codes:
            columns[column.name] = st.sampled_from(column.codes)
        elif isinstance(column.dtype, pl.String):
            columns[column.name] = st.sampled_from(["a", "b"])
        elif isinstance(column.dtype, pl.Boolean):
            columns[column.name] = st.booleans()
    return st.fixed_dictionaries(columns)


@pytest.mark.parametrize("name", sorted(TABLES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_table_is_cut_as_its_columns_are_marked(name: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(values(name), max_size=6))
    expected = [known for known in (as_it_was(name, row, T) for row in rows) if known is not None]
    found = cut(name, *rows)
    assert [{key: row[key] for key in want} for row, want in zip(found, expected, strict=True)] == expected
