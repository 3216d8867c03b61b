"""Wrong usage of the command line, said in a Chinese sentence: what is wrong and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

import typer
from typer.exceptions import TyperException

#: What typer and pydantic say of a wrong value, and how we say it.
_SAID: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"greater than or equal to (\S+)", lambda found: f"不能小于 {found[1]}"),
    (r"less than or equal to (\S+)", lambda found: f"不能大于 {found[1]}"),
    (r"greater than (\S+)", lambda found: f"必须大于 {found[1]}"),
    (r"less than (\S+)", lambda found: f"必须小于 {found[1]}"),
    (r"valid integer", lambda _: "不是整数"),
    (r"valid number", lambda _: "不是数"),
    (r"valid boolean", lambda _: "只能是 true 或 false"),
    (r"'(.*)' is not (?:a valid integer|one of) ?(.*)\.", lambda found: f"不能是 {found[1]}，可选 {found[2]}"),
    (r"does not exist", lambda _: "所指的文件或文件夹不存在"),
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def wrong_usage(error: TyperException, program: str) -> str:
    """Say in one sentence what is wrong with a command line.

    Args:
        error: what typer found: a wrong value, a missing one, an unknown name.
        program: how the program is started.
    """
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else program
    return f"{_fault(error, context)}；用法见 {command} --help。"


def _fault(error: TyperException, context: typer.Context | None) -> str:
    said, kind = str(getattr(error, "message", "")).rstrip("。"), type(error).__name__
    if _CHINESE.search(said):
        return said
    named = getattr(error, "option_name", None) or _name(error)
    if kind == "NoSuchOption":
        return f"没有 {named} 这个选项{_meant(str(named), getattr(error, 'possibilities', None) or ())}"
    if kind == "MissingParameter":
        return f"缺少 {named}"
    if "requires an argument" in said:
        return f"选项 {named} 后面要写它的值"
    if found := re.search(r"No such command '([^']*)'", said):
        known = getattr(context.command, "commands", {}) if context is not None else {}
        return f"没有 {found[1]} 这个命令{_meant(found[1], known)}"
    if found := re.search(r"unexpected extra arguments?.*\((.*)\)", said):
        return f"多写了 {found[1]}"
    for pattern, sentence in _SAID:
        if found := re.search(pattern, said):
            return f"{named} {sentence(found)}"
    return f"{named} 的值不对（{said}）"


def _name(error: TyperException) -> str:
    """The option or argument at fault, as it is written."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    options = [name for name in getattr(parameter, "opts", ()) if name.startswith("-")]
    return options[0] if options else str(parameter.name).upper()


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"（是否想写 {near[0]}？）" if near else ""
