"""What people read where the machine lacks something; run with a PATH that holds only what each test allows."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

BASH = shutil.which("bash")
ROOT = Path(__file__).resolve().parents[2]
Machine = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with few programs: a copy of the scripts, and only the tools they cannot do without."""
    for name in (".ci", "requirements.txt", "requirements-dev.txt"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "env", "dirname", "tr", "id", "sha256sum", "cat", "rm", "mktemp", "tail"):
        found = shutil.which(tool)
        assert found is not None
        # A script of its own, never a link: a test that puts another program in its place must not reach the real one.
        (tools / tool).write_text(f'#!{BASH}\nexec {found} "$@"\n', encoding="utf-8")
        (tools / tool).chmod(0o755)

    def run(
        command: str, programs: dict[str, str] | None = None, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        for name, script in (programs or {}).items():
            (tools / name).write_text(f"#!/usr/bin/env bash\n{script}\n", encoding="utf-8")
            (tools / name).chmod(0o755)
        return subprocess.run(
            [str(tmp_path / ".ci" / command.split()[0]), *command.split()[1:]],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": str(tools), "LC_ALL": "C.UTF-8", **variables},
        )

    return run


def test_a_python_that_is_too_old_is_told_in_one_sentence(machine: Machine) -> None:
    done = machine("venv run", {"python3": "exit 1"})
    assert done.returncode == 1
    assert "需要 Python 3.11" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_python_without_venv_is_told_with_the_line_that_installs_it(machine: Machine) -> None:
    done = machine("venv run", {"python3": '[[ "$*" == *ensurepip* ]] && exit 1; exit 0', "id": "echo 1000"})
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["缺少系统软件包 python3-venv，请用管理员身份执行：apt-get install python3-venv"]


def test_missing_packages_of_the_tests_are_told_and_let_pass(machine: Machine) -> None:
    done = machine("system-packages tests", {"id": "echo 1000"})
    assert done.returncode == 0
    assert "chromium" in done.stderr and "fonts-noto-cjk" in done.stderr and "apt-get install" in done.stderr
    assert "跳过" in done.stderr


def test_missing_packages_are_a_failure_on_an_integration_server(machine: Machine) -> None:
    assert machine("system-packages tests", {"id": "echo 1000"}, CI="true").returncode == 1


def test_the_administrator_s_machine_installs_what_is_missing_and_nothing_else(
    machine: Machine, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    programs = {"id": "echo 0", "chromium": "exit 0", "initdb": "exit 0", "apt-get": f'echo "$@" >>{asked}'}
    assert machine("system-packages tests", programs).returncode == 0
    assert asked.read_text().splitlines() == [
        "update -q",
        "install -y -q --no-install-recommends poppler-utils qpdf fontconfig fonts-noto-cjk",
    ]


def test_a_machine_that_has_everything_is_left_alone(machine: Machine) -> None:
    programs = {"chromium": "exit 0", "initdb": "exit 0", "fc-list": "echo Noto Sans CJK", "apt-get": "exit 1"}
    programs |= {"pdffonts": "exit 0", "qpdf": "exit 0"}
    done = machine("system-packages tests", programs)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_requirements_are_installed_once_and_again_when_they_have_changed(machine: Machine, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    environment = tmp_path / ".venv" / "bin"
    environment.mkdir(parents=True)
    python = f'[[ "$*" == *install* ]] && echo "${{@: -1}}" >>{installed}; exit 0'
    (environment / "python").write_text(f"#!/usr/bin/env bash\n{python}\n", encoding="utf-8")
    (environment / "python").chmod(0o755)
    for _ in range(2):
        assert machine("venv dev").returncode == 0
    assert machine("venv run").returncode == 0
    assert installed.read_text().splitlines() == ["requirements-dev.txt"]
    with (tmp_path / "requirements.txt").open("a", encoding="utf-8") as requirements:
        requirements.write("one-more==1.0\n")
    assert machine("venv run").returncode == 0
    assert installed.read_text().splitlines() == ["requirements-dev.txt", "requirements.txt"]


def test_the_scripts_are_executable_and_sound() -> None:
    for script in (ROOT / ".ci").iterdir():
        assert os.access(script, os.X_OK)
        assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
