"""A workbook says what it is, holds every row as it was, and computes nothing of what came from the data."""

import re
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import fastexcel
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.board import workbook as module
from cockpit.board.sheet import Field, Sheet
from cockpit.board.workbook import ABOUT, CUT, MAX_TEXT, About, sheet_names, workbook
from cockpit.plain import plain

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 10, 12, 10, 7, tzinfo=ZONE)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")', "{=1}", "http://x"]
BAD = "<b>粗</b> & \x07"


def about(**more: object) -> About:
    said = {
        "title": "一网通办率明细",
        "scope": "云栖区",
        "period": "2026年10月",
        "as_of": AT,
        "version": "指标口径 2026.1",
        "made_at": AT,
    }
    return About(**(said | more))


def read(content: bytes, name: str | int = 1) -> pl.DataFrame:
    return fastexcel.read_excel(content).load_sheet(name, dtypes="string").to_polars()


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def table() -> Sheet:
    frame = pl.DataFrame(
        {
            "hall": ["云栖", None, BAD],
            "rate": [89.96, None, float("nan")],
            "cases": [1_234_567, 0, None],
            "at": [AT, None, AT],
            "day": [date(2026, 10, 12), None, date(2026, 1, 1)],
            "level": ["red", "no_data", None],
            "odd": [True, False, None],
            "tags": [["a", "b"], [], None],
        }
    )
    fields = (
        Field("hall", "大厅", role="title"),
        Field("rate", "一网通办率（%）", "percent"),
        Field("cases", "办件（件）", "count"),
        Field("at", "时间", "time"),
        Field("day", "日期", "date"),
        Field("level", "级别", "level"),
        Field("odd", "可疑"),
        Field("tags", "标签"),
    )
    return Sheet("各大厅", frame, fields, "按名称。")


def test_the_first_sheet_says_what_it_is() -> None:
    content = workbook([table()], about(made_by="张三", notes=["仅供内部使用。"]))

    book = fastexcel.read_excel(content)
    assert book.sheet_names == [ABOUT, "各大厅"]
    told = dict(book.load_sheet(0, header_row=None).to_polars().drop_nulls().rows())
    assert told["范围"] == "云栖区" and told["时段"] == "2026年10月" and told["数据截至"] == "2026-10-12 10:07"
    assert told["定义版本"] == "指标口径 2026.1" and told["生成人"] == "张三" and told["说明"] == "仅供内部使用。"
    assert told["表 1"] == "各大厅：3 行。按名称。"
    assert "无数据" in str(parts(workbook([], about(as_of=None))))


def test_numbers_and_times_are_numbers_and_times_and_what_is_missing_is_empty() -> None:
    content = workbook([table()], about())

    sheet = fastexcel.read_excel(content).load_sheet(1).to_polars()
    assert sheet.columns == ["大厅", "一网通办率（%）", "办件（件）", "时间", "日期", "级别", "可疑", "标签"]
    assert sheet["一网通办率（%）"].to_list() == [89.96, None, None]
    assert sheet["办件（件）"].to_list() == [1_234_567, 0, None]
    assert sheet["时间"].to_list() == [datetime(2026, 10, 12, 10, 7), None, datetime(2026, 10, 12, 10, 7)]  # noqa: DTZ001
    assert [str(day)[:10] for day in sheet["日期"].to_list()] == ["2026-10-12", "None", "2026-01-01"]
    assert sheet["级别"].to_list() == ["红", "无数据", None]
    assert sheet["可疑"].to_list() == ["是", "否", None]
    assert sheet["大厅"].to_list()[2].startswith("<b>粗</b> &")
    styles = parts(content)["xl/styles.xml"]
    assert 'formatCode="yyyy\\-mm\\-dd hh:mm"' in styles or 'formatCode="yyyy-mm-dd hh:mm"' in styles


def test_heading_is_frozen_and_columns_fit_their_content() -> None:
    sheet = parts(workbook([table()], about()))["xl/worksheets/sheet2.xml"]

    assert 'state="frozen"' in sheet and "<autoFilter" in sheet
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    assert len(widths) >= 6 and min(widths) >= 8


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    sheet = Sheet(text, pl.DataFrame({"a": [text]}), (Field("a", text),), text)
    content = workbook([sheet], about(title=text, scope=text, notes=[text]))

    everything = parts(content)
    for name, body in everything.items():
        assert "<f>" not in body and "<f " not in body and "<hyperlink" not in body, name
    cell = read(content)[0, 0]
    assert cell.replace("\r\n", "\n").replace("_x000D_", "\r").strip() == text.strip()
    # The cell is formatted as text too, so that editing it does not turn it into a formula.
    assert 'numFmtId="49"' in everything["xl/styles.xml"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_every_text_comes_back_as_it_was(texts: list[str]) -> None:
    texts = [text for text in texts if text and text[0] < "\ufffe" and not re.search("[\ufffe\uffff]", text)] or ["a"]
    content = workbook([Sheet("表", pl.DataFrame({"a": texts}), (Field("a", "甲"),))], about())

    strings = parts(content)["xl/sharedStrings.xml"]
    assert "<f>" not in parts(content)["xl/worksheets/sheet2.xml"]
    assert read(content)["甲"].to_list() == [plain(text) for text in texts], strings  # what nobody sees, as a sign


def test_what_no_cell_can_hold_is_cut_and_says_so() -> None:
    content = workbook([Sheet("表", pl.DataFrame({"a": ["长" * 40_000]}), (Field("a", "甲"),))], about())

    told = read(content)[0, 0]
    assert len(told) == MAX_TEXT and told.endswith(CUT)


def test_more_rows_than_a_sheet_holds_are_cut_and_the_first_sheet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    content = workbook([Sheet("表", pl.DataFrame({"a": range(9)}), (Field("a", "甲", "count"),))], about())

    assert read(content).height == 3
    assert "只含前 3 行" in parts(content)["xl/sharedStrings.xml"]


def test_names_of_sheets_are_such_as_a_spreadsheet_takes() -> None:
    assert sheet_names(["a/b", "a:b", "说明", "", "History", "'x'"]) == [
        "a b",
        "a b（2）",
        "说明（2）",
        "表",
        "History（2）",
        "x",
    ]
    assert all(len(name) <= 31 for name in sheet_names(["长" * 40] * 12))


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_names_of_sheets_are_legal_and_different(titles: list[str]) -> None:
    names = sheet_names(titles)

    assert len({name.casefold() for name in names}) == len(names) == len(titles)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)


def test_an_empty_table_is_a_heading_and_a_missing_column_is_refused() -> None:
    sheet = table()
    content = workbook([Sheet("空", sheet.frame.clear(), sheet.fields)], about())

    assert read(content).height == 0
    with pytest.raises(ValueError, match="nothing"):
        Sheet("x", sheet.frame, (Field("nothing", "无"),))


def test_times_are_written_as_the_city_reads_them() -> None:
    in_city = pl.DataFrame({"t": [AT.astimezone(UTC)]}).select(pl.col("t").dt.convert_time_zone("Asia/Shanghai"))
    content = workbook([Sheet("表", in_city, (Field("t", "时间", "time"),))], about())

    assert str(fastexcel.read_excel(content).load_sheet(1).to_polars()[0, 0]) == "2026-10-12 10:07:00"
