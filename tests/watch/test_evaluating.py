"""Two evaluations of one instant at once: one is on record, the other is refused, nothing is told twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from cockpit.errors import Refused
from cockpit.lake.folder import open_folder
from cockpit.records.alert_log import AlertLog
from cockpit.settings import Settings
from cockpit.watch.evaluate import Evaluator
from tests.watch.conftest import ZONE
from tests.web.sights import demo_city

AT = dt.datetime(2026, 10, 19, 10, 30, tzinfo=ZONE)


def test_of_two_who_evaluate_an_instant_at_once_one_is_refused(tmp_path: Path) -> None:
    demo_city(tmp_path / "data", halls=3, days=14, now=AT + dt.timedelta(minutes=5))
    together = Barrier(2)

    def evaluated(_: int) -> str:
        folder = open_folder(Settings(data_dir=tmp_path / "data"))
        try:
            evaluator = Evaluator(folder)
            evaluator.evaluate(AT, dry=True)  # what takes long is loaded, so that both come to the writing together
            together.wait(60)
            return f"{len(evaluator.evaluate(AT).changes)} changes"
        except Refused as error:
            return error.sentence
        finally:
            folder.close()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(evaluated, range(2)))
    assert sum("changes" in one for one in found) == 1, found
    assert sum("判定" in one for one in found) == 1, found
    folder = open_folder(Settings(data_dir=tmp_path / "data"))
    assert {one.at for one in AlertLog(folder.records.database).standings().values()} == {AT}
    folder.close()
