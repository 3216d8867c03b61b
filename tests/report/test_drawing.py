"""Charts: every kind is drawn, says what it must, and leaves nothing behind in the process."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

from cockpit.report.drawing import svg, words
from cockpit.report.drawing_canvas import WIDTH
from cockpit.report.fonts import printable, unprintable, width
from cockpit.report.model import Chart, Series
from tests.report import sample

ROOT = Path(__file__).resolve().parents[2]
CHARTS = {chart.key: chart for chart in sample.charts()}


@pytest.mark.parametrize("key", CHARTS)
def test_a_chart_is_as_wide_as_the_text_and_no_letter_stands_outside(key: str) -> None:
    drawn = svg(CHARTS[key])
    match = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', drawn)
    assert match is not None and float(match[1]) == pytest.approx(WIDTH, abs=0.1)
    for style, x, y, said in re.findall(r'<text style="([^"]*)" x="([\d.-]+)" y="([\d.-]+)"[^>]*>([^<]*)<', drawn):
        size = float(re.search(r"font-size: ([\d.]+)px", style)[1])  # type: ignore[index]
        wide = width(said, size)
        left = float(x) - {"start": 0, "middle": wide / 2, "end": wide}[re.search(r"anchor: (\w+)", style)[1]]  # type: ignore[index]
        assert left >= -1 and left + wide <= WIDTH + 1.5, said
        assert size * 0.5 <= float(y) <= float(match[2]), said


@pytest.mark.parametrize("key", CHARTS)
def test_a_chart_has_no_foreign_words_of_its_own(key: str) -> None:
    chart = CHARTS[key]
    told = "".join([*chart.labels, *(one.name for one in chart.series), chart.unit])
    for said in words(chart):
        assert all(word in printable(told) or word in "".join(words(chart)) for word in re.findall(r"[A-Za-z]+", said))
        assert not re.search(r"\b(nan|None|inf|Jan|Oct)\b", said)


def test_all_names_are_written_whole() -> None:
    said = "".join(words(CHARTS["bars-many"])).replace(" ", "")
    assert all(label in said for label in CHARTS["bars-many"].labels)


def test_a_missing_month_parts_the_line_and_is_no_nought() -> None:
    def paths(values: tuple[float | None, ...]) -> int:
        chart = Chart("k", "months", "线", "线。", "件", ("1月", "2月", "3月", "4月", "5月"), (Series("件", values),))
        return len(re.findall(r"stroke-width: 1.5", svg(chart)))

    assert paths((3, 4, 5, 6, 7)) == 1
    assert paths((3, 4, None, 6, 7)) == 2


def test_a_drawing_is_the_same_in_another_process_and_leaves_the_settings_as_they_were() -> None:
    before = dict(matplotlib.rcParams)
    here = [svg(dataclasses.replace(chart, note="x")) for chart in CHARTS.values()]
    assert dict(matplotlib.rcParams) == before
    code = (
        "import hashlib; from cockpit.report.drawing import svg; from tests.report import sample;"
        "print(hashlib.sha256(''.join(map(svg, sample.charts())).encode()).hexdigest());"
        "import sys; assert 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    import hashlib

    assert done.stdout.strip() == hashlib.sha256("".join(here).encode()).hexdigest()


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="no numbers"):
        svg(Chart("k", "bars", "空", "空。", "件", ("一",), (Series("件", (None,)),)))


def test_what_cannot_be_printed() -> None:
    assert printable("大厅\x00🙂\n二\u200b") == "大厅〓〓 二"
    assert unprintable("𠮷🙂大厅\x00") == "𠮷"
