"""The page of the rates is made from their definitions and says what they say."""

from pathlib import Path
from typing import get_args

from metrics.periods import Kind
from metrics.rates import rates_of
from metrics.rates.document import COUNTS, PAGE, PERIODS, page
from metrics.rates.editions import EDITIONS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_made_from_the_definitions() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "run: python -m metrics.rates.document"


def test_the_readme_links_it() -> None:
    assert f"]({PAGE})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_rate_of_every_edition_has_its_row() -> None:
    text = page()
    for version in EDITIONS:
        section = text.split(f"## Edition {version}\n", 1)[1].split("\n## ", 1)[0]
        rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
        assert [(row[0], row[1]) for row in rows] == [(f"| `{rate.id}`", rate.name) for rate in rates_of(version)]


def test_every_count_and_every_kind_of_period_is_said_and_no_other() -> None:
    rates = [rate for edition in EDITIONS.values() for rate in edition.values()]
    used = {name for rate in rates for name in (rate.numerator, rate.denominator, rate.value, rate.shown_if) if name}
    assert set(COUNTS) == used
    assert set(PERIODS) == set(get_args(Kind))
    assert len(set(COUNTS.values())) == len(COUNTS)
