"""数据质量 over a real data folder: sources, score, quarantine and imports, and who sees what of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from cockpit.board import quality_score, refused, sources
from cockpit.board.review_numbers import Where
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from tests.board.small_city import NOW, at, build, delivery, refused_rows, small_city

CITY = Viewer("数据", None, Role.DATA)
HALL = Viewer("数据二", frozenset({"s1"}), Role.DATA)
LEADER = Viewer("领导", None, Role.LEADER)
NOBODY = Viewer("无", frozenset(), Role.DATA)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    tables = small_city()
    # s1's tickets come every five minutes until ten past nine, then no more.
    quarters = [delivery("tickets", "s1", at("09:00") + timedelta(minutes=5 * n)) for n in range(3)]
    early = [row for row in tables["deliveries"] if (row["table"], row["hall_id"]) != ("tickets", "s1")]
    folder = build(tmp_path_factory.mktemp("quality") / "data", tables | {"deliveries": [*early, *quarters]})
    yield folder
    folder.close()


def test_a_source_that_stopped_stands_first_and_says_so(folder: DataFolder) -> None:
    rows = sources.sources(folder, folder.lake.snapshot(), CITY, NOW, Where())
    first = rows.row(0, named=True)

    assert (first["place"], first["title"], first["state_word"]) == ("市本级", "取号", "中断")
    assert (first["usual"], round(first["lag"])) == (5.0, 56)
    assert sources.each(rows, "trouble").frame.height == 1
    by_table = sources.by_table(rows).frame
    assert by_table.select(pl.sum_horizontal("normal", "late", "stopped", "once").sum()).item() == rows.height
    assert "（不属于大厅）" in rows["place"].to_list()


def test_sources_of_other_halls_are_not_shown(folder: DataFolder) -> None:
    rows = sources.sources(folder, folder.lake.snapshot(), HALL, NOW, Where())
    assert set(rows["hall_id"]) == {"s1"}
    assert sources.sources(folder, folder.lake.snapshot(), NOBODY, NOW, Where()).is_empty()


def test_the_score_is_that_of_the_halls_one_may_see(folder: DataFolder) -> None:
    found = quality_score.scores(folder, folder.lake.snapshot(), HALL, NOW, Where())
    assert set(found.checks["hall_id"]) == {"s1"}
    whole, *parts = quality_score.quantities(found, Where())
    known = [(q.value, quality_score.WEIGHTS[q.key]) for q in parts if q.value is not None]
    assert whole.value == pytest.approx(sum(v * w for v, w in known) / sum(w for _, w in known))
    rows = quality_score.checks(found).frame
    assert rows["denominator"].sum() == sum(q.denominator or 0 for q in parts)
    halls = quality_score.for_page(quality_score.by_hall(found))
    assert halls.frame["score"].to_list() == [pytest.approx(whole.value)]
    nothing = quality_score.scores(folder, folder.lake.snapshot(), NOBODY, NOW, Where())
    assert quality_score.quantities(nothing, Where()) == ()


def test_the_quarantine_is_counted_by_batch_table_and_reason(folder: DataFolder) -> None:
    snapshot = folder.lake.snapshot()
    plain: dict[tuple[str, str], int] = {}
    for row in refused_rows():
        for reason in row["reasons"]:
            plain[row["of_table"], reason] = plain.get((row["of_table"], reason), 0) + 1
    found = refused.reasons(snapshot, CITY).frame

    assert {(r["of_table"], r["reason"]): r["rows"] for r in found.to_dicts()} == plain
    assert set(found["batch_id"]) == {"b1"}
    assert refused.total(snapshot, CITY) == len(refused_rows())
    assert refused.tables_held(snapshot, CITY) == {"cases": "办件", "tickets": "取号"}


def test_refused_rows_are_for_who_may_see_them_and_of_ones_own_halls(folder: DataFolder) -> None:
    snapshot = folder.lake.snapshot()
    rows = refused.rows(snapshot, CITY).frame
    assert rows.height == 8 and refused.rows(snapshot, CITY, "cases").frame.height == 1
    assert '"note"' not in "".join(rows["content"])  # empty cells say nothing
    assert any("<b>bad</b>" in content for content in rows["content"])  # as it came; pages escape it
    with pytest.raises(Refused):
        refused.rows(snapshot, LEADER)
    # These rows name no hall, so nobody who does not see the whole city sees them.
    assert refused.total(snapshot, HALL) == 0 and refused.rows(snapshot, HALL).frame.is_empty()


def test_a_refused_row_that_names_its_hall_is_seen_there_and_nowhere_else(tmp_path: Path) -> None:
    entry = refused_rows()[0] | {"row": '{"ticket_id":"x","hall_id":"s1"}', "entry_id": "mine"}
    from tests.board import small_city as maker

    built = maker.build(tmp_path / "data", refuse=False)
    maker.bring_in(built, {"halls": maker.HALLS}, batch_id="b2", refused=[entry])
    snapshot = built.lake.snapshot()
    assert refused.total(snapshot, HALL) == 1
    assert refused.rows(snapshot, HALL).frame["entry_id"].to_list() == ["mine"]
    assert refused.total(snapshot, Viewer("数据三", frozenset({"t1"}), Role.DATA)) == 0
    built.close()


def test_nothing_of_an_import_is_lost_and_only_the_city_sees_imports(folder: DataFolder) -> None:
    history = refused.imports(folder, CITY)
    assert history is not None
    counts = history.frame
    added = pl.sum_horizontal("inserted", "updated", "unchanged", "quarantined")
    assert counts.filter(pl.col("read") != added).is_empty() and counts["read"].sum() > 0
    assert refused.by_batch(history).frame["read"].to_list() == [counts["read"].sum()]
    whole = refused.refusals(folder, CITY)
    assert whole is not None and whole.frame["name"].to_list() == ["cases.csv"]
    assert refused.imports(folder, HALL) is None and refused.refusals(folder, HALL) is None
