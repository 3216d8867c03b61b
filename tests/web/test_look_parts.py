"""What the parts of a page say: text is text, missing is missing, and nothing is said by colour alone."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from cockpit.board.quantity import Comparison, Definition, Level, Quantity, Target
from cockpit.board.sheet import Field, Sheet
from cockpit.web import figures, filters, marks, tables, widgets
from cockpit.web.tables import Cell, Column
from tests.web.gallery import EVIL, FORMULA

RATE = Quantity(
    "r",
    "一网通办率",
    89.96,
    "%",
    Definition("比例。", "统一平台办结", "全部办结", "分子 ÷ 分母", "测试办件", "指标口径 2026.1"),
    "2026年10月",
    Target(90, source="省级要求"),
    (Comparison("环比", 88.3, "2026年9月"), Comparison("同比", 91.2, "2025年10月"), Comparison("较全市", None)),
    "up",
    12_345,
    13_723,
    13_723,
    30,
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def said(html: str) -> str:
    return " ".join(" ".join(read(html).texts).split())


@pytest.mark.parametrize(
    "html",
    [
        figures.card(
            Quantity("x", EVIL, 1, EVIL, Definition(EVIL), note=EVIL, comparisons=(Comparison(EVIL, 2, EVIL),))
        ),
        figures.explained(
            Quantity("x", EVIL, 1, EVIL, Definition(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL), target=Target(1, source=EVIL))
        ),
        tables.table([Column(EVIL), Column(EVIL)], [[Cell(EVIL, note=EVIL), Cell("", pairs=((EVIL, EVIL),))]]),
        tables.table([Column(EVIL)], [[Cell(EVIL, href='/hall?a="><script>')]]),
        tables.shown(Sheet(EVIL, pl.DataFrame({"a": [EVIL, FORMULA]}), (Field("a", EVIL, role="title"),))),
        marks.level(Level.RED, EVIL),
        marks.spark([1, 2], EVIL),
        marks.hours([(9, 3.0)], EVIL, EVIL),
        widgets.foldable(EVIL, EVIL, ""),
        tables.download(EVIL, '/download/x"onclick="y'),
    ],
)
def test_whatever_the_data_say_is_text_and_never_markup(html: str) -> None:
    reader = read(html)

    assert not {"img", "script", "b'"} & set(reader.tags)
    assert not re.search(r"<[^>]*\son\w+=[^>]*>", re.sub(r'"[^"]*"', '""', html))
    assert "onerror=alert(1)" not in re.sub(r"&lt;img src=x onerror=alert\(1\)&gt;", "", html)


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_link_never_leads_out_of_the_product(url: str) -> None:
    with pytest.raises(ValueError, match="not an address of this product"):
        tables.download("下载", url)
    if url:
        with pytest.raises(ValueError, match="not an address of this product"):
            tables.table([Column("a")], [[Cell("x", href=url)]])


def test_a_card_says_value_target_and_comparisons_in_words() -> None:
    text = said(figures.card(RATE))

    assert text.startswith("一网通办率 89.96 %")
    assert "目标 ≥ 90%（省级要求） 未达标" in text
    assert "环比 ▲ +1.7 个百分点" in text and "同比 ▼ −1.2 个百分点" in text and "较全市 无数据" in text
    html = figures.card(RATE)
    assert html.index("ck-diff good") < html.index("ck-diff bad")


def test_fewer_is_better_where_that_is_so_and_neither_without_a_better_way() -> None:
    wait = Quantity(
        "w", "等候", 12, "分钟", better="down", comparisons=(Comparison("环比", 10), Comparison("同比", 20))
    )
    html = figures.card(wait)
    assert html.index("ck-diff bad") < html.index("ck-diff good")
    plain = figures.card(Quantity("w", "取号", 12, "人", comparisons=(Comparison("环比", 10),)))
    assert "good" not in plain and "bad" not in plain and "▲ +20%" in said(plain)


def test_a_missing_or_small_number_says_so_and_judges_nothing() -> None:
    nothing = said(figures.card(Quantity("n", "回访率", None, "%", target=Target(100), level=Level.NO_DATA)))
    assert nothing == "回访率 无数据 无数据 目标 ≥ 100%"
    small = said(figures.card(Quantity("n", "整改率", 66.7, "%", target=Target(100), sample=3, enough=10)))
    assert "样本不足（3）" in small and "达标" not in small
    zero = said(figures.card(Quantity("n", "差评", 5, "条", comparisons=(Comparison("环比", 0),))))
    assert "基数为 0，不可比" in zero


def test_what_is_not_counted_yet_is_not_called_missing() -> None:
    awaited = Quantity(
        "n",
        "一网通办率",
        91.0,
        "%",
        comparisons=(Comparison("环比", None, "2026年9月", counting=True), Comparison("同比", None)),
    )
    assert "环比 正在汇总 同比 无数据" in said(figures.card(awaited))
    assert "正在汇总（2026年9月 正在汇总）" in said(figures.explained(awaited))
    there = replace(awaited, comparisons=(Comparison("环比", 90.0, "2026年9月", counting=True),))
    assert "正在汇总" not in said(figures.card(there))
    nothing = replace(awaited, value=None)
    assert "正在汇总" not in said(figures.card(nothing))


def test_what_stands_behind_a_number_is_told_in_full() -> None:
    text = said(figures.explained(RATE))

    for part in (
        "数值 89.96%",
        "时段 2026年10月",
        "分子 统一平台办结：12,345",
        "分母 全部办结：13,723",
        "算法 分子 ÷ 分母",
        "不计入 测试办件",
        "样本 13,723",
        "目标 ≥ 90%（省级要求）",
        "环比 +1.7 个百分点（2026年9月 88.3%）",
        "较全市 无数据（无数据）",
        "数据截至 无数据",
        "定义版本 指标口径 2026.1",
    ):
        assert part in text


def test_a_table_draws_so_many_rows_and_says_how_many_there_are() -> None:
    sheet = Sheet("表", pl.DataFrame({"a": range(1234)}), (Field("a", "数", "count"),))

    html = tables.shown(sheet, rows=20, link="/download/rows.xlsx")
    assert html.count("<tr>") == 21 and "共 1,234 行，显示前 20 行" in html and 'href="/download/rows.xlsx"' in html
    whole = tables.shown(Sheet("表", sheet.frame.head(20), sheet.fields), rows=20)
    assert "共 20 行</span>" in whole and "显示前" not in whole and "<a " not in whole
    assert (
        tables.shown(Sheet("表", sheet.frame.clear(), sheet.fields)) == f'<p class="ck-none-yet">{tables.NO_ROWS}</p>'
    )


def test_cells_are_written_by_the_kind_of_their_column() -> None:
    frame = pl.DataFrame(
        {
            "p": [89.96, None, float("nan")],
            "m": [0.4, 125.0, None],
            "c": [1_234_567, 0, None],
            "d": [1.25, None, None],
            "l": ["red", "no_data", None],
            "b": [True, False, None],
            "t": [["a", "b"], [], None],
        }
    )
    fields = (
        Field("p", "率", "percent", target=90),
        Field("m", "等候", "minutes"),
        Field("c", "件", "count"),
        Field("d", "均", "decimal"),
        Field("l", "级", "level"),
        Field("b", "是否"),
        Field("t", "标签"),
    )
    rows = re.findall(r"<tr>(.*?)</tr>", tables.shown(Sheet("表", frame, fields)))[1:]

    assert said(rows[0]) == "89.96% 不足 1 分钟 1,234,567 1.3 红 是 a、b"
    assert said(rows[1]) == "无数据 2.1 小时 0 无数据 无数据 否"
    assert said(rows[2]) == " ".join(["无数据"] * 7)
    assert rows[0].count('class="num"') == 4


def test_every_level_says_its_word_beside_its_shape() -> None:
    for level in Level:
        html = marks.level(level)
        assert said(html) == level.word and "ck-shape" in html and f"ck-level {level.value}" in html


def test_a_strip_of_hours_shades_by_amount_and_marks_what_is_missing() -> None:
    html = marks.hours([(8, None), (9, 0), (10, 1), (11, 50), (12, 100)], "人", "各时段取号")

    assert re.findall(r'<span class="(\w+)"', html) == ["none", "s0", "s1", "s3", "s5"]
    assert 'title="8:00–9:00 无数据"' in html and 'title="12:00–13:00 100 人"' in html and "最深：100 人" in html
    assert "s5" not in marks.hours([(9, 0.0)], "人", "x") and "最深" not in marks.hours([(9, 0.0)], "人", "x")


def test_a_spark_is_as_high_as_its_numbers() -> None:
    html = marks.spark([5, None, 10, 0], "近四天")

    assert re.findall(r"height:(\d+)%", html) == ["50", "100", "0"] and html.count('class="gap"') == 1
    assert 'aria-label="近四天"' in html
    assert re.findall(r"height:(\d+)%", marks.spark([0, 0], "x")) == ["0", "0"]


def test_links_between_pages_carry_what_is_chosen() -> None:
    assert filters.address("/hall", hall="c1", month="2026-10") == "/hall?hall=c1&month=2026-10"
    assert filters.address("/") == "/" and filters.address("/hall", hall="a&b=c") == "/hall?hall=a%26b%3Dc"
