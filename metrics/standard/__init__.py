"""The data standard 取号—受理—办理—评价 (2026.1): the one place for tables, columns, codes, keys, order of times.

Every table is a dataframely schema; `TABLES` gives each with what the schema cannot say: its key, its main time, where
its hall comes from. Pure: frames in, frames out. Source: the product's data standard 2026.1 (docs/data-standard.md).
"""

from __future__ import annotations

from metrics.standard.tables import PROVENANCE, TABLES, VERSION, Column, Table, table

__all__ = ["PROVENANCE", "TABLES", "VERSION", "Column", "Table", "table"]
