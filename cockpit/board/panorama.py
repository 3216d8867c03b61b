"""办件全景: how many cases come in and are done, by which ways, and how long they take, theme by theme."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from cockpit.board.month_counts import (
    BEFORE,
    NOW,
    YEAR_BEFORE,
    as_of,
    counted_at,
    figures_of,
    groups_of,
    panorama_of,
    tally_of,
)
from cockpit.board.onenet_tables import item_names
from cockpit.board.panorama_numbers import RATES, Numbers, volumes_of
from cockpit.board.panorama_tables import table, ways
from cockpit.board.quantity import Quantity
from cockpit.board.sheet import Sheet
from cockpit.board.spans import Span, Where, places_offered
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.halls_today import ONLINE
from cockpit.watch.levels import LEVELS
from cockpit.watch.month_keeper import Counts
from cockpit.watch.ways import THEMES, side_by_side
from metrics.panorama import Panorama
from metrics.rates import NO_HALL, Cells

_LEVEL_NONE = "online"


@dataclass(frozen=True)
class PanoramaView:
    """The page of one time, theme and place.

    Attributes:
        city: name of the city.
        place: what people call the place.
        period: what people call the time.
        theme: what people call the theme; "" = all.
        reaches: how far the data reach.
        counted_at: as of which instant it was counted.
        waiting: months that are still being counted.
        volumes: how many came in and were done.
        shares: by which ways, and how many were late.
        times: how long promised cases took.
        accepted: month, value, last_year of what came in.
        finished: the same of what was done.
        ways: for each side by side view its rows: place and counts by way.
        tables: the tables of the page.
    """

    city: str
    place: str
    period: str
    theme: str
    reaches: dt.datetime | None
    counted_at: dt.datetime | None
    waiting: tuple[str, ...]
    volumes: tuple[Quantity, ...] = ()
    shares: tuple[Quantity, ...] = ()
    times: tuple[Quantity, ...] = ()
    accepted: pl.DataFrame | None = None
    finished: pl.DataFrame | None = None
    ways: pl.DataFrame | None = None
    tables: tuple[Sheet, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing came in or was done in this time and place."""
        return not self.volumes


def panorama_view(
    folder: DataFolder,
    snapshot: Snapshot,
    viewer: Viewer,
    counts: Counts,
    span: Span,
    where: Where,
    *,
    theme: str = "",
) -> PanoramaView:
    """Put the page together.

    Args:
        folder: data folder of the city.
        snapshot: the records as they are now.
        viewer: who looks.
        counts: the months counted; those of `span.wanted`, as far as there are any.
        span: the time.
        where: a place that the viewer may see.
        theme: only of this theme; "" = all.
    """
    groups = groups_of(span, counts)
    page = PanoramaView(
        folder.city,
        where.title,
        span.title,
        THEMES.get(theme, ""),
        as_of(span, counts),
        counted_at(span, counts),
        waiting=counts.waiting,
    )
    if not groups[NOW]:
        return page
    volumes = volumes_of(groups, viewer, where, theme)
    if not volumes["accepted", NOW] and not volumes["finished", NOW]:
        return page
    three = {name: groups[name] for name in (NOW, BEFORE, YEAR_BEFORE)}
    tally = tally_of(three, viewer, where, theme=theme)
    shown = panorama_of(three, viewer, where, theme=theme)
    parts = Numbers(span, where, theme, page.reaches, counts.begun, counts.waiting)
    drawn, tables = _side_by_side(snapshot, viewer, _now(tally), _shown_now(shown), where, theme)
    return replace(
        page,
        volumes=parts.volumes(volumes),
        shares=parts.shares(figures_of(tally.rates("city", RATES))),
        times=parts.times(shown, tuple(three)),
        accepted=parts.trend(volumes, "accepted"),
        finished=parts.trend(volumes, "finished"),
        ways=drawn,
        tables=tables,
    )


def _shown_now(shown: Panorama) -> Panorama:
    """Only the time asked for, the first of all."""
    return Panorama(*(frame.filter(pl.col("period") == 0) for frame in (shown.cells, shown.times)))


def _now(tally: Cells) -> Cells:
    return replace(tally, periods=tally.periods[:1], cells=tally.cells.filter(pl.col("period") == 0))


def _side_by_side(
    snapshot: Snapshot, viewer: Viewer, tally: Cells, shown: Panorama, where: Where, theme: str
) -> tuple[pl.DataFrame, tuple[Sheet, ...]]:
    """The ways by theme, or of one theme by level of hall; and themes, levels, places and items as tables."""
    tables = []
    by_theme = side_by_side(tally, shown, "theme")
    if not theme:
        tables.append(table(by_theme, "theme", THEMES, "各主题"))
    by_level = side_by_side(*_with_level(snapshot, tally, shown), "level")
    names = LEVELS | {_LEVEL_NONE: ONLINE}
    if not where.hall_id:
        note = f"{ONLINE}：从网上提交、不归任何大厅的办件。"
        tables.append(table(by_level, "level", names, "各层级大厅", note))
    if where.parts:
        tables.append(_places(snapshot, viewer, tally, shown, where))
    items = {code: name for code, (name, _) in item_names(snapshot).items()}
    tables.append(table(side_by_side(tally, shown, "item_code"), "item_code", items, "办件最多的事项"))
    drawn = ways(by_level, "level", names) if theme else ways(by_theme, "theme", THEMES)
    return drawn, tuple(tables)


def _with_level(snapshot: Snapshot, tally: Cells, shown: Panorama) -> tuple[Cells, Panorama]:
    """The counts with the level of each hall."""
    levels = dict(snapshot.scan("halls").select("hall_id", "level").collect().iter_rows()) | {NO_HALL: _LEVEL_NONE}
    level = pl.col("hall_id").replace_strict(levels, default=None, return_dtype=pl.String).alias("level")
    with_level = (frame.with_columns(level) for frame in (shown.cells, shown.times))
    return replace(tally, cells=tally.cells.with_columns(level)), Panorama(*with_level)


def _places(snapshot: Snapshot, viewer: Viewer, tally: Cells, shown: Panorama, where: Where) -> Sheet:
    """The counties or halls of a place."""
    offered = places_offered(snapshot, viewer).values()
    names = {place.hall_id or place.county: place.title.removeprefix(f"{where.county} · ") for place in offered}
    if where.parts == "county":
        return table(side_by_side(tally, shown, "county"), "county", names, "各区县")
    rows = side_by_side(tally, shown, "hall_id")
    county = pl.lit("") if where.county else pl.col("county") + " · "
    online = pl.when(pl.col("hall_id") == NO_HALL).then(pl.concat_str(county, pl.lit(ONLINE)))
    return table(rows.with_columns(online.otherwise("hall_id").alias("hall_id")), "hall_id", names, "各大厅")
