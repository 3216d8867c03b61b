"""The parts of 好差评: filters, rates, levels, places, course, suspicious praise."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from cockpit.board import review_cases, review_numbers, review_sheets
from cockpit.board.quantity import RowsKey
from cockpit.board.review_numbers import Where
from cockpit.board.sheet import Sheet
from cockpit.door.roles import Right
from cockpit.watch.review_months import OF_SERVICES, ReviewMonth
from cockpit.web import charts, charts_months, downloads, filters, review_files, tables, who, widgets, words
from cockpit.web import figures as drawn
from cockpit.web.opened import Opened, where
from cockpit.web.opened import places as place_filters
from metrics.periods import Period
from metrics.rates import CURRENT, rates_of

NO_REVIEWS = "还没有任何评价；请先导入评价数据（表 reviews）。"
NOTHING_IN_MONTH = "这个月份和范围里没有评价，也没有到期的整改；请换一个月份、县（市、区）或大厅。"


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        page: what it is drawn from.
        month: the chosen month.
        where: the chosen part of the city.
        show: which bad reviews are listed.
        rate: which rate's course is drawn.
        counted: the month, cut to what the viewer may see and chose.
    """

    page: Opened
    month: Period
    where: Where
    show: str
    rate: str
    counted: ReviewMonth

    def address(self, kind: str, **more: str) -> str | None:
        """The address of a workbook of what is shown; None for who may not download."""
        if not self.page.viewer.may(Right.DOWNLOAD):
            return None
        at = {"county": self.where.county, "hall": self.where.hall}
        return downloads.link(kind, month=self.month.label, **at, **more)


def chosen(page: Opened) -> View | None:
    """Draw the filters and count the month; None where there are no reviews at all."""
    months = review_numbers.months(page.snapshot, page.now)
    if not months:
        widgets.empty(NO_REVIEWS)
        return None
    rates = {rate.id: rate.name for rate in rates_of(CURRENT, review_numbers.RATES)}
    found = filters.bar(
        filters.Choice("month", "月份", {m.label: review_numbers.month_title(m) for m in months}),
        *place_filters(page),
        filters.Choice("show", "差评列表", review_cases.SHOWN, remembered=False),
        filters.Choice("rate", "趋势", rates, default="review_bad_rate", remembered=False),
    )
    month = next(m for m in months if m.label == found["month"])
    waiting = st.empty()
    with waiting:
        widgets.skeleton(272)
    counted = review_numbers.month_of(page.folder, page.snapshot, month, page.now)
    at = where(page, found)
    if found["rate"] not in OF_SERVICES:
        review_numbers.year(page.folder, page.snapshot, page.viewer, found["rate"], page.now, at)
    waiting.empty()
    return View(page, month, at, found["show"], found["rate"], review_numbers.seen(counted, page.viewer, at))


def figures(view: View) -> None:
    """The seven rates, with what stands behind each."""
    if view.counted.mix.is_empty():
        widgets.notice(NOTHING_IN_MONTH, "info")
    page = view.page
    compared = review_numbers.compared(page.folder, page.snapshot, page.viewer, view.month, page.now, view.where)
    quantities = review_numbers.quantities(view.counted, compared, view.where)
    if view.page.now.date() < view.month.end:
        as_of = words.clock(view.counted.as_of, view.page.now.date())
        st.html(f'<p class="ck-note">本月各率统计到 {as_of}，最多每 5 分钟重新统计一次。</p>')
    links = None
    if view.page.viewer.may(Right.DOWNLOAD):

        def links(key: RowsKey) -> str:
            return downloads.link(key.kind, **dict(key.params))

    for name, rates in (("rates", review_numbers.OF_REVIEWS), ("handling", review_numbers.OF_HANDLING)):
        of = [quantity for quantity in quantities if quantity.key in rates]
        drawn.figures(of, name, reads=lambda key: _behind(view, key), links=links)


def levels(view: View) -> None:
    """The five levels, and the ways by which reviews came."""
    widgets.sheet(review_sheets.levels(view.counted))
    widgets.sheet(review_sheets.channels(view.counted), link=view.address(review_files.RATES))


def places(view: View) -> None:
    """The rates by county, hall and item."""
    for by in review_sheets.BY:
        sheet = review_sheets.by_place(view.page.snapshot, view.counted, by)
        if sheet.frame.height > 1 or by == "item":
            widgets.sheet(sheet, rows=20, link=view.address(review_files.RATES))


def course(view: View) -> None:
    """How a rate went over the last months."""
    page = view.page
    with st.container(key="panel-course"):
        if view.rate in OF_SERVICES:
            left = review_numbers.missing(page.folder, page.snapshot, _wanted(view), page.now)
            st.fragment(_month_by_month, run_every=0.2 if left else None)(view)
            return
        rows = review_numbers.year(page.folder, page.snapshot, page.viewer, view.rate, page.now, view.where)
        _drawn(view, rows)


def _wanted(view: View) -> list[Period]:
    """The months of the course: those up to the latest that has data."""
    return review_numbers.course_months(review_numbers.months(view.page.snapshot, view.page.now)[0])


def _month_by_month(view: View) -> None:
    """The course of a rate for which every month must be counted whole, one after the other."""
    who.viewer()  # a fragment that renews itself shows nothing more once the session has ended
    page = view.page
    wanted = _wanted(view)
    left = review_numbers.missing(page.folder, page.snapshot, wanted, page.now)
    if left:
        done = len(wanted) - len(left)
        widgets.heading("走势", f"正在逐月统计（{done}/{len(wanted)}），请稍候。")
        widgets.skeleton(256)
        review_numbers.month_of(page.folder, page.snapshot, left[-1], page.now)
        if len(left) == 1:
            st.rerun()
        return
    known = set(review_numbers.months(page.snapshot, page.now))
    _drawn(view, review_numbers.course([_seen(view, month) for month in wanted if month in known], view.rate))


def _drawn(view: View, rows: pl.DataFrame) -> None:
    (rate,) = rates_of(CURRENT, [view.rate])
    title = f"{rate.name}：近 {review_numbers.MONTHS} 个月"
    widgets.heading(title, f"{rate.meaning}没有分母的月份没有率；以前的月份最多每小时重新统计一次。")
    figure = charts_months.trend(rows, "%", target=review_numbers.TARGETS.get(view.rate))
    charts.show(figure, "course", title)
    table = rows.sort("month", descending=True).with_columns(pl.col("month").dt.strftime("%Y-%m").alias("title"))
    st.html(f'<div class="ck-panel">{_months(table)}</div>')


def praise(view: View) -> None:
    """Suspicious praise: the rules with what they found, then the rows."""
    page = view.page
    rows = review_sheets.praise(page.folder, page.snapshot, page.viewer, view.month, page.now, view.where)
    widgets.sheet(review_sheets.praise_rules(rows))
    widgets.sheet(rows, rows=20, link=view.address(review_files.PRAISE))


def _months(rows: pl.DataFrame) -> str:
    """The numbers of the course as a foldable table."""
    sheet = Sheet("各月", rows, review_numbers.COURSE_FIELDS)
    return widgets.foldable("各月的分子和分母", f"{rows.height} 个月", tables.shown(sheet))


def _seen(view: View, month: Period) -> ReviewMonth:
    counted = review_numbers.month_of(view.page.folder, view.page.snapshot, month, view.page.now)
    return review_numbers.seen(counted, view.page.viewer, view.where)


def _behind(view: View, key: RowsKey) -> Sheet:
    page, rate = view.page, dict(key.params)["rate"]
    return review_sheets.behind(page.folder, page.snapshot, page.viewer, rate, view.counted, view.where, page.now)
