"""The page of the data standard is made from the schemas and says what they say."""

from pathlib import Path

from metrics.standard import TABLES
from metrics.standard.document import PAGE, page
from metrics.standard.words import CODE_WORDS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_made_from_the_schemas() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "run: python -m metrics.standard.document"


def test_every_column_of_every_table_stands_on_the_page() -> None:
    text = page()
    for table in TABLES.values():
        section = text.split(f"## `{table.name}` ", 1)[1].split("\n## ", 1)[0]
        for column in table.columns:
            assert f"| `{column.name}` |" in section, (table.name, column.name)


def test_marks_keys_and_references_are_those_of_the_standard() -> None:
    tickets = TABLES["tickets"]
    assert tickets.key == ("ticket_id",)
    assert tickets.events == ("take_time", "call_time", "start_time", "end_time")
    assert tickets.references == {"hall_id": "halls", "item_code": "items", "window_id": "windows"}
    assert TABLES["deliveries"].key == ("source_system", "table", "hall_id", "batch_id")
    assert [c.name for c in TABLES["cases"].columns if c.mark == "plan"] == ["promise_due"]
    assert {name for name, table in TABLES.items() if table.time is None} == {
        "halls", "calendar", "workdays", "departments", "staff", "items", "queues", "windows", "devices",
    }  # fmt: skip


def test_every_code_has_its_words_and_every_word_its_code() -> None:
    codes = {f"{table.name}.{c.name}": set(c.codes) for table in TABLES.values() for c in table.columns if c.codes}
    assert {place: set(words) for place, words in CODE_WORDS.items()} == codes
    assert all(len(set(words.values())) == len(words) for words in CODE_WORDS.values())


def test_the_page_names_the_statuses_that_want_a_time() -> None:
    text = page()
    assert "- 状态为 `finished` 时 `finish_time` 必填\n- 状态为 `rejected`、`withdrawn` 时 `closed_time` 必填\n" in text
    assert "- 状态为 `waiting`、`called`、`serving` 时 `end_time` 须为空\n" in text


def test_the_standard_has_exactly_its_24_tables() -> None:
    assert len(TABLES) == 24
