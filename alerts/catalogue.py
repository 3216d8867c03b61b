"""The catalogue of indicators (指标目录): every definition, found in `alerts.indicators`; a new one is a new file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from alerts import indicators
from alerts.definition import Definition, ImpossibleDefinition
from metrics.quantities import all_quantities


@cache
def catalogue() -> dict[str, Definition]:
    """Every indicator by its id, in the order of its number.

    Raises:
        ImpossibleDefinition: a definition cannot be meant, two have one number, or a quantity is watched by none.
    """
    found: dict[str, Definition] = {}
    for module in pkgutil.walk_packages(indicators.__path__, f"{indicators.__name__}."):
        if module.ispkg:
            continue
        loaded = importlib.import_module(module.name)
        definition: Definition = loaded.DEFINITION
        group, file = module.name.split(".")[-2:]
        if (definition.group, definition.id) != (group, file):
            raise ImpossibleDefinition(f"{definition.id}: its file is called {group}/{file}")
        found[definition.id] = definition
    if len({definition.number for definition in found.values()}) < len(found):
        raise ImpossibleDefinition("two indicators have the same number")
    if unwatched := all_quantities().keys() - found.keys():
        raise ImpossibleDefinition(f"no indicator watches these quantities: {sorted(unwatched)}")
    return dict(sorted(found.items(), key=lambda pair: pair[1].number))


def indicator(id_: str) -> Definition:
    """The indicator of this id.

    Raises:
        KeyError: there is none.
    """
    return catalogue()[id_]
