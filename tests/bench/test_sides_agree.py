"""The peers of the benchmarks stay honest: on a small city all three sides give the same facts, baselines, rates."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tests.bench import sides
from tests.bench.city_year import city_year
from tests.bench.year import PEERS, STEPS

pytest.importorskip("duckdb")
#: A makeup day, a holiday and the ends of two months lie in the weeks before.
UNTIL, DAYS, HALLS = dt.date(2026, 10, 20), 64, 4


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city of which some days are marked as bad data, which baselines leave out."""
    folder = city_year(halls=HALLS, days=DAYS, until=UNTIL, cache=tmp_path_factory.mktemp("cities"))
    for file in (folder / "calendar").glob("*.parquet"):
        bad = pl.col("date").dt.ordinal_day() % 11 == 0
        pl.read_parquet(file).with_columns(bad_data=bad).write_parquet(file)
    return folder


@pytest.fixture(scope="module")
def own(city: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    out = tmp_path_factory.mktemp("sides") / "own"
    sides.run("numbers", city, out, STEPS)
    return sides.results(out)


@pytest.mark.parametrize("peer", [module for module, _, _ in PEERS.values()])
def test_a_peer_gives_the_same_results(
    peer: str, city: Path, own: dict[str, dict[str, float]], tmp_path: Path
) -> None:  # fmt: skip
    sides.run(peer, city, tmp_path / peer, STEPS)
    assert sides.differences(own, sides.results(tmp_path / peer)) == []


def test_all_tables_have_rows(own: dict[str, dict[str, float]]) -> None:
    assert {name for name, sums in own.items() if sums["rows"]} == {
        "queues_5m", "queues_hour", "queues_day", "windows_day", "items_day", "footfall", "waits", "rates",
    }  # fmt: skip


def test_a_wrong_result_is_told(own: dict[str, dict[str, float]]) -> None:
    wrong = {**own, "rates": {**own["rates"], "value": own["rates"]["value"] * (1 + 1e-8)}}
    assert [told.split(":")[0] for told in sides.differences(own, wrong)] == ["rates.value"]
