"""Every bad review (差评) as a case of its own: its three clocks, its state, and what was recorded about it here.

A step is known from the source's columns or from what somebody recorded on the page. Where both tell it the source's
time holds, and the rates always stay those of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.review_numbers import Where
from cockpit.board.review_states import LATE, OPEN, STATES, recorded, stated
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.follow_ups import Step
from cockpit.watch.bad_reviews import bad_reviews
from cockpit.watch.kept import Kept
from metrics.periods import Period

#: What the page can show: those still open of any month, or those given in the month, whatever became of them.
SHOWN = {"open": "未办结（不限月份）", "month": "本月全部", "late": "超时和逾期（不限月份）"}
STEPS: dict[Step, str] = {
    Step.VERIFIED_VALID: "核实：情况属实",
    Step.VERIFIED_INVALID: "核实：无效评价",
    Step.CALLED_BACK: "已回访",
    Step.RECTIFIED: "已整改",
    Step.NOTE: "备注",
}
LEVELS = {1: "非常不满意", 2: "不满意"}
#: So long the list stands although new data have come; the steps recorded here are looked up every time.
STANDS = timedelta(seconds=30)
_MADE_OF = ("reviews", "cases", "tickets", "halls", "windows", "items", "workdays")
_bad: Kept[pl.DataFrame] = Kept(most=4)
CLOCKS = (
    "核实：评价后下一个工作日 24:00 前。整改：来源给出期限的按来源，没有给出的为评价日后第 5 个工作日 24:00。"
    "回访：实名差评都要回访，没有规定时限。"
)


@dataclass(frozen=True)
class Cases:
    """The bad reviews that a viewer may see.

    Attributes:
        rows: one row per review; see `cases`.
        unconfirmed: reviews with a step recorded here that the source does not tell (yet).
        overruled: reviews of which the source tells a step that was also recorded here; its time holds.
    """

    rows: pl.DataFrame
    unconfirmed: int
    overruled: int

    def counts(self) -> dict[str, int]:
        """How many stand in each state, all states named."""
        found = dict(self.rows.group_by("state").len().iter_rows())
        return {state: found.get(state, 0) for state in STATES}


def all_bad(folder: DataFolder, snapshot: Snapshot, now: datetime) -> pl.DataFrame:
    """Every bad review of the city with the names of its hall, window and item; `cases` cuts it to what one may see.

    Returns:
        As `cockpit.watch.bad_reviews.bad_reviews`, and hall, window, item (names; null where unknown).
    """
    state = tuple(snapshot.heads.get(name) for name in _MADE_OF)
    return _bad.get(str(folder.path), state, now, STANDS, lambda: _named(snapshot, now))


def _named(snapshot: Snapshot, now: datetime) -> pl.DataFrame:
    rows = bad_reviews(snapshot, now)
    halls = snapshot.scan("halls").select("hall_id", pl.col("short_name").alias("hall"))
    windows = snapshot.scan("windows").select("window_id", pl.col("name").alias("window"))
    items = snapshot.scan("items").sort("valid_from").group_by("item_code").agg(pl.col("name").last().alias("item"))
    named = rows.lazy().join(halls, on="hall_id", how="left").join(windows, on="window_id", how="left")
    return named.join(items, on="item_code", how="left", maintain_order="left").collect().sort(
        "assess_time", "review_id", descending=[True, False]
    )  # fmt: skip


def cases(folder: DataFolder, viewer: Viewer, bad: pl.DataFrame, now: datetime, where: Where | None = None) -> Cases:
    """The bad reviews within the viewer's scope, each with where it stands.

    Args:
        folder: data folder; the steps recorded here come from its state database.
        viewer: who looks.
        bad: as `all_bad`.
        now: the present instant.
        where: a county or hall to cut to.

    Returns:
        Rows as `cockpit.board.review_states.stated` gives them, those in trouble first.
    """
    found = viewer.within(bad.lazy(), county="county")
    if where and where.county:
        found = found.filter(pl.col("county") == where.county)
    if where and where.hall:
        found = found.filter(pl.col("hall_id") == where.hall)
    zone = ZoneInfo(folder.timezone)
    rows = found.collect().join(recorded(folder.follow_ups.all(), zone), on="review_id", how="left")
    rows = stated(rows, now.astimezone(zone))
    return Cases(
        rows,
        unconfirmed=rows.filter("unconfirmed").height,
        overruled=rows.filter("overruled").height,
    )


def shown(found: Cases, which: str, month: Period) -> pl.DataFrame:
    """The cases of one of `SHOWN`."""
    if which == "month":
        day = pl.col("assess_time").dt.date()
        return found.rows.filter(day.is_between(month.start, month.end, closed="left"))
    states = LATE if which == "late" else OPEN
    return found.rows.filter(pl.col("state").is_in([state.value for state in states]))


def sheet(rows: pl.DataFrame, now: datetime, *, title: str = "差评逐件", whole: bool = False) -> Sheet:
    """Cases as a table.

    Args:
        rows: some of the rows of `Cases`.
        now: the present instant, in the city's zone.
        title: heading.
        whole: with all that is known, for a workbook; a page shows what fits.
    """
    told = rows.with_columns(
        pl.col("state").replace_strict(STATES, return_dtype=pl.String).alias("state_word"),
        pl.col("level").replace_strict(LEVELS, return_dtype=pl.String).alias("level_word"),
        pl.Series("left", [time_left(due, now) for due in rows["next_due"]], dtype=pl.String),
        pl.concat_str("place", pl.col("window").fill_null(""), separator=" ").str.strip_chars().alias("where"),
        pl.when("named").then(pl.lit("实名")).otherwise(pl.lit("匿名")).alias("named_word"),
    )
    fields = [
        Field("assess_time", "评价时间", "time", role="title"),
        *([Field("place", "大厅"), Field("window", "窗口")] if whole else [Field("where", "大厅和窗口", role="broad")]),
        Field("item", "事项", role="broad"),
        Field("level_word", "等级"),
        Field("text", "内容", role="wide"),
        Field("state_word", "状态"),
        Field("left", "时限"),
    ]
    if whole:
        fields += [
            Field("named_word", "署名"),
            Field("verify_due", "核实期限", "time"),
            Field("verified_at", "核实时间", "time"),
            Field("verified_by", "核实来自"),
            Field("called_at", "回访时间", "time"),
            Field("called_by", "回访来自"),
            Field("satisfied", "回访满意"),
            Field("due", "整改期限", "time"),
            Field("rectified_at", "整改时间", "time"),
            Field("rectified_by", "整改来自"),
            Field("review_id", "评价编号"),
        ]
    return Sheet(title, told, fields, CLOCKS)


def steps_left(row: dict[str, object]) -> list[Step]:
    """The steps that may still be recorded for a case: those that the source does not tell."""
    left = [Step.VERIFIED_VALID, Step.VERIFIED_INVALID] if row["verify_time"] is None else []
    left += [Step.CALLED_BACK] if row["callback_time"] is None else []
    left += [Step.RECTIFIED] if row["rectify_time"] is None else []
    return [*left, Step.NOTE]


def history(folder: DataFolder, viewer: Viewer, row: dict[str, object]) -> Sheet:
    """What was recorded here about one case that the viewer sees (a row of `Cases`), the latest last."""
    zone = ZoneInfo(folder.timezone)
    events = folder.follow_ups.of(str(row["review_id"]))
    said = {True: "满意", False: "不满意", None: ""}
    frame = pl.DataFrame(
        [(e.at.astimezone(zone), STEPS[e.step], e.who, said[e.satisfied], e.text) for e in events],
        schema={
            "at": pl.Datetime("us", folder.timezone),
            "step": pl.String,
            "who": pl.String,
            "said": pl.String,
            "text": pl.String,
        },
        orient="row",
    )
    fields = (
        Field("at", "登记时间", "time", role="title"),
        Field("step", "事项"),
        Field("who", "登记人"),
        Field("said", "回访结果"),
        Field("text", "说明", role="wide"),
    )
    return Sheet("本页登记的经过", frame, fields)


def time_left(due: datetime | None, now: datetime) -> str:
    """How much time is left, or by how much it is over: 还剩 3 天, 还剩 5 小时, 已超 2 天."""
    if due is None:
        return "—"
    gap = due - now
    said, length = ("还剩", gap) if gap > timedelta(0) else ("已超", -gap)
    if length >= timedelta(days=1):
        return f"{said} {length // timedelta(days=1)} 天"
    return (
        f"{said} {max(1, length // timedelta(hours=1))} 小时" if length >= timedelta(hours=1) else f"{said}不到 1 小时"
    )
