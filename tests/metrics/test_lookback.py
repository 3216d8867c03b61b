"""Past days laid out once give what a look at each window by itself gives."""

from random import Random

import numpy as np
import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.baseline import past_days, same_day, summed, windows_on
from metrics.lookback import Fellows, Floats
from metrics.past import Kept
from metrics.spells import MINUTE, Flags, Ints
from tests.metrics.compare import at_instants
from tests.metrics.random_city import instants, random_city
from tests.metrics.slow.records import view

CITIES = settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))


def some_count(sums: list[Ints]) -> tuple[Floats, Flags]:
    """Windows in which an odd number came do not count."""
    return sums[0].astype(np.float64), sums[0] % 2 == 0


@given(seed=st.integers(0, 10**6), width=st.sampled_from([30, 60, 45]))
@CITIES
def test_windows_of_past_days_are_those_looked_up_one_by_one(seed: int, width: int) -> None:
    tables = random_city(seed, 12)
    city = view(tables)
    frame = at_instants(city, instants(Random(seed), tables, 12)).with_row_index("row")
    asked = frame.with_columns(pl.Series("place", city.hall_numbers(frame["hall_id"])))
    begun = pl.max_horizontal(pl.col("at") - pl.duration(minutes=width), "open_at").alias("since")
    days = {
        "slot_median": past_days(city.sessions, city.first_days, frame),
        "yoy": same_day(city.sessions, frame, years=1),
        "wow": same_day(city.sessions, frame, weeks=1),
    }
    fellows: Fellows
    for fellows in ("slot_median", "yoy", "wow"):
        windows = windows_on(frame.with_columns(begun), city.sessions, days[fellows])
        place = asked["place"].to_numpy()[windows["row"].to_numpy()]
        sums = summed(city.queue_facts, city.fact_halls, ("own_usual",), windows, place)["own_usual"]
        wanted: dict[int, list[int]] = {}
        for row, value in zip(windows["row"], sums.tolist(), strict=True):
            wanted.setdefault(row, []).extend([value] if value % 2 == 0 else [])
        found = city.comers_before.windows(asked, some_count, width * MINUTE, fellows)
        for row, values in enumerate(found.tolist()):
            assert [value for value in values if not np.isnan(value)] == wanted.get(row, [])
            assert all(np.isnan(value) for value in values[len(wanted.get(row, [])) :])


def test_what_is_kept_holds_as_long_as_what_it_was_found_in() -> None:
    kept, asked = Kept(), []

    def find(names: pl.Series) -> int:
        asked.append(names.to_list())
        return len(names)

    one, same, other = pl.Series(["a"]), pl.Series(["a"]), pl.Series(["a", "b"])
    found = [kept.once("n", (names,), lambda names=names: find(names)) for names in (one, one, same, other, one)]  # type: ignore[misc]
    assert found == [1, 1, 1, 2, 1]
    assert asked == [["a"], ["a", "b"], ["a"]]
    assert kept.once("m", (), lambda: 7) == kept.once("m", (), lambda: 8) == 7
