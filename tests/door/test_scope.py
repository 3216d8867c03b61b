"""How much of the city somebody sees: the city, counties with what has no hall there, single halls, nothing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cockpit.board.overview import overview
from cockpit.door import accounts, scope, walls
from cockpit.door.accounts import Binding
from cockpit.door.roles import PAGES, PERSONAL, RIGHTS, Right, Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused, StorageError
from cockpit.lake.folder import DataFolder
from tests.board.small_city import NOW, bring_in, build, hall
from tests.web.people import account_in

CITY = Binding()
COUNTY = Binding("county", ("云栖区",))
HALL = Binding("hall", ("s1",))
ROWS = pl.LazyFrame(
    {
        "hall_id": ["c1", "s1", "t1", "p1", None, None, None, "-"],
        "county": ["云栖区", "市本级", "云栖区", "临江县", "云栖区", "市本级", None, "云栖区"],
        "n": [1, 2, 3, 4, 5, 6, 7, 8],
    },
    schema_overrides={"hall_id": pl.String},
)


def viewer(folder: DataFolder, binding: Binding, role: Role = Role.MANAGER) -> Viewer:
    name = account_in(folder, f"{role}.{binding.to}", role, binding)
    return scope.viewer_of_account(folder, accounts.known(folder, name))


def seen(by: Viewer, county: str | None = None) -> list[int]:
    return by.within(ROWS, county=county).collect()["n"].to_list()


def test_each_binding_sees_its_rows_and_no_other(small: DataFolder) -> None:
    for binding, without_county, with_county in (
        (CITY, [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]),
        (COUNTY, [1, 3], [1, 3, 5]),  # rows without a hall only where the rows say their county
        (HALL, [2], [2]),
        (Binding("hall", ("c1", "p1")), [1, 4], [1, 4]),
        (Binding("county", ("云栖区", "市本级")), [1, 2, 3], [1, 2, 3, 5, 6]),
    ):
        halls = scope.halls_of(small, binding.to, binding.places)
        counties = frozenset(binding.places if binding.to == "county" else ())
        by = Viewer("x", halls, Role.MANAGER, counties=counties)
        assert seen(by) == without_county
        assert seen(by, "county") == with_county
        plain = [  # the same once more, row by row
            row["n"]
            for row in ROWS.collect().to_dicts()
            if binding.to == "city"
            or (binding.to == "hall" and row["hall_id"] in binding.places)
            or (binding.to == "county" and row["hall_id"] != "-" and row["county"] in binding.places)
        ]
        assert with_county == plain


def test_a_binding_that_nobody_understands_sees_nothing(small: DataFolder) -> None:
    for bound_to, places in (("", ("s1",)), ("planet", ("s1",)), ("county", ()), ("county", ("无此县",)), ("hall", ())):
        by = Viewer("x", scope.halls_of(small, bound_to, places), Role.LEADER)
        assert seen(by) == seen(by, "county") == []
        assert not by.sees_city and not by.sees_hall("s1") and not by.sees_county("云栖区")
        assert overview(small, by, NOW).halls == ()


def test_a_new_hall_of_a_county_is_in_its_scope_at_once(tmp_path: Path) -> None:
    small = build(tmp_path / "data")
    by = viewer(small, COUNTY)
    assert by.scope == {"c1", "t1"}
    bring_in(small, {"halls": [hall("c9", "新街", "云栖区", "town")]}, batch_id="b9")
    assert viewer(small, COUNTY).scope == {"c1", "t1", "c9"}
    small.close()


def test_the_overview_shows_each_no_more_than_their_part(small: DataFolder) -> None:
    names = {
        binding.to: [hall.name for hall in overview(small, viewer(small, binding), NOW).halls]
        for binding in (CITY, COUNTY, HALL)
    }
    assert names == {
        "city": ["市本级", "云栖", "石桥", "空港园", "无大厅（线上）"],
        "county": ["云栖", "石桥"],
        "hall": ["市本级"],
    }
    own = overview(small, viewer(small, COUNTY), NOW)
    assert (own.imports, own.quarantine) == ((), None)
    assert own.total.tickets == 0  # of its own two halls; the city has four


def test_what_is_outside_is_refused_like_what_does_not_exist(small: DataFolder) -> None:
    by = viewer(small, COUNTY)
    by.must_see("c1")
    told = set()
    for hall_id in ("s1", "no-such-hall", "", None):
        with pytest.raises(Refused) as refused:
            by.must_see(hall_id)
        told.add(refused.value.sentence)
    assert len(told) == 1
    viewer(small, CITY).must_see(None)


def test_a_wall_screen_sees_its_part_and_no_page_and_may_nothing(small: DataFolder) -> None:
    walls.issue(small, "一楼", COUNTY, by="测试")
    by = scope.viewer_of_wall(small, small.people.walls()[0])
    assert by.scope == {"c1", "t1"} and by.counties == {"云栖区"}
    assert not any(by.opens(page) for page in ("overview", "hall", "admin", "quality"))
    assert not any(by.may(right) for right in Right)


def test_roles_are_all_told_of_and_whatever_is_not_named_is_refused() -> None:
    assert PAGES.keys() == RIGHTS.keys() == set(Role)
    assert set(PERSONAL) == set(Role) - {Role.WALL}
    for role in Role:
        by = Viewer("x", None, role)
        assert not by.opens("no_such_page")
        for right in Right:
            if by.may(right):
                by.must(right)
            else:
                with pytest.raises(Refused, match="没有这项权限"):
                    by.must(right)
    assert {role for role in Role if Right.ACCOUNTS in RIGHTS[role]} == {Role.ADMIN}


@pytest.mark.parametrize(
    ("binding", "why"),
    [
        (Binding("county", ("无此县",)), "没有这些县"),
        (Binding("hall", ("s1", "zz")), "没有这些大厅编号：zz"),
        (Binding("hall", ("云栖区",)), "没有这些大厅编号"),
        (Binding("hall", ()), "没有写明负责哪里"),
        (Binding("county", (" ",)), "没有写明负责哪里"),
        (Binding("planet", ("s1",)), "没有写明负责哪里"),
    ],
)
def test_an_account_is_bound_only_to_places_that_are_known(small: DataFolder, binding: Binding, why: str) -> None:
    with pytest.raises(Refused, match=why):
        accounts.add(small, "wang", Role.MANAGER, binding, by="测试")
    assert small.people.account("wang") is None


def test_what_a_county_means_is_refused_in_a_sentence_where_the_halls_cannot_be_read(tmp_path: Path) -> None:
    folder = build(tmp_path / "data", refuse=False)
    for file in (tmp_path / "data" / "lake" / "halls").rglob("*.parquet"):
        file.unlink()

    with pytest.raises(StorageError, match="大厅清单读不出来；请检查"):
        scope.halls_of(folder, "county", ["云栖区"])

    assert scope.halls_of(folder, "hall", ["s1"]) == {"s1"}
    folder.close()
