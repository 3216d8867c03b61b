"""Doctor tells what needs a hand, and only that, as unhealthy."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cockpit import clock


def cockpit(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cockpit", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def subjects(data_dir: Path) -> dict[str, dict[str, object]]:
    return {found["subject"]: found for found in json.loads(cockpit("doctor", "--data", data_dir, "--json").stdout)}


def test_a_demo_city_says_how_much_of_it_is_in(data_dir: Path) -> None:
    today = clock.now().date() - dt.timedelta(days=2)
    assert cockpit("demo", "--halls", 3, "--days", 3, "--until", today, "--data", data_dir).returncode == 0
    assert subjects(data_dir)["演示城市"]["sentence"] == "虚构的数据，10 天已全部建好，没有续演。"
    ledger = json.loads((data_dir / "demo/city.json").read_text(encoding="utf-8"))
    ledger["spans"][0]["done"] = False
    (data_dir / "demo/city.json").write_text(json.dumps(ledger), encoding="utf-8")
    missing = subjects(data_dir)["演示城市"]
    assert "已建 8 / 10 天" in str(missing["sentence"])


@pytest.mark.parametrize(("years", "healthy"), [(0, False), (2, True)])
def test_a_year_whose_days_off_are_not_public_yet_needs_no_hand(data_dir: Path, years: int, *, healthy: bool) -> None:
    # Official days off of the year after the next cannot be known yet; those of this year must be.
    year = clock.now().year + years
    days = pl.DataFrame({"date": [dt.date(year, 3, 2)], "is_workday": [True], "provisional": [True]})
    files = data_dir.parent / "files"
    files.mkdir()
    days.write_parquet(files / "workdays.parquet")
    assert cockpit("import", "standard", files, "--data", data_dir).returncode == 0
    assert subjects(data_dir)["工作日"]["healthy"] is healthy
