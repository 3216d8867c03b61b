"""The command for reports: make a month's report of the city, a county, a hall, or all of them."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any

import typer

from cockpit import clock
from cockpit.cli.frame import ByOption, DataOption, JsonOption, data_folder, print_json, progress, refusing
from cockpit.cli.people import who_asks
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.reports import ReportRecord
from cockpit.report.job import has_begun
from cockpit.report.making import PDF, XLSX, Maker, Work, file_of, read_file
from cockpit.report.model import TITLE, Scope
from metrics.periods import Period, PeriodError, parse


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", help=f"生成一个月的《{TITLE}》（PDF 和 XLSX）：全市，或一个区县、一个大厅，或全部。")(report)


def report(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="月份，如 2026-10")],
    hall: Annotated[str, typer.Option("--hall", metavar="ID", help="只做这个大厅的，写大厅编号")] = "",
    county: Annotated[str, typer.Option("--county", metavar="NAME", help="只做这个区县的，写区县名称")] = "",
    every: Annotated[bool, typer.Option("--all", help="全市、每个区县、每个大厅各一份")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="另存一份到这个文件夹")] = None,
    by: ByOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Make the monthly report; each time a new edition, older ones are kept."""
    if sum((bool(hall), bool(county), every)) > 1:
        raise typer.BadParameter("--hall、--county、--all 只能写一个。")
    period = _month(month)
    with refusing(), data_folder(data) as folder:
        now = clock.now()
        with progress("生成月报") as show:
            if not has_begun(folder.lake.snapshot(), period, now):
                raise Refused(f"{period.label} 没有任何数据，没有报告可做；请先导入这个月的数据。")
            maker = Maker(folder, period, now)
            work = Work(f"command:{now.isoformat()}", who_asks(by))
            made = []
            for scope in maker.scopes if every else [_scope(maker, hall, county)]:
                show(scope.name)
                made.append(maker.make(scope, work))
        saved = {one.report_id: _saved(folder, one, out) for one in made}
        answer = [_told(folder, one, saved[one.report_id]) for one in made]
    if json:
        print_json(answer if every else answer[0])
    else:
        for one, told in zip(made, answer, strict=True):
            state = f"未通过自检：{one.faults[0]}" if one.faults else "自检通过"
            typer.echo(f"{one.scope_name} {one.period} 第 {one.edition} 版，{one.pages} 页，{state}")
            typer.echo(f"  {told['pdf']}\n  {told['xlsx']}")
    if any(one.faults for one in made):
        raise typer.Exit(1)


def _month(text: str) -> Period:
    try:
        found = parse(text)
    except PeriodError as error:
        meant = f"；是否想写 {error.suggestion}" if error.suggestion else ""
        raise typer.BadParameter(f"{text} 不是月份{meant}；请写成 2026-10。") from None
    if found.kind != "month":
        raise typer.BadParameter(f"{text} 不是一个月；月报按月生成，请写成 2026-10。")
    return found


def _scope(maker: Maker, hall: str, county: str) -> Scope:
    if not hall and not county:
        return maker.scopes[0]
    kind, key = ("hall", hall) if hall else ("county", county)
    known = [scope for scope in maker.scopes if scope.kind == kind]
    found = next((scope for scope in known if key in (scope.key, scope.name)), None)
    if found is None:
        near = difflib.get_close_matches(key, [scope.key for scope in known] + [scope.name for scope in known], n=1)
        title = "大厅" if hall else "区县"
        raise Refused(
            f"没有{title} {key}，或它在 {maker.book.period.label} 没有业务"
            f"{f'；是否想写 {near[0]}' if near else ''}；没有生成报告。"
        )
    return found


def _saved(folder: DataFolder, record: ReportRecord, out: Path | None) -> dict[str, Path]:
    if out is None:
        return {name: file_of(folder, record, name) for name in (PDF, XLSX)}
    found = {}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (PDF, XLSX):
            place = "" if record.kind == "city" else f"-{record.scope_key}".replace("/", "_").replace("\\", "_")
            path = out / f"{record.period}{place}-v{record.edition}{Path(name).suffix}"
            path.write_bytes(read_file(folder, record, name))
            found[name] = path
    except OSError as error:
        raise Refused(f"报告已生成，但不能另存到 {out}（{error.strerror}）；请换一个文件夹。") from error
    return found


def _told(folder: DataFolder, record: ReportRecord, saved: dict[str, Path]) -> dict[str, Any]:
    return {
        "period": record.period,
        "scope": {"kind": record.kind, "key": record.scope_key, "name": record.scope_name},
        "edition": record.edition,
        "made_at": record.made_at.astimezone(folder.zone),
        "fingerprint": record.fingerprint,
        "definition_version": record.version,
        "pages": record.pages,
        "faults": list(record.faults),
        "missing": list(record.missing),
        "pdf": str(saved[PDF]),
        "xlsx": str(saved[XLSX]),
    }
