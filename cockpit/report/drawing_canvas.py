"""The sheet that a chart is drawn on: measured in points, from the lower left corner, for print.

Everything is placed by sums of our own: a chart has no automatic layout that could cut a label, and takes some
milliseconds. Grey and one blue; what differs in colour differs in lightness, dash or shape too.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from typing import Any, Literal

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from cockpit.report import fonts

#: Width of the text on the page: 156 mm in points.
WIDTH = 442.2
#: Size of letters; where names are long or many, SMALL.
SIZE, SMALL = 8.0, 7.0
INK, ACCENT, GREY, MIDDLE, HAIR, PALE = "#1d2126", "#1f3f66", "#6b727b", "#9aa3ad", "#cdd3da", "#e6eaf0"
#: From light to dark, told apart in black and white too; and which letters are read on them.
STEPS = ("#f1f4f8", "#d3dce7", "#a9bacd", "#6f8aa8", "#35577f")
DARK_STEPS = frozenset(STEPS[3:])
_POINTS = 72
#: What matplotlib takes from its settings while it writes: letters stay letters, names of parts follow the content.
_RC: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "report"}
#: Its settings are of the whole process, so only one chart is written at a time.
_lock = threading.Lock()

Point = tuple[float, float]


class _Words(Text):
    """One line of words that begins, ends or has its middle at a point.

    The drawing program that shows an SVG sets it there; to measure it before costs as much as all else of a chart.
    """

    def draw(self, renderer: Any) -> None:  # noqa: ANN401 (as matplotlib has it)
        """Write the words."""
        pen = renderer.new_gc()
        pen.set_foreground(self.get_color())
        across, up = self.get_position()
        renderer.open_group("text", self.get_gid())
        down = renderer.get_canvas_width_height()[1] - up
        renderer.draw_text(pen, across, down, self.get_text(), self.get_fontproperties(), 0.0, mtext=self)
        renderer.close_group("text")
        pen.restore()


@cache
def _letters(size: float) -> FontProperties:
    return FontProperties(family=fonts.SANS, fname=str(fonts.sans_file()), size=size)


@dataclass
class Canvas:
    """A chart in the making.

    Attributes:
        width: in points.
        height: in points.
    """

    width: float
    height: float
    _parts: list[Artist] = field(default_factory=list)

    def text(
        self,
        at: Point,
        words: str,
        side: Literal["left", "center", "right"] = "left",
        size: float = SIZE,
        colour: str = INK,
        halo: bool = False,
    ) -> None:
        """Write words so that their middle line is at this height; `halo` keeps them readable on a line."""
        said = fonts.printable(words)
        if not said:
            return
        if halo:
            wide = fonts.width(said, size) + 2
            left = at[0] - {"left": 1.0, "center": wide / 2, "right": wide - 1}[side]
            self.box(left, at[1] - size * 0.52, wide, size * 1.04, "#ffffff")
        # The middle of Chinese letters lies 0.38 of their size above the line they stand on.
        low = at[1] - 0.38 * size
        self._add(_Words(at[0], low, said, color=colour, fontproperties=_letters(size), horizontalalignment=side))

    def line(
        self, points: Sequence[Point], colour: str = INK, wide: float = 0.5, dash: tuple[float, ...] | None = None
    ) -> None:
        """A line through these points."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        drawn = Line2D(xs, ys, color=colour, linewidth=wide, dash_capstyle="butt", solid_joinstyle="round")
        drawn.set_solid_capstyle("butt" if dash or wide < 1 else "round")
        if dash:
            drawn.set_linestyle((0, dash))
        self._add(drawn)

    def box(self, left: float, low: float, wide: float, high: float, fill: str, hatch: str = "") -> None:
        """A rectangle without an edge."""
        corners = ((left, low), (left + wide, low), (left + wide, low + high), (left, low + high))
        self.area(corners, fill, hatch)

    def area(self, points: Sequence[Point], fill: str, hatch: str = "") -> None:
        """A filled shape; `hatch` draws light lines over it."""
        shape = Polygon(points, closed=True, facecolor=fill, edgecolor="#ffffff" if hatch else "none", linewidth=0)
        if hatch:
            shape.set_hatch(hatch)
            shape.set_hatch_linewidth(0.5)
        self._add(shape)

    def dot(self, at: Point, radius: float, fill: str, edge: str = INK, wide: float = 0.0) -> None:
        """A round mark."""
        self._add(Circle(at, radius, facecolor=fill, edgecolor=edge if wide else "none", linewidth=wide))

    def svg(self) -> str:
        """The drawing; the same drawing gives the same text."""
        figure = Figure(figsize=(self.width / _POINTS, self.height / _POINTS), dpi=_POINTS)
        figure.patch.set_visible(False)
        for order, part in enumerate(self._parts):
            part.set_zorder(order)
            figure.add_artist(part)
        held = StringIO()
        told_nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        with _lock, matplotlib.rc_context(_RC):
            FigureCanvasSVG(figure).print_svg(held, metadata=told_nothing)  # type: ignore[no-untyped-call]
        return held.getvalue()

    def _add(self, part: Artist) -> None:
        # The page is drawn at one dot a point, so that points are the artist's own measure.
        part.set_transform(IdentityTransform())
        self._parts.append(part)
