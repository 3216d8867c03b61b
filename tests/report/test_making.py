"""Reports made, kept, checked, sent and made again: a real typesetter, a real web hook, a real mail server."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts.incidents import Closing
from cockpit.door import passwords
from cockpit.door.roles import Role
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records.alert_log import AlertLog
from cockpit.records.people import line
from cockpit.records.reports import Reports, first_batch_at
from cockpit.report import making
from cockpit.report.job import make_again, make_month, ready
from cockpit.report.making import (
    DOCUMENT,
    PDF,
    XLSX,
    Maker,
    Work,
    file_of,
    folder_of,
    make_all,
    read_document,
    read_file,
)
from cockpit.report.model import Scope
from cockpit.report.sending import deliver
from cockpit.settings import Settings
from cockpit.watch.wording import AGAIN
from metrics.periods import parse
from tests.messages.city import person
from tests.messages.servers import MailServer, Webhook
from tests.report.conftest import MONTH, NOW, Written
from tests.web.people import CHEAP, audit_of

ROOT = Path(__file__).resolve().parents[2]
Opened = Callable[..., DataFolder]
RUN = Work("report:2026-10", "作业", send=True)


@pytest.fixture(autouse=True, scope="module")
def cheap() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP)
        yield


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as webhook:
        yield webhook


@pytest.fixture
def city(written: Written, tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """A copy of the city with readers; called, it opens it with settings of the report."""
    written.book  # noqa: B018 (the months are counted once, before the copy)
    shutil.copytree(written.folder.path, tmp_path / "data")
    monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", f"{hook.url}/{{contact}}")
    opened: list[DataFolder] = []

    def open_(**report: object) -> DataFolder:
        folder = open_folder(Settings(data_dir=tmp_path / "data", report={"channels": "hook", **report}))
        opened.append(folder)
        return folder

    folder = open_()
    hall = folder.lake.snapshot().scan("halls").sort("hall_id").collect().row(0, named=True)
    person(folder, "mayor", Role.LEADER, contact="mayor@example.cn")
    person(folder, "county", Role.LEADER, county=hall["county"], contact="county@example.cn")
    person(folder, "manager", Role.MANAGER, hall["hall_id"], contact="manager@example.cn")
    person(folder, "duty", Role.DUTY, hall["hall_id"], contact="duty@example.cn")
    person(folder, "silent", Role.LEADER)
    yield open_
    for one in opened:
        one.close()


def test_an_edition_is_kept_whole_and_never_changed(city: Opened) -> None:
    folder = city()
    maker = Maker(folder, MONTH, NOW)
    made = maker.make(maker.scopes[0], RUN)
    assert (made.edition, made.faults, made.run_key) == (1, (), "report:2026-10")
    assert made.pages > 10
    for name, known in ((PDF, made.pdf_sha), (XLSX, made.xlsx_sha)):
        assert hashlib.sha256(file_of(folder, made, name).read_bytes()).hexdigest() == known
    told = read_document(folder, made)
    assert told["fingerprint"] == made.fingerprint and told["figures"]["accepted@2026-10@city"]["value"]
    assert ("作业", "report.made", "2026-10 示范市 第1版") in audit_of(folder)
    # The same work again finds it; other work makes another edition of the same content.
    assert maker.make(maker.scopes[0], RUN).report_id == made.report_id
    again = maker.make(maker.scopes[0], Work("command:1", "wang.fang", "补报后重做"))
    assert (again.edition, again.fingerprint, again.made_by) == (2, made.fingerprint, "wang.fang")
    assert read_file(folder, made, PDF) != read_file(folder, again, PDF)  # the cover tells the edition
    assert [one.edition for one in Reports(folder.records.database).editions("2026-10", "city", "")] == [2, 1]


def test_a_file_that_is_not_the_registered_one_is_refused(city: Opened) -> None:
    folder = city()
    maker = Maker(folder, MONTH, NOW)
    made = maker.make(maker.scopes[-1], RUN)
    file_of(folder, made, PDF).write_bytes(b"%PDF-1.7 other")
    with pytest.raises(making.StorageError, match="不一致"):
        read_file(folder, made, PDF)
    file_of(folder, made, DOCUMENT).unlink()
    with pytest.raises(making.StorageError, match="读不出来"):
        read_document(folder, made)


def test_the_same_data_give_the_same_bytes_in_another_process(city: Opened) -> None:
    folder = city()
    maker = Maker(folder, MONTH, NOW)
    hall = maker.scopes[-1]
    made = maker.make(hall, RUN)
    code = (
        "import sys, datetime as dt, hashlib\nfrom pathlib import Path\n"
        "from cockpit.lake.folder import open_folder\nfrom cockpit.settings import Settings\n"
        "from cockpit.report.content import build, load, scopes\n"
        "from cockpit.report.typeset import pdf\nfrom cockpit.report.workbook import xlsx\n"
        "from metrics.periods import parse\n"
        "folder = open_folder(Settings(data_dir=Path(sys.argv[1])))\n"
        "book = load(folder, folder.lake.snapshot(), parse('2026-10'), dt.datetime.fromisoformat(sys.argv[2]))\n"
        "report = build(book, scopes(book)[-1], {})\n"
        "print(*(hashlib.sha256(one(report, 1)).hexdigest() for one in (pdf, xlsx)))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(folder.path), NOW.isoformat()],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split() == [made.pdf_sha, made.xlsx_sha]


def test_each_report_goes_once_to_whom_it_concerns(city: Opened, hook: Webhook) -> None:
    folder = city()
    assert make_month(folder, "2026-10", NOW, lambda: None) == f"2026-10 的月报 {_expected(folder)} 份。"
    assert deliver(folder, NOW) == 3
    assert deliver(folder, NOW + dt.timedelta(days=3)) == 0
    got = {letter.path.rpartition("/")[2]: letter.text for letter in hook.got}
    assert set(got) == {"mayor@example.cn", "county@example.cn", "manager@example.cn"}
    lines = got["mayor@example.cn"].splitlines()
    assert lines[0] == "《示范市政务服务大厅运营分析月报》2026年10月已生成（第 1 版）。"
    assert lines[1].startswith("数据截至 2026-1") and lines[2].endswith("/reports?report=1")
    # Done again it is the same piece of work: nothing new is made, nobody is told again.
    make_month(folder, "2026-10", NOW + dt.timedelta(hours=1), lambda: None)
    assert deliver(folder, NOW + dt.timedelta(days=4)) == 0 and len(hook.got) == 3


def _expected(folder: DataFolder) -> int:
    return len(Maker(folder, MONTH, NOW).scopes)


def test_by_mail_the_report_itself_comes_along(city: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer() as mail:
        address = f"mailto://127.0.0.1:{mail.port}?from=cockpit@example.cn&to={{contact}}&mode=insecure"
        monkeypatch.setenv("COCKPIT_CHANNELS__POST", address)
        folder = city(channels="post")
        maker = Maker(folder, MONTH, NOW)
        made = maker.make(maker.scopes[0], RUN)
        assert deliver(folder, NOW) == 1
        ((to, letter),) = mail.mails
        assert to == ["mayor@example.cn"] and letter["Subject"].startswith("《示范市政务服务大厅运营分析月报》")
        (attached,) = list(letter.iter_attachments())
        assert hashlib.sha256(attached.get_content()).hexdigest() == made.pdf_sha


def test_what_cannot_be_sent_is_tried_again_and_then_given_up(city: Opened, hook: Webhook) -> None:
    folder = city()
    maker = Maker(folder, MONTH, NOW)
    made = maker.make(maker.scopes[0], RUN)
    hook.mood = "503"
    at = NOW
    for _ in range(12):
        deliver(folder, at)
        at += dt.timedelta(hours=13)
    (one,) = Reports(folder.records.database).sendings([made.report_id])
    assert one.given_up_at is not None and one.tries == 7 and one.said == "对方返回 503"
    hook.mood = "ok"
    assert deliver(folder, at) == 0


def test_a_report_that_fails_its_check_is_not_sent_and_is_an_incident(
    city: Opened, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = city()
    maker = Maker(folder, MONTH, NOW)
    with monkeypatch.context() as patch:
        # As if a case had been lost between the count and the report.
        patch.setattr(maker, "_totals", {key: count + 1 for key, count in maker._totals.items()})
        wrong = maker.make(maker.scopes[0], RUN)
    assert len(wrong.faults) == 2 and "两者不符" in wrong.faults[0]
    assert deliver(folder, NOW) == 0 and not hook.got
    (record,) = AlertLog(folder.records.database).incidents()
    assert record.incident.key[1] == "report" and record.incident.level == 2
    right = maker.make(maker.scopes[0], Work("request:1", "wang.fang"))
    assert right.faults == ()
    (record,) = AlertLog(folder.records.database).incidents(NOW - dt.timedelta(days=1))
    assert record.incident.closing is Closing.RECOVERED


def test_totals_that_are_not_the_lakes_are_found_for_each_hall(city: Opened) -> None:
    maker = Maker(city(), MONTH, NOW)
    for scope in maker.scopes:
        assert maker.make(scope, RUN).faults == ()


def test_what_was_asked_for_is_made_once_and_answered(city: Opened) -> None:
    folder = city()
    reports = Reports(folder.records.database)
    hall = Maker(folder, MONTH, NOW).scopes[-1]
    for _ in range(2):
        reports.ask("2026-10", "hall", hall.key, "wang.fang", "补报", NOW, line("wang.fang", "report.ask", hall.key))
    reports.ask("2026-10", "hall", "没有", "wang.fang", "补报", NOW, line("wang.fang", "report.ask", "没有"))
    assert make_again(folder, NOW, lambda: None) == "按要求重新生成月报 2 份。"
    assert [one.said for one in reports.requests(waiting=False)] == [
        "已生成第 1 版。", "这个地方在这个月没有业务，没有报告可做。",
    ]  # fmt: skip
    assert make_again(folder, NOW, lambda: None) == ""


def test_a_month_is_told_when_it_is_over_and_delivered_or_has_been_waited_for(city: Opened) -> None:
    folder = city(wait_days=3)
    planned = dt.datetime(2026, 11, 1, 7, 30, tzinfo=NOW.tzinfo)
    assert ready(folder, MONTH, planned, planned)
    # The records begin in the last days of June: that month is told after the days that the settings set, counted from
    # when the first data came in, and what lies before it never.
    june = parse("2026-06")
    came = first_batch_at(folder.records.database)
    assert came is not None
    for after, is_ready in ((dt.timedelta(days=2), False), (dt.timedelta(days=3), True)):
        assert ready(folder, june, planned.replace(month=7), max(planned, came) + after) is is_ready
    assert not ready(folder, june.previous(), planned, came + dt.timedelta(days=300))


def test_whoever_was_killed_leaves_files_that_the_next_one_replaces(city: Opened) -> None:
    folder = city()
    maker = Maker(folder, MONTH, NOW)

    class Killed(BaseException):
        pass

    scope = next(one for one in maker.scopes if one.kind == "hall")
    left = folder_of(folder, "2026-10", scope, 1)
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")  # files of an edition that was never registered
    made_until = 2
    asked = iter(range(100))

    def stop() -> None:
        if next(asked) == made_until:
            raise Killed

    with pytest.raises(Killed):
        list(make_all(maker, Work("killed", "作业"), stop))
    whole = list(make_all(maker, Work("killed", "作业")))
    rows = [one for one in Reports(folder.records.database).all() if one.run_key == "killed"]
    assert len(rows) == len(maker.scopes) == len({(one.kind, one.scope_key) for one in whole})
    hall = next(one for one in whole if one.scope_key == scope.key)
    assert {path.name for path in file_of(folder, hall, PDF).parent.iterdir()} == {PDF, XLSX, DOCUMENT}


MAKER = """
import sys, datetime as dt
from pathlib import Path
from cockpit.lake.folder import open_folder
from cockpit.report.job import make_month
from cockpit.report.sending import deliver
from cockpit.settings import Settings
folder = open_folder(Settings(data_dir=Path(sys.argv[1]), report={"channels": "hook"}))
now = dt.datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
make_month(folder, "2026-10", now, lambda: None)
deliver(folder, now)
print("done", flush=True)
"""


def test_a_run_killed_at_any_moment_leaves_each_report_once_and_sent_once(city: Opened, hook: Webhook) -> None:
    folder = city()
    chance = random.Random(5)
    for _ in range(8):
        run = subprocess.Popen(
            [sys.executable, "-c", MAKER, str(folder.path), NOW.isoformat()],
            stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert run.stdout is not None and run.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.1, 4.0))
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
    later = NOW + dt.timedelta(hours=2)
    make_month(folder, "2026-10", later, lambda: None)
    deliver(folder, later)
    records = Reports(folder.records.database).all("2026-10")
    assert Counter((one.kind, one.scope_key) for one in records) == Counter(
        {(one.kind, one.key): 1 for one in Maker(folder, MONTH, NOW).scopes}
    )
    assert {one.edition for one in records} == {1}
    for one in records:
        assert hashlib.sha256(read_file(folder, one, PDF)).hexdigest() == one.pdf_sha
    unmarked = Counter(letter.path for letter in hook.got if not letter.text.startswith(AGAIN))
    assert max(unmarked.values()) == 1
    assert {letter.path.rpartition("/")[2] for letter in hook.got} == {
        "mayor@example.cn", "county@example.cn", "manager@example.cn",
    }  # fmt: skip
    assert all(one.sent_at for one in Reports(folder.records.database).sendings([one.report_id for one in records]))


def test_the_next_report_tells_what_the_last_one_printed_otherwise(city: Opened) -> None:
    folder = city()
    september = Maker(folder, parse("2026-09"), NOW).make(Scope(name=folder.city), Work("report:2026-09", "作业"))
    told = read_document(folder, september)
    assert told["figures"]["accepted@2026-09@city"]["value"]
    october = Maker(folder, MONTH, NOW).make(Scope(name=folder.city), RUN)
    said = str(read_document(folder, october)["chapters"])
    assert "2026年9月报告刊印的数字没有变化" in said
