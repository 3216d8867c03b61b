"""Rows put together by keys: counted a second time row by row."""

from collections import Counter

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.groups import flagged
from metrics.rates.counts import Counts, added, counted

FLAGS = 3
#: Beyond the second bound key and marks no longer fit into one number.
KEYS = st.one_of(st.integers(0, 6), st.integers(1 << 60, (1 << 60) + 3))


@settings(deadline=None)
@given(st.lists(st.tuples(KEYS, st.integers(0, (1 << FLAGS) - 1))))
def test_marks_are_counted_by_key(rows: list[tuple[int, int]]) -> None:
    keys, marks = np.array([key for key, _ in rows], dtype=np.int64), np.array([mark for _, mark in rows], np.uint16)
    found, sums = flagged(keys, marks, FLAGS)
    assert found.tolist() == sorted({key for key, _ in rows})
    for bit in range(FLAGS):
        expected = Counter(key for key, mark in rows if mark >> bit & 1)
        assert sums[bit].tolist() == [expected[key] for key in found.tolist()]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([True, False, None]), st.integers(0, 3))))
def test_what_is_unknown_does_not_count_and_counts_add_up(rows: list[tuple[int, bool | None, int]]) -> None:
    types = {"key": pl.Int64, "told": pl.Boolean, "number": pl.Int64}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    counts = counted(frame, {"all": pl.lit(value=True), "told": pl.col("told"), "few": pl.col("number") < 2})
    minutes = frame.group_by("key").agg((pl.col("number").sum() / 4).alias("quarters"))
    whole = added([counts, Counts.of(minutes)], lambda keys: keys // 5)
    assert whole.keys.tolist() == sorted({key // 5 for key, _, _ in rows})
    for at, group in enumerate(whole.keys.tolist()):
        own = [row for row in rows if row[0] // 5 == group]
        found = [whole.columns[name][at] for name in ("all", "told", "few", "quarters")]
        told, few = sum(bool(row[1]) for row in own), sum(row[2] < 2 for row in own)
        assert found == [len(own), told, few, sum(row[2] for row in own) / 4]
