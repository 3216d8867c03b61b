from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cockpit.watch.numbers import count_rates
from metrics.periods import parse
from metrics.records import Records, empty
from metrics.spells import micros, time_between
from metrics.view import View
from metrics.visitors import in_service
from tests.real.bringing import Brought, as_documented, bring_twice, changes_nothing

ZONE = ZoneInfo("Asia/Jerusalem")
SKEW = timedelta(seconds=2)


@pytest.fixture(scope="module")
def bank(real_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    file = real_dir / "bank_calls_1999_02.txt.gz"
    brought = bring_twice("bank_calls", [file], tmp_path_factory.mktemp("bank"), "\t")
    yield brought
    brought.folder.close()


def instant(call: dict[str, str], column: str) -> datetime:
    """A time of the call, on its day or, after midnight, on the next."""
    day = datetime.strptime(call["date"], "%y%m%d").replace(tzinfo=ZONE)

    def of_day(name: str) -> datetime:
        hours, minutes, seconds = map(int, call[name].split(":"))
        return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)

    crossed = of_day("vru_entry") - of_day(column) > timedelta(hours=12)
    return of_day(column) + timedelta(days=crossed)


def expected(call: dict[str, str]) -> tuple[datetime | None, ...] | str:
    """take, call, start, end of a call, or why it must be refused."""
    queued = {call["q_start"], call["q_exit"]} != {"0:00:00"}
    take = instant(call, "q_start" if queued else "vru_exit")
    moved_on = instant(call, "q_exit" if queued else "vru_exit")
    if call["outcome"] == "HANG":
        return take, None, None, moved_on
    if {call["ser_start"], call["ser_exit"]} == {"0:00:00"}:
        return "no end"
    start, end = instant(call, "ser_start"), instant(call, "ser_exit")
    if start < moved_on - SKEW:
        return "two orders"
    if start < moved_on:
        start, end = moved_on, max(moved_on, end)
    return take, moved_on, start, end


def calls(bank: Brought) -> dict[str, dict[str, str]]:
    return {f"{call['vru+line']}-{call['call_id']}": call for call in bank.source if call["outcome"] != "PHANTOM"}


def test_every_call_is_stored_or_refused_and_phantoms_are_left_out(bank: Brought) -> None:
    outcomes = Counter(call["outcome"] for call in bank.source)
    assert outcomes == {"AGENT": 27162, "HANG": 5904, "PHANTOM": 278}
    assert bank.counts("tickets") == (33066, 32731, 0, 0, 335)
    assert bank.first.left_out == {"tickets": {"PHANTOM:系统占位记录,不是来电者": 278}}
    assert (bank.counts("halls")[1], bank.counts("queues")[1], bank.counts("windows")[1]) == (1, 11, 24)
    assert changes_nothing(bank)
    assert as_documented(bank)


def test_every_stored_time_follows_the_stated_rules(bank: Brought) -> None:
    source = calls(bank)
    assert len(source) == 33066
    stored = bank.rows("tickets")
    for row in stored:
        times = (row["take_time"], row["call_time"], row["start_time"], row["end_time"])
        assert times == expected(source[row["ticket_id"]]), row["ticket_id"]
    refused = {key: why for key, call in source.items() if isinstance(why := expected(call), str)}
    assert {row["ticket_id"] for row in stored}.isdisjoint(refused)
    assert set(bank.refused("tickets")) == set(refused)


def test_calls_are_refused_for_the_right_reasons(bank: Brought) -> None:
    source = calls(bank)
    for key, reasons in bank.refused("tickets").items():
        if expected(source[key]) == "no end":
            assert reasons == ["needs:end_time"]
        else:
            assert "order:call_time<=start_time" in reasons
    assert bank.first.reasons["tickets"]["needs:end_time"] == 50
    assert bank.first.reasons["tickets"]["order:call_time<=start_time"] == 285


def test_queue_window_and_status_are_those_of_the_call(bank: Brought) -> None:
    source = calls(bank)
    kinds = {row["queue_id"]: row["queue_type"] for row in bank.rows("queues")}
    for row in bank.rows("tickets"):
        call = source[row["ticket_id"]]
        assert row["queue_id"].split("-")[0] == call["type"]
        assert kinds[row["queue_id"]] == ("priority" if call["priority"] == "2" else "normal")
        assert row["window_id"] == (None if call["server"] == "NO_SERVER" else call["server"])
        assert row["status"] == {"AGENT": "done", "HANG": "abandoned"}[call["outcome"]]
    served = defaultdict(set)
    for call in source.values():
        served[call["server"]].add(call["type"] + ("-优先" if call["priority"] == "2" else ""))
    assert {row["window_id"]: row["queue_ids"] for row in bank.rows("windows")} == {
        server: sorted(queues) for server, queues in served.items() if server != "NO_SERVER"
    }


def test_customers_are_known_by_their_hash_alone(bank: Brought) -> None:
    source = calls(bank)
    numbers: dict[str, set[str]] = defaultdict(set)
    for row in bank.rows("tickets"):
        customer = source[row["ticket_id"]]["customer_id"]
        if customer == "0":
            assert row["applicant_hash"] is None
        else:
            numbers[customer].add(row["applicant_hash"])
    assert all(len(hashes) == 1 for hashes in numbers.values())
    assert len(set().union(*numbers.values())) == len(numbers)
    entries = bank.folder.lake.snapshot().quarantine().collect()
    for key, shown in entries.select("key", "row").iter_rows():
        customer = source[key]["customer_id"]
        assert customer == "0" or customer not in shown


