"""What is usual for a grid of instants: the table of past windows gives what one look at a time gives."""

from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from metrics import usual
from metrics.quantities import all_quantities
from tests.metrics.compare import at_instants
from tests.metrics.random_city import TODAY, at, random_city
from tests.metrics.slow.records import DAY, MINUTE, view

CITIES = settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("name", ["footfall_peak", "tidal_wait_rise"])
@given(seed=st.integers(0, 10**6))
@CITIES
def test_many_instants_are_looked_up_in_a_table_with_the_same_result(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = random_city(seed, 60)
    city = view(tables)
    days = [TODAY, TODAY - 7 * DAY, *Random(seed).sample(sorted({row["date"] for row in tables["calendar"]}), 2)]
    times = sorted({at(day, 8, 30) + 15 * n * MINUTE for day in days for n in range(36)})
    measure, chosen = all_quantities()[name].measure, at_instants(city, times)
    monkeypatch.setattr(usual, "MANY", 1)
    at_once = measure(city, chosen)
    monkeypatch.setattr(usual, "MANY", 10**9)
    one_by_one = measure(city, chosen)
    columns = [c for c in at_once.columns if c not in ("value", "denominator", "baseline")]
    assert at_once.select(columns).equals(one_by_one.select(columns))
    for column in ("value", "denominator", "baseline"):
        both = (frame[column].fill_null(-1.0).to_numpy() for frame in (at_once, one_by_one))
        np.testing.assert_allclose(*both, rtol=1e-12)
