"""The cards of 指标目录: state now, thresholds, the last 30 days; what can be chosen; how it stands as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from alerts.definition import GROUPS, LEVELS
from alerts.document import cadence_said, thresholds_said
from alerts.thresholds import EDGE_NAMES
from cockpit.board import indicators as board
from cockpit.board.indicator_month import DAYS, Month
from cockpit.board.indicators import Card, Kind, Now
from cockpit.board.quantity import Level
from cockpit.web import filters, marks, widgets, words
from cockpit.web.escaped import escape
from cockpit.web.opened import Opened

ALL = "all"
#: What of the catalogue is shown.
WHICH = {ALL: "全部", "firing": "正在报警", "unknown": "没有数据", "ailing": "运行异常"}
#: The indicator whose definition and thresholds are open, in the address.
OPEN = "open"
#: Without an evaluation for so many minutes the states are no longer those of now.
LATE_MINUTES = 15
_WORDS = {
    Kind.NEVER: "尚未判定",
    Kind.OUTSIDE: "由全市判定",
    Kind.WAITING: "今天尚未判定",
    Kind.NO_DATA: "没有数据",
    Kind.SHUT: "没有读数",
    Kind.AILING: "运行异常",
}


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        page: who looks, at which data.
        cards: every indicator.
        shown: those that were chosen.
        address: the choices as they stand in the address, for links that keep them.
    """

    page: Opened
    cards: list[Card]
    shown: list[Card]
    address: Mapping[str, str]


def chosen(page: Opened) -> View:
    """The filters, and what they leave."""
    found = filters.bar(
        filters.Choice("group", "类别", {ALL: "全部类别"} | {str(key): title for key, title in GROUPS.items()}),
        filters.Choice("now", "现在", WHICH, remembered=False),
    )
    cards = board.cards(page.folder, page.viewer, page.now)
    group = found["group"]
    wanted = [one for one in cards if group in (ALL, one.definition.group) and _is(one.now, found["now"])]
    return View(page, cards, wanted, {key: value for key, value in found.items() if value != ALL})


def overall(view: View) -> None:
    """How the catalogue stands, and what a reader must know first."""
    known = [one.now for one in view.cards if one.now.at is not None]
    if not any(one.now.kind is not Kind.NEVER for one in view.cards if one.now.kind is not Kind.OUTSIDE):
        widgets.notice(board.NEVER_SAID, "warn")
    elif known:
        last = max(now.at for now in known if now.at is not None)
        late = (view.page.now - last).total_seconds() / 60
        if late > LATE_MINUTES:
            widgets.notice(
                f"最近一次判定在 {words.clock(last, view.page.now.date())}（{words.age(late)}），下面是那时的状态；"
                "请检查判定程序是否在运行。",
                "warn",
            )
    ailing = [one.definition.name for one in view.cards if one.now.kind is Kind.AILING]
    if ailing:
        names = "、".join(ailing[:5]) + ("等" if len(ailing) > 5 else "")
        widgets.notice(f"{names} {len(ailing)} 个指标最近一次没有读出来，级别停在上一次；其他指标照常判定。", "fail")
    counts = {level: sum(one.now.firing.get(level, 0) for one in view.cards) for level in (3, 2, 1)}
    firing = sum(bool(one.now.alerts) for one in view.cards)
    levels = "".join(
        f"<li>{marks.level(board.SHOWN[level], f'{LEVELS[level]} {words.number(count)} 处')}</li>"
        for level, count in counts.items()
        if count
    )
    said = f"{len(view.cards)} 个指标，{firing} 个正在报警。"
    note = (
        "核酸检测、人流高峰、业务饱和三项（34、1、9）见于原系统的公开报道，其余是本产品自己的设计；"
        "各项出处写在“依据与明细”里。"
    )
    widgets.panel("现在", f'<ul class="ck-levels"><li>{said}</li>{levels}</ul>', note)


def groups(view: View) -> None:
    """The cards, by group."""
    if not view.shown:
        widgets.empty("没有符合条件的指标；请换一个类别，或把“现在”改为“全部”。")
    for key, title in GROUPS.items():
        mine = [one for one in view.shown if one.definition.group == key]
        if mine:
            cards = "".join(_card(one, view) for one in mine)
            widgets.panel(f"{title}（{len(mine)}）", f'<div class="ck-cards">{cards}</div>')


