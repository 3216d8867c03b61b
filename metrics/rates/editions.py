"""All editions of the rates, by version: asking for a past one gives that version's definitions."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.rates import edition_2026_1
from metrics.rates.definition import Rate, UnknownRate

EDITIONS: dict[str, dict[str, Rate]] = {
    edition_2026_1.VERSION: {rate.id: rate for rate in edition_2026_1.RATES},
}
CURRENT = edition_2026_1.VERSION


def rates_of(version: str = CURRENT, ids: Sequence[str] | None = None) -> list[Rate]:
    """The rates of an edition, all or those wanted.

    Raises:
        UnknownRate: there is no such edition or rate.
    """
    if version not in EDITIONS:
        raise UnknownRate(version, EDITIONS)
    edition = EDITIONS[version]
    for wanted in ids or ():
        if wanted not in edition:
            raise UnknownRate(wanted, edition)
    return [edition[wanted] for wanted in ids] if ids is not None else list(edition.values())
