"""运行总览: how the city's halls run now, how old that is, what came in and what was refused."""

import shlex

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.web import installed, overview_parts, who, widgets
from cockpit.web.reading import read_overview

settings = installed.settings()

NOTHING_YET = "还没有任何数据。可以先建立演示城市看看，也可以直接导入自己的文件："
PLACE = f"--data {shlex.quote(str(settings.data_dir))}"
COMMANDS = (f"python -m cockpit demo {PLACE}", f"python -m cockpit import {PLACE} 导入方案 文件…")


@st.fragment(run_every=settings.web.refresh_seconds)
def page() -> None:
    """The whole page; drawn anew every few seconds, put together anew only when the data or the minute change."""
    try:
        view = read_overview(who.viewer())
    except CockpitError as error:
        widgets.header("运行总览", "政务服务驾驶舱", "不可用", "old", ["数据打不开"])
        widgets.failed(error.sentence)
        return
    if view is None or view.empty:
        widgets.header("运行总览", f"政务服务驾驶舱 · {settings.city.name}", "尚无数据", "old", ["等待第一次导入"])
        widgets.empty(NOTHING_YET, COMMANDS)
        return
    overview_parts.head(view)
    overview_parts.warnings(view, settings.web.stale_minutes)
    if view.moment:
        overview_parts.city_figures(view)
        overview_parts.day_course(view.course, view.moment)
        overview_parts.hall_table(view.halls)
    overview_parts.import_table(view.imports, view.shown_at.date())
    overview_parts.quarantine_panel(view.quarantine)


page()
