"""The commands for people and screens: one-time passwords, lists, tokens, and names that mean mischief."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cockpit.cli.app import app
from cockpit.door import passwords, signin
from cockpit.errors import Refused
from tests.board.small_city import build
from tests.web.people import CHEAP, audit_of, opened

MARKUP = "[bold]王[/bold] [/] <b>=1+1"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture
def city(data_dir: Path) -> Path:
    build(data_dir).close()
    return data_dir


def run(*words: object, data: Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words), "--data", str(data)], env={"COLUMNS": "200"})


def answer(*words: object, data: Path) -> Any:  # noqa: ANN401 (any JSON document)
    done = run(*words, "--json", data=data)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return json.loads(done.stdout)


def refused(*words: object, data: Path) -> str:
    done = run(*words, data=data)
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    (line,) = done.stderr.strip().splitlines()
    assert "请" in line
    return line


def test_an_account_is_added_listed_disabled_enabled_and_reset(city: Path) -> None:
    done = run("user", "add", "wang", "--role", "manager", "--hall", "s1", "--shown-name", MARKUP, data=city)
    (given,) = done.stdout.splitlines()
    assert done.exit_code == 0 and "只显示这一次" in done.stderr and given not in done.stderr
    (listed,) = answer("user", "list", data=city)
    assert listed | {"created_at": ""} == {
        "name": "wang",
        "shown_name": MARKUP,
        "role": "manager",
        "bound_to": "hall",
        "places": ["s1"],
        "staff_id": None,
        "has_contact": False,
        "disabled": False,
        "must_change": True,
        "created_at": "",
    }
    assert listed["created_at"].endswith("+08:00")
    table = run("user", "list", data=city).stdout
    assert MARKUP in table and "大厅主任" in table and "待改密码" in table
    with opened(city) as folder:
        signin.sign_in(folder, "wang", given, "10.0.0.1")
    assert run("user", "disable", "wang", data=city).exit_code == 0
    assert "已停用" in run("user", "list", data=city).stdout
    again = answer("user", "enable", "wang", data=city)
    assert again["name"] == "wang" and again["one_time_password"] != given
    reset = answer("user", "password", "wang", "--by", "李工", data=city)["one_time_password"]
    with opened(city) as folder:
        for old in (given, again["one_time_password"]):
            with pytest.raises(Refused):
                signin.sign_in(folder, "wang", old, "10.0.0.1")
        signin.sign_in(folder, "wang", reset, "10.0.0.1")
        actions = [(line[0], line[1]) for line in audit_of(folder)]
    assert ("李工", "account.password") in actions
    assert [action for _, action in actions if action.startswith("account")][::-1] == [
        "account.add",
        "account.disable",
        "account.enable",
        "account.password",
    ]
    assert any(who.endswith("（命令行）") for who, action in actions if action == "account.add")


def test_a_token_is_issued_listed_and_revoked(city: Path) -> None:
    issued = answer("wall-token", "issue", f"一楼 {MARKUP}", "--county", "云栖区", data=city)
    assert issued["url"] == f"http://127.0.0.1:8501/screen?token={issued['token']}"
    (listed,) = answer("wall-token", "list", data=city)
    assert (listed["name"], listed["bound_to"], listed["places"], listed["revoked_at"]) == (
        f"一楼 {MARKUP}",
        "county",
        ["云栖区"],
        None,
    )
    assert issued["token"] not in json.dumps(listed)
    assert MARKUP in run("wall-token", "list", data=city).stdout
    with opened(city) as folder:
        signin.begin_wall(folder, issued["token"], "10.0.0.1")
    assert run("wall-token", "revoke", f"一楼 {MARKUP}", data=city).exit_code == 0
    assert "已收回" in run("wall-token", "list", data=city).stdout
    with opened(city) as folder, pytest.raises(Refused):
        signin.begin_wall(folder, issued["token"], "10.0.0.1")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["user", "add", "a b", "--role", "leader"], "账号名要有"),
        (["user", "add", "=cmd", "--role", "leader"], "账号名要有"),
        (["user", "add", "wang", "--role", "wall"], "大屏不是人员账号"),
        (["user", "add", "wang", "--role", "leader", "--hall", "zz"], "没有这些大厅编号：zz"),
        (["user", "add", "wang", "--role", "leader", "--county", "x", "--hall", "s1"], "只能用一种"),
        (["user", "add", "wang", "--role", "leader", "--shown-name", "a\x1b[2Jb"], "看不见的字符"),
        (["user", "disable", "nobody"], "没有账号 nobody"),
        (["user", "enable", "nobody"], "没有账号 nobody"),
        (["user", "password", "nobody"], "没有账号 nobody"),
        (["wall-token", "issue", " "], "请写明是哪一块屏"),
        (["wall-token", "revoke", "x"], "没有名为 x 的有效大屏令牌"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(city: Path, words: list[str], why: str) -> None:
    assert why in refused(*words, data=city)
    with opened(city) as folder:
        assert folder.people.accounts() == [] and folder.people.walls() == []


def test_the_only_administrator_stays(city: Path) -> None:
    answer("user", "add", "boss", "--role", "admin", data=city)
    assert "唯一能用的系统管理员" in refused("user", "disable", "boss", data=city)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["user", "add", "wang"], "缺少 --role"),
        (["user", "add", "wang", "--role", "boss"], "--role 不能是 boss，可选"),
        (["user", "add"], "缺少 NAME"),
        (["user", "ad", "wang"], "没有 ad 这个命令（是否想写 add？）"),
        (["user", "list", "x"], "多写了 x"),
        (["wall-token", "issue"], "缺少 NAME"),
        (["wall-token", "revok", "x"], "没有 revok 这个命令（是否想写 revoke？）"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_in_chinese(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    from cockpit.cli.app import main

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as stopped:
        patch.setattr("sys.argv", ["cockpit", *words])
        main()
    said = capsys.readouterr()
    assert (stopped.value.code, said.out) == (2, "")
    assert why in said.err and "--help" in said.err and said.err.count("\n") == 1


def subjects(city: Path) -> dict[str, tuple[bool, str]]:
    found = json.loads(run("doctor", "--json", data=city).stdout)
    return {one["subject"]: (one["healthy"], one["sentence"]) for one in found}


def test_doctor_looks_at_the_door(city: Path) -> None:
    from cockpit.door.keys import cookie_secret, first_admin

    assert subjects(city)["系统管理员"][0] is False and "没有能用的" in subjects(city)["系统管理员"][1]
    assert subjects(city)["密钥文件"] == (True, "网页会话的密钥在网页服务第一次启动时生成。")
    with opened(city) as folder:
        path = first_admin(folder)
        cookie_secret(folder.path)
    healthy, said = subjects(city)["系统管理员"]
    assert not healthy and "还没有修改" in said and str(path) in said
    assert subjects(city)["密钥文件"][0] is True
    run("user", "add", "boss", "--role", "admin", data=city)
    run("user", "disable", "admin", data=city)
    assert path is not None
    path.unlink()
    assert subjects(city)["系统管理员"] == (True, "1 个账号：boss。")
    (city / "secrets" / "cookie.key").chmod(0o644)
    healthy, said = subjects(city)["密钥文件"]
    assert not healthy and "cookie.key" in said and "chmod 600" in said
