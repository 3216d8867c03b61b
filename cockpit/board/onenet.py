"""一网通办: the three rates against 90 %, place by place and item by item, and what it would take to get there.

Every rate is counted from sums of numerators and denominators by the engine of the rates; nothing is averaged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from cockpit.board.month_counts import (
    LEAST_ITEM,
    LEAST_PLACE,
    NINETY,
    NOW,
    Figure,
    as_of,
    counted_at,
    enough_of,
    figures_of,
    groups_of,
    panorama_of,
    rate_quantity,
    tally_of,
    trend_of,
)
from cockpit.board.onenet_tables import (
    HIGH,
    LOW,
    MEASURES,
    ON_TARGET,
    bars_of,
    item_names,
    items_of,
    missing,
    place_sheet,
    places_of,
)
from cockpit.board.quantity import Quantity, RowsKey
from cockpit.board.sheet import Sheet
from cockpit.board.spans import Span, Where
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.month_keeper import Counts
from metrics.rates import rates_of

#: Name under which the rows behind a rate are read and downloaded.
ROWS = "onenet-rows"
_SECOND = ("online_apply_rate", "full_online_rate", "one_visit_rate", "instant_rate", "auto_rate")


@dataclass(frozen=True)
class OneNet:
    """The page of one time and place.

    Attributes:
        city: name of the city.
        place: what people call the place.
        period: what people call the time.
        reaches: how far the data reach.
        counted_at: as of which instant it was counted.
        waiting: months that are still being counted.
        item: name of the item looked at; "" = all.
        figures: the three rates, and how many items and halls reach the target.
        second: the other rates of how things are handed in and done.
        places: the counties or halls with both rates; None where there are none below.
        links: the value of each row of `places` in an address; "" = it leads nowhere.
        bars: for each of the two rates place, value; none where there are no places below.
        items: for each of the two rates what each item adds to the gap; none for a single item.
        trends: for each of the two rates month, value, last_year.
    """

    city: str
    place: str
    period: str
    reaches: dt.datetime | None
    counted_at: dt.datetime | None
    waiting: tuple[str, ...]
    item: str = ""
    figures: tuple[Quantity, ...] = ()
    second: tuple[Quantity, ...] = ()
    places: Sheet | None = None
    links: tuple[str, ...] = ()
    bars: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    items: Mapping[str, Sheet] = field(default_factory=dict)
    trends: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing was accepted in this time and place."""
        return not self.figures


def onenet(
    folder: DataFolder,
    snapshot: Snapshot,
    viewer: Viewer,
    counts: Counts,
    span: Span,
    where: Where,
    *,
    item: str = "",
) -> OneNet:
    """Put the page together.

    Args:
        folder: data folder of the city.
        snapshot: the records as they are now.
        viewer: who looks.
        counts: the months counted; those of `span.wanted`, as far as there are any.
        span: the time.
        where: a place that the viewer may see.
        item: code of a single item; "" = all.
    """
    groups = groups_of(span, counts)
    names = item_names(snapshot)
    page = OneNet(
        city=folder.city,
        place=where.title,
        period=span.title,
        reaches=as_of(span, counts),
        counted_at=counted_at(span, counts),
        waiting=counts.waiting,
        item=names.get(item, (item, ""))[0] if item else "",
    )
    if not groups[NOW]:
        return page
    everything = tally_of(groups, viewer, where, item=item)
    figures = figures_of(everything.rates("city", [*MEASURES.values(), *ON_TARGET, LOW, HIGH, *_SECOND]))
    if not (figures["ywtb_case_rate", NOW]["denominator"] or 0):
        return page
    this = {NOW: groups[NOW]}
    now_only = tally_of(this, viewer, where, item=item)
    places = places_of(snapshot, viewer, now_only, where, single=bool(item))
    least = LEAST_ITEM if item else LEAST_PLACE
    this_panorama = panorama_of(this, viewer, where).cells
    asked = (("period", span.period.label), ("place", where.value), ("item", item))
    shown = _Shown(span, where, page.reaches, asked, figures, counts.waiting)
    return replace(
        page,
        figures=shown.item() if item else shown.three(),
        second=shown.second(),
        places=None if places is None else place_sheet(places, where, single=bool(item)),
        links=() if places is None else tuple(places["link"]),
        bars={}
        if places is None
        else {name: bars_of(places, name, figures[rate, NOW]["value"], where) for name, rate in MEASURES.items()},
        items={} if item else {name: items_of(now_only, this_panorama, names, name) for name in MEASURES},
        trends={name: _trend(figures, rate, least, span) for name, rate in MEASURES.items()},
    )


