"""What the city's sources have told by an instant: nothing that comes later, nothing that is held back (数据迟到).

While a source is held back, its hall is known as it was when that began; once it delivers again, all of it is known.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from cockpit.demo.deliveries import LIVE
from cockpit.demo.frames import cut_table
from cockpit.demo.incidents import Incident
from cockpit.demo.status import cases_as_known, reviews_as_known, tickets_as_known

Held = Mapping[int, int]
"""Number of a hall whose source is held back → the instant (local seconds) from which on nothing of it is known."""


def held_back(late: Iterable[Incident], name: str, at: int) -> Held:
    """Return the halls of whose rows in a table nothing new is known at an instant.

    Args:
        late: incidents of sources that are late.
        name: the table.
        at: the instant, in local seconds.
    """
    found: dict[int, int] = {}
    for incident in late:
        if incident.source == LIVE.get(name) and incident.onset < at <= incident.end:
            found[incident.hall] = min(incident.onset, found.get(incident.hall, incident.onset))
    return found


def told(name: str, frame: pl.DataFrame, at: int, known_from: int, held: Held) -> pl.DataFrame:
    """Return the rows of a table as they are known at an instant.

    Args:
        name: the table.
        frame: its raw rows, with all that ever becomes of them.
        at: the instant, in local seconds; what happens from then on is not known.
        known_from: since when rows are known to which nothing has happened.
        held: halls of which less is known, from `held_back`.
    """
    if not held:
        return _known(name, frame, at, known_from)
    office = pl.col("office")
    parts = [_known(name, frame.filter(~office.is_in(list(held))), at, known_from)]
    parts += [_known(name, frame.filter(office == hall), until, known_from) for hall, until in held.items()]
    return pl.concat(parts)


def news(name: str, frame: pl.DataFrame, since: int, at: int, known_from: int, early: Held, late: Held) -> pl.DataFrame:
    """Return the rows, as known at an instant, of which something is known that was not known at an earlier one.

    Args:
        name: the table.
        frame: its raw rows.
        since: the earlier instant, in local seconds.
        at: the later instant.
        known_from: since when rows are known to which nothing has happened.
        early: halls held back at the earlier instant.
        late: halls held back at the later one.
    """
    special = sorted(early.keys() | late.keys())
    office = pl.col("office")
    spans = [(frame.filter(~office.is_in(special)) if special else frame, since, at)]
    spans += [(frame.filter(office == hall), early.get(hall, since), late.get(hall, at)) for hall in special]
    parts = [
        _known(name, rows, end, known_from).filter(pl.col("updated_at") >= begin)
        for rows, begin, end in spans
        if begin < end
    ]
    return pl.concat(parts) if parts else _known(name, frame.clear(), at, known_from)


def _known(name: str, frame: pl.DataFrame, cut: int, known_from: int) -> pl.DataFrame:
    frame = cut_table(name, frame, cut, known_from)
    if name == "tickets":
        return tickets_as_known(frame, cut)
    if name == "cases":
        return cases_as_known(frame, cut)
    return reviews_as_known(frame) if name == "reviews" else frame
