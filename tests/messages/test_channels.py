"""Real servers on loopback: what arrives, and what is said of what does not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cockpit.door.roles import Role
from cockpit.errors import Refused, StorageError
from cockpit.records.message_list import message_lines
from cockpit.records.messages import Post, State
from cockpit.watch.channels import Channel, Sent, channels, channels_file, send
from cockpit.watch.message_trial import try_channel
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from tests.messages.city import alert, clock, hall_place, person
from tests.messages.conftest import Opened
from tests.messages.servers import MailServer, Webhook, free_port

BODY = "【红】第1大厅：平均等候，10-12 10:00 起。\n41 分钟，红色线 40 分钟。先做：增开窗口。\nhttp://x/alerts?incident=1&b=2"
SECRET = "s3cr3t-token"
ROOT = Path(__file__).resolve().parents[2]


def sent(address: str, contact: str = "", seconds: float = 5) -> Sent:
    return send(Channel("c", address), contact, BODY, "m1", seconds)


@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_webhook_gets_the_text_as_it_is(hook: Webhook, kind: str) -> None:
    address = f"{kind}://127.0.0.1:{hook.port}/robot/{{contact}}?+X-Message-Id={{message}}"
    assert sent(address, "a+b@example.cn") == Sent(True)
    (letter,) = hook.got
    assert letter.text == BODY
    assert letter.path == "/robot/a+b@example.cn"
    assert letter.headers["X-Message-Id"] == "m1"


def test_a_mail_has_the_first_line_as_its_subject_and_is_plain_text() -> None:
    with MailServer() as server:
        address = f"mailto://127.0.0.1:{server.port}?from=cockpit@example.cn&to={{contact}}"
        assert sent(address, "wang@example.cn") == Sent(True)
        ((to, mail),) = server.mails
    assert to == ["wang@example.cn"]
    assert mail["Subject"] == BODY.split("\n")[0]
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip().splitlines() == BODY.splitlines()


@pytest.mark.parametrize(("mood", "said"), [("500", "对方返回 500"), ("404", "对方返回 404"), ("429", "对方返回 429")])
def test_a_refusal_is_told_with_its_number(hook: Webhook, mood: str, said: str) -> None:
    hook.mood = mood
    assert sent(hook.url) == Sent(False, said)


@pytest.mark.parametrize("address", ["json://127.0.0.1:{port}", "mailto://127.0.0.1:{port}?from=a@b.cn&to=c@d.cn"])
def test_nobody_there(address: str) -> None:
    assert sent(address.format(port=free_port())) == Sent(False, "连不上对方")


def test_a_server_that_hangs_is_waited_for_only_so_long(hook: Webhook) -> None:
    hook.mood = "hang"
    begun = time.monotonic()
    assert sent(hook.url, seconds=1) == Sent(False, "对方没有及时回答")
    assert time.monotonic() - begun < 3


def test_a_server_that_answers_a_byte_at_a_time_is_given_up(city: Opened, hook: Webhook) -> None:
    hook.mood = "trickle"
    folder = city(send_seconds=1)
    alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
    escalate(folder, clock("10:00"))
    begun = time.monotonic()
    assert deliver(folder, clock("10:00")) == 0
    assert time.monotonic() - begun < 12
    assert Post(folder.records.database).channels()["hook"].said == "对方没有及时回答"


def test_a_server_that_restarts_loses_nothing(city: Opened, hook: Webhook) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
    escalate(folder, clock("10:00"))
    hook.stop()
    assert deliver(folder, clock("10:00")) == 0
    hook.start()
    assert deliver(folder, clock("10:01")) == 1
    assert len(hook.got) == 1


def test_one_channel_that_hangs_does_not_hold_up_the_others(
    city: Opened, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Webhook() as slow:
        slow.mood = "hang"
        monkeypatch.setenv("COCKPIT_CHANNELS__SLOW", slow.url)
        folder = city({"channel": "slow"}, {"channel": "hook"}, send_seconds=2)
        alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
        escalate(folder, clock("10:00"))
        begun = time.monotonic()
        assert deliver(folder, clock("10:00")) == 1
        assert hook.got[0].at - begun < 1.5


@pytest.mark.parametrize("address", ["nonsense://x", "http", "json://"])
def test_an_address_that_means_nothing_is_said(address: str) -> None:
    assert sent(address) == Sent(False, "通道地址不可用，请核对写法")


TELLS_ALL = """
import logging, sys
from datetime import datetime
from pathlib import Path
from cockpit.lake.folder import open_folder
from cockpit.plain import write_log
from cockpit.settings import Settings
from cockpit.watch.outbox import deliver
write_log(logging.DEBUG)
folder = open_folder(Settings(data_dir=Path(sys.argv[1]), messages={"routes": [{"channel": "hook"}]}))
logging.info("%s %s", deliver(folder, datetime.fromisoformat(sys.argv[2])), folder.people.accounts())
"""


@pytest.mark.parametrize("mood", ["ok", "500", "gone"])
def test_nothing_of_an_address_or_a_contact_is_logged_or_kept(city: Opened, hook: Webhook, mood: str) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
    escalate(folder, clock("10:00"))
    hook.mood = mood
    if mood == "gone":
        hook.stop()
    address = f"json://{SECRET}:{SECRET}@127.0.0.1:{hook.port}/{SECRET}/{{contact}}"
    done = subprocess.run(
        [sys.executable, "-c", TELLS_ALL, str(folder.path), clock("10:00").isoformat()],
        env=os.environ | {"PYTHONPATH": str(ROOT), "COCKPIT_CHANNELS__HOOK": address},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{int(mood == 'ok')} [AccountRecord(" in done.stderr
    assert SECRET not in done.stderr and "example.cn" not in done.stderr
    assert SECRET not in repr(channels(folder.path))
    with folder.records.database.reading() as connection:
        for table in ("notices", "messages", "message_attempts", "channel_health", "incident_events", "audit"):
            rows = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert SECRET not in rows and "example.cn" not in rows


def test_addresses_come_from_the_file_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = channels_file(tmp_path)
    path.parent.mkdir()
    path.write_text('SMS = "json://file"\n"群" = "json://group"\n', encoding="utf-8")
    monkeypatch.setenv("COCKPIT_CHANNELS__SMS", "json://environment/{contact}")
    found = channels(tmp_path)
    assert {name: channel.address for name, channel in found.items()} == {
        "sms": "json://environment/{contact}",
        "群": "json://group",
    }
    assert found["sms"].personal and not found["群"].personal


@pytest.mark.parametrize("text", ['sms = "json://SECRET', "sms = 3", "[sms]\nurl = 'x'"])
def test_a_file_of_channels_that_cannot_be_read_is_said_without_what_stands_in_it(tmp_path: Path, text: str) -> None:
    path = channels_file(tmp_path)
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StorageError) as told:
        channels(tmp_path)
    assert str(path) in told.value.sentence and "SECRET" not in told.value.sentence


def test_a_trial_reaches_an_account_and_is_on_record(city: Opened, hook: Webhook) -> None:
    folder = city()
    assert try_channel(folder, "hook", "duty1", clock("10:00")) == Sent(True)
    assert hook.got[0].path == "/duty1@example.cn"
    assert hook.got[0].text.startswith("【试发】示范市政务服务驾驶舱。\n")
    (line,) = message_lines(folder.records.database)
    assert (line.account, line.state, line.level) == ("duty1", State.SENT, 0)


@pytest.mark.parametrize(
    ("channel", "account", "said"),
    [
        ("nope", "", "没有通道 nope，已有 hook；"),
        ("hook", "", "没有写明发给谁；"),
        ("hook", "nobody", "没有写明发给谁；"),
        ("hook", "mute", "没有登记联系方式；"),
    ],
)
def test_a_trial_that_cannot_be_is_refused(city: Opened, channel: str, account: str, said: str) -> None:
    folder = city()
    if account == "mute":
        person(folder, "mute", Role.DUTY, "H1")
    with pytest.raises(Refused, match=said):
        try_channel(folder, channel, account, clock("10:00"))
