"""All commands of the product; each lives in a module of its subject."""

from __future__ import annotations

import tempfile
import traceback

import typer

from cockpit.cli import care, demo, intake, service
from cockpit.cli.frame import REFUSED
from cockpit.intake.privacy import masked

app = typer.Typer(
    name="cockpit",
    help="政务服务驾驶舱：导入各大厅的取号—受理—办理—评价记录，查看运行情况。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (intake, demo, service, care):
    module.register(app)


def main() -> None:
    """Run the command line; a fault of the program itself is told in one line too, its details kept in a file."""
    try:
        app(prog_name="python -m cockpit")
    except Exception as error:  # the last line of defence: people get a sentence, developers the file
        with tempfile.NamedTemporaryFile("w", prefix="cockpit-", suffix=".log", delete=False) as file:
            file.write(masked(traceback.format_exc()))
        typer.echo(
            f"程序内部出错（{type(error).__name__}），没有提交任何改动；详情已写入 {file.name}，请交给维护人员。",
            err=True,
        )
        raise SystemExit(REFUSED) from None
