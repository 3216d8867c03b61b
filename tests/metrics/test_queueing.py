"""Advice on windows: Erlang C held against exact fractions, another program, and a simulated hall where it breaks."""

import csv
import heapq
import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.queueing import advise, called_in_time, expected_wait, waiting_share, windows_needed

#: Made with pyworkforce 0.5.1 (PyPI), whose ErlangC knows the share that waits, the service level and the positions.
#: Its own requirements do not go together with ours, so its answers are kept instead of the program.
PYWORKFORCE = Path(__file__).with_name("pyworkforce_erlang_c.csv")


def exact_share(load: Fraction, windows: int) -> Fraction:
    """Erlang C as the books have it, without rounding."""
    terms = [load**k / math.factorial(k) for k in range(windows)]
    last = load**windows / math.factorial(windows) * windows / (windows - load)
    return last / (sum(terms) + last)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 999))
def test_the_share_that_waits_is_that_of_the_books(windows: int, permille: int) -> None:
    load = Fraction(permille * windows, 1000)
    share = exact_share(load, windows)
    assert waiting_share(float(load), windows) == pytest.approx(float(share), rel=1e-9, abs=1e-300)
    wait = share * 6 / (windows - load)
    assert expected_wait(float(load), windows, 6.0) == pytest.approx(float(wait), rel=1e-9, abs=1e-300)


def test_the_numbers_are_those_of_another_program() -> None:
    with PYWORKFORCE.open(encoding="utf-8", newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) > 100
    per_hour, handle, windows = (np.array([row[name] for row in rows]) for name in ("per_hour", "handle", "windows"))
    load = per_hour / 60 * handle
    shares = [row["waiting_share"] for row in rows]
    assert waiting_share(load, windows.astype(np.int64)) == pytest.approx(shares, rel=1e-9)
    in_time = [row["called_in_25"] for row in rows]
    assert called_in_time(load, windows, handle) == pytest.approx(in_time, rel=1e-9, abs=1e-12)
    # That program begins at round(A + 1) windows and never asks whether fewer would do.
    needed = np.maximum(windows_needed(per_hour, handle, 0), [round(one + 1) for one in load.tolist()])
    assert needed.tolist() == [int(row["needed"]) for row in rows]


@settings(deadline=None)
@given(
    per_hour=st.integers(0, 400),
    handle=st.sampled_from([1.0, 2.5, 4.0, 6.0, 12.0, 30.0, 90.0]),
    waiting=st.integers(0, 80),
)
def test_the_number_advised_is_the_smallest_that_meets_every_condition(
    per_hour: int, handle: float, waiting: int
) -> None:
    load = Fraction(per_hour, 60) * Fraction(handle)

    def enough(windows: int) -> bool:
        """The four conditions of the indicators 2026.1, in fractions but for the exponential."""
        if not load < windows or load / windows > Fraction(85, 100):
            return False
        if windows < (waiting + Fraction(per_hour, 60) * 30) * Fraction(handle) / 30:
            return False
        share = exact_share(load, windows)
        return 1 - float(share) * math.exp(-float(windows - load) * 25 / handle) >= 0.8 - 1e-9

    smallest = next(windows for windows in itertools.count(1) if enough(windows))
    assert int(windows_needed(per_hour, handle, waiting)) == smallest


def test_an_example_worked_out_by_hand() -> None:
    # 30 an hour, 4 minutes each: A = 2. With 3 windows 4/9 wait, 4/9 · 4 ÷ 1 = 16/9 minutes; 2/3 of the time is work.
    advice = advise([30, 30], [4, 4], [0, 20], [2, 3], [6, 4])
    assert advice.load.tolist() == [2, 2]
    # Twenty who wait now, to be gone in half an hour: (20 + 15) · 4/30 = 4.67, so 5, but there are 4.
    assert advice.windows.tolist() == [3, 5]
    assert advice.wait_now.tolist() == [math.inf, pytest.approx(16 / 9)]
    # With 4 windows 4/23 wait: 4/23 · 4 ÷ 2 = 8/23.
    assert advice.wait_then.tolist() == [pytest.approx(16 / 9), pytest.approx(8 / 23)]
    assert advice.beyond.tolist() == [False, False]


def test_four_in_five_called_in_time_decide_where_services_are_long() -> None:
    # 10 an hour of an hour each: 12 windows call 80.47 % in time; 11 an hour: 13 would call 79.73 %, so 14.
    assert windows_needed([10, 11], 60, 0).tolist() == [12, 14]
    assert called_in_time([10, 11], [12, 13], 60) == pytest.approx([0.804697, 0.797321], abs=1e-6)


def test_more_work_than_all_windows_can_do_is_said() -> None:
    advice = advise([60, 60, 0], [6, 6, 6], [0, 0, 0], [6, 7, 0], [6, 7, 0])
    assert advice.beyond.tolist() == [True, False, True]
    assert advice.wait_then.tolist()[0] == math.inf
    assert math.isfinite(advice.wait_then[1])


def test_rounding_costs_no_window() -> None:
    # 0.85 · 20 windows = 17 hours of work an hour: exactly as full as windows may be.
    assert int(windows_needed(170, 6, 0)) == 20
    assert int(windows_needed(170.0000001, 6, 0)) == 20
    assert int(windows_needed(170.01, 6, 0)) == 21


def test_a_load_of_thousands_is_no_trouble() -> None:
    # So close to full the share that waits follows Halfin and Whitt: 1 ÷ (1 + β·Φ(β)/φ(β)), β = (c − A)/√A.
    for load, windows in ((5000.0, 5100), (20000.0, 20100)):
        beta = (windows - load) / math.sqrt(load)
        density, below = math.exp(-beta * beta / 2) / math.sqrt(2 * math.pi), (1 + math.erf(beta / math.sqrt(2))) / 2
        assert waiting_share(load, windows) == pytest.approx(1 / (1 + beta * below / density), rel=0.02)
    assert int(windows_needed(60_000, 5, 0)) == math.ceil(5000 / 0.85)


