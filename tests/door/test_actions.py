"""What pages may change: with the right, without it, outside one's part; refused ones are in the audit too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cockpit import actions
from cockpit.door import accounts, keys
from cockpit.door.accounts import Binding
from cockpit.door.roles import RIGHTS, Right, Role
from cockpit.door.scope import viewer_of_account
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError, Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.follow_ups import Step
from cockpit.records.people import line
from cockpit.records.reports import ReportRecord, Reports
from tests.web.people import account_in, audit_of

S1, CITY, COUNTY = Binding("hall", ("s1",)), Binding(), Binding("county", ("云栖区",))
Act = Callable[[DataFolder, Viewer], object]
#: Every action, the right it needs, and how it is done to something that only who sees the city may touch.
ACTS: dict[str, tuple[Right, Act]] = {
    "add_account": (Right.ACCOUNTS, lambda f, v: actions.add_account(f, v, "new.one", Role.DUTY, S1, "王芳", "n1")),
    "change_account": (Right.ACCOUNTS, lambda f, v: actions.change_account(f, v, "wang", Role.DUTY, S1)),
    "set_contact": (Right.ACCOUNTS, lambda f, v: actions.set_contact(f, v, "wang", "13800138000")),
    "disable_account": (Right.ACCOUNTS, lambda f, v: actions.disable_account(f, v, "wang")),
    "enable_account": (Right.ACCOUNTS, lambda f, v: actions.enable_account(f, v, "wang")),
    "reset_password": (Right.ACCOUNTS, lambda f, v: actions.reset_password(f, v, "wang")),
    "issue_wall": (Right.WALLS, lambda f, v: actions.issue_wall(f, v, "二楼", S1)),
    "revoke_wall": (Right.WALLS, lambda f, v: actions.revoke_wall(f, v, "一楼")),
    "set_threshold": (
        Right.THRESHOLDS,
        lambda f, v: actions.set_threshold(f, v, "wait_avg", (), {"yellow": 18.0}, "试行"),
    ),
    "make_report_again": (Right.REPORT_AGAIN, lambda f, v: actions.make_report_again(f, v, 1, "补报以后重做")),
    "follow_up": (Right.FOLLOW_UP, lambda f, v: actions.follow_up(f, v, "r2", Step.NOTE, "已联系本人")),
}


@pytest.fixture
def staffed(small: DataFolder) -> DataFolder:
    """The small city with a manager, an administrator, a screen on the wall and a report of the city."""
    if (reports := Reports(small.records.database)).get(1) is None:
        reports.add(_report(), (), line("作业", "report.made", "2026-10"))
    account_in(small, "wang", Role.MANAGER, S1)
    actions.issue_wall(small, person(small, "boss"), "一楼", CITY)
    return small


def _report() -> ReportRecord:
    at = dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.UTC)
    texts = {"made_by": "作业", "why": "", "reaches": "", "fingerprint": "f", "version": "2026.1"}
    names = {"period": "2026-10", "kind": "city", "scope_key": "", "scope_name": "城市", "county": "", "run_key": "r"}
    numbers = {"report_id": 0, "edition": 1, "pages": 1}
    return ReportRecord(**names, **texts, **numbers, made_at=at, faults=(), missing=(), pdf_sha="", xlsx_sha="")


def person(folder: DataFolder, name: str, role: Role = Role.ADMIN, binding: Binding = CITY) -> Viewer:
    return viewer_of_account(folder, accounts.known(folder, account_in(folder, name, role, binding)))


def able(folder: DataFolder, act: str, name: str, binding: Binding = CITY) -> Viewer:
    """Somebody whose role may do this."""
    role = next(role for role in (Role.ADMIN, Role.MANAGER) if ACTS[act][0] in RIGHTS[role])
    return person(folder, f"{name}.{role}", role, binding)


def test_every_action_is_in_the_table() -> None:
    public = {name for name, thing in vars(actions).items() if getattr(thing, "__module__", "") == actions.__name__}
    assert {name for name in public if not name.startswith("_")} == ACTS.keys()


@pytest.mark.parametrize("act", ACTS)
def test_who_has_the_right_does_it_and_it_is_written_down(staffed: DataFolder, act: str) -> None:
    by = able(staffed, act, "boss")
    before = len(audit_of(staffed))
    ACTS[act][1](staffed, by)
    (line,) = audit_of(staffed)[: len(audit_of(staffed)) - before]
    assert line[0] == by.name and not line[1].startswith("refused")


@pytest.mark.parametrize("act", ACTS)
def test_who_has_not_the_right_is_refused_and_that_is_written_down(staffed: DataFolder, act: str) -> None:
    right, do = ACTS[act]
    for role in Role:
        if right in RIGHTS[role]:
            continue
        state = staffed.people.accounts(), staffed.people.walls()
        with pytest.raises(Refused, match="没有这项权限"):
            do(staffed, Viewer(f"a {role}", None, role))
        assert (staffed.people.accounts(), staffed.people.walls()) == state
        assert audit_of(staffed)[0] == (f"a {role}", f"refused.{act}", f"a {role}")


@pytest.mark.parametrize("act", ACTS)
def test_outside_ones_own_part_nothing_can_be_done(staffed: DataFolder, act: str) -> None:
    """Somebody of one county, whose account would be the first of its kind."""
    of_county = able(staffed, act, "county", COUNTY)
    state = staffed.people.accounts(), staffed.people.walls()
    with pytest.raises(Refused, match="不在您负责的范围内"):
        ACTS[act][1](staffed, of_county)
    assert (staffed.people.accounts(), staffed.people.walls()) == state
    assert audit_of(staffed)[0][:2] == (of_county.name, f"refused.{act}")


def test_nobody_hands_out_more_than_they_see(staffed: DataFolder) -> None:
    of_county = person(staffed, "county.boss", Role.ADMIN, COUNTY)
    for name, binding in (("a1", CITY), ("a2", Binding("county", ("临江县",))), ("a3", Binding("hall", ("c1", "s1")))):
        with pytest.raises(Refused, match="不在您负责的范围内"):
            actions.add_account(staffed, of_county, name, Role.MANAGER, binding)
        with pytest.raises(Refused, match="不在您负责的范围内"):
            actions.issue_wall(staffed, of_county, name, binding)
        assert staffed.people.account(name) is None
    actions.add_account(staffed, of_county, "a4", Role.MANAGER, Binding("hall", ("c1",)))
    actions.add_account(staffed, of_county, "a5", Role.MANAGER, COUNTY)
    with pytest.raises(Refused, match="不在您负责的范围内"):
        actions.change_account(staffed, of_county, "a4", Role.MANAGER, CITY)
    of_hall = person(staffed, "hall.boss", Role.ADMIN, Binding("hall", ("c1", "t1")))
    with pytest.raises(Refused, match="不在您负责的范围内"):
        actions.add_account(staffed, of_hall, "a6", Role.MANAGER, COUNTY)  # the same halls, but not those to come


def test_the_last_administrator_stays(folder: DataFolder) -> None:
    account_in(folder, "one", Role.ADMIN)
    by = viewer_of_account(folder, accounts.known(folder, "one"))
    for act in (
        lambda: actions.disable_account(folder, by, "one"),
        lambda: actions.change_account(folder, by, "one", Role.LEADER, CITY),
    ):
        with pytest.raises(Refused, match="唯一能用的系统管理员"):
            act()
    account_in(folder, "two", Role.ADMIN)
    actions.disable_account(folder, by, "two")
    with pytest.raises(Refused, match="唯一能用的系统管理员"):  # one that is disabled does not count
        actions.change_account(folder, by, "one", Role.LEADER, CITY)
    actions.enable_account(folder, by, "two")
    actions.change_account(folder, by, "one", Role.LEADER, CITY)


def test_two_administrators_who_disable_each_other_at_once_leave_one(folder: DataFolder) -> None:
    for name in ("one", "two"):
        account_in(folder, name, Role.ADMIN)

    def disable(name: str) -> str:
        try:
            accounts.disable(folder, name, by="测试")
        except CockpitError as error:
            return error.sentence
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(disable, ("one", "two")))
    assert sorted(said)[0] == "done" and "唯一能用的系统管理员" in sorted(said)[1]
    assert [account.disabled for account in folder.people.accounts()].count(False) == 1


@pytest.mark.parametrize("name", ["", "a", "x" * 61, "a b", "<b>", "=1+1", "a/b", "a\n", "../x", "[red]"])
def test_names_that_could_be_taken_for_something_else_are_refused(folder: DataFolder, name: str) -> None:
    with pytest.raises(Refused, match="账号名要有"):
        accounts.add(folder, name, Role.LEADER, CITY, by="测试")


def test_names_of_people_and_screens_are_plain_text_of_some_length(folder: DataFolder) -> None:
    for shown in ("x" * 61, "a\nb", "\x1b[31mred", "a\0b", "a\u202eb"):
        with pytest.raises(Refused, match="姓名最多 60 个字符"):
            accounts.add(folder, "wang", Role.LEADER, CITY, by="测试", shown_name=shown)
        with pytest.raises(Refused, match="大屏的名称最多 60"):
            actions.issue_wall(folder, Viewer("x", None, Role.ADMIN), shown, CITY)
    accounts.add(folder, "wang", Role.LEADER, CITY, by="测试", shown_name=" <b>王芳</b> =1+1 ")
    assert accounts.known(folder, "wang").shown_name == "<b>王芳</b> =1+1"
    with pytest.raises(Refused, match="已经存在"):
        accounts.add(folder, "wang", Role.LEADER, CITY, by="测试")
    with pytest.raises(Refused, match="大屏不是人员账号"):
        accounts.add(folder, "screen", Role.WALL, CITY, by="测试")


def test_a_name_that_is_taken_at_the_same_moment_is_one_account(folder: DataFolder) -> None:
    def add(_: int) -> str:
        try:
            return accounts.add(folder, "wang", Role.LEADER, CITY, by="测试")
        except Refused as refusal:
            return refusal.sentence

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(add, range(4)))
    assert sum("已经存在" in sentence for sentence in said) == 3
    assert len(folder.people.accounts()) == 1


def test_a_screen_has_one_valid_token_at_a_time(folder: DataFolder) -> None:
    by = Viewer("x", None, Role.ADMIN)
    actions.issue_wall(folder, by, "一楼", CITY)
    with pytest.raises(Refused, match="已有一个有效的令牌"):
        actions.issue_wall(folder, by, " 一楼 ", CITY)
    actions.revoke_wall(folder, by, "一楼")
    with pytest.raises(Refused, match="没有名为 一楼 的有效大屏令牌"):
        actions.revoke_wall(folder, by, "一楼")
    actions.issue_wall(folder, by, "一楼", CITY)
    assert [wall.revoked_at is None for wall in folder.people.walls()] == [True, False]


def test_the_file_of_the_first_password_is_gone_when_the_password_is(folder: DataFolder) -> None:
    path = keys.first_admin(folder)
    assert path is not None
    given = path.read_text().strip()
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert keys.first_admin(folder) == path and path.read_text().strip() == given  # a second start changes nothing
    accounts.change_own_password(folder, "admin", given, "correct horse battery", keep_session=None)
    assert keys.first_admin(folder) is None and not path.exists()
    accounts.reset_password(folder, "admin", by="测试")
    assert keys.first_admin(folder) is None  # a later one-time password lies in no file


def test_where_somebody_else_administers_no_first_account_is_made(folder: DataFolder) -> None:
    account_in(folder, "boss", Role.ADMIN)
    assert keys.first_admin(folder) is None
    assert [account.name for account in folder.people.accounts()] == ["boss"]
    assert not (folder.path / "secrets" / "first-admin-password").exists()
