"""The large numbers of one hall: of the moment while it is open, and of the day; each against what is usual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from cockpit.board.hall_loading import HallRecords
from cockpit.board.quantity import Comparison, Definition, Quantity, RowsKey
from metrics.baseline import LEAST
from metrics.presence import devices

#: Name under which the rows behind a number of a hall are read.
ROWS = "hall-rows"
VERSION = "指标定义 2026.1"
USUAL = "较平常"
#: Minimum samples, those of the indicators.
CALLS_ENOUGH, OPEN_ENOUGH, PEOPLE_ENOUGH = 10, 60, 20
Better = Literal["", "up", "down"]


@dataclass(frozen=True)
class Standing:
    """Counts of one hall, from which its numbers are made.

    Attributes:
        records: the hall's records.
        at: the instant.
        now: as `metrics.halls.now`; None while it is not open.
        usual_now: the same of the past days; None likewise.
        day: as `metrics.halls.so_far`.
        usual_day: the same of the past days, up to the same clock time.
        fresh: table → whether it reaches near the instant; tables that brought nothing that day are missing.
    """

    records: HallRecords
    at: dt.datetime
    now: Mapping[str, Any] | None
    usual_now: pl.DataFrame | None
    day: Mapping[str, Any]
    usual_day: pl.DataFrame
    fresh: Mapping[str, bool]

    @property
    def whole(self) -> bool:
        """Whether the day is over."""
        return self.at >= self.records.end


def now_numbers(known: Standing) -> tuple[Quantity, ...]:
    """People waiting, longest and mean wait, windows, saturation, people on duty, devices: at the instant."""
    if known.now is None or known.usual_now is None:
        return ()
    now, fresh = known.now, known.fresh
    people = fresh.get("tickets", False)
    windows = fresh.get("window_sessions", False)
    machines = devices(known.records.view, known.at)
    on, duty = machines.filter("online").height, now["rostered"]
    make = _Making(known, "now", known.usual_now)
    return (
        make("waiting", "等候人数", "人", now["waiting"] if people else None, pl.col("waiting"), "down",
             text="此刻已取号、还没有被叫到的人数。", numerator="正在等候的人", left_out="测试号、空号"),
        make("longest", "最长等候", "分钟", (now["longest"] or 0.0) if people else None,
             pl.col("longest").fill_null(0.0), "down", text="此刻还在等候的人里，等得最久的那一位已经等了多久。",
             left_out="午休的时间", note="" if now["longest"] is not None or not people else "没有人在等候"),
        make("wait", "近 30 分钟平均等候", "分钟", _per(now["wait"], now["calls"]) if people else None,
             _ratio("wait", "calls"), "down", above=now["wait"], below=now["calls"], enough=CALLS_ENOUGH,
             text="最近 30 分钟里被叫到的人，平均等了多久。", numerator="他们等候的分钟数之和", denominator="叫号次数",
             left_out="午休的时间", note="" if now["calls"] or not people else "这段时间没有叫号"),
        make("open", "开放窗口", "个", now["open"] if windows else None, pl.col("open"), "", above=now["open"],
             below=now["planned"], text="此刻开着的窗口；暂停不满 15 分钟的仍算开着。", numerator="开着的窗口",
             denominator="此刻计划开的窗口", note=f"计划 {now['planned']} 个"),
        make("saturation", "业务饱和度", "%",
             _percent(now["busy"], now["open_minutes"]) if windows and people else None,
             _ratio("busy", "open_minutes") * 100, "", above=now["busy"], below=now["open_minutes"],
             sample=now["open_minutes"], enough=OPEN_ENOUGH,
             text="最近 60 分钟里，开着的窗口有多少时间在办理业务。", numerator="办理业务的分钟数",
             denominator="窗口开着的分钟数"),
        make("staff", "在岗人数", "人", now["there"] if fresh.get("attendance") else None, pl.col("there"), "",
             above=now["there"], below=duty, text="此刻在岗的人数；只数此刻排了班的人。", numerator="其中在岗的人",
             denominator="此刻排班的人", note=f"排班 {duty} 人" + _missing(duty - now["there"], fresh)),
        make("devices", "在线设备", "台", on if machines.height and "device_states" in fresh else None, None, "",
             above=on, below=machines.height, text="此刻在线的设备；从来没有报告过状态的按离线算。",
             numerator="在线的设备", denominator="在用的设备",
             note=f"在用 {machines.height} 台，离线 {machines.height - on} 台" if machines.height else "没有登记设备"),
    )  # fmt: skip


def day_numbers(known: Standing) -> tuple[Quantity, ...]:
    """Tickets, waits, losses, windows and people over the day so far; over the whole of it where it is past."""
    day, here = known.day, known.records.reaches
    people, windows, plans = "tickets" in here, "window_sessions" in here, "window_plan" in here
    make = _Making(known, "day", known.usual_day)
    rostered = day["rostered"] if "roster" in here and "attendance" in here else None
    return (
        make("taken", "取号", "人", day["taken"] if people else None, pl.col("taken"), "",
             text="这一天来取号的人数；转到别的队列重新取的号不再计。", numerator="取的号",
             left_out="测试号、空号、两分钟内退回的号"),
        make("day_wait", "平均等候", "分钟", _per(day["wait"], day["calls"]) if people else None,
             _ratio("wait", "calls"), "down", above=day["wait"], below=day["calls"], enough=CALLS_ENOUGH,
             text="被叫到的人平均等了多久。", numerator="他们等候的分钟数之和", denominator="叫号次数",
             left_out="午休的时间"),
        make("p90", "90% 的人等候不超过", "分钟", day["p90"] if people else None, pl.col("p90"), "down",
             below=day["calls"], sample=day["calls"], enough=CALLS_ENOUGH,
             text="把所有等候从短到长排，第 90% 位的那一个。", denominator="叫号次数",
             note="" if day["longest"] is None or not people else f"最长 {day['longest']:.0f} 分钟"),
        make("lost", "弃号过号率", "%", _percent(day["lost"], day["came_up"]) if people else None,
             _ratio("lost", "came_up") * 100, "down", above=day["lost"], below=day["came_up"], enough=PEOPLE_ENOUGH,
             text="没有办成就走了的，和叫到却不在的。", numerator="弃号与过号", denominator="叫到的与弃号的"),
        make("opened", "开窗率", "%", _percent(day["open_planned"], day["planned"]) if windows and plans else None,
             _ratio("open_planned", "planned") * 100, "up", above=day["open_planned"], below=day["planned"],
             text="计划开窗的时间里，窗口真正开着的有多少。", numerator="其中开着的分钟数",
             denominator="计划开窗的分钟数"),
        make("day_saturation", "业务饱和度", "%", _percent(day["busy"], day["open"]) if windows and people else None,
             _ratio("busy", "open") * 100, "", above=day["busy"], below=day["open"], sample=day["open"],
             enough=OPEN_ENOUGH, text="开着的窗口有多少时间在办理业务。", numerator="办理业务的分钟数",
             denominator="窗口开着的分钟数"),
        make("attended", "在岗率", "%", None if rostered is None else _percent(day["attended"], rostered),
             _ratio("attended", "rostered") * 100, "up", above=day["attended"], below=day["rostered"],
             text="排班的时间里，人真正在岗的有多少。", numerator="其中在岗的分钟数", denominator="排班的分钟数"),
    )  # fmt: skip


@dataclass(frozen=True)
class _Making:
    """Makes the quantities of one kind."""

    known: Standing
    kind: str
    past: pl.DataFrame

    def __call__(
        self, key: str, title: str, unit: str, value: float | None, usual: pl.Expr | None, better: Better, *,
        text: str, numerator: str = "", denominator: str = "", left_out: str = "", above: float | None = None,
        below: float | None = None, sample: float | None = None, enough: int = 0, note: str = "",
    ) -> Quantity:  # fmt: skip
        known, told = self.known, value is not None
        at = known.at - dt.timedelta(microseconds=1) if known.whole else known.at
        params = {"hall": known.records.hall_id, "day": f"{known.records.day}", "at": f"{at:%H:%M:%S}", "number": key}
        return Quantity(
            key=key,
            title=title,
            value=value,
            unit=unit,
            definition=Definition(text, numerator, denominator, left_out=left_out, version=VERSION),
            period=self._period(),
            comparisons=() if usual is None else (self._compared(usual),),
            better=better,
            numerator=above if told else None,
            denominator=below if told else None,
            sample=(below if sample is None else sample) if told and enough else None,
            enough=enough,
            as_of=min(known.records.reaches.get("tickets", known.at), known.at),
            rows=RowsKey(ROWS, tuple(params.items())),
            note=note,
        )

    def _period(self) -> str:
        day = f"{self.known.records.day:%Y-%m-%d}"
        if self.kind == "now":
            return f"{day} {self.known.at:%H:%M}"
        return day if self.known.whole else f"{day} 截至 {self.known.at:%H:%M}"

    def _compared(self, usual: pl.Expr) -> Comparison:
        values = self.past.select(usual.cast(pl.Float64).alias("value"))["value"].drop_nulls().drop_nans()
        median = values.median() if len(values) >= LEAST else None
        when = "同一时刻" if self.kind == "now" else "" if self.known.whole else "同一时刻为止"
        return Comparison(USUAL, _float(median), f"此前 {len(values)} 个同类日{when}的中位数")


def _missing(people: int, fresh: Mapping[str, bool]) -> str:
    return f"，缺 {people} 人" if people > 0 and fresh.get("attendance") else ""


def _per(above: float, below: float) -> float | None:
    """A quotient; nothing is no number."""
    return above / below if below else None


def _percent(above: float, below: float) -> float | None:
    return above / below * 100 if below else None


def _ratio(above: str, below: str) -> pl.Expr:
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below))


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
