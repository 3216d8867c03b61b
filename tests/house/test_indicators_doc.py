"""The tables of indicators in README and manual are made from the definitions.

`python -m tests.house.test_indicators_doc` makes both anew.
"""

import re
from pathlib import Path

import pytest

from alerts.catalogue import catalogue
from alerts.document import indicators_table

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/manual.md")
TABLE = re.compile(r"(?<=<!-- indicators:begin -->\n).*?(?=<!-- indicators:end -->)", re.DOTALL)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_table_is_the_one_made_from_the_definitions(name: str) -> None:
    found = TABLE.search((ROOT / name).read_text("utf-8"))
    assert found is not None
    assert found.group() == indicators_table(), "make it anew: python -m tests.house.test_indicators_doc"


def test_the_table_names_every_indicator_once_with_its_four_thresholds() -> None:
    rows = [line.split(" | ") for line in indicators_table().splitlines()[2:]]
    assert [row[0].removeprefix("| ") for row in rows] == [str(one.number) for one in catalogue().values()]
    for row, one in zip(rows, catalogue().values(), strict=True):
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", row[6])]
        force = one.thresholds
        assert numbers == [force.yellow, force.orange, force.red, force.recovery]


if __name__ == "__main__":
    for name in DOCUMENTS:
        path = ROOT / name
        path.write_text(TABLE.sub(lambda _: indicators_table(), path.read_text("utf-8")), "utf-8")
