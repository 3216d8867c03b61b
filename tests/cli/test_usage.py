"""Wrong usage is told in one Chinese sentence that names what is wrong and where to look, with exit code 2."""

from __future__ import annotations

import subprocess
import sys

import pytest

WRONG = {
    "demo --halls 2": "--halls 不能小于 3；用法见 python -m cockpit demo --help。",
    "demo --halls x": "--halls 不是整数；用法见 python -m cockpit demo --help。",
    "demo --hals 6": "没有 --hals 这个选项（是否想写 --halls？）；用法见 python -m cockpit demo --help。",
    "demo --halls": "选项 --halls 后面要写它的值；用法见 python -m cockpit --help。",
    "demo a b": "多写了 a b；用法见 python -m cockpit demo --help。",
    "demo --until 2026-13-01": "--until 2026-13-01 不是日期；请写成 2026-10-12；用法见 python -m cockpit demo --help。",
    "quarantin": "没有 quarantin 这个命令（是否想写 quarantine？）；用法见 python -m cockpit --help。",
    "import": "缺少 PROFILE；用法见 python -m cockpit import --help。",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_usage_is_told_in_one_sentence(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", *words.split()], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", WRONG[words] + "\n")


def test_without_a_command_the_help_is_shown() -> None:
    done = subprocess.run([sys.executable, "-m", "cockpit"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "政务服务驾驶舱" in done.stderr
