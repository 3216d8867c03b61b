"""Commands for keeping an installation healthy: doctor, maintain."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cockpit import clock
from cockpit.cli.frame import REFUSED, DataOption, JsonOption, data_folder, print_json, refusing
from cockpit.cli.jobs import job_table
from cockpit.demo.ledger import read_ledger
from cockpit.door.health import door_findings
from cockpit.intake.health import Finding, findings
from cockpit.jobs.health import job_findings
from cockpit.lake.facts import FactStore
from cockpit.lake.folder import DataFolder
from cockpit.lake.maintenance import maintain_folder
from cockpit.watch.message_health import message_findings
from cockpit.watch.months import MonthStore
from metrics.facts.kinds import all_kinds


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("doctor", help="检查这套系统是否健康：数据、磁盘、数据库、隔离区、密钥、工作日、作业、消息。")(doctor)
    app.command("maintain", help="整理数据表：合并小文件，删除不再使用的旧文件，并把各月办件预先汇总好。")(maintain)


def doctor(data: DataOption = None, json: JsonOption = False) -> None:
    """Say whether this installation is healthy."""
    with refusing(), data_folder(data) as folder:
        jobs = job_findings(folder, job_table(folder), clock.now())
        found = [*findings(folder), *door_findings(folder), *jobs, *message_findings(folder), *_demo(folder)]
    if json:
        print_json([vars(finding) for finding in found])
    else:
        table = Table("项目", "状况", "说明")
        for finding in found:
            table.add_row(finding.subject, "正常" if finding.healthy else "注意", finding.sentence)
        Console().print(table)
    if not all(finding.healthy for finding in found):
        raise typer.Exit(REFUSED)


def _demo(folder: DataFolder) -> list[Finding]:
    """How much of the demo city is in, where the folder holds one."""
    ledger = read_ledger(folder.path)
    if ledger is None:
        return []
    days, done = (sum(span.days for span in spans) for spans in (ledger.spans, [s for s in ledger.spans if s.done]))
    fed = f"已续到 {ledger.fed_until.astimezone(folder.zone):%Y-%m-%d %H:%M}" if ledger.live else "没有续演"
    if ledger.complete:
        return [Finding("演示城市", True, f"虚构的数据，{days} 天已全部建好，{fed}。")]
    hint = "更早的历史正在后台补齐；没有进程在补时，请再执行一次 run 或 demo"
    return [Finding("演示城市", True, f"虚构的数据，已建 {done} / {days} 天，{fed}；{hint}。")]


def maintain(
    data: DataOption = None,
    facts: Annotated[bool, typer.Option("--facts", help="另把各日、各月的统计数据全部重建一遍")] = False,
    json: JsonOption = False,
) -> None:
    """Compact, checkpoint, vacuum the lake, count its months ahead; with --facts make everything counted anew."""
    with refusing(), data_folder(data) as folder:
        done = maintain_folder(folder)
        months = MonthStore(folder.lake)
        if facts:
            months.clear()
            today = clock.now().astimezone(folder.zone).date()
            days = FactStore(folder.lake).rebuild(folder.lake.snapshot(), all_kinds(), today)
            typer.echo(f"已重建 {days} 天的统计数据。", err=True)
        counted = months.refresh(folder.lake.snapshot(), clock.now())
        if not json:
            typer.echo(f"已汇总 {counted} 个月的办件。", err=True)
    if json:
        print_json([vars(upkeep) for upkeep in done])
        return
    table = Table("表", "文件数", "整理后", "字节", "整理后")
    for upkeep in done:
        numbers = (upkeep.files_before, upkeep.files_after, upkeep.bytes_before, upkeep.bytes_after)
        table.add_row(upkeep.table, *(f"{number:,}" for number in numbers))
    Console().print(table)