def state(now: Now) -> str:
    """The state now as marks: level and word, and beside it that it could not be read."""
    worst = max((level for level, count in now.firing.items() if count), default=0)
    if worst:
        fires = marks.level(now.level, f"{LEVELS[worst]} {words.number(now.firing[worst])} 处")
        return fires + (marks.level(Level.NO_DATA, _WORDS[Kind.AILING]) if now.kind is Kind.AILING else "")
    dark = now.read.get("no_data", 0) if now.kind is Kind.CALM else 0
    also = marks.level(Level.NO_DATA, f"{words.number(dark)} 处没有数据") if dark else ""
    return marks.level(now.level, _WORDS.get(now.kind, "")) + also


def state_said(now: Now, today: datetime) -> str:
    """The state now in a sentence."""
    at = "" if now.at is None else f"判定于 {words.clock(now.at, today.date())}"
    if now.kind is Kind.NEVER:
        return "判定程序还没有运行过，不知道现在怎样。"
    if now.kind is Kind.OUTSIDE:
        return "地点不在您负责的范围内，由看全市的人查看。"
    if now.kind is Kind.WAITING:
        return f"上次{at}；级别不跨天。"
    fires = "、".join(f"{LEVELS[level]} {now.firing[level]} 处" for level in (3, 2, 1) if now.firing.get(level))
    parts = [fires]
    parts += [f"{now.pending} 处达到阈值，还在观察" if now.pending else ""]
    parts += [f"{now.recovering} 处正在恢复" if now.recovering else ""]
    if now.kind is Kind.AILING:
        parts.insert(0, "最近一次没有读出来，停在上一次")
    elif now.kind is Kind.SHUT:
        parts.append("此刻没有要判定的地点")
    else:
        told = (
            ("value", "处有读数"),
            ("insufficient", "处样本不足"),
            ("no_data", "处没有数据"),
            ("held", "处暂停判定"),
        )
        parts += [f"{words.number(now.read[name])} {said}" for name, said in told if now.read.get(name)]
    return "，".join([*filter(None, parts), at])


def month_said(month: Month) -> str:
    """The last 30 days in a sentence."""
    if not month.alerts:
        return f"{DAYS} 天没有报警记录"
    yellow, orange, red = month.levels
    lasted = "都还没有恢复" if month.minutes is None else f"持续中位 {words.minutes(month.minutes)}"
    return f"{DAYS} 天报警 {words.number(month.alerts)} 次（黄 {yellow}、橙 {orange}、红 {red}），{lasted}"


def useful_said(month: Month) -> str:
    """How often its alerts were worth it, as people judged."""
    if month.useful is None:
        return "有用率：还没有人判断"
    return f"有用率：{words.percent(month.useful)}（{month.judged} 件已判断）"


def _is(now: Now, which: str) -> bool:
    if which == "firing":
        return now.alerts > 0
    if which == "unknown":
        return now.kind in board.UNKNOWN
    return which == ALL or now.kind is Kind.AILING


def _card(card: Card, view: View) -> str:
    one = card.definition
    changed = "、".join(EDGE_NAMES[edge] for edge in card.changed)
    marked = f' <b class="ck-changed">已调整：{changed}</b>' if changed else ""
    marked += f' <b class="ck-changed">另有 {card.elsewhere} 处单独调整</b>' if card.elsewhere else ""
    link = filters.address("/indicators", **view.address, open=one.id)
    limits = f"{thresholds_said(one, card.thresholds)}（{one.unit}）"
    return (
        f'<article class="ck-indicator {card.now.level.value}" id="{one.id}">'
        f'<h3><span class="ck-number">{one.number}</span>{escape(one.name)}</h3>'
        f'<p class="ck-state">{state(card.now)}</p>'
        f"<p>{escape(state_said(card.now, view.page.now))}</p>"
        f'<p class="ck-limits"><span>黄 / 橙 / 红：{escape(limits)}</span>{marked}</p>'
        f"{_month(card)}"
        f'<p class="ck-more"><span>{escape(cadence_said(one).partition("（")[0])}</span>'
        f'<a href="{escape(link)}" target="_self">依据与明细 ›</a></p></article>'
    )


def _month(card: Card) -> str:
    """The last 30 days; nothing where nobody knows of them."""
    if card.now.kind in (Kind.NEVER, Kind.OUTSIDE) and not card.month.alerts:
        return ""
    days = [(day.date, day.yellow, day.orange, day.red) for day in card.month.days]
    said = month_said(card.month)
    return f"{marks.days(days, said)}<p>{escape(said)}</p><p>{escape(useful_said(card.month))}</p>"


def opened_id() -> str:
    """The indicator that the address opens; "" = none."""
    return st.query_params.get(OPEN, "")
