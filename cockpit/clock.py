"""The one clock of the product; everything else is told the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC; what people see is turned into the city's zone where it is shown."""
    return datetime.now(UTC)