def test_mean_wait_hang_ups_and_busy_agents_agree_with_a_plain_count(bank: Brought) -> None:
    stored = bank.rows("tickets")
    waits = [(row["call_time"] - row["take_time"]).total_seconds() for row in stored if row["call_time"]]
    kept = [call for call in calls(bank).values() if not isinstance(expected(call), str)]
    served = [call for call in kept if call["outcome"] == "AGENT"]
    # The source's own seconds in the queue, which the mapping never reads.
    assert sum(waits) == sum(int(call["q_time"]) for call in served)
    assert len(waits) == len(served) == 26827
    hang_ups = sum(row["status"] == "abandoned" for row in stored)
    assert (hang_ups, len(stored)) == (5904, 32731)
    busy: Counter[int] = Counter()
    for row in stored:
        if row["status"] == "done":
            at = row["start_time"]
            while at < row["end_time"]:
                hour = at.replace(minute=0, second=0)
                stop = min(row["end_time"], hour + timedelta(hours=1))
                busy[int(hour.timestamp()) // 3600] += int((stop - at).total_seconds())
                at = stop
    # Second by second from the source's times.
    ticking: Counter[int] = Counter()
    for call in served:
        _, _, start, end = expected(call)
        assert isinstance(start, datetime)
        assert isinstance(end, datetime)
        ticking.update(second // 3600 for second in range(int(start.timestamp()), int(end.timestamp())))
    assert busy == ticking
    # Moved starts shorten a service by two seconds at most.
    told = sum(int(call["ser_time"]) for call in served)
    assert told - 2 * len(served) <= busy.total() <= told


MONTH = parse("1999-02")
AFTER = datetime(1999, 3, 2, tzinfo=ZONE)


@pytest.fixture(scope="module")
def view(bank: Brought) -> View:
    """The month as the readings see it."""
    snapshot = bank.folder.lake.snapshot()
    names = ("halls", "queues", "windows", "tickets", "calendar")
    tables = {name: snapshot.scan(name).select(empty(name, snapshot.timezone).columns).collect() for name in names}
    return View(Records(tables, snapshot.timezone))


def test_the_rates_of_the_month_equal_a_count_of_the_source(bank: Brought) -> None:
    told = {
        row["rate"]: (row["numerator"], row["denominator"], row["value"])
        for row in count_rates(bank.folder.lake, [MONTH], AFTER).rates("city").to_dicts()
    }
    kept = {key: call for key, call in calls(bank).items() if not isinstance(expected(call), str)}
    served = [call for call in kept.values() if call["outcome"] == "AGENT"]
    gone = [call for call in kept.values() if call["outcome"] == "HANG"]
    # Nobody who called in February was answered in March.
    assert all(instant(call, "q_exit" if call["q_exit"] != "0:00:00" else "vru_exit").month == 2 for call in served)
    minutes = sum(int(call["q_time"]) for call in served) / 60
    assert told["wait_avg"] == pytest.approx((minutes, len(served), minutes / len(served)))
    share = 100 * len(gone) / (len(gone) + len(served))
    assert told["abandon_rate"] == pytest.approx((len(gone), len(gone) + len(served), share))
    services = [(end - start).total_seconds() / 60 for _, _, start, end in map(expected, served) if end > start]  # type: ignore[operator]
    assert told["handle_avg"][:2] == pytest.approx((sum(services), len(services)))
    waits = sorted(int(call["q_time"]) / 60 for call in served)
    assert told["wait_p90"][2] == pytest.approx(waits[-(-len(waits) * 9 // 10) - 1])


def test_the_facts_of_the_month_equal_a_count_of_the_source(bank: Brought, view: View) -> None:
    facts = view.queue_facts
    assert facts["session"].null_count() == facts.height  # nobody told when it was open
    waits: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for call in calls(bank).values():
        if call["outcome"] == "AGENT" and not isinstance(expected(call), str):
            queue = waits[call["type"] + ("-优先" if call["priority"] == "2" else "")]
            queue[0] += int(call["q_time"])
            queue[1] += 1
    sums = facts.group_by("queue_id").agg(pl.col("wait").sum() // 1_000_000, pl.col("calls").sum())
    assert {queue: [wait, count] for queue, wait, count in sums.iter_rows()} == waits


def test_busy_agents_per_hour_equal_a_count_of_the_source(bank: Brought, view: View) -> None:
    """Called and not yet done: until the end, the agent's next call or midnight, whichever comes first."""
    served = []
    for call in calls(bank).values():
        times = expected(call)
        if not isinstance(times, str) and times[1] is not None:
            served.append((call["server"], times[1], times[3]))
    busy: Counter[int] = Counter()
    begins: dict[str, list[datetime]] = defaultdict(list)
    for server, begin, _ in served:
        begins[server].append(begin)
    for server, begin, end in served:
        assert isinstance(begin, datetime)
        assert isinstance(end, datetime)
        later = [other for other in begins[server] if other > begin] if server != "NO_SERVER" else []
        midnight = begin.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        stop = min(end, midnight, *later)
        busy.update(second // 3600 for second in range(int(begin.timestamp()), int(stop.timestamp())))
    hours = pl.datetime_range(*MONTH.instants(ZONE), "1h", closed="left", eager=True)
    spells = in_service(view).at_halls
    since = micros(hours)
    found = time_between(spells, since * 0, since, since + 3_600_000_000) // 1_000_000
    assert [busy[int(hour.timestamp()) // 3600] for hour in hours] == found.tolist()
    assert sum(found) == busy.total() > 1_000_000
    agents = {server for server, _, _ in served}
    assert 0 < max(found) / 3600 <= len(agents)
