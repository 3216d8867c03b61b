"""系统管理 over a real data folder: lists, audit by filter and page, and who sees what of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.incidents import Kind
from cockpit import actions, clock, handling
from cockpit.board import administration, audit
from cockpit.door.accounts import Binding
from cockpit.door.roles import PAGES, RIGHTS, TITLES, Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.audit_trail import Wanted
from cockpit.records.missed import MissedStep
from cockpit.records.people import line
from cockpit.web import sitemap
from tests.board.small_city import build
from tests.web.people import account_in, session_in

#: What people do about incidents.
DEEDS = (Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.NOTED, Kind.SILENCED, Kind.CLOSED)
ADMIN = Viewer("管理员", None, Role.ADMIN)
AUDITOR = Viewer("审计", None, Role.AUDITOR)
COUNTY_ADMIN = Viewer("县管理员", frozenset({"c1", "t1"}), Role.ADMIN, counties=frozenset({"云栖区"}))
LEADER = Viewer("领导", None, Role.LEADER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    folder = build(tmp_path_factory.mktemp("admin") / "data", refuse=False)
    account_in(folder, "city.admin", Role.ADMIN)
    account_in(folder, "yunqi", Role.MANAGER, Binding("county", ("云栖区",)))
    account_in(folder, "shiqiao", Role.DUTY, Binding("hall", ("t1",)))
    account_in(folder, "benji", Role.DUTY, Binding("hall", ("s1",)))
    actions.issue_wall(folder, ADMIN, "东墙", Binding("hall", ("t1",)))
    actions.issue_wall(folder, ADMIN, "西墙", Binding())
    session_in(folder, "shiqiao")
    session_in(folder, "benji")
    yield folder
    folder.close()


def test_an_admin_of_a_county_sees_its_people_and_screens_only(folder: DataFolder) -> None:
    assert {a.name for a in administration.accounts(folder, ADMIN)} == {"city.admin", "yunqi", "shiqiao", "benji"}
    assert {a.name for a in administration.accounts(folder, COUNTY_ADMIN)} == {"yunqi", "shiqiao"}
    assert [w.name for w in administration.walls(folder, COUNTY_ADMIN)] == ["东墙"]
    online = administration.sessions_sheet(folder, COUNTY_ADMIN, clock.now()).frame
    assert online["name"].to_list() == ["shiqiao"]
    assert set(administration.places(folder, COUNTY_ADMIN)) == {"county", "hall"}
    assert set(administration.places(folder, ADMIN)["hall"]) == {"c1", "s1", "t1", "p1"}


def test_tables_say_places_by_their_names(folder: DataFolder) -> None:
    rows = {row["name"]: row for row in administration.accounts_sheet(folder, AUDITOR).frame.to_dicts()}
    assert (rows["shiqiao"]["places"], rows["yunqi"]["places"], rows["city.admin"]["places"]) == (
        "石桥",
        "云栖区",
        "全市",
    )
    assert rows["shiqiao"]["role"] == TITLES[Role.DUTY]
    walls = administration.walls_sheet(folder, AUDITOR).frame
    assert walls["state"].to_list() == ["有效", "有效"]


@pytest.mark.parametrize("viewer", [LEADER, Viewer("数据", None, Role.DATA), Viewer("墙", None, Role.WALL)])
def test_others_see_nothing_of_it(folder: DataFolder, viewer: Viewer) -> None:
    for look in (
        administration.accounts_sheet,
        administration.walls_sheet,
        lambda f, v: administration.sessions_sheet(f, v, clock.now()),
        lambda f, v: audit.audit(f, v, Wanted()),
        audit.audit_choices,
        lambda f, v: audit.audit_whole(f, v, Wanted()),
    ):
        with pytest.raises(Refused):
            look(folder, viewer)


def test_the_audit_is_the_whole_city_s(folder: DataFolder) -> None:
    with pytest.raises(Refused):
        audit.audit(folder, COUNTY_ADMIN, Wanted())


def test_the_audit_is_filtered_by_who_what_and_when_and_paged(folder: DataFolder, tmp_path: Path) -> None:
    for number in range(120):
        folder.people.write_down(line("甲", "download", f"第 {number} 次"))
    folder.people.write_down(line("甲", "downloadable", "不是下载"))
    wanted = Wanted(who="甲", action="download")
    first, last = (audit.audit(folder, AUDITOR, wanted, page) for page in (1, 99))

    assert (first.total, first.pages, first.lines.frame.height) == (120, 3, 50)
    assert (last.page, last.lines.frame.height) == (3, 20)
    seen = [audit.audit(folder, AUDITOR, wanted, page).lines.frame["subject"].to_list() for page in (1, 2, 3)]
    assert sum(seen, []) == [f"第 {number} 次" for number in reversed(range(120))]
    assert audit.audit_whole(folder, AUDITOR, wanted).frame.height == 120
    kinds = audit.audit(folder, AUDITOR, Wanted(action="account")).lines.frame["action"].to_list()
    assert set(kinds) == {"添加账号"}  # a kind stands for all actions of it
    later = Wanted(since=clock.now() + timedelta(minutes=1))
    assert audit.audit(folder, AUDITOR, later).total == 0
    who, what = audit.audit_choices(folder, AUDITOR)
    assert "甲" in who and what["download"] == "下载"


def test_the_table_of_roles_says_what_the_roles_are() -> None:
    rows = {row["role"]: row for row in administration.roles_sheet().frame.to_dicts()}
    for role in Role:
        said = rows[TITLES[role]]
        for page, title in administration.PAGE_TITLES.items():
            assert (title in said["pages"].split("、")) == (page in PAGES[role])
        for right, title in administration.RIGHT_TITLES.items():
            assert (title in said["rights"].split("、")) == (right in RIGHTS[role])


def test_the_table_of_roles_knows_every_page_of_the_menu() -> None:
    assert set(administration.PAGE_TITLES.items()) == {(page.name, page.title) for page in sitemap.PAGES}


def test_every_action_of_the_product_has_its_words() -> None:
    import inspect

    refusals = {
        f"refused.{name}"
        for module in (actions, handling)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and hasattr(value, "__wrapped__")
    }
    deeds = {f"incident.{kind.value}" for kind in DEEDS} | {f"missed.{step.value}" for step in MissedStep}
    assert len(refusals) > 15 and refusals | deeds <= set(audit.WORDS)
