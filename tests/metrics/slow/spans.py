"""Spans of time as plain lists of couples, joined, crossed and measured one by one."""

import datetime as dt
from collections.abc import Iterable

Span = tuple[dt.datetime, dt.datetime]
MINUTE = dt.timedelta(minutes=1)


def union(spans: Iterable[Span], gap: dt.timedelta = dt.timedelta()) -> list[Span]:
    """Spans joined where they touch, overlap, or lie less than `gap` apart."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and (start <= found[-1][1] or start - found[-1][1] < gap):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def crossed(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What lies in both; each is disjoint in itself."""
    others = list(other)
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in others]
    return [span for span in both if span[1] > span[0]]


def minutes(spans: Iterable[Span], since: dt.datetime, until: dt.datetime) -> float:
    """Minutes of disjoint spans in [since, until)."""
    return sum((end - start) / MINUTE for start, end in crossed(spans, [(since, until)]))


def stands(spans: Iterable[Span], t: dt.datetime) -> bool:
    """Whether one of the spans holds at t: start < t ≤ end."""
    return any(start < t <= end for start, end in spans)
