"""Signing in as a timeline: tries in, waits and sessions out; whoever guesses is slowed, whoever knows is not."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from cockpit.door import accounts, passwords, signin
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records import door_tables as d
from tests.door.conftest import Move
from tests.web.people import PASSWORD, account_in, audit_of, opened

HOME, AWAY = "10.0.0.1", "203.0.113.9"
WRONG = "账号或密码不对"
SLOWED = "输错次数过多"


def said(folder: DataFolder, name: str, password: str, address: str = HOME) -> str:
    """What somebody is told who tries; nothing where the door opened."""
    try:
        signin.sign_in(folder, name, password, address)
    except Refused as refusal:
        return refusal.sentence
    return ""


def tries(folder: DataFolder, name: str, count: int, move: Move, address: str = HOME) -> None:
    """So many wrong passwords, each after the longest wait."""
    for _ in range(count):
        assert WRONG in said(folder, name, "wrong", address)
        move(61)


@pytest.fixture(autouse=True)
def _nobody_slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "_slowed", {})


@pytest.mark.parametrize("name", ["wang", "nobody"])
def test_three_are_free_then_each_wait_is_twice_the_last(folder: DataFolder, move: Move, name: str) -> None:
    """For a name that nobody has it is just the same."""
    account_in(folder, "wang")
    for _ in range(3):
        assert WRONG in said(folder, name, "wrong")
    for wait in (2, 4, 8, 16, 32, 60):
        assert WRONG in said(folder, name, "wrong")
        assert f"请等 {wait} 秒再试" in said(folder, name, PASSWORD)  # the right one is not looked at either
        move(wait - 1)
        assert "请等 1 秒再试" in said(folder, name, PASSWORD)
        move(1)
    assert WRONG in said(folder, name, "wrong")  # the tenth
    assert "请等 15 分钟再试" in said(folder, name, PASSWORD)
    move(14 * 60)
    assert "请等 60 秒再试" in said(folder, name, PASSWORD)
    move(60)
    assert said(folder, name, PASSWORD if name == "wang" else "wrong").startswith("" if name == "wang" else WRONG)


def test_a_success_forgives(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    for _ in range(3):
        for _ in range(3):
            assert WRONG in said(folder, "wang", "wrong")
        assert said(folder, "wang", PASSWORD) == ""


def test_a_stranger_elsewhere_does_not_lock_a_person_out(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    tries(folder, "wang", 10, move, AWAY)
    assert SLOWED in said(folder, "wang", PASSWORD, AWAY)
    assert said(folder, "wang", PASSWORD, HOME) == ""


def test_one_name_from_many_addresses_is_locked_as_a_whole(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    for n in range(50):
        assert WRONG in said(folder, "wang", "wrong", f"198.51.100.{n}")
    assert "请等 15 分钟" in said(folder, "wang", PASSWORD, "198.51.100.99")
    move(15 * 60)
    assert said(folder, "wang", PASSWORD, "198.51.100.99") == ""


def test_many_names_from_one_address_are_stopped(
    folder: DataFolder, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "LOCKED", (10, 50, 12))  # a hundred hashes would take their time
    account_in(folder, "wang")
    for n in range(12):
        assert WRONG in said(folder, f"name{n}", "wrong", AWAY)
    assert SLOWED in said(folder, "wang", PASSWORD, AWAY)
    assert said(folder, "wang", PASSWORD, HOME) == ""


def test_all_addresses_of_an_ipv6_network_are_one_place(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    for n in range(4):
        assert WRONG in said(folder, "wang", "wrong", f"2001:db8:1:2::{n}")
    assert SLOWED in said(folder, "wang", PASSWORD, "2001:db8:1:2:ffff::9")
    assert said(folder, "wang", PASSWORD, "2001:db8:1:3::1") == ""


def test_a_wall_of_tries_at_once_is_counted_try_by_try(folder: DataFolder, move: Move) -> None:
    """None of them may see the state from before the others."""
    account_in(folder, "wang")
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: said(folder, "wang", "wrong"), range(24)))
    assert sum(WRONG in answer for answer in answers) == 4  # three are free, the fourth must wait
    assert sum(SLOWED in answer for answer in answers) == 20


def test_what_somebody_typed_as_a_name_is_kept_nowhere(
    folder: DataFolder, move: Move, caplog: pytest.LogCaptureFixture
) -> None:
    typed = "my-secret-password"
    for _ in range(6):
        said(folder, typed, "x")
    with folder.records.database.reading() as connection:
        everything = "".join(
            str(connection.execute(sa.select(table)).all()) for table in reversed(d.metadata.sorted_tables)
        )
    assert "（未知账号）" in everything
    assert typed not in everything and typed not in caplog.text
    assert audit_of(folder).count(("（未知账号）", "sign_in.slowed", "（未知账号）")) == 1  # not a line a knock


@pytest.mark.parametrize("name", ["", " ", "\0", "a\0b", "x" * 500, "' OR 1=1 --", "‮gnaw", "王 芳", "Wang", "%"])
def test_odd_names_are_names_that_nobody_has(folder: DataFolder, move: Move, name: str) -> None:
    account_in(folder, "wang")
    assert WRONG in said(folder, name, PASSWORD)


def test_a_disabled_person_is_told_no_more_than_a_stranger(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    accounts.disable(folder, "wang", by="测试")
    assert said(folder, "wang", PASSWORD) == said(folder, "nobody", PASSWORD) == signin._WRONG


def test_a_weak_hash_is_renewed_when_its_owner_comes(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    account = accounts.known(folder, "wang")
    weak = PasswordHasher(time_cost=1, memory_cost=512, parallelism=1).hash(PASSWORD)
    folder.people.keep_hash(account.account_id, weak)
    assert said(folder, "wang", PASSWORD) == ""
    assert not passwords.outdated(str(accounts.known(folder, "wang").password_hash))
    assert said(folder, "wang", PASSWORD) == ""


def test_who_was_given_another_password_meanwhile_does_not_come_in_with_the_old_one(
    folder: DataFolder, move: Move
) -> None:
    account_in(folder, "wang")
    looked_at = accounts.known(folder, "wang")  # the password is being looked at …
    move(1)
    accounts.reset_password(folder, "wang", by="测试")  # … while somebody resets it
    with pytest.raises(Refused, match=WRONG):
        signin.begin(folder, looked_at, HOME, "密码")


def test_wrong_old_passwords_are_slowed_down_too(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    who = signin.signed_in(folder, signin.sign_in(folder, "wang", PASSWORD, HOME), used=True)
    assert who is not None
    for _ in range(4):
        with pytest.raises(Refused, match="原密码不对"):
            signin.change_password(folder, who, "guess", "another fine one", HOME)
    with pytest.raises(Refused, match=SLOWED):
        signin.change_password(folder, who, PASSWORD, "another fine one", HOME)
    move(2)
    signin.change_password(folder, who, PASSWORD, "another fine one", HOME)
    assert said(folder, "wang", "another fine one") == ""


def test_guessed_tokens_of_walls_do_not_fill_the_audit(
    folder: DataFolder, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "LOCKED", (10, 50, 5))
    for _ in range(20):
        with pytest.raises(Refused, match="令牌无效"):
            signin.begin_wall(folder, "guessed", AWAY)
    assert audit_of(folder) == [("大屏", "wall.refused", AWAY)] * 5


def test_every_step_stands_in_the_audit(folder: DataFolder, move: Move) -> None:
    account_in(folder, "wang")
    before = len(audit_of(folder))
    assert WRONG in said(folder, "wang", "wrong")
    cookie = signin.sign_in(folder, "wang", PASSWORD, HOME)
    who = signin.signed_in(folder, cookie, used=True)
    assert who is not None
    signin.sign_out(folder, who)
    actions = [line[:2] for line in reversed(audit_of(folder)[: len(audit_of(folder)) - before])]
    assert actions == [("wang", "sign_in.refused"), ("wang", "sign_in"), ("wang", "sign_out")]
    assert cookie not in str(folder.people.audit(100))


# -- sessions --------------------------------------------------------------------------------------------------------


def begun(folder: DataFolder, name: str = "wang") -> str:
    account_in(folder, name)
    return signin.begin(folder, accounts.known(folder, name), HOME, "测试")


def test_a_session_ends_when_nobody_does_anything_though_the_page_renews_itself(folder: DataFolder, move: Move) -> None:
    cookie = begun(folder)
    for _ in range(119):
        move(60)
        assert signin.signed_in(folder, cookie, used=False) is not None
    move(60)
    assert signin.signed_in(folder, cookie, used=False) is None
    assert signin.signed_in(folder, cookie, used=True) is None  # too late


def test_use_prolongs_a_session_but_not_beyond_the_day(folder: DataFolder, move: Move) -> None:
    cookie = begun(folder)
    for _ in range(11):
        move(3600)
        assert signin.signed_in(folder, cookie, used=True) is not None
    move(3599)
    assert signin.signed_in(folder, cookie, used=True) is not None
    move(1)
    assert signin.signed_in(folder, cookie, used=True) is None


@pytest.mark.parametrize("change", ["sign out", "disable", "password", "role", "binding", "own password"])
def test_what_ends_a_session_ends_it_at_once(folder: DataFolder, move: Move, change: str) -> None:
    cookie, other = begun(folder), begun(folder)
    bystander = begun(folder, "li")
    who = signin.signed_in(folder, cookie, used=True)
    assert who is not None
    move(1)
    if change == "sign out":
        signin.sign_out(folder, who)
    elif change == "disable":
        accounts.disable(folder, "wang", by="测试")
    elif change == "password":
        accounts.reset_password(folder, "wang", by="测试")
    elif change == "own password":
        accounts.change_own_password(folder, "wang", PASSWORD, "another fine one", keep_session=who.session)
    else:
        role = Role.DUTY if change == "role" else Role.LEADER
        accounts.change(folder, "wang", role, Binding(), by="测试")
    mine, elsewhere = (signin.signed_in(folder, value, used=True) is not None for value in (cookie, other))
    assert mine is (change == "own password")
    assert elsewhere is (change == "sign out")
    assert signin.signed_in(folder, bystander, used=True) is not None


@pytest.mark.parametrize("cookie", [None, "", "forged", "x" * 201, "\0", "é", "' OR 1=1 --"])
def test_a_forged_cookie_is_nobody(folder: DataFolder, move: Move, cookie: str | None) -> None:
    begun(folder)
    assert signin.signed_in(folder, cookie, used=True) is None


def test_the_cookie_itself_is_kept_nowhere_and_sessions_that_are_over_are_forgotten(
    folder: DataFolder, move: Move
) -> None:
    cookie = begun(folder)
    with folder.records.database.reading() as connection:
        assert cookie not in str([connection.execute(sa.select(table)).all() for table in d.metadata.sorted_tables])
    move(13 * 3600)
    begun(folder)
    with folder.records.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(d.sessions)).scalar_one() == 1
    assert folder.sessions.open_sessions(move(0), move(0) - dt.timedelta(minutes=120)) == 1


def test_a_session_begun_on_one_process_holds_on_another(folder: DataFolder, move: Move, tmp_path: Path) -> None:
    cookie = begun(folder)
    with opened(folder.path, folder.settings.records.url) as other:
        assert signin.signed_in(other, cookie, used=True) is not None
