"""A share in one cell: exact where it would look whole, marked where it rests on few."""

import polars as pl
import pytest

from cockpit.board.shares import with_shares


@pytest.mark.parametrize(
    ("share", "above", "below", "said"),
    [
        (99.43, 1326, 1334, "99.4%（1,326 ÷ 1,334）"),
        (99.958, 68_163, 68_192, "99.96%（68,163 ÷ 68,192）"),
        (0.0042, 9, 214_000, "0.004%（9 ÷ 21.4 万）"),
        (100.0, 40, 40, "100.0%（40 ÷ 40）"),
        (0.0, 0, 3, "0.0%（0 ÷ 3，样本不足）"),
        (None, 0, 0, None),
    ],
)
def test_a_share_and_what_it_is_made_of(share: float | None, above: float, below: float, said: str | None) -> None:
    rows = pl.DataFrame({"s": [share], "n": [above], "d": [below]}, schema_overrides={"s": pl.Float64})
    assert with_shares(rows, {"of": ("s", "n", "d")}, 30)["of"].to_list() == [said]
