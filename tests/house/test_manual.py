"""What README and the manual say about pages and roles is what the product does."""

from pathlib import Path

import pytest

from cockpit.door.roles import PAGES, PERSONAL, TITLES
from cockpit.web import sitemap

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual.md"


@pytest.mark.parametrize("document", [ROOT / "README.md", MANUAL], ids=lambda path: path.name)
def test_every_page_is_told_of(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    untold = [
        page.title for page in sitemap.PAGES if f"**{page.title}**" not in text and f"### {page.title}" not in text
    ]
    assert untold == []


def test_the_table_of_roles_names_what_each_role_opens() -> None:
    table = MANUAL.read_text(encoding="utf-8").split("<!-- roles:begin -->")[1].split("<!-- roles:end -->")[0]
    opens = {role: "、".join(page.title for page in sitemap.PAGES if page.name in PAGES[role]) for role in PERSONAL}
    rows = [f"| {TITLES[role]} `{role.value}` | {opens[role]} |" for role in PERSONAL]
    assert table.strip().splitlines()[2:] == rows


def test_its_headings_are_numbered_through() -> None:
    first = MANUAL.read_text(encoding="utf-8").split("## 一、")[1].split("## 二、")[0]
    numbers = [int(line.split()[1].rstrip(".")) for line in first.splitlines() if line.startswith("### ")]
    assert numbers == list(range(1, len(numbers) + 1))
