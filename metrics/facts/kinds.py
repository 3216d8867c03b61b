"""The facts that are kept for closed days, found in `metrics.facts`: what each is made of and how."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from metrics import facts
from metrics.records import Records


@dataclass(frozen=True)
class FactKind:
    """One frame of additive facts.

    Attributes:
        name: its name, also of its folder.
        version: definition version; facts of another version are never mixed with it.
        events: tables whose rows of a day (by their main time) make that day's facts.
        dated: small tables with a `date` column of which a day's rows matter (calendar).
        references: small tables that matter as a whole.
        compute: records of some days → facts, with a column `date`; days never depend on each other.
    """

    name: str
    version: str
    events: tuple[str, ...]
    dated: tuple[str, ...]
    references: tuple[str, ...]
    compute: Callable[[Records], pl.DataFrame]


@cache
def all_kinds() -> dict[str, FactKind]:
    """Every kind of facts by name."""
    found: dict[str, FactKind] = {}
    for module in pkgutil.iter_modules(facts.__path__):
        for kind in getattr(importlib.import_module(f"metrics.facts.{module.name}"), "KINDS", ()):
            found[kind.name] = kind
    return dict(sorted(found.items()))
