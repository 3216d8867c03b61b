"""Every part that pages are drawn with, in every state, on one page: looked at by tests in a browser, never shipped.

Streamlit runs this file as the page; `gallery_server` serves it.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from cockpit.board.quantity import Comparison, Definition, Level, Quantity, RowsKey, Target
from cockpit.board.sheet import Field, Sheet
from cockpit.errors import StorageError
from cockpit.web import charts, charts_day, charts_months, charts_places, figures, filters, marks, menu, tables, widgets

ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 11, 20, 10, 30, tzinfo=ZONE)
#: What a hall may be called when somebody means harm.
EVIL = "<img src=x onerror=alert(1)>云栖&amp;<b>粗</b>"
FORMULA = '=HYPERLINK("http://evil.example","点")'


def draw() -> None:
    rate = Definition(
        "通过“一网通办”办理的办件占全部办件的比例。",
        numerator="经统一平台办结的办件",
        denominator="全部办结的办件",
        formula="分子 ÷ 分母 × 100",
        left_out="测试办件；撤回的办件",
        version="指标口径 2026.1",
    )
    numbers = (
        Quantity(
            "ywtb",
            "一网通办率",
            89.96,
            "%",
            rate,
            "2026年10月",
            Target(90, source="省级要求"),
            (Comparison("环比", 88.3, "2026年9月"), Comparison("同比", 91.2, "2025年10月")),
            "up",
            12_345,
            13_723,
            13_723,
            30,
            as_of=AS_OF,
            rows=RowsKey("rows", (("rate", "ywtb"),)),
        ),
        Quantity(
            "wait",
            "平均等候",
            23.4,
            "分钟",
            rate,
            "今天",
            Target(15, "at_most"),
            (Comparison("较上周同日", 19.0),),
            "down",
            level=Level.ORANGE,
            as_of=AS_OF,
        ),
        Quantity("cases", "办件量", 1_793_482, "件", rate, comparisons=(Comparison("同比", 1_650_000),)),
        Quantity("few", "差评整改率", 66.7, "%", rate, sample=3, enough=10, level=Level.INSUFFICIENT),
        Quantity("none", "回访率", None, "%", rate, target=Target(100), level=Level.NO_DATA),
        Quantity("evil", EVIL, 7, "人", Definition(EVIL), note=EVIL, rows=RowsKey("broken")),
    )
    rows = pl.DataFrame(
        {
            "hall": [EVIL, FORMULA, *(f"第 {n} 政务服务大厅" for n in range(58))],
            "rate": [89.96, None, *(80 + n / 3 for n in range(58))],
            "wait": [0.4, 250.0, *(float(n) for n in range(58))],
            "cases": [0, 1_234_567, *range(58)],
            "at": [AS_OF] * 60,
            "level": ["red", "no_data", "normal", "yellow", "orange", "insufficient", *["normal"] * 54],
        }
    )
    sheet = Sheet(
        "各大厅明细",
        rows,
        (
            Field("hall", "大厅", role="title"),
            Field("rate", "一网通办率", "percent", target=90),
            Field("wait", "平均等候", "minutes"),
            Field("cases", "办件（件）", "count"),
            Field("at", "时间", "time"),
            Field("level", "级别", "level"),
        ),
        "按大厅编号排列。",
    )

    def reads(key: RowsKey) -> Sheet:
        if key.kind == "broken":
            raise StorageError("明细读不出来；请稍后再试，若仍如此请联系数据管理员。")
        return sheet

    widgets.header("样张", "政务服务驾驶舱 · 示范市", "实时", "live", ["数据截至 10:30（2 分钟前）", "最近导入 10:28"])
    halls = {"": "全部大厅", "c1": "云栖", "s1": EVIL}
    filters.bar(
        filters.Choice("county", "区县", {"": "全市", "x": "云栖区", "y": "临江县"}),
        filters.Choice("hall", "大厅", halls),
        filters.Choice("month", "月份", {"2026-10": "2026年10月", "2026-09": "2026年9月"}),
    )
    widgets.stale(95, 30)
    widgets.empty("还没有任何数据。可以先建立演示城市看看，也可以直接导入自己的文件：", ["python -m cockpit demo"])
    widgets.failed("数据表读不出来；请检查数据目录所在的磁盘，恢复以后页面会自己显示。")
    widgets.skeleton(64)
    figures.figures(numbers, "all", reads=reads, links=lambda key: f"/download/{key.kind}.xlsx?rate=ywtb", small=True)
    levels = "".join(f"<p>{marks.level(level)}</p>" for level in Level)
    widgets.panel("级别", levels + f"<p>{marks.level(Level.YELLOW, '黄色预警 2 条')}</p>")
    spark = marks.spark([3, 5, None, 8, 6, 9, 12], "近七天的取号数")
    strip = marks.hours([(h, None if h == 8 else (h - 9) * 10.0) for h in range(8, 18)], "人", "各时段取号")
    widgets.panel("小图", f"<p>近七天 {spark}</p>{strip}")
    minutes = list(range(540, 1020, 15))
    today = [None if m > 660 else 20 + m % 60 for m in minutes]
    usual = [25 + m % 45 for m in minutes]
    course = pl.DataFrame({"minute": minutes, "today": today, "usual": usual}, strict=False)
    with st.container(key="panel-course"):
        widgets.heading("到厅取号（每 15 分钟，人）", "阴影为近四周同日的四分之一到四分之三。")
        band = course.with_columns(low=pl.col("usual") - 8, high=pl.col("usual") + 9)
        charts.show(charts_day.day_course(band, "今天", "近 4 个星期五的中位数", "人"), "course", "到厅取号的曲线")
    places = pl.DataFrame(
        {
            "place": ["全市", "云栖区", "临江县", EVIL, "长名字的某某经济技术开发区"],
            "value": [93.01, 89.96, 88, None, 99.97],
        }
    )
    with st.container(key="panel-bars"):
        widgets.heading("一网通办率（各区县）")
        charts.show(charts_places.bars(places, "%", target=Target(90), mark="全市"), "bars", "各区县的一网通办率")
    channels = pl.DataFrame(
        {
            "place": ["全市", "云栖区", "临江县"],
            "window": [10, 5, 0],
            "web": [50, 30, 0],
            "app": [40, 2, 0],
            "kiosk": [4, 1, 0],
        }
    )
    with st.container(key="panel-shares"):
        widgets.heading("办理渠道")
        parts = [("web", "网页"), ("app", "手机端"), ("window", "窗口"), ("kiosk", "自助机")]
        charts.show(charts_places.shares(channels, parts), "shares", "各区县的办理渠道")
    months = [date(2025 + (m + 10) // 12, (m + 10) % 12 + 1, 1) for m in range(12)]
    trend = pl.DataFrame(
        {
            "month": months,
            "value": [88 + m * 0.4 for m in range(12)],
            "last_year": [None, None, *(85 + m * 0.3 for m in range(10))],
        },
        strict=False,
    )
    with st.container(key="panel-trend"):
        widgets.heading("一网通办率（近十二个月）")
        charts.show(charts_months.trend(trend, "%", target=Target(90)), "trend", "近十二个月的一网通办率")
    widgets.sheet(sheet, rows=8, link="/download/rows.xlsx?rate=ywtb")
    widgets.sheet(Sheet("没有记录的表", rows.clear(), sheet.fields))
    widgets.panel(
        "会展开的行", widgets.foldable(EVIL, "3 行", tables.table([tables.Column("文件")], [[tables.Cell(EVIL)]]))
    )
    widgets.download_link("下载明细（XLSX）", "/download/rows.xlsx?rate=ywtb&hall=c1")


if __name__ == "__main__":
    st.set_page_config(page_title="样张", layout="wide")
    others = ("大厅", "一网通办", "好差评", "办件全景", "问题清单", "数据质量", "系统管理")
    pages = [st.Page(draw, title="样张", default=True)]
    pages += [st.Page(partial(st.text, name), title=name, url_path=f"p{n}") for n, name in enumerate(others)]
    opened = st.navigation(pages, position="hidden")
    menu.bar(pages, opened)
    opened.run()
