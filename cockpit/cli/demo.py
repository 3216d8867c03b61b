"""The demo city: built through the same gate as anybody's records, and fed on as time passes."""

from __future__ import annotations

import datetime as dt
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cockpit import clock
from cockpit.cli.frame import REFUSED, DataOption, JsonOption, data_folder, day_bar, refusing, settings_for
from cockpit.cli.intake import show_result
from cockpit.demo.building import Building, plan_build, sole, summed
from cockpit.demo.feeding import Feed
from cockpit.demo.stopping import Stop, Stopped
from cockpit.intake.counting import BatchResult
from cockpit.intake.privacy import masked

HALLS, DAYS, SEED = 82, 400, 7
_LEAST_HALLS, _MOST_DAYS = 3, 1100
_EARLIEST = dt.date(2000, 1, 1)
BEHIND = 10
"""How much lower the priority of a feed is than that of the pages people look at."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="建立演示城市（数据均为虚构），经由同一道入口检查导入；--live 让它随时间继续。")(demo)


def demo(
    halls: Annotated[int, typer.Option("--halls", min=_LEAST_HALLS, max=HALLS, help="大厅数")] = HALLS,
    days: Annotated[int, typer.Option("--days", min=1, max=_MOST_DAYS, help="天数")] = DAYS,
    until: Annotated[
        str | None, typer.Option("--until", help="最后一天，如 2026-10-12；缺省为今天，续建时为原来的最后一天")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子；相同种子得到相同的行")] = SEED,
    live: Annotated[bool, typer.Option("--live", help="建好后随时间继续送入新数据，直到按 Ctrl+C")] = False,
    speed: Annotated[
        float, typer.Option("--speed", min=1, max=3600, help="配合 --live：追上此刻以前，城市的时间走得多快")
    ] = 1.0,
    latest_first: Annotated[
        int | None,
        typer.Option("--latest-first", min=1, metavar="N", help="先建最近 N 天；有 --live 时其余在后台补"),
    ] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Build the demo city through the real import."""
    with refusing():
        day = _last_day(until, days, settings_for(data).city.timezone)
        if speed != 1 and not live:
            raise typer.BadParameter("--speed 只与 --live 一起使用；请加上 --live。")
        with data_folder(data, create=True) as folder:
            plan = plan_build(
                folder, halls=halls, days=days, seed=seed, now=clock.now(), until=day, latest_first=latest_first
            )
            nothing_to_do = plan.complete and not live
            if nothing_to_do:
                result = summed([])
            else:
                with sole(folder):
                    # Read anew: whoever built before us may have gone on meanwhile.
                    plan = plan_build(
                        folder, halls=halls, days=days, seed=seed, now=clock.now(), until=day, latest_first=latest_first
                    )
                    result = _fed(Building(folder, plan, Stop()), speed) if live else _built(Building(folder, plan))
    if json or result.batch_id is not None:
        show_result(result, json)
    elif nothing_to_do:
        typer.echo(f"演示城市已经建好，至 {plan.last_day}，没有改动；加上 --live 可让它随时间继续。")
    else:
        typer.echo("已按要求停止；这期间没有新的数据，再次执行即从停下的地方继续。")


def _built(building: Building) -> BatchResult:
    try:
        with day_bar("演示城市") as show:
            building.build(show)
    except KeyboardInterrupt:
        typer.echo("已按要求中断；建好的日子都在，用同样的参数再执行一次，就从停下的地方接着建。", err=True)
        raise typer.Exit(REFUSED) from None
    return building.result


def _fed(building: Building, speed: float) -> BatchResult:
    """Build what is needed before anything is shown, then feed; Ctrl+C or SIGTERM ends it after the current batch."""
    stop = building.stop
    before = [(sign, signal.signal(sign, stop)) for sign in (signal.SIGTERM, signal.SIGINT)]
    try:
        with suppress(Stopped):
            with day_bar("演示城市") as show:
                building.build(show, shown_only=True)
            if not stop.asked:
                _step_back()
                Feed(building, clock.now, _tell, speed).run()
    finally:
        for sign, handler in before:
            signal.signal(sign, handler)
    return building.result


def _tell(sentence: str) -> None:
    typer.echo(masked(sentence), err=True)


def _step_back() -> None:
    """Lower the priority of this process with all its threads: whoever looks at pages comes first."""
    with suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(task.name), BEHIND)


def _last_day(text: str | None, days: int, timezone: str) -> dt.date | None:
    if text is None:
        return None
    today = clock.now().astimezone(ZoneInfo(timezone)).date()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--until {text} 不是日期；请写成 2026-10-12。") from None
    if day > today:
        raise typer.BadParameter(f"--until {text} 晚于今天 {today}；请写今天或以前的日期。")
    if day - dt.timedelta(days=days - 1) < _EARLIEST:
        raise typer.BadParameter(f"--until {text} 往前 {days} 天早于 {_EARLIEST}；请写近一些的日期或少一些的天数。")
    return day
