"""The commands as programs use them: JSON answers, exit codes, one line for every error, nothing stored by a look."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cockpit.cli.app import app
from tests.intake.valid_city import SOUND, case, city_files, csv_text, hall, ticket, write

PHONE = "13812345678"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> Any:  # noqa: ANN401 (any JSON document)
    """The one JSON document that a command prints; nothing else stands on stdout or stderr."""
    done = run(*words, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def refused(*words: object) -> str:
    """The one line on stderr of a command that refuses or fails; nothing stands on stdout."""
    done = run(*words)
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    (line,) = done.stderr.strip().splitlines()
    assert "Traceback" not in line
    assert "请" in line
    return line


def fingerprint(place: Path) -> dict[str, str]:
    """Every file below a folder, by its content."""
    return {
        str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return city_files(tmp_path / "files", tickets=[ticket(1), ticket(2, channel="fax"), ticket(3)], cases=[case(1)])


def test_import_answers_with_the_batch_the_counts_and_the_reasons(data_dir: Path, files: Path) -> None:
    told = answer("import", "standard", files, "--data", data_dir)
    assert {"batch", "tables", "reasons"} <= told.keys()
    assert told["tables"]["tickets"] == {"read": 3, "inserted": 2, "updated": 0, "unchanged": 0, "quarantined": 1}
    assert told["reasons"] == {"tickets": {"code:channel": 1}}
    assert all(sum(counts.values()) == 2 * counts["read"] for counts in told["tables"].values())
    again = answer("import", "standard", files, "--data", data_dir)
    assert again["batch"] != told["batch"]
    assert again["tables"]["tickets"] == {"read": 3, "inserted": 0, "updated": 0, "unchanged": 2, "quarantined": 1}


def test_import_tells_people_in_a_table_with_the_reasons_in_words(data_dir: Path, files: Path) -> None:
    done = run("import", "standard", files, "--data", data_dir, "--by", "王")
    assert done.exit_code == 0
    assert "tickets" in done.stdout
    assert "取号渠道（channel）" in done.stdout
    assert done.stderr == ""


def test_each_reason_is_a_line_of_its_own_with_the_codes_that_are_taken(data_dir: Path, files: Path) -> None:
    lines = run("check", "standard", files, "--data", data_dir).stdout.splitlines()
    (told,) = [line for line in lines if "取号渠道（channel）" in line]
    assert told.startswith(
        "  tickets 隔离 1 行：取号渠道（channel）：代码不在数据标准之内（kiosk、app、wechat、desk、phone、staff）；请"
    )


def test_columns_that_the_standard_does_not_know_are_named(data_dir: Path, files: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "tickets.csv", [ticket(9) | {"颜色": "红", "叫号": ""}, ticket(10)])
    told = answer("check", "standard", files, path, "--data", data_dir)
    assert told["unused"] == {"tickets": ["颜色", "叫号"]}
    said = run("check", "standard", files, path, "--data", data_dir).stdout
    assert "  tickets 没有用到的列：颜色、叫号；数据标准里没有，列名见 docs/data-standard.md\n" in said
    assert answer("check", "standard", files, "--data", data_dir)["unused"] == {}


def test_check_answers_the_same_and_stores_nothing_not_even_a_data_folder(data_dir: Path, files: Path) -> None:
    told = answer("check", "standard", files, "--data", data_dir)
    assert told["batch"] is None
    assert told["tables"]["tickets"] == {"read": 3, "inserted": 2, "updated": 0, "unchanged": 0, "quarantined": 1}
    assert told["reasons"] == {"tickets": {"code:channel": 1}}
    assert not data_dir.exists()


def test_check_against_what_is_known_stores_nothing_either(data_dir: Path, files: Path, tmp_path: Path) -> None:
    answer("import", "standard", files, "--data", data_dir)
    before = fingerprint(data_dir)
    path = write(tmp_path, "tickets.csv", [ticket(9), ticket(10, hall_id="h9")])
    assert answer("check", "standard", path, "--data", data_dir)["reasons"] == {"tickets": {"reference:hall_id": 1}}
    refused("check", "standard", write(tmp_path, "cases.csv", "x\n"), "--data", data_dir)
    assert fingerprint(data_dir) == before


def test_check_leaves_an_empty_folder_empty(data_dir: Path, files: Path) -> None:
    data_dir.mkdir()
    answer("check", "standard", files, "--data", data_dir)
    assert list(data_dir.iterdir()) == []


def test_a_refused_file_is_one_line_and_exit_code_1(data_dir: Path, files: Path, tmp_path: Path) -> None:
    answer("import", "standard", files, "--data", data_dir)
    for name, content in {"tickets.csv": b"%PDF-1.4", "cases.csv": csv_text([case()]).encode("utf-16")}.items():
        line = refused("import", "standard", write(tmp_path, name, content), "--data", data_dir)
        assert line.startswith(f"文件 {name} 整个拒收")
    assert len(answer("quarantine", "--data", data_dir)["files"]) == 2


def test_a_number_in_the_name_of_a_refused_file_is_not_printed(data_dir: Path, tmp_path: Path) -> None:
    assert PHONE not in refused("import", "standard", tmp_path / PHONE / f"{PHONE}.csv", "--data", data_dir)


def test_quarantine_answers_with_counts_rows_and_refused_files(data_dir: Path, files: Path, tmp_path: Path) -> None:
    batch = answer("import", "standard", files, "--data", data_dir)["batch"]
    bad = write(tmp_path, "complaints.csv", [SOUND["complaints"] | {"kind": "gone", "dept_code": "d9"}])
    answer("import", "standard", bad, "--data", data_dir)
    refused("import", "standard", write(tmp_path, "ticket.csv", "x\n"), "--data", data_dir)
    told = answer("quarantine", "--data", data_dir)
    assert told["total"] == 2
    assert {(row["table"], row["reason"], row["rows"]) for row in told["counts"]} == {
        ("tickets", "code:channel", 1),
        ("complaints", "code:kind", 1),
        ("complaints", "reference:dept_code", 1),
    }
    assert {(row["table"], row["file"], row["line"], row["key"]) for row in told["rows"]} == {
        ("tickets", "tickets.csv", 3, "t2"),
        ("complaints", "complaints.csv", 2, "c1"),
    }
    assert [file["name"] for file in told["files"]] == ["ticket.csv"]
    assert answer("quarantine", "--data", data_dir, "--batch", batch)["total"] == 1
    assert answer("quarantine", "--data", data_dir, "--table", "cases")["total"] == 0
    words = run("quarantine", "--data", data_dir)
    assert words.exit_code == 0
    assert "隔离区现有 2 行" in words.stdout


def test_an_unknown_profile_is_refused_with_the_nearest_and_makes_no_folder(data_dir: Path, files: Path) -> None:
    assert "是否想写 standard" in refused("import", "standrad", files, "--data", data_dir)
    assert "是否想写 standard" in refused("check", "standrad", files, "--data", data_dir)
    assert not data_dir.exists()


def test_the_encoding_can_be_named(data_dir: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "halls.csv", csv_text([hall(name="政务服务中心")]).encode("gb18030"))
    assert "--encoding" in refused("import", "standard", path, "--data", data_dir)
    told = answer("import", "standard", path, "--data", data_dir, "--encoding", "gb18030")
    assert told["tables"]["halls"]["inserted"] == 1
    assert "gb-zwei" in refused("import", "standard", path, "--data", data_dir, "--encoding", "gb-zwei")


def test_a_look_at_a_folder_that_is_not_there_makes_none(data_dir: Path) -> None:
    for command in ("quarantine", "doctor", "maintain"):
        assert str(data_dir) in refused(command, "--data", data_dir)
    assert not data_dir.exists()


def test_real_records_are_not_mixed_into_a_demo_city_unless_it_is_named(
    data_dir: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer("demo", "--halls", "3", "--days", "1", "--data", data_dir)
    before = fingerprint(data_dir)
    config = tmp_path / "config.toml"
    config.write_text(f'data_dir = "{data_dir}"\n', encoding="utf-8")
    monkeypatch.setenv("COCKPIT_CONFIG", str(config))
    said = refused("import", "standard", files)
    assert "里是演示城市，真实数据不能与它混在一起；请用 --data 另指一个目录" in said
    assert fingerprint(data_dir) == before
    told = run("import", "standard", files, "--data", data_dir)
    assert told.exit_code == 0 and "从此与虚构的数据混在一起，只宜用于演练" in told.stderr


def test_a_demo_city_is_not_mixed_with_real_records(data_dir: Path, files: Path) -> None:
    answer("import", "standard", files, "--data", data_dir)
    before = fingerprint(data_dir)
    assert "真实数据" in refused("demo", "--halls", "3", "--days", "1", "--data", data_dir)
    assert fingerprint(data_dir) == before


@pytest.mark.parametrize(
    "words",
    [
        ["import"],
        ["import", "standard"],
        ["import", "standard", "x.csv", "--nonsense"],
        ["improt", "standard", "x.csv"],
        ["quarantine", "--limit", "0"],
        ["quarantine", "--limit", "many"],
        ["demo", "--until", "tomorrow"],
        ["demo", "--until", "2999-01-01"],
        ["demo", "--halls", "83"],
        ["demo", "--halls", "2"],
        ["demo", "--days", "0"],
        ["demo", "--seed", "-1"],
        ["demo", "--until", "2001-01-01"],
        ["demo", "--speed", "60"],
        ["demo", "--live", "--speed", "0.5"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_and_makes_nothing(data_dir: Path, words: list[str]) -> None:
    more = ["--data", str(data_dir)] if len(words) > 1 else []
    done = run(*words, *more)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr
    assert not data_dir.exists()


def test_every_command_explains_itself() -> None:
    for command in app.registered_commands:
        done = run(str(command.name), "--help")
        assert done.exit_code == 0
        assert str(command.help).rstrip("。") in done.stdout.replace("\n", "").replace(" ", "") or command.help


def test_doctor_and_maintain_answer_in_json(data_dir: Path, files: Path) -> None:
    answer("import", "standard", files, "--data", data_dir)
    done = run("doctor", "--data", data_dir, "--json")
    findings = json.loads(done.stdout)
    assert done.exit_code == 1  # a row lies in quarantine
    assert {"subject", "healthy", "sentence"} <= findings[0].keys()
    assert [f["subject"] for f in findings if not f["healthy"] and f["subject"] == "隔离区"] == ["隔离区"]
    assert {"table", "files_before", "files_after"} <= answer("maintain", "--data", data_dir)[0].keys()


def test_the_program_itself_keeps_stdout_for_the_answer(data_dir: Path, files: Path) -> None:
    def program(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cockpit", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "COCKPIT_DATA_DIR": str(data_dir)}
        )

    done = program("import", "standard", files, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["tables"]["cases"]["inserted"] == 1
    done = program("import", "standard", files / "nothing.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
    done = program("import", "standard")
    assert (done.returncode, done.stdout) == (2, "")
