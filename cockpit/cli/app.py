"""All commands of the product; each lives in a module of its subject."""

from __future__ import annotations

import tempfile
import traceback

import typer
from typer.exceptions import TyperException

from cockpit.cli import care, demo, intake, messages, numbers, people, replaying, report, service, warning
from cockpit.cli.frame import REFUSED
from cockpit.cli.help_words import with_chinese_help
from cockpit.cli.usage import wrong_usage
from cockpit.intake.privacy import masked

PROGRAM = "python -m cockpit"
#: Exit code of a command line that makes no sense.
WRONG_USAGE = 2

app = typer.Typer(
    name="cockpit",
    help="政务服务驾驶舱：导入各大厅的取号—受理—办理—评价记录，查看运行情况。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (intake, demo, numbers, warning, replaying, report, messages, people, service, care):
    module.register(app)


def main() -> None:
    """Run the command line; a fault of the program itself is told in one line too, its details kept in a file."""
    try:
        code = with_chinese_help(app)(prog_name=PROGRAM, standalone_mode=False)
    except TyperException as error:
        # Called without a command, it shows its help; everything else is said in a sentence of ours.
        bare = type(error).__name__ == "NoArgsIsHelpError"
        typer.echo(str(getattr(error, "message", "")) if bare else wrong_usage(error, PROGRAM), err=True)
        raise SystemExit(WRONG_USAGE) from None
    except typer.Abort:
        raise SystemExit(REFUSED) from None
    except Exception as error:  # the last line of defence: people get a sentence, developers the file
        with tempfile.NamedTemporaryFile("w", prefix="cockpit-", suffix=".log", delete=False) as file:
            file.write(masked(traceback.format_exc()))
        typer.echo(
            f"程序内部出错（{type(error).__name__}），没有提交任何改动；详情已写入 {file.name}，请交给维护人员。",
            err=True,
        )
        raise SystemExit(REFUSED) from None
    raise SystemExit(code or 0)
