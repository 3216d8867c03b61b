"""The README's table of commands is made from the commands themselves."""

import re
from pathlib import Path

from cockpit.cli.commands_doc import commands_table

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_table_in_the_readme_is_the_one_made_from_the_commands() -> None:
    found = re.search(r"<!-- commands:begin -->\n(.*?)<!-- commands:end -->", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found.group(1) == commands_table()


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README.read_text("utf-8"))
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
