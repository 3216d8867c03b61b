"""The help of every command in Chinese: what typer itself writes there in English, in the words of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import typer
from rich.cells import cell_len
from typer.main import get_command

#: Headings, at the beginning of a line of their own.
_HEADINGS: Mapping[str, str] = {"Options:": "选项：", "Commands:": "命令：", "Arguments:": "参数："}
#: Kinds of values. The spaces behind make up for what is shorter or longer, so that the next column stays one.
_KINDS: Mapping[str, str] = {
    "<int range>": "<整数>",
    "<float range>": "<数>",
    "<int>": "<整数>",
    "<float>": "<数>",
    "<str>": "<文字>",
    "<path>": "<路径>",
}
_KIND = re.compile(f"({'|'.join(map(re.escape, _KINDS))}) *")
_PHRASES: Mapping[str, str] = {
    "Show this message and exit.": "显示这份说明",
    "[required]": "[必填]",
    "[default: ": "[缺省 ",
}


def chinese(text: str) -> str:
    """A command's help as typer writes it, all in Chinese."""
    text = re.sub(r"^Usage: ", "用法：", text, count=1)
    text = text.replace("[OPTIONS]", "[选项]", 1).replace("COMMAND [ARGS]...", "命令 [参数]...", 1)
    text = "\n".join(_HEADINGS.get(line, line) for line in text.split("\n"))
    text = _KIND.sub(_said, text)
    for phrase, said in _PHRASES.items():
        text = text.replace(phrase, said)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def with_chinese_help(app: typer.Typer) -> Any:  # noqa: ANN401 (typer's own kind of command)
    """The command line of an app whose commands, and the commands of these, tell their help in Chinese."""
    command = get_command(app)
    _teach(command)
    return command


def _said(kind: re.Match[str]) -> str:
    said = _KINDS[kind[1]]
    return said + " " * (len(kind[0]) - cell_len(said))


def _teach(command: Any) -> None:  # noqa: ANN401
    written: Callable[[typer.Context], str] = command.get_help
    # On the object, not its class: typer makes the commands itself, in several classes.
    setattr(command, "get_help", lambda context: chinese(written(context)))  # noqa: B010 (mypy: a method)
    for below in getattr(command, "commands", {}).values():
        _teach(below)
