"""What every command shares: the data folder, machine-readable answers, one-line errors, exit codes."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from cockpit.demo.building import DaysIn, Report
from cockpit.errors import CockpitError
from cockpit.intake.draft import Observer
from cockpit.intake.privacy import masked
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings, load_settings

DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="数据目录（也可用 COCKPIT_DATA_DIR；缺省见 config.toml）")
]
JsonOption = Annotated[bool, typer.Option("--json", help="在标准输出只打印一个 JSON 文档")]
ByOption = Annotated[str | None, typer.Option("--by", help="经办人，写入审计；缺省为当前系统账号")]

#: Exit code of what was refused or failed; nothing is then half done.
REFUSED = 1
STEPS = {
    "read": "读取",
    "judged": "已逐行检查",
    "merged": "合并",
    "written": "写入",
    "before head": "提交",
    "after head": "完成",
    "rewritten": "整理",
}


def settings_for(data: Path | None) -> Settings:
    """Settings with the data folder that the command line names."""
    return load_settings() if data is None else load_settings(data_dir=data)


@contextmanager
def data_folder(data: Path | None, *, create: bool = False) -> Iterator[DataFolder]:
    """The data folder that a command works on."""
    folder = open_folder(settings_for(data), create=create)
    try:
        yield folder
    finally:
        folder.close()


@contextmanager
def refusing() -> Iterator[None]:
    """Errors meant for people become one line on stderr and exit code 1."""
    try:
        yield
    except CockpitError as error:
        typer.echo(masked(error.sentence), err=True)
        raise typer.Exit(REFUSED) from None
    except KeyboardInterrupt:
        typer.echo("已按要求中断；未提交的改动全部撤回。", err=True)
        raise typer.Exit(REFUSED) from None


@contextmanager
def progress(title: str) -> Iterator[Observer]:
    """A line that shows what is going on, where stderr is a terminal; silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)

        def show(step: str) -> None:
            kind = next((kind for kind in STEPS if step.startswith(kind)), step)
            bar.update(task, description=f"{title}：{STEPS.get(kind, kind)} {step.removeprefix(kind).strip()}")

        yield show


@contextmanager
def day_bar(title: str) -> Iterator[Report]:
    """A bar that fills with the days that are in, and says how long it will still take; silent where no terminal is."""
    if not sys.stderr.isatty():
        yield lambda days: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} 天，{task.fields[rows]:,} 行"),
        TimeElapsedColumn(),
        TextColumn("还需"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bar:
        task = bar.add_task(title, total=1, rows=0)

        def show(days: DaysIn) -> None:
            doing = f"{title}：{days.doing.first} 至 {days.doing.last}" if days.doing else title
            bar.update(task, completed=days.done, total=days.days, description=doing, rows=days.rows)

        yield show


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)


def print_json(document: Any) -> None:  # noqa: ANN401 (any JSON document)
    """The one JSON document of a machine-readable answer."""
    typer.echo(json.dumps(document, ensure_ascii=False, default=_as_text))
