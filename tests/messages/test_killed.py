"""Somebody kills the process that sends, again and again: nothing is lost, and only what says so comes twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.incidents import Closing, Kind
from cockpit.records.message_list import message_lines, notice_counts
from cockpit.records.message_tables import message_attempts
from cockpit.records.messages import State
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from cockpit.watch.wording import AGAIN
from tests.messages.city import alert, clock, deed, hall_place
from tests.messages.conftest import HALLS, Opened
from tests.messages.servers import Webhook

ROOT = Path(__file__).resolve().parents[2]
KILLS = 24
MORE = {"wait_avg": {"queue_id": "Q1"}, "data_lag": {"source_system": "s", "source_table": "tickets"}}
SENDER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from cockpit.lake.folder import open_folder
from cockpit.settings import Settings
from cockpit.watch.channels import prepare
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
folder = open_folder(Settings(data_dir=Path(sys.argv[1]), messages={"routes": [{"channel": "hook"}], "parallel": 2}))
prepare()
print("ready", flush=True)
at = datetime.fromisoformat(sys.argv[2])
while True:
    escalate(folder, at)
    deliver(folder, at)
    at += timedelta(seconds=10)
"""


@pytest.mark.parametrize("seed", [1])
def test_nothing_is_lost_and_only_what_is_marked_comes_twice(city: Opened, hook: Webhook, seed: int) -> None:
    chance, last = random.Random(seed), {}
    folder = city()
    path = folder.path
    at = clock("10:00")
    for kill in range(KILLS):
        # In every hall something begins anew; what was there before has been closed by somebody.
        indicator = ("wait_avg", "window_open_rate", "device_offline", "data_lag")[kill % 4]
        for number in range(1, HALLS + 1):
            place = hall_place(number, **MORE.get(indicator, {}))
            if kill >= 4:
                deed(folder, at, last[number, indicator], Kind.CLOSED, closing=Closing.HANDLED)
            last[number, indicator] = alert(folder, at, indicator, place, 0, chance.choice([1, 2, 3])).id
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(path), at.isoformat()],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert sender.stdout is not None and sender.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.02, 0.45))
        sender.send_signal(signal.SIGKILL)
        sender.wait()
        sender.stdout.close()
        at += timedelta(minutes=chance.choice([2, 5, 20]))
    for _ in range(5):
        at += timedelta(minutes=61)
        escalate(folder, at)
        deliver(folder, at)
    counts = notice_counts(folder.records.database)
    assert set(counts) <= {State.SENT, State.OVERTAKEN}
    assert counts[State.SENT] > KILLS
    with folder.records.database.reading() as connection:
        outcomes = Counter(connection.execute(sa.select(message_attempts.c.outcome)).scalars())
    assert set(outcomes) == {"sent", "interrupted"}
    # What is on record as sent has arrived where it belongs; what came more than once says so from the second time on.
    arrived = {(letter.path, letter.text.removeprefix(AGAIN)) for letter in hook.got}
    lines = message_lines(folder.records.database, 10_000)
    sent = {
        (f"/{line.account}@example.cn", line.body.removeprefix(AGAIN)) for line in lines if line.state is State.SENT
    }
    assert sent <= arrived
    unmarked = Counter((letter.path, letter.text) for letter in hook.got if not letter.text.startswith(AGAIN))
    assert max(unmarked.values()) == 1
    # So many arrived as were sent, and those of which nobody wrote down whether they had been.
    assert outcomes["sent"] <= len(hook.got) <= outcomes["sent"] + outcomes["interrupted"]
    assert deliver(folder, at + timedelta(days=2)) == 0