def test_more_windows_never_wait_longer() -> None:
    windows = np.arange(1, 60)
    waits = expected_wait(12.5, windows, 8.0)
    assert np.isinf(waits[:12]).all()
    assert (np.diff(waits[12:]) < 0).all()


def test_many_queues_at_once_are_each_answered_alone() -> None:
    rng = Random(5)
    asked = [(rng.uniform(0, 300), rng.uniform(1, 20), rng.randrange(30)) for _ in range(200)]
    together = windows_needed(*(np.array(column) for column in zip(*asked, strict=True)))
    assert together.tolist() == [int(windows_needed(*one)) for one in asked]


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        windows_needed(10, 0, 0)
    with pytest.raises(ValueError, match="finite"):
        windows_needed(math.nan, 5, 0)
    with pytest.raises(ValueError, match="not negative"):
        waiting_share(-1, 3)


def simulated(
    windows: int,
    comes: Callable[[Random, float], float],
    serves: Callable[[Random], float],
    minutes: float,
    *,
    seed: int,
    patience: Callable[[Random], float] = lambda _: math.inf,
    since: float = 0.0,
) -> float:
    """Mean wait (minutes) in a simulated hall of those who come after `since` and are called.

    Args:
        windows: open windows.
        comes: chance and instant → when the next one comes.
        serves: chance → minutes of a service.
        minutes: how long people come.
        seed: which day.
        patience: chance → minutes after which somebody who still waits leaves.
        since: minutes that do not count.
    """
    rng = Random(seed)
    free = [0.0] * windows
    waits, now = [], comes(rng, 0.0)
    while now < minutes:
        wait = max(free[0] - now, 0.0)
        if wait <= patience(rng):
            heapq.heapreplace(free, now + wait + serves(rng))
            if now >= since:
                waits.append(wait)
        now = comes(rng, now)
    return fmean(waits)


def steadily(per_minute: float) -> Callable[[Random, float], float]:
    return lambda rng, now: now + rng.expovariate(per_minute)


LONG, HANDLE, WINDOWS, PER_MINUTE = 200_000.0, 6.0, 5, 0.7
LOAD = PER_MINUTE * HANDLE
GIVEN = float(expected_wait(LOAD, WINDOWS, HANDLE))


def test_where_its_assumptions_hold_the_formula_is_right() -> None:
    found = simulated(WINDOWS, steadily(PER_MINUTE), lambda rng: rng.expovariate(1 / HANDLE), LONG, seed=1, since=500)
    assert found == pytest.approx(GIVEN, rel=0.05)


@pytest.mark.parametrize("spread", [0.7, 1.5])
def test_service_times_that_vary_otherwise_change_the_wait_by_half_of_1_and_cv_squared(spread: float) -> None:
    sigma = math.sqrt(math.log(1 + spread * spread))
    middle = math.log(HANDLE) - sigma * sigma / 2
    found = fmean(
        simulated(WINDOWS, steadily(PER_MINUTE), lambda rng: rng.lognormvariate(middle, sigma), LONG, seed=seed,
                  since=500)
        for seed in (2, 3)
    )  # fmt: skip
    assert found / GIVEN == pytest.approx((1 + spread * spread) / 2, rel=0.1)


def test_where_people_leave_the_wait_stays_finite_although_the_formula_has_none() -> None:
    full = steadily(WINDOWS / HANDLE * 1.1)
    assert math.isinf(float(expected_wait(WINDOWS * 1.1, WINDOWS, HANDLE)))
    leave = simulated(WINDOWS, full, lambda rng: rng.expovariate(1 / HANDLE), LONG, seed=4,
                      patience=lambda rng: rng.expovariate(1 / 40))  # fmt: skip
    assert leave < 15
    # Below capacity, at a load of 84 %, it is less than half of what is given.
    some = simulated(WINDOWS, steadily(PER_MINUTE), lambda rng: rng.expovariate(1 / HANDLE), LONG, seed=5,
                     patience=lambda rng: rng.expovariate(1 / 40))  # fmt: skip
    assert GIVEN * 0.3 < some < GIVEN * 0.5


def test_a_rush_within_the_hour_makes_the_wait_several_times_the_one_given() -> None:
    def rush(rng: Random, now: float) -> float:
        """The same people in the hour, four times out of five in its first half."""
        rate = PER_MINUTE * (1.6 if now % 60 < 30 else 0.4)
        step = rng.expovariate(rate)
        edge = (now // 30 + 1) * 30
        return now + step if now + step < edge else rush(rng, edge)

    found = simulated(WINDOWS, rush, lambda rng: rng.expovariate(1 / HANDLE), LONG, seed=6)
    assert found > 1.5 * GIVEN


def test_a_hall_that_was_empty_in_the_morning_has_not_settled_after_an_hour() -> None:
    busy = steadily(0.85 * WINDOWS / 10)
    settled = float(expected_wait(0.85 * WINDOWS, WINDOWS, 10.0))
    mornings = [simulated(WINDOWS, busy, lambda rng: rng.expovariate(1 / 10), 60, seed=seed) for seed in range(400)]
    assert fmean(mornings) < settled / 2
    days = [simulated(WINDOWS, busy, lambda rng: rng.expovariate(1 / 10), 960, seed=seed, since=600)
            for seed in range(400)]  # fmt: skip
    assert fmean(days) == pytest.approx(settled, rel=0.15)
