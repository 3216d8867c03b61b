"""All commands of the product; each lives in a module of its subject."""

from __future__ import annotations

import typer

from cockpit.cli import care, intake, service

app = typer.Typer(
    name="cockpit",
    help="政务服务驾驶舱:导入各大厅的取号—受理—办理—评价记录,查看运行情况。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (intake, service, care):
    module.register(app)


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m cockpit")
