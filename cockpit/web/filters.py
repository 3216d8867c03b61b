"""One bar of filters for all pages; what is chosen stands in the address, so that a view can be sent to somebody.

A page asks for its choices and gets plain values back. An address that names something unknown, or something that this
viewer may not see, falls back to the default with a notice; nothing is said about whether it exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import streamlit as st

from cockpit.plain import plain
from cockpit.web import widgets

#: Remembered between pages of one visit: a hall chosen here is the hall there.
_REMEMBERED = "ck-filters"
_UNKNOWN = "ck-filters-unknown"
_PLACE = "ck-filters-place"
CHANGED = "网址里的{titles}没有这个选项，已改为默认；请在下面重新选择。"


@dataclass(frozen=True)
class Choice:
    """One filter.

    Attributes:
        key: ASCII name, as it stands in the address.
        title: Chinese label.
        options: value and Chinese label of each, in the order shown; the labels must differ from each other.
        default: value where nothing is chosen; "" = the first.
        remembered: whether a choice made on another page of this visit holds here too.
        aside: whether it waits behind 更多条件, because most visits do without it.
    """

    key: str
    title: str
    options: Mapping[str, str]
    default: str = ""
    remembered: bool = True
    aside: bool = False

    @property
    def fallback(self) -> str:
        """The value that holds where nothing is chosen."""
        return self.default if self.default in self.options else next(iter(self.options))

    def said(self, value: str) -> str:
        """What people read for a value; it may come from the data."""
        return plain(self.options[value])


def bar(*choices: Choice) -> dict[str, str]:
    """Draw the bar and return what is chosen: key to value. Call it outside of fragments, before what it filters.

    A choice without options is left out and has no value.
    """
    offered = [choice for choice in choices if choice.options]
    # Two options of one label could not be told apart.
    for choice in offered:
        if len(set(choice.options.values())) < len(choice.options):
            raise ValueError(f"options of {choice.key} share a label")
    place = urlsplit(st.context.url or "").path
    arriving = st.session_state.get(_PLACE) != place
    st.session_state[_PLACE] = place
    chosen = {choice.key: _chosen(choice, arriving=arriving) for choice in offered}
    _say_unknown(offered)
    with st.container(key="filters"):
        for choice in offered:
            if not choice.aside:
                _draw(choice, chosen[choice.key])
        if aside := [choice for choice in offered if choice.aside]:
            used = sum(chosen[choice.key] != choice.fallback for choice in aside)
            with st.popover(f"更多条件（已选 {used} 项）" if used else "更多条件", width="stretch", key="filter-more"):
                for choice in aside:
                    _draw(choice, chosen[choice.key])
    return chosen


def _draw(choice: Choice, value: str) -> None:
    name = _widget(choice.key)
    # The address decides, also when somebody goes back in the browser.
    st.session_state[name] = value
    st.selectbox(
        choice.title,
        options=list(choice.options),
        format_func=choice.said,
        key=name,
        placeholder="请选择",
        on_change=_changed,
        args=(choice.key, choice.fallback),
    )


def address(page: str, **chosen: str) -> str:
    """The address of a page with filters already chosen, for links between pages.

    Args:
        page: its address: / or /hall.
        chosen: key and value of each filter.
    """
    return f"{page}?{urlencode(chosen)}" if chosen else page


def _chosen(choice: Choice, *, arriving: bool) -> str:
    """What the address says, else what was chosen before on another page, else the default.

    On a page that is open already, an address without the filter means the default: somebody went back in the browser.
    """
    said = st.query_params.get(choice.key)
    if said is not None and said not in choice.options:
        st.session_state.setdefault(_UNKNOWN, {})[choice.key] = choice.title
        del st.query_params[choice.key]
        return choice.fallback
    if said is None and choice.remembered and arriving:
        before = st.session_state.get(_REMEMBERED, {}).get(choice.key)
        if before in choice.options and before != choice.fallback:
            st.query_params[choice.key] = before
            said = before
    value = said if said is not None else choice.fallback
    if choice.remembered:
        st.session_state.setdefault(_REMEMBERED, {})[choice.key] = value
    return value


def _say_unknown(offered: list[Choice]) -> None:
    unknown = st.session_state.get(_UNKNOWN, {})
    titles = [unknown[choice.key] for choice in offered if choice.key in unknown]
    if titles:
        widgets.notice(CHANGED.format(titles="、".join(f"“{title}”" for title in titles)), "warn")


def _changed(key: str, fallback: str) -> None:
    """Write what was just chosen into the address; the default needs no place there."""
    value = st.session_state[_widget(key)]
    st.session_state.get(_UNKNOWN, {}).pop(key, None)
    remembered = st.session_state.setdefault(_REMEMBERED, {})
    remembered[key] = value
    if value == fallback:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def _widget(key: str) -> str:
    return f"filter-{key}"
