from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.real.bringing import Brought, as_documented, bring_twice, changes_nothing

ZONE = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def nhs(real_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    brought = bring_twice("nhs_fft", [real_dir / "nhs_friends_family_NHFT.csv.gz"], tmp_path_factory.mktemp("nhs"))
    yield brought
    brought.folder.close()


def people(nhs: Brought) -> dict[str, dict[str, str]]:
    """One row a person; the others say the same."""
    told: dict[str, dict[str, str]] = {}
    for row in nhs.source:
        person = row["Comment ID"].rpartition(" - ")[0]
        first = told.setdefault(person, row)
        assert all(first[name] == row[name] for name in ("Date", "Service type 1", "FFT categorical answer"))
    return told


def test_every_person_is_one_review_and_no_score_is_left_out(nhs: Brought) -> None:
    silent = sum(row["FFT categorical answer"] in "67" for row in nhs.source)
    scored = {key for key, row in people(nhs).items() if row["FFT categorical answer"] not in "67"}
    assert (len(nhs.source), silent, len(scored)) == (2812, 362, 1312)
    assert nhs.counts("reviews") == (2812 - silent, 1312, 0, 2812 - silent - 1312, 0)
    assert nhs.first.left_out == {"reviews": {"6、7:不知道或未作答,没有评分": silent}}
    assert {row["review_id"] for row in nhs.rows("reviews")} == scored
    assert changes_nothing(nhs)
    assert as_documented(nhs)


def test_one_is_best_there_and_five_is_best_here(nhs: Brought) -> None:
    told = people(nhs)
    for row in nhs.rows("reviews"):
        source = told[row["review_id"]]
        assert row["level"] == 6 - int(source["FFT categorical answer"])
        assert row["assess_time"] == datetime.strptime(source["Date"], "%d/%m/%Y").replace(tzinfo=ZONE)
        service = source["Service type 1"]
        assert row["hall_id"] == (None if service in ("", "Unknown") else service)
    levels = Counter(row["level"] for row in nhs.rows("reviews"))
    assert levels == {5: 826, 4: 252, 3: 74, 2: 63, 1: 97}
    assert nhs.counts("halls")[1] == 4
