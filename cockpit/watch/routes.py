"""Routes: by which channels an account is told of an incident, and from when on in view of the quiet hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from alerts.definition import RED
from cockpit.settings_messages import Route
from cockpit.watch.addressees import Where


def ways(
    routes: Iterable[Route], rung: str, level: int, where: Where, now: dt.datetime, zone: ZoneInfo
) -> dict[str, dt.datetime]:
    """Channel → from when on a message may go, for whoever is told on this rung; empty where no route leads there.

    Two routes by the same channel are one way: the earlier one counts.
    """
    found: dict[str, dt.datetime] = {}
    for route in routes:
        here = (not route.halls or where.hall in route.halls) and (not route.counties or where.county in route.counties)
        if here and rung in route.roles and level >= route.from_level:
            begins = not_before(route, level, now, zone)
            found[route.channel] = min(begins, found.get(route.channel, begins))
    return found


def not_before(route: Route, level: int, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The end of the quiet hours where the level waits for it, else now; red never waits."""
    if route.quiet is None or level >= RED or level not in route.quiet_levels:
        return now
    begin, end = route.quiet
    here = now.astimezone(zone)
    clock = here.time()
    over_midnight = begin > end
    quiet = (clock >= begin or clock < end) if over_midnight else begin <= clock < end
    if not quiet:
        return now
    day = here.date() + dt.timedelta(days=1) if over_midnight and clock >= begin else here.date()
    return dt.datetime.combine(day, end, zone)
