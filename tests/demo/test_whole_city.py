"""The whole city, 82 halls and 400 days, through the gate: within its memory, and with every row it tells."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cockpit.demo.portrait import PAGE, UNTIL
from metrics.standard import TABLES
from tests.demo.demo_folder import at, opened
from tests.web.serving import ROOT

GIB = 1 << 20  # in the unit of ru_maxrss


@pytest.mark.proof
def test_the_whole_city_goes_through_the_gate_within_four_gibibytes_and_loses_no_row(data_dir: Path) -> None:
    command = [sys.executable, "-m", "cockpit", "demo", "--until", UNTIL.isoformat(), "--data", str(data_dir), "--json"]
    with (data_dir.parent / "answer.json").open("w+") as answer:
        process = subprocess.Popen(command, cwd=ROOT, stdout=answer)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        answer.seek(0)
        told = json.load(answer)
    assert process.returncode == 0
    print(f"\nCPU {used.ru_utime + used.ru_stime:.0f} s, peak {used.ru_maxrss / GIB:.2f} GiB")
    assert used.ru_maxrss < 4 * GIB
    assert told["reasons"] == {}
    for counts in told["tables"].values():
        assert counts["read"] == counts["inserted"] > 0
    folder = opened(data_dir)
    snapshot = folder.lake.snapshot()
    after = at(UNTIL + dt.timedelta(days=1))
    rows = dict(re.findall(r"^\| (\w+) \| ([\d,]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    for name, table in TABLES.items():
        stored = snapshot.scan(name).filter(~pl.col("derived"))
        assert stored.select(pl.len()).collect().item() == told["tables"][name]["read"], name
        # The page leaves out what is planned for the days after the last one.
        happened = stored.filter(pl.col(table.time) < after) if table.time else stored
        assert happened.select(pl.len()).collect().item() == int(rows[name].replace(",", "")), name
    folder.close()
