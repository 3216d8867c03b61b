"""A source's files, read and mapped to tables of the standard, before they are judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cockpit.intake.casting import as_texts
from cockpit.intake.mapping import Mapped, joined, map_file, standard_rule
from cockpit.intake.privacy import Hasher
from cockpit.intake.profile import Profile, TableRule
from cockpit.intake.raw import Limits, Raw
from cockpit.intake.readers import read_file
from cockpit.intake.sources import standard_table_of
from cockpit.lake.folder import DataFolder
from metrics.standard import TABLES

#: Told of every step, by name; for progress bars and for tests.
Observer = Callable[[str], None]


@dataclass(frozen=True)
class Draft:
    """A source's files read and mapped, before they are judged.

    Attributes:
        profile: how they were read.
        raws: the files.
        tables: table → its mapped rows, in the order in which they must be judged.
        broken_in: number of a file → table under which its unsplittable records are counted.
        watermarks: how far each query of a SQL source has been read.
    """

    profile: Profile
    raws: Sequence[Raw]
    tables: Mapping[str, Mapped]
    broken_in: Mapping[int, str]
    watermarks: Mapping[str, str] = field(default_factory=dict)


def read_draft(
    folder: DataFolder, profile: Profile, files: Sequence[Path], hasher: Hasher, observe: Observer | None
) -> Draft:
    """Read and map files; people's numbers are hashed before anything else sees them.

    Raises:
        RefusedFile: a file cannot be read at all.
    """
    limits = limits_of(folder)
    raws = []
    for path in files:
        needed = () if profile.is_standard else _needed(profile, path.name)
        raws.append(without_numbers(read_file(path, profile.source, limits, needed), profile, hasher))
        if observe:
            observe(f"read {path.name}")
    return mapped_draft(folder, profile, raws, [path.name for path in files])


def mapped_draft(
    folder: DataFolder,
    profile: Profile,
    raws: Sequence[Raw],
    names: Sequence[str],
    watermarks: Mapping[str, str] | None = None,
) -> Draft:
    """Map what was read to tables of the standard."""
    zone = profile.timezone or folder.timezone
    parts: dict[str, list[Mapped]] = {}
    broken_in: dict[int, str] = {}
    for number, (raw, name) in enumerate(zip(raws, names, strict=True)):
        rules = _rules(profile, name, raw)
        for rule in rules:
            parts.setdefault(rule.table, []).append(map_file(raw, rule, number, zone))
        counted = next((rule.table for rule in rules if not rule.derived), rules[0].table if rules else None)
        if counted is not None:
            broken_in[number] = counted
    return Draft(
        profile,
        raws,
        {name: joined(parts[name]) for name in TABLES if name in parts},
        broken_in,
        watermarks or {},
    )


def limits_of(folder: DataFolder) -> Limits:
    """What is refused early, from the settings."""
    intake = folder.settings.intake
    return Limits(intake.max_file_mb << 20, intake.max_field_mb << 20, intake.max_unpacked_ratio)


def _needed(profile: Profile, name: str) -> list[str]:
    rules = [rule for rule in profile.tables if rule.takes(name)]
    return sorted({c.column for rule in rules for c in rule.columns.values() if c.column is not None})


def _rules(profile: Profile, name: str, raw: Raw) -> list[TableRule]:
    if profile.is_standard:
        return [standard_rule(standard_table_of(Path(name)), raw)]
    return [rule for rule in profile.tables if rule.takes(name)]


def without_numbers(raw: Raw, profile: Profile, hasher: Hasher) -> Raw:
    """The file's rows with a person's id or phone number replaced by its keyed hash."""
    columns: Mapping[str, tuple[str, ...]] = {"applicant_hash": ()} if profile.is_standard else profile.personal_columns
    hashed = []
    for name, spellings in columns.items():
        # A list or a record is nobody's number; the gate refuses it.
        if name in raw.rows.columns and not raw.rows.schema[name].is_nested():
            text = as_texts(raw.rows[name])
            missing = ["", *spellings]
            known = text.to_frame("v").select(pl.when(~pl.col("v").is_in(missing)).then("v"))["v"]
            hashed.append(hasher.hashed(known).alias(name))
    if not hashed:
        return raw
    return Raw(raw.name, raw.sha256, raw.size, raw.rows.with_columns(hashed), raw.broken, raw.blank, raw.suspicious)
