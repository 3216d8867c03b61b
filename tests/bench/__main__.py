"""Run the benchmarks and write docs/benchmarks.md.

`python -m tests.bench` runs all but the demo city's and the pages', which take minutes; `python -m tests.bench
numbers` only those named; `--demo` is short for `demo`.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

from cockpit import clock
from tests.bench import demo, instant, intake, pages, report, year
from tests.bench.timing import Figure, peak_memory

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
START, END = "<!-- figures:begin -->", "<!-- figures:end -->"

MODULES = {"intake": intake, "numbers": year, "instant": instant, "report": report, "demo": demo, "pages": pages}
ALWAYS = ("intake", "numbers", "instant", "report")


def main() -> int:
    """Measure, print, write the page; exit code 1 where a figure is not reached, 2 where a name is wrong."""
    wanted = [name.removeprefix("--") for name in sys.argv[1:]]
    unknown = [name for name in wanted if name not in MODULES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as place:
        for name in wanted or ALWAYS:
            for figure in MODULES[name].figures(Path(place)):
                print(figure.row(), flush=True)
                found.append(figure)
    _write(found)
    return 0 if all(figure.holds for figure in found) else 1


def _write(found: list[Figure]) -> None:
    """Put what was measured in the place of the same issues' former figures; those of others stay."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(START, 1)
    figures, after = rest.split(END, 1)
    issues = {text.split("\n", 1)[0].strip(): text.split("\n", 1)[1].strip() for text in figures.split("### ")[1:]}
    measured = (
        f"Measured {clock.now():%Y-%m-%d} in one run: {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"peak memory of the run {peak_memory():.1f} GiB."
    )
    for issue in dict.fromkeys(figure.issue for figure in found):
        rows = [figure.row() for figure in found if figure.issue == issue]
        table = ["| what | found | must hold | | beside |", "|---|---|---|---|---|", *rows]
        issues[issue] = "\n".join([measured, "", *table])
    text = "\n\n".join(f"### {issue}\n\n{told}" for issue, told in issues.items())
    PAGE.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
