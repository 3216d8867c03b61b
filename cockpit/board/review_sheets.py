"""好差评 as tables: the rates by place, item and channel, the levels, the rows behind a rate, suspicious praise."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from cockpit.board import review_cases, review_numbers
from cockpit.board.review_numbers import Where
from cockpit.board.shares import with_shares
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.halls_today import ONLINE
from cockpit.watch.review_months import ReviewMonth, suspicious_praise
from metrics.periods import Period
from metrics.praise import RULES
from metrics.rates import CURRENT, NO_HALL, rates_of
from metrics.standard.words import CODE_WORDS

#: The kinds of places that the rates are told by, with their headings.
BY = {"county": "县（市、区）", "hall": "大厅", "item": "事项"}
CHANNELS = CODE_WORDS["reviews.channel"]
LEVELS = {5: "5 非常满意", 4: "4 满意", 3: "3 基本满意", 2: "2 不满意", 1: "1 非常不满意"}
#: What a page shows of the rates of a place; the workbook has all of them.
_SHOWN = ("review_active_rate", "review_good_rate", "review_bad_rate", "callback_rate", "rectify_on_time_rate")


def by_place(snapshot: Snapshot, month: ReviewMonth, by: str, *, whole: bool = False) -> Sheet:
    """The rates of every county, hall or item, most bad reviews first.

    Args:
        snapshot: for the names of the places.
        month: the month as `review_numbers.seen`.
        by: county, hall or item.
        whole: with every rate, for a workbook; a page shows what fits.
    """
    frame = review_numbers.by_place(month, by, _names(snapshot, by))  # type: ignore[arg-type]
    told = [rate for rate in rates_of(CURRENT, review_numbers.RATES) if by in rate.places]
    fields = [Field("name", BY[by], role="title")]
    if whole:
        for rate in told:
            fields += [
                Field(rate.id, rate.name, "percent"),
                Field(f"{rate.id}_n", f"{rate.name}：分子", "count"),
                Field(f"{rate.id}_d", f"{rate.name}：分母", "count"),
            ]
    else:
        some = [rate for rate in told if rate.id in _SHOWN]
        for few, enough in ((False, review_numbers.ENOUGH), (True, 0)):
            mine = [rate.id for rate in some if (rate.id in review_numbers.OF_HANDLING) == few]
            frame = with_shares(frame, {f"{r}_of": (r, f"{r}_n", f"{r}_d") for r in mine}, enough)
        fields += [Field(f"{rate.id}_of", rate.name, role="broad") for rate in some]
    return Sheet(f"按{BY[by]}", frame, fields, "差评多的在前；分母为 0 的没有率。")


def levels(month: ReviewMonth) -> Sheet:
    """The five levels, active reviews apart from default and pushed ones."""
    frame = review_numbers.levels(month).with_columns(pl.col("level").replace_strict(LEVELS, return_dtype=pl.String))
    fields = (
        Field("level", "等级", role="title"),
        Field("active", "主动评价", "count"),
        Field("default", "默认好评", "count"),
        Field("system_push", "系统推送后评价", "count"),
    )
    return Sheet("五个等级", frame, fields, "默认好评只进总好评率；系统推送后的评价不进任何率。核实无效的不计。")


def channels(month: ReviewMonth) -> Sheet:
    """Active reviews by the way they came."""
    rows = review_numbers.channels(month).with_columns(pl.col("channel").replace(CHANNELS))
    of = {"good_of": ("good_rate", "good", "active"), "bad_of": ("bad_rate", "bad", "active")}
    frame = with_shares(rows, of, review_numbers.ENOUGH)
    fields = (
        Field("channel", "渠道", role="title"),
        Field("active", "主动评价（条）", "count"),
        Field("good", "好评（条）", "count"),
        Field("bad", "差评（条）", "count"),
        Field("good_of", "好评率", role="broad"),
        Field("bad_of", "差评率", role="broad"),
    )
    return Sheet("按渠道", frame, fields, "好评率 = 好评 ÷ 主动评价，差评率 = 差评 ÷ 主动评价。")


def behind(
    folder: DataFolder, snapshot: Snapshot, viewer: Viewer, rate: str, month: ReviewMonth, where: Where, now: datetime
) -> Sheet:
    """What a rate is made of: the bad reviews one by one, or for the rates of all reviews the halls.

    Args:
        folder: data folder.
        snapshot: the records to go by.
        viewer: who looks.
        rate: id of the rate.
        month: the month as `review_numbers.seen`.
        where: what is shown.
        now: the present instant, in the city's zone.
    """
    period = month.period
    if rate in {"review_active_rate", "review_good_rate", "review_total_good_rate"}:
        whole = by_place(snapshot, month, "hall", whole=True)
        fields = [field for field in whole.fields if field.name == "name" or field.name.startswith(rate)]
        return Sheet("由各大厅相加", whole.frame.sort(f"{rate}_d", descending=True), fields)
    found = review_cases.cases(folder, viewer, review_cases.all_bad(folder, snapshot, now), month.as_of, where)
    rows = found.rows.with_columns(_counted(rate, period, month.as_of)).filter(pl.col("counts").is_not_null())
    sheet = review_cases.sheet(rows, now, title="逐条差评")
    fields = [Field("counts", "计入"), *sheet.fields]
    note = "分子以外的都只计入分母。" if rate != "review_bad_rate" else "差评率的分母是全部主动评价，见分渠道的表。"
    return Sheet(sheet.title, sheet.frame, fields, note)


def _counted(rate: str, period: Period, t: datetime) -> pl.Expr:
    """Whether a bad review counts above and below the line of a rate, below it only, or (null) not at all.

    Only what the source says counts, and only what lies before `t`.
    """
    before = pl.lit(t)
    given = pl.col("assess_time").dt.date().is_between(period.start, period.end, closed="left")
    valid = pl.col("valid").fill_null(value=True)
    called = pl.col("callback_time").is_not_null()
    # A deadline at 00:00 belongs to the day before it.
    due = pl.col("due").dt.offset_by("-1us").dt.date().is_between(period.start, period.end, closed="left")
    above, below = {
        "review_bad_rate": (given & valid, given & valid),
        "callback_rate": (called, given & valid & pl.col("named")),
        "callback_satisfied_rate": (
            pl.col("callback_satisfied"),
            given & valid & called & pl.col("callback_satisfied").is_not_null(),
        ),
        "rectify_on_time_rate": (pl.col("rectify_time") <= pl.col("due"), valid & due & (pl.col("due") <= before)),
    }[rate]
    word = pl.when(above.fill_null(value=False)).then(pl.lit("分子和分母")).otherwise(pl.lit("分母"))
    return pl.when(below.fill_null(value=False)).then(word).alias("counts")


def praise(folder: DataFolder, snapshot: Snapshot, viewer: Viewer, month: Period, now: datetime, where: Where) -> Sheet:
    """Suspicious praise of a month within the viewer's scope, row by row."""
    _, found = suspicious_praise(folder.lake, snapshot, month, now)
    halls = snapshot.scan("halls").select("hall_id", "county", pl.col("short_name").alias("hall"))
    windows = snapshot.scan("windows").select("window_id", pl.col("name").alias("window"))
    rows = viewer.within(found.lazy()).join(halls, on="hall_id", how="left")
    if where.county:
        rows = rows.filter(pl.col("county") == where.county)
    if where.hall:
        rows = rows.filter(pl.col("hall_id") == where.hall)
    titles = {rule.name: rule.title for rule in RULES}
    frame = (
        rows.join(windows, on="window_id", how="left")
        .with_columns(pl.col("rule").replace(titles).alias("title"))
        .sort("rule", "hall_id", "subject", "assess_time", "review_id", nulls_last=True)
        .collect()
    )
    fields = (
        Field("title", "疑点", role="title"),
        Field("hall", "大厅"),
        Field("window", "窗口"),
        Field("subject", "设备、人员或申请人"),
        Field("service_end", "服务结束", "time"),
        Field("assess_time", "评价时间", "time"),
        Field("review_id", "评价编号"),
    )
    return Sheet("疑似代评、刷评", frame, fields, "只是疑点，不是结论；请逐条核对。")


