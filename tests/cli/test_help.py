"""What a command says of itself is Chinese, down to the words that come from the library."""

import re
import subprocess
import sys

import pytest
from rich.cells import cell_len


def told(*words: str) -> str:
    command = [sys.executable, "-m", "cockpit", *words, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("command", ["", "report", "user add"])
def test_headings_kinds_and_remarks_are_chinese(command: str) -> None:
    said = told(*command.split())
    assert said.startswith(f"用法：python -m cockpit{' ' * bool(command)}{command} [选项]")
    assert "\n选项：\n" in said and "显示这份说明" in said
    for english in ("Usage", "Options", "Commands", "Arguments", "Show this", "required", "default", "<int", "<str>"):
        assert english not in said


def test_what_is_said_of_the_options_stands_in_one_column() -> None:
    options = told("demo").split("\n选项：\n")[1].splitlines()
    starts = {cell_len(found[0]) for line in options if (found := re.match(r"  --\S+(?: \S+)? {2,}", line))}
    assert len(starts) == 1
    assert "  --halls <整数>" in options[0] and "[缺省 82; 3<=x<=82]" in options[0]
