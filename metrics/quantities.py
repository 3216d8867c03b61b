"""All quantities that indicators watch, found in `metrics.readings`: a new one is a new function there, no list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from metrics import readings
from metrics.reading import Quantity


@cache
def all_quantities() -> dict[str, Quantity]:
    """Every quantity by its id, in order of id.

    Raises:
        ValueError: two modules name the same quantity.
    """
    found: dict[str, Quantity] = {}
    for module in pkgutil.iter_modules(readings.__path__):
        for quantity in importlib.import_module(f"metrics.readings.{module.name}").QUANTITIES:
            if quantity.id in found:
                raise ValueError(f"two quantities are called {quantity.id}")
            found[quantity.id] = quantity
    return dict(sorted(found.items()))
