"""The commands for messages, contacts of accounts, and what doctor says of channels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cockpit.cli.app import app
from cockpit.lake.folder import open_folder
from cockpit.records.people import AuditLine
from cockpit.settings import Settings
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from tests.messages.city import alert, clock, hall_place
from tests.messages.conftest import Opened
from tests.messages.servers import Webhook

MUTE = "个账号没有登记联系方式"


@pytest.fixture
def data(model: Path, tmp_path: Path) -> Path:
    shutil.copytree(model, tmp_path / "data")
    return tmp_path / "data"


def run(data: Path, *words: str, given: str = "", config: str = "") -> Result:
    variables = {"COLUMNS": "220"}
    if config:
        path = data.parent / "config.toml"
        path.write_text(config, encoding="utf-8")
        variables["COCKPIT_CONFIG"] = str(path)
    return CliRunner().invoke(app, [*words, "--data", str(data)], env=variables, input=given)


def doctor(data: Path, config: str) -> tuple[bool, str]:
    done = run(data, "doctor", "--json", config=config)
    (found,) = (one for one in json.loads(done.stdout) if one["subject"] == "消息")
    return found["healthy"], found["sentence"]


def test_a_contact_is_read_from_standard_input_and_shown_nowhere(data: Path) -> None:
    done = run(data, "user", "contact", "duty1", given="13800138000\n")
    assert (done.exit_code, done.stderr) == (0, "账号 duty1 的联系方式已登记。\n")
    folder = open_folder(Settings(data_dir=data))
    account = folder.people.account("duty1")
    assert account is not None and account.contact == "13800138000"
    (_, line), *_ = folder.people.audit(1)
    assert isinstance(line, AuditLine) and (line.action, line.subject, line.detail) == (
        "account.contact",
        "duty1",
        "登记",
    )
    folder.close()
    listed = run(data, "user", "list", "--json").stdout
    assert "13800138000" not in listed and "example.cn" not in listed
    assert all(one["has_contact"] for one in json.loads(listed))
    assert run(data, "user", "contact", "duty1", given="\n").exit_code == 0
    assert not next(one for one in json.loads(run(data, "user", "list", "--json").stdout) if one["name"] == "duty1")[
        "has_contact"
    ]


@pytest.mark.parametrize("given", ["a b@c.cn", "x&to=y", "群", "ab", "x" * 101])
def test_a_contact_that_would_mean_something_else_in_an_address_is_refused(data: Path, given: str) -> None:
    done = run(data, "user", "contact", "duty1", given=given)
    assert done.exit_code == 1 and done.stderr.startswith("联系方式要有 3 至 100 个字符")


def test_messages_are_listed_and_tried(city: Opened, hook: Webhook) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
    escalate(folder, clock("10:00"))
    waiting = json.loads(run(folder.path, "messages", "list", "--waiting", "--json").stdout)
    assert [one["state"] for one in waiting["notices"]] == ["waiting"] and waiting["messages"] == []
    deliver(folder, clock("10:00"))
    found = json.loads(run(folder.path, "messages", "list", "--json").stdout)
    (notice,), (message,) = found["notices"], found["messages"]
    assert (notice["account"], notice["channel"], notice["state"], notice["at"]) == (
        *("duty1", "hook", "sent"),
        "2026-10-12T10:00:00+08:00",
    )
    assert message["body"] == hook.texts()[0] and message["message"] == notice["message"]
    shown = run(folder.path, "messages", "list").stdout
    assert "值班长 duty1" in shown and "新的报警" in shown and "已发送" in shown
    done = run(folder.path, "messages", "test", "hook", "--to", "manager1")
    assert (done.exit_code, done.stderr) == (0, "通道 hook 已收下测试消息。\n")
    assert hook.got[1].path == "/manager1@example.cn"
    hook.mood = "500"
    done = run(folder.path, "messages", "test", "hook", "--to", "manager1")
    assert done.exit_code == 1 and "（对方返回 500）" in done.stderr
    done = run(folder.path, "messages", "test", "hook", "--to", "manager1", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"channel": "hook", "sent": False, "said": "对方返回 500"})


def test_doctor_tells_of_channels(data: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor(data, "[web]\n")[0] is True
    route = '[web]\npublic_url = "https://cockpit.example.cn"\n'
    route += '[messages]\ndead_after = 1\n[[messages.routes]]\nchannel = "hook"\n'
    healthy, said = doctor(data, route)
    assert not healthy and "通道 hook 没有网址，请写明 COCKPIT_CHANNELS__HOOK" in said
    monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", f"{hook.url}/{{contact}}")
    assert doctor(data, route) == (True, "1 个通道，等待 0 条，中断 0 个。")
    hook.mood = "500"
    assert run(data, "messages", "test", "hook", "--to", "duty1", config=route).exit_code == 1
    healthy, said = doctor(data, route)
    assert not healthy and "通道 hook（对方返回 500） 已中断" in said
    hook.mood = "ok"
    assert run(data, "messages", "test", "hook", "--to", "duty1", config=route).exit_code == 0
    assert doctor(data, route)[0] is True
    run(data, "user", "contact", "duty1", given="\n")
    assert f"1 {MUTE}（duty1）" in doctor(data, route)[1]
    assert "链接只能在本机打开" in doctor(data, route.replace("https://cockpit.example.cn", ""))[1]
