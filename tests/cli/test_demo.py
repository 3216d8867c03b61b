"""The demo city as people and programs use it: built, built again, killed, fed, stopped, run."""

import datetime as dt
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cockpit import clock
from cockpit.cli.app import app
from cockpit.cli.demo import BEHIND
from cockpit.cli.service import feeding_command, standing_still
from cockpit.demo.building import Building
from cockpit.demo.ledger import Ledger, read_ledger, write_ledger
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from metrics.standard import TABLES
from tests.demo.demo_folder import ZONE, assert_same, at_once, opened, planned, stored
from tests.intake.valid_city import city_files, ticket
from tests.web.serving import ROOT, free_port

UNTIL = "2026-10-20"
SMALL = ("--halls", "3", "--days", "2", "--until", UNTIL)


def run(*words: object) -> Any:  # noqa: ANN401 (what Typer's runner returns)
    return CliRunner().invoke(app, [str(word) for word in words])


@contextmanager
def begun(data_dir: Path, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive the block, whatever happens in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit", *words, "--data", str(data_dir)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=120)


def until_ledger(data_dir: Path, holds: Callable[[Ledger], bool], seconds: float = 180) -> Ledger:
    """Wait until what is in the folder is as wanted."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ledger = read_ledger(data_dir)
        if ledger is not None and holds(ledger):
            return ledger
        time.sleep(0.05)
    raise AssertionError(f"not in time: {read_ledger(data_dir)}")


def until_it_feeds(process: subprocess.Popen[str], seconds: float = 120) -> None:
    """Wait until a process goes on with its city: before that a signal simply ends it; then it has stepped back."""
    deadline = time.monotonic() + seconds
    while os.getpriority(os.PRIO_PROCESS, process.pid) < BEHIND:
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def stopped(process: subprocess.Popen[str], sign: int = signal.SIGTERM) -> tuple[int, str, str]:
    process.send_signal(sign)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_demo_answers_with_the_sums_of_its_batches_and_a_second_time_has_nothing_to_do(data_dir: Path) -> None:
    done = run("demo", *SMALL, "--data", data_dir, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert {"batch", "tables", "reasons"} <= told.keys()
    assert set(told["tables"]) == set(TABLES)
    assert told["reasons"] == {}
    for counts in told["tables"].values():
        assert counts["read"] == counts["inserted"]
        assert sum(counts.values()) == 2 * counts["read"]
    assert told["tables"]["tickets"]["read"] > 500
    folder = opened(data_dir)
    before, rows = folder.records.batches(1)[0].batch_id, stored(folder)
    assert told["batch"] == before
    assert {name: frame.height for name, frame in rows.items()} == {
        name: counts["read"] for name, counts in told["tables"].items() if counts["read"]
    }
    again = run("demo", *SMALL, "--data", data_dir, "--json")
    assert (again.exit_code, again.stderr) == (0, "")
    told = json.loads(again.stdout)
    assert told["batch"] is None
    assert all(set(counts.values()) == {0} for counts in told["tables"].values())
    words = run("demo", *SMALL, "--data", data_dir)
    assert words.exit_code == 0
    assert "已经建好" in words.stdout
    assert folder.records.batches(1)[0].batch_id == before
    other = run("demo", *SMALL, "--seed", "8", "--data", data_dir)
    assert (other.exit_code, other.stdout) == (1, "")
    assert re.fullmatch(r"数据目录 .* 里是另一座演示城市（.*--seed 7）；请.*。\n", other.stderr)
    folder.close()


def test_a_build_shows_on_a_terminal_how_far_it_is_and_how_long_it_will_take(data_dir: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cockpit", "demo", *SMALL, "--data", str(data_dir)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "COLUMNS": "140"}
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:  # the other side has been closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    text = shown.decode()
    assert "%" in text
    assert "还需" in text
    assert re.search(r"[1-9]\d*/9 天，[\d,]+ 行", text)
    assert "2026-10-20 至 2026-10-27" in text


def test_a_build_killed_at_any_moment_goes_on_and_ends_the_same(data_dir: Path) -> None:
    days = ("demo", "--halls", "3", "--days", "30", "--until", UNTIL)
    for done in (0, 1):
        with begun(data_dir, *days) as process:
            until_ledger(data_dir, lambda ledger, done=done: len(ledger.spans) - len(ledger.missing) >= done)
            stopped(process, signal.SIGKILL)
    ledger = read_ledger(data_dir)
    assert ledger is not None
    assert not ledger.complete
    with begun(data_dir, *days) as process:
        out, err = process.communicate(timeout=180)
    assert (process.returncode, err) == (0, "")
    assert "tickets" in out
    folder = opened(data_dir)
    last = dt.date.fromisoformat(UNTIL)
    assert_same(stored(folder), at_once(ledger.as_of, first=ledger.first_day, last=last))
    folder.close()


def test_a_city_fed_by_processes_that_are_stopped_and_killed_is_the_city_made_up_at_once(data_dir: Path) -> None:
    """At sixty times the real pace, from the day before yesterday on; one process at a time."""
    until = clock.now().astimezone(ZONE).date() - dt.timedelta(days=2)
    live = ("demo", "--halls", "3", "--days", "4", "--until", until.isoformat(), "--live", "--speed", "60")
    with begun(data_dir, *live) as first:
        begin = until_ledger(data_dir, lambda ledger: ledger.live)
        with begun(data_dir, *live) as second:
            out, err = second.communicate(timeout=120)
        assert (second.returncode, out) == (1, "")
        assert re.fullmatch(r"数据目录 .* 的演示城市正由另一个进程建立或续演；请先停止那个进程.*。\n", err)
        once = until_ledger(data_dir, lambda ledger: ledger.fed_until > begin.fed_until + dt.timedelta(minutes=3))
        code, out, err = stopped(first)
    assert (code, err) == (0, "")
    assert "deliveries" in out
    assert once.last_day == until + dt.timedelta(days=1)
    with begun(data_dir, *live) as killed:
        later = until_ledger(data_dir, lambda ledger: ledger.fed_until > once.fed_until + dt.timedelta(minutes=2))
        stopped(killed, signal.SIGKILL)
    with begun(data_dir, *live, "--json") as third:
        until_ledger(data_dir, lambda ledger: ledger.fed_until > later.fed_until + dt.timedelta(minutes=1))
        code, out, err = stopped(third, signal.SIGINT)
    assert (code, err) == (0, "")
    assert json.loads(out)["reasons"] == {}
    folder = opened(data_dir)
    end = read_ledger(data_dir)
    assert end is not None
    assert_same(stored(folder), at_once(end.fed_until, first=end.first_day, last=end.last_day))
    folder.close()


def test_a_build_that_is_interrupted_says_that_what_is_in_stays(data_dir: Path) -> None:
    # Long enough that some of it is left to be interrupted, however late this process looks.
    with begun(data_dir, "demo", "--halls", "3", "--days", "400", "--until", UNTIL) as process:
        until_ledger(data_dir, lambda ledger: len(ledger.missing) < len(ledger.spans))
        code, out, err = stopped(process, signal.SIGINT)
    assert (code, out) == (1, "")
    assert err == "已按要求中断；建好的日子都在，用同样的参数再执行一次，就从停下的地方接着建。\n"
    assert any(span.done for span in (read_ledger(data_dir) or pytest.fail("no ledger")).spans)


def test_a_feed_that_is_stopped_before_anything_new_came_says_so(data_dir: Path) -> None:
    # In until a little later than now: there is nothing to bring in, however long the process takes to begin.
    ahead = clock.now().astimezone(ZONE) + dt.timedelta(minutes=4)
    folder = opened(data_dir)
    building = planned(folder, ahead, days=2)
    building.build()
    folder.close()
    with begun(data_dir, "demo", "--halls", "3", "--days", "2", "--live") as process:
        until_it_feeds(process)
        code, out, err = stopped(process)
    assert (code, err) == (0, "")
    assert out == "已按要求停止；这期间没有新的数据，再次执行即从停下的地方继续。\n"


# -- run ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def now() -> dt.datetime:
    return clock.now().astimezone(ZONE)


def test_run_builds_a_city_where_there_is_nothing_and_leaves_real_records_alone(data_dir: Path, tmp_path: Path) -> None:
    folder = opened(data_dir)
    command = feeding_command(folder)
    assert command is not None
    assert " ".join(command) == "demo --halls 82 --days 400 --seed 7 --latest-first 120 --live"
    assert not standing_still(folder)
    import_files(folder, load_profile("standard"), [city_files(tmp_path / "files", tickets=[ticket(1)])], by="王")
    assert feeding_command(folder) is None
    assert not standing_still(folder), "a real city is fed by its sources"
    folder.close()


def test_run_goes_on_with_a_city_that_is_unfinished_or_was_fed_and_with_no_other(
    data_dir: Path, tmp_path: Path, now: dt.datetime
) -> None:
    folder = opened(data_dir)
    building = planned(folder, now, days=2)
    building.bring_next()
    same = f"demo --halls 3 --days 2 --seed 7 --until {now.date()} --live"
    assert " ".join(feeding_command(folder) or ()) == same
    building.build()
    assert feeding_command(folder) is None
    told = standing_still(folder)
    assert f"停在 {now.date()}，不随时间继续" in told
    assert shlex.split(told.splitlines()[-1]) == ["python", "-m", "cockpit", *same.split(), "--data", str(folder.path)]
    write_ledger(data_dir, Ledger(**{**vars(building.ledger), "live": True}))
    assert " ".join(feeding_command(folder) or ()) == same
    assert not standing_still(folder)
    import_files(folder, load_profile("standard"), [city_files(tmp_path / "files", tickets=[ticket(1)])], by="王")
    assert feeding_command(folder) is None
    assert "也有别处导入的数据" in standing_still(folder)
    folder.close()


def test_run_says_what_to_do_about_a_city_that_lost_its_ledger(tmp_path: Path, now: dt.datetime) -> None:
    folder = opened(tmp_path / "演示 城市")
    building = planned(folder, now, days=2)
    building.build()
    assert shlex.split(standing_still(folder).splitlines()[-1])[-1] == str(folder.path), "a path with a blank in it"
    (folder.path / "demo" / "city.json").unlink()
    assert re.fullmatch(r"数据目录 .*演示 城市 里有一座演示城市，.*不见了；请用备份恢复.*。", standing_still(folder))
    folder.close()


def test_run_with_a_port_that_is_taken_is_refused_before_anything_is_built(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("COCKPIT_WEB__PORT", str(other.getsockname()[1]))
        done = run("run", "--data", data_dir)
    assert done.exit_code == 1
    assert re.fullmatch(r"网页服务不能使用端口 \d+（.*）；请.*。\n", done.stderr)
    assert not data_dir.exists()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_run_shows_pages_feeds_the_city_behind_them_and_stops_all_of_it(data_dir: Path, now: dt.datetime) -> None:
    folder = opened(data_dir)
    building: Building = planned(folder, now - dt.timedelta(minutes=10), days=30, latest_first=2)
    building.bring_next()
    folder.close()
    port = free_port()
    with begun(data_dir, "run", COCKPIT_WEB__PORT=str(port)) as process:
        until_ledger(data_dir, lambda ledger: ledger.shown)
        deadline = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        until_ledger(data_dir, lambda ledger: ledger.complete and ledger.live)
        os.killpg(process.pid, signal.SIGINT)  # Ctrl+C in a terminal reaches all of them
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, ""), err
    assert "Traceback" not in err
    assert "程序内部出错" not in err
    assert "先建立演示城市" in err
    assert "更早的历史在后台补齐" in err
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(data_dir) not in left
