"""The windows of a hall as a seating plan, as HTML: every window a tile, its state by colour, by sign and by word.

Whatever comes from the data is escaped here, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from cockpit.web import words
from cockpit.web.escaped import escape


@dataclass(frozen=True)
class State:
    """What a window is doing.

    Attributes:
        word: what people read.
        sign: its shape, so that colour is never the only sign.
    """

    word: str
    sign: str


STATES: Mapping[str, State] = {
    "serving": State("办理中", "●"),
    "idle": State("空闲", "○"),
    "pause": State("暂停", "‖"),
    "missing": State("计划开窗未开", "▲"),
    "shut": State("未开窗", "–"),
    "opened": State("开过窗", "●"),
    "no_data": State("无数据", "?"),
}


def seating(seats: pl.DataFrame, *, whole: bool) -> str:
    """The plan: windows by service group, and how many are in each state.

    Args:
        seats: windows, as `cockpit.board.hall.HallPage.seats`.
        whole: whether a whole day is shown, and no moment.
    """
    groups = "".join(
        f'<section class="ck-seats"><h3>{escape(str(name))}</h3><ul>{"".join(map(_Tile(whole), group.to_dicts()))}'
        "</ul></section>"
        for (name,), group in seats.partition_by("service_group", as_dict=True, maintain_order=True).items()
    )
    return f'<p class="ck-seat-key">{_counts(seats)}</p>{groups}'


def _counts(seats: pl.DataFrame) -> str:
    counts = dict(seats["state"].value_counts().iter_rows())
    return "".join(
        f'<span class="ck-seat-state {state}"><i aria-hidden="true">{said.sign}</i>{said.word} {counts[state]}</span>'
        for state, said in STATES.items()
        if counts.get(state)
    )


class _Tile:
    """Draws one window."""

    def __init__(self, whole: bool) -> None:  # noqa: FBT001
        self._whole = whole

    def __call__(self, seat: Mapping[str, Any]) -> str:
        state = STATES[seat["state"]]
        tidal = '<b class="ck-tidal">潮汐</b>' if seat["is_tidal"] else ""
        lines = [self._who(seat), *([] if self._whole else [self._what(seat)]), self._done(seat)]
        said = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
        return (
            f'<li class="ck-seat {seat["state"]}"><p class="ck-seat-name"><span>{escape(_name(seat))}</span>{tidal}</p>'
            f'<p class="ck-seat-state {seat["state"]}"><i aria-hidden="true">{state.sign}</i>{state.word}</p>'
            f"{said}</li>"
        )

    def _who(self, seat: Mapping[str, Any]) -> str:
        return f"人员 {seat['staff_id']}" if seat["staff_id"] and not self._whole else ""

    @staticmethod
    def _what(seat: Mapping[str, Any]) -> str:
        since = seat["since"]
        if not isinstance(since, datetime):
            return ""
        if seat["state"] == "serving":
            what = seat["item"] or "事项未登记"
            return f"{seat['ticket_no'] or ''} {what}，{since:%H:%M} 起".strip()
        return f"{since:%H:%M} 起"

    def _done(self, seat: Mapping[str, Any]) -> str:
        if seat["state"] == "no_data" or (not seat["open"] and not seat["served"]):
            return ""
        share = seat["busy"] / seat["open"] * 100 if seat["open"] else None
        today = "当天" if self._whole else "今天"
        return f"{today}办理 {words.number(seat['served'])} 人，饱和度 {words.percent(share)}"


def _name(seat: Mapping[str, Any]) -> str:
    return str(seat["name"] or seat["window_id"])
