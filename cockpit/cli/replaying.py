"""The command replay: the past evaluated again, with other thresholds, against what really went wrong."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from alerts.catalogue import catalogue
from alerts.deeds import JUDGED, usefulness
from alerts.definition import LEVELS
from alerts.incidents import Closing
from alerts.thresholds import EDGE_NAMES, ThresholdChange
from cockpit import clock
from cockpit.cli.frame import DataOption, JsonOption, data_folder, print_json, progress, refusing
from cockpit.cli.warning import MET, moment
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.watch.replay import Replay
from cockpit.watch.scoring import Score, scored
from cockpit.watch.suggesting import LEVEL_OF, Suggestion, suggested
from cockpit.watch.thresholds import checked, edge_of, named
from cockpit.watch.told import Told, told

_EXAMPLE = "wait_avg.yellow=18"
_BEGINNING = "回放之前的级别不知道：早已存在的情况，在第一次判定时也算作新的报警。"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay", help="回放：重新判定过去，统计预警次数；可试用别的阈值，与标注的事件对照。")(replay)


def replay(
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="从哪一刻起，如 2026-10-01")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="到哪一刻止；只写日期时包含那一天")],
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID", help="只看这个指标；可写几次")
    ] = None,
    trial: Annotated[
        list[str] | None, typer.Option("--set", metavar="ID.EDGE=N", help=f"试用的阈值，如 {_EXAMPLE}；可写几次")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="EDGE=N", help="建议阈值，使每厅每周的预警不超过 N 次，如 orange=3"),
    ] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Evaluate the past."""
    with refusing(), data_folder(data) as folder, progress("回放") as show:
        first, last = _span(start, end, folder)
        wanted = _budget(budget) if budget else None
        only = [named(name).id for name in indicator] if indicator else None
        known = AlertLog(folder.records.database).thresholds()
        tried = _trial(trial or [], first)
        checked(tried, known)
        past = Replay(folder.lake, folder.lake.snapshot(), first, last, show)
        if wanted and not past.halls():
            raise Refused(f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 没有大厅开门，无从建议阈值；请换一段有记录的日子。")
        found = [_answer(folder, past, known, only)]
        if tried:
            found.append(_answer(folder, past, [*_beside(known, tried), *tried], only))
        advice = _advice(past, known, only, wanted) if wanted else []
        judged, open_halls = _judged(folder, first, last), past.halls()
    document = {"from": first, "to": last, **found[-1].document(judged)}
    if tried:
        document["before"] = found[0].document(judged)
    if advice:
        document["suggestions"] = [vars(one) for one in advice]
    if json:
        print_json(document)
        return
    console = Console()
    console.print(_table(found, first, last))
    typer.echo(_BEGINNING)
    if not open_halls:
        typer.echo("这段时间没有大厅开门，5 分钟一次的指标没有读数；请看看日期，或大厅日历是否已经导入。")
    for line in [*_lines(found[-1].score), *_said_useful(judged, only)]:
        typer.echo(line)
    for one in advice:
        typer.echo(_advised(one))
    if wanted:
        for name in only or []:
            if "hall_id" not in catalogue()[name].grain:
                typer.echo(f"{catalogue()[name].name}：不是大厅的指标，没有每厅每周的预算可算。")


class _Answer:
    def __init__(self, rows: list[Told], score: Score | None) -> None:
        self.rows, self.score = rows, score

    def document(self, judged: dict[str, list[Closing]]) -> dict[str, Any]:
        score = self.score
        return {
            "indicators": [_row(one, score, judged.get(one.indicator, [])) for one in self.rows],
            "score": None if score is None else _score(score),
        }


def _answer(folder: DataFolder, past: Replay, changes: list[ThresholdChange], only: list[str] | None) -> _Answer:
    played = past.play(changes, only)
    return _Answer(told(played), scored(folder.path, past, played))


def _span(start: str, end: str, folder: DataFolder) -> tuple[dt.datetime, dt.datetime]:
    first, last = moment(start, folder.zone, "--from"), moment(end, folder.zone, "--to")
    if len(end.strip()) <= len("2026-10-01"):
        last = dt.datetime.combine(last.date(), dt.time(23, 55), last.tzinfo)
    if last < first:
        raise Refused(f"--to {end} 在 --from {start} 之前；请把两个时间对调。")
    return first, last


def _trial(texts: list[str], at: dt.datetime) -> list[ThresholdChange]:
    found = []
    for text in texts:
        where, _, value = text.partition("=")
        name, _, edge = where.partition(".")
        try:
            number = float(value)
        except ValueError:
            raise Refused(f"--set {text} 看不懂；请写成 {_EXAMPLE} 这样。") from None
        found.append(ThresholdChange(named(name).id, (), edge_of(edge), number, at, "replay", at, "replay"))
    return found


def _beside(known: list[ThresholdChange], tried: list[ThresholdChange]) -> list[ThresholdChange]:
    """What has been changed before, without what is tried instead of it."""
    instead = {(one.indicator, one.edge) for one in tried}
    return [one for one in known if one.place or (one.indicator, one.edge) not in instead]


def _budget(text: str) -> tuple[str, float]:
    edge, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if edge not in LEVEL_OF or number < 0:
        raise Refused(f"--budget {text} 看不懂；请写成 orange=3 这样，级别为 {'、'.join(LEVEL_OF)} 之一。")
    return edge, number


def _advice(
    past: Replay, known: list[ThresholdChange], only: list[str] | None, wanted: tuple[str, float]
) -> list[Suggestion]:
    edge, number = edge_of(wanted[0]), wanted[1]
    names = [name for name, one in catalogue().items() if "hall_id" in one.grain and (only is None or name in only)]
    return [suggested(past, name, edge, number, known, clock.now()) for name in names]


def _judged(folder: DataFolder, first: dt.datetime, last: dt.datetime) -> dict[str, list[Closing]]:
    """How people closed what really was told in this time: indicator → reasons."""
    found: dict[str, list[Closing]] = {}
    for record in AlertLog(folder.records.database).incidents(first):
        incident = record.incident
        if incident.closing in JUDGED and incident.closed_at is not None and incident.closed_at <= last:
            for name in {record.indicator, *(name for name, _ in incident.alerts)}:
                found.setdefault(name, []).append(incident.closing)
    return found


def _said_useful(judged: dict[str, list[Closing]], only: list[str] | None) -> list[str]:
    """How often what was told was worth somebody's while, as far as people have judged it."""
    return [
        f"{catalogue()[name].name}：这段时间由人关闭的 {len(closings)} 起中，属实的占 {usefulness(closings):.0f}%。"
        for name, closings in judged.items()
        if name in catalogue() and (only is None or name in only)
    ]


def _row(one: Told, score: Score | None, judged: list[Closing]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "indicator": one.indicator,
        "alerts": {MET[level]: count for level, count in one.alerts.items()},
        "minutes_median": one.minutes,
        "minutes_longest": one.longest,
        "hall_weeks": [
            {"hall_id": hall, "week": week, **{MET[level]: count for level, count in enumerate(counts, 1)}}
            for (hall, week), counts in one.hall_weeks.items()
        ],
        "readings": one.readings,
        "ailing": one.ailing,
        "judged": len(judged),
        "usefulness": usefulness(judged),
    }
    if score is not None:
        right, labels = score.recall(("weak", "medium", "strong"), one.indicator)
        true, all_ = score.precision(one.indicator)
        found |= {"labels": labels, "labels_seen": right, "incidents": all_, "incidents_true": true}
        found["lead_minutes_median"] = score.lead(one.indicator)
    return found


def _score(score: Score) -> dict[str, Any]:
    seen, labels = score.recall()
    return {
        "labels_medium_strong": labels, "seen": seen, "recall": 100 * seen / labels if labels else None,
        "incidents": len(score.incidents), "false": len(score.false),
        "precision": 100 * (1 - len(score.false) / len(score.incidents)) if score.incidents else None,
        "false_yellow_per_hall_month": score.false_a_month({1}),
        "false_orange_red_per_hall_month": score.false_a_month({2, 3}),
        "lead_minutes_median": score.lead(), "quiet_hall_days": score.quiet_days, "disturbed": score.disturbed,
    }  # fmt: skip


def _table(found: list[_Answer], first: dt.datetime, last: dt.datetime) -> Table:
    both = len(found) > 1
    # Said once above, not in every heading: the table must fit a terminal of 80 columns.
    what = "回放，改前→改后" if both else "回放"
    table = Table(title=f"{first:%Y-%m-%d %H:%M} 至 {last:%Y-%m-%d %H:%M} {what}")
    table.add_column("指标", overflow="fold", min_width=16)
    for name in LEVELS[1:]:
        table.add_column(name, justify="right", overflow="fold")
    for heading in ("持续（中位）", "一厅一周最多橙红"):
        table.add_column(heading, justify="right", overflow="fold")
    before = {one.indicator: one for one in found[0].rows}
    for one in found[-1].rows:
        if one.ailing:
            table.add_row(catalogue()[one.indicator].name, f"没有读出来：{one.ailing}")
            continue
        was = before[one.indicator].alerts
        counts = [f"{was[level]:,}→{count:,}" if both else f"{count:,}" for level, count in one.alerts.items()]
        lasted = "—" if one.minutes is None else f"{one.minutes:,.0f} 分钟"
        table.add_row(catalogue()[one.indicator].name, *counts, lasted, f"{one.most}")
    return table


def _lines(score: Score | None) -> list[str]:
    if score is None:
        return ["没有标注的事件，不计算查全率和误报。"]
    seen, labels = score.recall()
    lead = score.lead()
    return [
        f"标注的中、重事件 {labels} 起，看到 {seen} 起" + (f"（{100 * seen / labels:.1f}%）。" if labels else "。"),
        f"事件 {len(score.incidents)} 起，其中误报 {len(score.false)} 起；每厅每月误报黄 "
        f"{score.false_a_month({1}):.2f} 起，橙红 {score.false_a_month({2, 3}):.2f} 起。",
        *([f"当日事件从发生到第一次预警，中位 {lead:.0f} 分钟。"] if lead is not None else []),
        f"平静的厅日 {score.quiet_days} 个，其中有橙红预警的 {score.disturbed} 个。",
    ]


def _advised(one: Suggestion) -> str:
    name, edge = catalogue()[one.indicator].name, EDGE_NAMES[one.edge]
    if one.value == one.now:
        return f"{name}：{edge} {one.now:g} 已在预算内（每厅每周 {one.alerts_now:.2f} 次）。"
    if one.value is None:
        return f"{name}：{edge} 怎样调都超出预算（现为每厅每周 {one.alerts_now:.2f} 次），请看它的其他条件。"
    return (
        f"{name}：建议 {edge} {one.now:g} → {one.value:g}，每厅每周由 {one.alerts_now:.2f} 次"
        f"减为 {one.alerts_then:.2f} 次。"
    )
