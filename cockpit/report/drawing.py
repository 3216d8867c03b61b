"""Charts of the report as drawings for print.

A drawing is as wide as the text, in letters of seven to eight points that the typesetter sets from the report's own
font. It is read in black and white: what differs in colour differs in lightness, dash or shape too, lines carry their
names at their ends, and a number that is missing leaves a gap.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from html import unescape
from threading import Lock

from cockpit.report.drawing_heat import heat
from cockpit.report.drawing_places import bars, dumbbell, stack
from cockpit.report.drawing_time import columns, lines
from cockpit.report.model import Chart

_KINDS: dict[str, Callable[[Chart], str]] = {
    "months": lines,
    "days": columns,
    "bars": bars,
    "dumbbell": dumbbell,
    "stack": stack,
    "heat": heat,
}
_WORDS = re.compile(r"<text\b[^>]*>([^<]*)</text>")
#: Drawings that are kept, as the same chart is set and then checked.
_KEPT = 64
_kept: OrderedDict[str, str] = OrderedDict()
_kept_lock = Lock()


def svg(chart: Chart) -> str:
    """The chart as an SVG drawing; the same chart gives the same text, in any process.

    Raises:
        ValueError: there is nothing to draw.
    """
    if chart.empty:
        raise ValueError(f"the chart {chart.key} has no numbers")
    name = repr(chart)
    with _kept_lock:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    drawn = _KINDS[chart.kind](chart)
    with _kept_lock:
        _kept[name] = drawn
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return drawn


def words(chart: Chart) -> list[str]:
    """All that is written in the drawing, in the order written."""
    return [unescape(said) for said in _WORDS.findall(svg(chart))]