def _trend(figures: Mapping[tuple[str, str], Figure], rate: str, least: int, span: Span) -> pl.DataFrame:
    months = {month: enough_of(figure, least) for (of, month), figure in figures.items() if of == rate}
    return trend_of(months, span)


@dataclass(frozen=True)
class _Shown:
    """What all numbers of the page share."""

    span: Span
    where: Where
    as_of: dt.datetime | None
    asked: tuple[tuple[str, str], ...]
    figures: Mapping[tuple[str, str], Figure]
    waiting: tuple[str, ...]

    def three(self) -> tuple[Quantity, ...]:
        """The two rates of cases, then how many items and halls reach the target."""
        shares = [rate for rate in rates_of(ids=ON_TARGET) if self.where.kind in rate.places]
        return (
            self._rate("ywtb_case_rate", self._gap("ywtb_case_rate", bounds=True)),
            self._rate("ywtb_window_rate", self._gap("ywtb_window_rate")),
            *(
                rate_quantity(
                    rate,
                    self.figures,
                    self.span,
                    as_of=self.as_of,
                    rows=self._rows(rate.id),
                    enough=0,
                    note=self._missed(rate.id),
                    waiting=self.waiting,
                )
                for rate in shares
            ),
        )

    def item(self) -> tuple[Quantity, ...]:
        """The rates of a single item."""
        return (
            self._rate("ywtb_item_rate", self._gap("ywtb_case_rate", bounds=True), source="ywtb_case_rate"),
            self._rate("ywtb_window_rate", self._gap("ywtb_window_rate")),
        )

    def second(self) -> tuple[Quantity, ...]:
        """How things are handed in and done; rates that are not told for such a place are left out."""
        kind = "item" if dict(self.asked)["item"] else self.where.kind
        return tuple(
            rate_quantity(
                rate, self.figures, self.span, as_of=self.as_of, rows=self._rows(rate.id), waiting=self.waiting
            )
            for rate in rates_of(ids=_SECOND)
            if kind in rate.places and self.where.kind in rate.places
        )

    def _rate(self, rate_id: str, note: str, source: str = "") -> Quantity:
        (rate,) = rates_of(ids=[rate_id])
        figures = {(rate_id, name): figure for (of, name), figure in self.figures.items() if of == (source or rate_id)}
        return rate_quantity(
            rate, figures, self.span, as_of=self.as_of, rows=self._rows(source or rate_id), target=NINETY, note=note,
            enough=LEAST_ITEM if dict(self.asked)["item"] else LEAST_PLACE, waiting=self.waiting,
        )  # fmt: skip

    def _rows(self, rate_id: str) -> RowsKey:
        return RowsKey(ROWS, (("number", rate_id), *((key, value) for key, value in self.asked if value)))

    def _gap(self, rate_id: str, *, bounds: bool = False) -> str:
        """How many cases are missing to 90 %, and between which bounds the rate lies where platforms are unknown."""
        figure = self.figures[rate_id, NOW]
        above, below = figure["numerator"], figure["denominator"]
        if not below or above is None:
            return ""
        gap = missing(int(above), int(below))
        said = f"距 90% 还差 {gap:,} 件" if gap > 0 else f"比 90% 多 {-gap:,} 件" if gap < 0 else "刚好达到 90%"
        low, high = self.figures.get((LOW, NOW)), self.figures.get((HIGH, NOW))
        if bounds and low and high and low["value"] and high["value"]:
            unknown = int((high["numerator"] or 0) - (low["numerator"] or 0))
            said += f"；来源不明 {unknown:,} 件，区间 {low['value']:.1f}%–{high['value']:.1f}%"
        return said

    def _missed(self, rate_id: str) -> str:
        figure = self.figures[rate_id, NOW]
        above, below = figure["numerator"], figure["denominator"]
        if not below or above is None:
            return ""
        what = "事项" if rate_id == ON_TARGET[0] else "大厅"
        return f"{int(below)} 个{what}中 {int(below - above)} 个未达标"
