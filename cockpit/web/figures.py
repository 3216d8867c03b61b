"""One way to show a number: large, with its target and comparisons, and one click away from all that stands behind it.

What stands behind it opens in place: definition, numerator and denominator, how far the data reach, and the rows, which
are read only when somebody opens it. It works by keyboard (Escape closes it) and on a phone, where it takes the lower
part of the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from cockpit.board.quantity import Comparison, Quantity, RowsKey
from cockpit.board.sheet import Sheet
from cockpit.errors import CockpitError
from cockpit.web import marks, tables, words
from cockpit.web.escaped import escape

#: Reads the rows behind a number; may raise a `CockpitError`.
Reads = Callable[[RowsKey], Sheet]
#: Gives the address at which the same rows are downloaded.
Links = Callable[[RowsKey], str]
BEHIND = "依据与明细"
CLOSE = "关闭"
#: Rows drawn in what opens; the whole is in the workbook.
ROWS = 20


def figures(
    shown: Sequence[Quantity], key: str, *, reads: Reads | None = None, links: Links | None = None, small: bool = False
) -> None:
    """Large numbers in a row, each with what stands behind it.

    Args:
        shown: the numbers.
        key: ASCII name of the row, unique on the page.
        reads: reads the rows behind a number; None = no rows are shown.
        links: address of the rows as a workbook; None = no download.
        small: whether to tell large counts in 万.
    """
    with st.container(key=f"figures-{key}"):
        for quantity in shown:
            with st.container(key=f"figure-{key}-{quantity.key}"):
                st.html(card(quantity, small=small))
                behind(quantity, key, reads=reads, links=links)


def behind(quantity: Quantity, key: str, *, reads: Reads | None = None, links: Links | None = None) -> None:
    """The button that opens what stands behind a number, for numbers that are not shown by `figures`.

    Args:
        quantity: the number.
        key: ASCII name of the place, unique on the page together with the number's own.
        reads: reads the rows behind it; None = no rows are shown.
        links: address of the rows as a workbook; None = no download.
    """
    name = f"behind-{key}-{quantity.key}"
    opened = st.popover(BEHIND, type="tertiary", key=name, on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.html(explained(quantity))
        if quantity.rows is not None and reads is not None:
            _rows(quantity.rows, reads, links)
        st.button(CLOSE, key=f"close-{name}", on_click=_close, args=(name,))


def card(quantity: Quantity, *, small: bool = False) -> str:
    """A number as a card: title, value, target, comparisons, note."""
    target = quantity.target.value if quantity.target else None
    digits, unit = words.parts(quantity.value, quantity.unit, small_space=small, against=target)
    kind = "ck-value" if quantity.value is not None else "ck-value none"
    lines = [_target(quantity), *(_comparison(quantity, comparison) for comparison in quantity.comparisons)]
    if quantity.small and quantity.sample is not None:
        lines.insert(0, f'<p class="ck-sub few">{escape(words.few(quantity.sample))}</p>')
    if quantity.note or not any(lines):
        lines.append(f'<p class="ck-sub">{escape(quantity.note)}</p>')
    level = marks.level(quantity.level) if quantity.level else ""
    return (
        f'<div class="ck-figure"><p class="ck-name"><span>{escape(quantity.title)}</span>{level}</p>'
        f'<p class="{kind}">{escape(digits)}<small>{escape(unit)}</small></p>{"".join(lines)}</div>'
    )


def explained(quantity: Quantity) -> str:
    """What a number means and is made of, as a list of names and words."""
    definition = quantity.definition
    target = quantity.target.value if quantity.target else None
    pairs = [
        ("数值", words.amount(quantity.value, quantity.unit, against=target)),
        ("时段", quantity.period),
        ("分子", _counted(definition.numerator, quantity.numerator)),
        ("分母", _counted(definition.denominator, quantity.denominator)),
        ("算法", definition.formula),
        ("不计入", definition.left_out),
        ("样本", "" if quantity.sample is None else _sample(quantity, quantity.sample)),
        ("目标", _target_words(quantity)),
        *(
            (comparison.name, f"{_difference(quantity, comparison)}（{_base(quantity, comparison)}）")
            for comparison in quantity.comparisons
        ),
        ("数据截至", words.NO_DATA if quantity.as_of is None else f"{quantity.as_of:%Y-%m-%d %H:%M}"),
        ("定义版本", definition.version),
    ]
    body = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in pairs if said)
    said = f"<p>{escape(definition.text)}</p>" if definition.text else ""
    return f'<section class="ck-behind"><h3>{escape(quantity.title)}</h3>{said}<dl>{body}</dl></section>'


def _rows(key: RowsKey, reads: Reads, links: Links | None) -> None:
    try:
        sheet = reads(key)
    except CockpitError as error:
        st.html(f'<div class="ck-notice fail" role="alert"><p>{escape(error.sentence)}</p></div>')
        return
    note = f'<p class="ck-note">{escape(sheet.note)}</p>' if sheet.note else ""
    body = tables.shown(sheet, rows=ROWS, link=links(key) if links else None)
    st.html(f'<section class="ck-behind"><h3>{escape(sheet.title)}</h3>{note}{body}</section>')


def _close(name: str) -> None:
    st.session_state[name] = False


def _target_words(quantity: Quantity) -> str:
    if quantity.target is None:
        return ""
    value = quantity.target.value
    digits = words.number(value, 0 if float(value).is_integer() else 1)
    unit = quantity.unit if quantity.unit in {"", "%"} else f" {quantity.unit}"
    sign = "≥" if quantity.target.direction == "at_least" else "≤"
    source = f"（{quantity.target.source}）" if quantity.target.source else ""
    return f"{sign} {digits}{unit}{source}"


def _target(quantity: Quantity) -> str:
    if quantity.target is None:
        return ""
    verdicts: dict[bool | None, tuple[str, str]] = {True: ("met", "达标"), False: ("missed", "未达标"), None: ("", "")}
    tone, verdict = verdicts[quantity.met]
    said = f'<span class="ck-verdict {tone}">{verdict}</span>' if verdict else ""
    return f'<p class="ck-sub">目标 {escape(_target_words(quantity))} {said}</p>'


def _comparison(quantity: Quantity, comparison: Comparison) -> str:
    """One comparison in a line; good or bad only where the number has a better way, and then by a word's sign too."""
    difference = quantity.difference(comparison)
    tone: Literal["", "good", "bad"] = ""
    said = _difference(quantity, comparison)
    if difference and quantity.better and said != words.UNCHANGED:
        tone = "good" if (difference > 0) == (quantity.better == "up") else "bad"
    arrow = "" if difference is None or said == words.UNCHANGED else ("▲" if difference > 0 else "▼")
    sign = f'<i aria-hidden="true">{arrow}</i>' if arrow else ""
    return f'<p class="ck-sub">{escape(comparison.name)} <span class="ck-diff {tone}">{sign}{escape(said)}</span></p>'


def _difference(quantity: Quantity, comparison: Comparison) -> str:
    difference = quantity.difference(comparison)
    if difference is None:
        if _awaited(quantity, comparison):
            return words.COUNTING
        return words.NO_DATA if quantity.value is None or comparison.base is None else "基数为 0，不可比"
    return words.points(difference) if quantity.unit == words.PERCENT else words.relative(difference)


def _awaited(quantity: Quantity, comparison: Comparison) -> bool:
    """Whether there is nothing to compare with only because it has not been counted yet."""
    return comparison.counting and comparison.base is None and quantity.value is not None


def _base(quantity: Quantity, comparison: Comparison) -> str:
    known = words.COUNTING if _awaited(quantity, comparison) else words.amount(comparison.base, quantity.unit)
    return f"{comparison.of} {known}".strip()


def _counted(what: str, value: float | None) -> str:
    if value is None:
        return what
    whole = float(value).is_integer()
    return f"{what + '：' if what else ''}{words.number(value, 0 if whole else 1)}"


def _sample(quantity: Quantity, sample: float) -> str:
    return words.few(sample) + f"，不足 {quantity.enough} 不作判断" if quantity.small else words.number(sample)