def praise_rules(found: Sheet) -> Sheet:
    """What is looked for, and how many reviews, halls and windows it was found in."""
    counts = found.frame.group_by("rule").agg(
        pl.len().cast(pl.Int64).alias("reviews"),
        pl.col("hall_id").n_unique().cast(pl.Int64).alias("halls"),
        pl.col("window_id").n_unique().cast(pl.Int64).alias("windows"),
    )
    rules = pl.DataFrame(
        [(rule.name, rule.title, rule.meaning, rule.check) for rule in RULES],
        schema=dict.fromkeys(("rule", "title", "meaning", "check"), pl.String),
        orient="row",
    )
    frame = rules.join(counts, on="rule", how="left", maintain_order="left").with_columns(
        pl.col("reviews", "halls", "windows").fill_null(0), pl.concat_str("meaning", "check").alias("said")
    )
    fields = (
        Field("title", "疑点", role="title"),
        Field("reviews", "评价（条）", "count"),
        Field("halls", "大厅", "count"),
        Field("windows", "窗口", "count"),
        Field("said", "怎样算、怎样核对", role="wide"),
    )
    return Sheet("疑似代评、刷评：规则", frame, fields, "只看主动、有效的五星评价；一条评价可以有几个疑点。")


def _names(snapshot: Snapshot, by: str) -> pl.DataFrame:
    """Place and name of the places of a kind."""
    if by == "hall":
        rows = snapshot.scan("halls").select(pl.col("hall_id").alias("place"), pl.col("short_name").alias("name"))
        rows = pl.concat([rows, pl.LazyFrame({"place": [NO_HALL], "name": [ONLINE]})])
    elif by == "item":
        latest = snapshot.scan("items").sort("valid_from").group_by("item_code").agg(pl.col("name").last())
        rows = latest.rename({"item_code": "place"})
    else:
        counties = snapshot.scan("halls").select(pl.col("county").alias("place")).unique()
        rows = counties.with_columns(pl.col("place").alias("name"))
    return rows.collect()
