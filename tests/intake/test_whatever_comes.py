"""Whatever lies in a file: it is refused whole in one sentence, or every row of it is accounted for."""

import gzip
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cockpit.errors import RefusedFile
from cockpit.intake.importer import check_files
from cockpit.lake.folder import DataFolder
from metrics.standard import TABLES
from tests.intake.broken_files import many_tickets, parquet, xlsx
from tests.intake.valid_city import NOW, SOUND, STANDARD, bring, csv_text, is_one_sentence, quarantined, ticket, write

NASTY = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *"'\"\\\n\r\t\x00\x1f\x7f\u202e\ufeff,;|{}[]",
            "",
            " ",
            "null",
            "None",
            "NaN",
            "-inf",
            "1e309",
            "-1",
            "9" * 40,
            "true",
            "TRUE",
            "2026-02-31",
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59+23:59",
            "+262142-12-31T23:59:59",
            "-262143-01-01",
            "2026-10-12T09:00:60",
            "24:00",
            "99:99",
            "2026-10-12T09:00:00",
            "h1",
            "13812345678",
            "330102198001011234",
            '["q1"]',
            '[["q1"]]',
            "[" * 3000,
            "=cmd()",
            "a" * 500,
            "\U0001f600",
        ]
    ),
)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def accounted_for(folder: DataFolder, path: Path, rows: int | None = None) -> None:
    """The file is refused whole in one sentence, or each of its rows is counted once."""
    try:
        result = check_files(folder, STANDARD, [path], now=NOW)
    except RefusedFile as error:
        assert is_one_sentence(error.sentence), error.sentence
        return
    for name, counts in result.tables.items():
        told = counts.inserted + counts.updated + counts.unchanged + counts.quarantined
        assert counts.read == told
        if rows is not None:
            assert counts.read + sum(result.left_out.get(name, {}).values()) == rows


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[dict[str, str | None]]]:
    """A table of the standard, each value sound or nasty."""
    name = draw(st.sampled_from(sorted(TABLES)))
    sound = {column: SOUND[name].get(column) for column in TABLES[name].dtypes}
    cell = {
        column: st.one_of(st.just(None if value is None else str(value)), NASTY, st.none())
        for column, value in sound.items()
    }
    return name, draw(st.lists(st.fixed_dictionaries(cell), min_size=1, max_size=6))


@QUICK
@given(given_table=tables())
def test_any_table_of_any_texts_is_accounted_for_row_by_row(
    unmoved: DataFolder, given_table: tuple[str, list[dict[str, str | None]]]
) -> None:
    name, rows = given_table
    with tempfile.TemporaryDirectory() as place:
        schema = dict.fromkeys(TABLES[name].dtypes, pl.String)
        accounted_for(unmoved, write(Path(place), f"{name}.jsonl", rows), len(rows))
        pl.DataFrame(rows, schema=schema).write_parquet(Path(place) / f"{name}.parquet")
        accounted_for(unmoved, Path(place) / f"{name}.parquet", len(rows))
        accounted_for(unmoved, write(Path(place), f"{name}.csv", csv_text(rows)))


@settings(QUICK, max_examples=8)
@given(given_table=tables())
def test_any_table_of_any_texts_can_be_brought_in_twice(
    overrun: DataFolder, given_table: tuple[str, list[dict[str, str | None]]]
) -> None:
    name, rows = given_table
    with tempfile.TemporaryDirectory() as place:
        path = write(Path(place), f"{name}.jsonl", rows)
        bring(overrun, path)
        held = quarantined(overrun)
        again = bring(overrun, path).tables[name]
        assert (again.inserted, again.updated) == (0, 0)
        assert quarantined(overrun) == held


@pytest.fixture(scope="module")
def overrun(city_template: Path, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A city into which anything is brought."""
    import shutil

    from tests.intake.valid_city import open_city

    place = tmp_path_factory.mktemp("overrun") / "data"
    shutil.copytree(city_template, place)
    return open_city(place, create=False)


HEADER = ",".join(ticket()).encode() + b"\n"


@QUICK
@given(
    content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)),
    ending=st.sampled_from(["csv", "tsv", "jsonl"]),
)
@example(content=HEADER + b'"', ending="csv")
@example(content=HEADER + b'""a,b\n', ending="csv")
@example(content=HEADER + b"\r\r\n\x00", ending="csv")
@example(content=b"\xef\xbb\xbf", ending="csv")
@example(content=b'{"a": "\xed\xa0\x80"}', ending="jsonl")
def test_any_bytes_are_refused_or_accounted_for(unmoved: DataFolder, content: bytes, ending: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        accounted_for(unmoved, write(Path(place), f"tickets.{ending}", content))
        accounted_for(unmoved, write(Path(place), f"cases.{ending}", HEADER + content))
        accounted_for(unmoved, write(Path(place), f"tickets.{ending}", HEADER.replace(b",", b"\t") + content))


SOUND_FILES = {
    "csv.gz": gzip.compress(many_tickets()),
    "parquet": parquet([ticket(n) for n in range(50)]),
    "xlsx": xlsx([ticket(n) for n in range(5)]),
}


@settings(QUICK, max_examples=100)
@given(
    ending=st.sampled_from(sorted(SOUND_FILES)),
    place=st.floats(0, 1),
    change=st.binary(min_size=1, max_size=6),
    cut=st.booleans(),
)
def test_a_file_damaged_anywhere_is_refused_or_accounted_for(
    unmoved: DataFolder, ending: str, place: float, change: bytes, cut: bool
) -> None:
    data = SOUND_FILES[ending]
    at = int(place * (len(data) - 1))
    spoilt = data[:at] if cut else data[:at] + change + data[at + len(change) :]
    with tempfile.TemporaryDirectory() as folder:
        accounted_for(unmoved, write(Path(folder), f"tickets.{ending}", spoilt))
