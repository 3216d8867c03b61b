"""A bad row goes to the quarantine with all its reasons, never into the tables; the good ones beside it come in."""

from pathlib import Path

import pytest

from cockpit.intake.reasons import sentence_of
from cockpit.lake.folder import DataFolder
from metrics.standard import TABLES
from tests.intake.faulty_rows import FAULTY
from tests.intake.valid_city import (
    SOUND,
    Row,
    bring,
    ids,
    is_one_sentence,
    reasons,
    write,
)

#: What makes a second row of a table another one.
OTHER: dict[str, Row] = {
    "tickets": {"ticket_id": "good"},
    "cases": {"project_no": "good"},
    "reviews": {"review_id": "good"},
    "calendar": {"hall_id": "h2"},
    "halls": {"hall_id": "good"},
    "windows": {"window_id": "good"},
    "queue_snapshots": {"queue_id": "good"},
    "headcounts": {"source": "good"},
    "device_states": {"from_at": "2026-10-12T10:00:00"},
    "roster": {"staff_id": "good"},
}


@pytest.mark.parametrize("table", sorted({table for table, _, _ in FAULTY.values()}))
def test_each_fault_has_its_reason_and_the_good_row_beside_it_comes_in(
    city: DataFolder, tmp_path: Path, table: str
) -> None:
    faults = {name: (changes, why) for name, (of, changes, why) in FAULTY.items() if of == table}
    before = ids(city, table)
    good = SOUND[table] | OTHER[table]
    rows = [*(SOUND[table] | changes for changes, _ in faults.values()), good]
    names = list(dict.fromkeys(name for row in rows for name in row))
    keyed = [
        # Every row has a key of its own, so that none is in another's way.
        row | {TABLES[table].key[0]: f"bad{n}"}
        if row is not good
        and row.get(TABLES[table].key[0]) == SOUND[table][TABLES[table].key[0]]
        and TABLES[table].key[0] not in TABLES[table].references
        and TABLES[table].key[0] != "staff_id"
        else row
        for n, row in enumerate(rows)
    ]
    result = bring(city, write(tmp_path, f"{table}.csv", [{name: row.get(name) for name in names} for row in keyed]))
    told = reasons(city, table)
    for line, (name, (_, why)) in enumerate(faults.items(), start=2):
        assert told[line] == sorted(why), name
        for reason in why:
            sentence = sentence_of(reason, table)
            assert is_one_sentence(sentence + "。"), sentence
            assert reason.split(":")[1].split("<=")[0] in sentence
    counts = result.tables[table]
    assert (counts.read, counts.inserted, counts.quarantined) == (len(rows), 1, len(faults))
    assert len(ids(city, table)) == len(before) + 1
