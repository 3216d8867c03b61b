"""Facts of windows take a day at once; held against the whiles as every instant knows them."""

import numpy as np
import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.facts.windows import window_facts
from metrics.hours import Days, numbers
from metrics.instants import start_zone
from tests.metrics.random_windows import random_windows
from tests.metrics.slow.records import view


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 10**6), brisk=st.booleans())
def test_a_day_is_what_was_known_at_its_end(seed: int, brisk: bool) -> None:
    windows = view(random_windows(seed, days=3, brisk=brisk)).windows
    facts = window_facts(windows)
    days = Days(start_zone(windows.sessions), windows.open.start, windows.busy.start)
    place = np.repeat(np.arange(windows.each.height), len(days))
    day = np.tile(np.arange(len(days)), windows.each.height)
    begin, end = days.starts[day], days.starts[day + 1]
    for name, whiles in (("open", windows.open), ("busy", windows.busy)):
        # An evaluation just at the end of a day knows what happened before it.
        expected = whiles.time(place, begin, end, end)
        found = np.zeros(len(place), dtype=np.int64)
        row = numbers(facts["window_id"], windows.each["window_id"]) * len(days)
        found[row + facts["date"].to_physical().cast(pl.Int64).to_numpy() - days.first] = facts[name].to_numpy()
        assert found.tolist() == expected.tolist()
