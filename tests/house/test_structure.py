"""What the linters cannot hold about the house itself."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("cockpit", "pages", "metrics", "alerts")
TOP = {
    *PRODUCT,
    *("tests", "docs", ".ci", "config.toml", "requirements.txt", "requirements-dev.txt", "README.md", "pyproject.toml"),
    *("Makefile", "CHANGELOG.md", "LICENSE", ".gitignore"),
}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def modules() -> Iterator[Path]:
    for package in PRODUCT:
        yield from sorted((ROOT / package).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def clock_reads(path: Path) -> Iterator[str]:
    """Calls that ask for the present, under whatever name the module was imported."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
            owner = ast.unparse(node.value)
            if re.search(r"(^|\.)(datetime|date|Timestamp)$", owner):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {owner}.{node.attr}"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"time.time", "time.time_ns", "time.localtime"}:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"


def test_the_present_is_asked_for_in_one_place() -> None:
    found = [read for path in modules() if path != ROOT / "cockpit/clock.py" for read in clock_reads(path)]
    assert not found


def test_every_part_of_the_cockpit_has_its_place_in_the_layers() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    placed = set(re.findall(r"cockpit\.(\w+)", " ".join(layers)))
    parts = {
        path.stem
        for path in (ROOT / "cockpit").iterdir()
        if path.stem not in {"__init__", "__pycache__"} and (path.suffix == ".py" or any(path.rglob("*.py")))
    }
    assert parts <= placed


def test_no_name_in_the_entry_script_s_folder_hides_a_package() -> None:
    """Streamlit puts the folder of its entry script first on the path (cockpit/web)."""
    shadows = {"cockpit", "pages", "metrics", "alerts", "tests", "plotly", "streamlit", "polars", "pandas", "numpy"}
    assert not {path.stem for path in (ROOT / "cockpit/web").glob("*")} & shadows


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert not [path for path in modules() if path.stem in {"utils", "helpers", "common", "manager"}]


def test_no_module_has_more_than_one_subject_s_worth_of_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > 300} == {}
    assert {path: length for path, length in lengths.items() if path.startswith("pages/") and length > 60} == {}


def test_nothing_lies_at_the_top_but_what_belongs_there() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("不是 git 工作区")
    assert {Path(line).parts[0] for line in listed.stdout.splitlines()} <= TOP


def pins(name: str) -> dict[str, Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]
    return {canonicalize_name(requirement.name): requirement for requirement in wanted}


def needed(roots: dict[str, Requirement]) -> set[str]:
    """Everything these need on this machine, in turn."""
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [(name, frozenset(requirement.extras)) for name, requirement in roots.items()]
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            wanted = [Requirement(text) for text in distribution(name).requires or []]
        except PackageNotFoundError:
            continue
        for requirement in wanted:
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
                todo.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in seen}


@pytest.mark.parametrize("files", [("requirements.txt",), ("requirements.txt", "requirements-dev.txt")])
def test_every_requirement_is_pinned_and_so_is_what_it_needs(files: tuple[str, ...]) -> None:
    pinned = {name: requirement for file in files for name, requirement in pins(file).items()}
    assert all(re.fullmatch(r"==[\w.]+", str(requirement.specifier)) for requirement in pinned.values())
    assert needed(pinned) - pinned.keys() == set()
