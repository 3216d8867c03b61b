"""Labelled incidents (带标签的事件): what goes wrong in the demo city, where, when and how badly, as causes only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

STRENGTHS = ("weak", "medium", "strong")


@dataclass(frozen=True)
class Incident:
    """Something that goes wrong; which of the places is set depends on the kind, -1 or empty = not meant."""

    number: int
    kind: str
    strength: str
    onset: int
    """Local seconds."""
    end: int
    size: float
    """How much; what it measures depends on the kind."""
    hall: int = -1
    """Number of the hall."""
    county: int = -1
    dept: int = -1
    """Place in DEPARTMENTS."""
    item: int = -1
    """Place in ITEMS."""
    section: int = -1
    """Section of the hall."""
    windows: tuple[int, ...] = ()
    """Windows of the hall."""
    source: str = ""
    devices: tuple[int, ...] = ()

    def touches(self, start: int, end: int) -> bool:
        """Say whether it lasts into the span."""
        return self.onset < end and self.end > start


@dataclass(frozen=True)
class Active:
    """The incidents of some days, by kind."""

    incidents: tuple[Incident, ...] = ()
    _by_kind: dict[str, list[Incident]] = field(default_factory=dict)

    @staticmethod
    def of(incidents: Iterable[Incident]) -> "Active":
        """Sort incidents by kind."""
        listed = tuple(incidents)
        found: dict[str, list[Incident]] = {}
        for incident in listed:
            found.setdefault(incident.kind, []).append(incident)
        return Active(listed, found)

    def during(self, start: int, end: int) -> "Active":
        """Return those that touch the span."""
        return Active.of(incident for incident in self.incidents if incident.touches(start, end))

    def in_hall(self, hall: int) -> "Active":
        """Return those of one hall."""
        return Active.of(incident for incident in self.incidents if incident.hall == hall)

    def kind(self, *kinds: str) -> Sequence[Incident]:
        """Return those of some kinds."""
        return [incident for kind in kinds for incident in self._by_kind.get(kind, ())]
