from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.intake.profile import ColumnRule, Profile, Source, TableRule, profile_names
from tests.real.bringing import documented

TEXT = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")


def test_every_key_of_the_language_is_explained() -> None:
    table = TEXT.split("\n## 写法\n")[1].split("\n## ")[0]
    keys = {key for part in (Profile, Source, TableRule, ColumnRule) for key in part.model_fields}
    missing = {key for key in keys - {"name", "source", "tables"} if f"`{key}`" not in table}
    assert missing == set()


@pytest.mark.parametrize("name", sorted(set(profile_names()) - {"standard"}))
def test_every_profile_has_its_section_and_its_counts_add_up(name: str) -> None:
    counts, reasons = documented(name)
    assert counts
    for table, (read, inserted, unchanged, quarantined, _) in counts.items():
        assert read == inserted + unchanged + quarantined, table
        assert (quarantined > 0) == (table in reasons), table
