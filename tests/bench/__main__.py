"""Run all benchmarks and write docs/benchmarks.md: python -m tests.bench."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

from cockpit import clock
from tests.bench import intake
from tests.bench.timing import Figure, peak_memory

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
START, END = "<!-- figures:begin -->", "<!-- figures:end -->"


def main() -> int:
    """Measure, print, write the page; exit code 1 where a figure is not reached."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as place:
        for module in (intake,):
            for figure in module.figures(Path(place)):
                print(figure.row(), flush=True)
                found.append(figure)
    _write(found)
    return 0 if all(figure.holds for figure in found) else 1


def _write(found: list[Figure]) -> None:
    lines = [
        f"Measured {clock.now():%Y-%m-%d} in one run: {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"peak memory of the run {peak_memory():.1f} GiB.",
    ]
    for issue in dict.fromkeys(figure.issue for figure in found):
        lines += ["", f"### {issue}", "", "| what | found | must hold | | beside |", "|---|---|---|---|---|"]
        lines += [figure.row() for figure in found if figure.issue == issue]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(START, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(f"{before}{START}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
