"""The table of commands in the README, made from the commands themselves."""

from __future__ import annotations

import typer

from cockpit.cli.app import app


def commands_table() -> str:
    """Every command with its arguments and options, in Markdown."""
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined]
    rows = []
    for name, command in commands.items():
        parts = getattr(command, "commands", None)
        rows += [_row(f"{name} {part}", parts[part]) for part in parts] if parts else [_row(name, command)]
    return "| 命令 | 作用 | 选项 |\n|---|---|---|\n" + "".join(rows)


def _row(name: str, command: object) -> str:
    parameters = command.params  # type: ignore[attr-defined]
    arguments = " ".join(
        f"{parameter.name.upper()}" for parameter in parameters if parameter.param_type_name == "argument"
    )
    options = " ".join(f"`{parameter.opts[0]}`" for parameter in parameters if parameter.param_type_name == "option")
    return f"| `{' '.join((name, arguments)).strip()}` | {command.help} | {options} |\n"  # type: ignore[attr-defined]
