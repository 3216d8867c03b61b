"""A share with what it is made of, in one cell: 99.4%（1,326 ÷ 1,334）."""

from __future__ import annotations

import polars as pl

#: From so many on a count is told in 万.
_MANY = 100_000
#: A share so near to 0 or 100 is told more exactly, so that it does not look whole.
_NEAR = 0.1


def with_shares(rows: pl.DataFrame, names: dict[str, tuple[str, str, str]], enough: int = 0) -> pl.DataFrame:
    """Rows with a column of text for each share, for pages; workbooks take the numbers themselves.

    Args:
        rows: the numbers.
        names: new column → columns of the share (0 to 100), its numerator and its denominator.
        enough: below so many in the denominator the cell says 样本不足.
    """
    return rows.with_columns(
        pl.Series(
            name,
            [_said(share, above, below, enough) for share, above, below in rows.select(columns).iter_rows()],
            dtype=pl.String,
        )
        for name, columns in names.items()
    )


def _said(share: float | None, above: float | None, below: float | None, enough: int) -> str | None:
    if share is None or above is None or below is None:
        return None
    near = min(share, 100 - share)
    digits = 1 if near >= _NEAR or near == 0 else 2 if near >= _NEAR / 10 else 3
    few = "，样本不足" if below < enough else ""
    return f"{share:.{digits}f}%（{_count(above)} ÷ {_count(below)}{few}）"


def _count(value: float) -> str:
    return f"{value / 10_000:,.1f} 万" if value >= _MANY else f"{value:,.0f}"
