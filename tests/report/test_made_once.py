"""Reports are made once for each piece of work, kept as they were registered, and go out once, if they are right."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from cockpit.errors import StorageError
from cockpit.records.alert_log import AlertLog
from cockpit.records.reports import Reports
from cockpit.report import making
from cockpit.report.making import DOCUMENT, PDF, XLSX, Maker, Work, file_of, folder_of, make_all, read_file
from cockpit.report.totals import Totals
from tests.report.conftest import MONTH, NOW, Written


@pytest.fixture(scope="module")
def maker(written: Written) -> Maker:
    return Maker(written.folder, MONTH, NOW)


def test_one_piece_of_work_makes_a_report_once_and_made_again_it_is_a_new_edition(
    written: Written, maker: Maker
) -> None:
    city = maker.scopes[0]
    first = maker.make(city, Work("once", "作业"))
    again = maker.make(city, Work("once", "作业"))
    other = maker.make(city, Work("anew", "张主任", "补数据"))
    assert again == first and (first.edition, other.edition) == (1, 2)
    assert other.fingerprint == first.fingerprint and other.why == "补数据"
    assert [one.edition for one in Reports(written.folder.records.database).editions("2026-10", "city", "")] == [2, 1]
    told = json.loads(read_file(written.folder, first, DOCUMENT))
    assert told["figures"]["accepted@2026-10@city"]["value"] == written.city.figures()["accepted@2026-10@city"].value


def test_whoever_was_killed_leaves_files_that_the_next_one_replaces(written: Written, maker: Maker) -> None:
    class Killed(BaseException):
        pass

    scope = next(one for one in maker.scopes if one.kind == "hall")
    left = folder_of(written.folder, "2026-10", scope, 1)
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
    rows = [one for one in Reports(written.folder.records.database).all() if one.run_key == "killed"]
    assert len(rows) == len(maker.scopes) == len({(one.kind, one.scope_key) for one in whole})
    hall = next(one for one in whole if one.scope_key == scope.key)
    assert {path.name for path in file_of(written.folder, hall, PDF).parent.iterdir()} == {PDF, XLSX, DOCUMENT}


def test_a_file_that_is_not_what_was_registered_is_not_given_out(written: Written, maker: Maker) -> None:
    made = maker.make(maker.scopes[0], Work("changed", "作业"))
    path = file_of(written.folder, made, PDF)
    path.write_bytes(path.read_bytes() + b"%")
    with pytest.raises(StorageError, match="与登记的不一致"):
        read_file(written.folder, made, PDF)


def test_a_report_whose_totals_are_not_the_records_is_kept_back_and_is_an_incident(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_more(*given: object) -> Totals:
        return {key: count + 1 for key, count in counted(*given).items()}  # type: ignore[arg-type]

    counted = making.totals
    monkeypatch.setattr(making, "totals", one_more)
    wrong = Maker(written.folder, MONTH, NOW)
    made = wrong.make(wrong.scopes[0], Work("wrong", "作业", send=True))
    assert any("两者不符" in fault for fault in made.faults)
    reports = Reports(written.folder.records.database)
    assert reports.sendings([made.report_id]) == []

    def open_() -> list[str]:
        with AlertLog(written.folder.records.database).writing() as book:
            return [one.incident.key[1] for one in book.open_incidents()]

    assert open_() == ["report"]
    monkeypatch.undo()
    right = Maker(written.folder, MONTH, NOW + dt.timedelta(minutes=5))
    assert right.make(right.scopes[0], Work("right", "作业")).faults == ()
    assert open_() == []
