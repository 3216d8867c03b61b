"""The files for a server agree with one another, and the command for it passes on what the services get."""

import json
import os
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).resolve().parents[2] / "docs" / "server"
UNITS = ("cockpit-web.service", "cockpit-jobs.service")


def _environment(unit: str) -> dict[str, str]:
    lines = (SERVER / unit).read_text(encoding="utf-8").splitlines()
    pairs = (line.removeprefix("Environment=").partition("=") for line in lines if line.startswith("Environment="))
    return {name: value for name, _, value in pairs}


def test_the_command_runs_as_the_services_do(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.env"
    secrets.write_text(
        "# a comment = no setting\n\nCOCKPIT_RECORDS__URL=postgresql+psycopg://u:p&$x;y z@db/c?a=b\nHALL_DB='one two'\n"
        'COCKPIT_HMAC_KEY="k=="',
        encoding="utf-8",
    )
    script = (SERVER / "cockpit").read_text(encoding="utf-8").replace("/etc/cockpit/secrets.env", str(secrets))
    asked = tmp_path / "runuser"
    asked.write_text(f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], dict(os.environ)]))\n")
    asked.chmod(0o755)
    command = ["sh", "-c", script, "cockpit", "user", "add", "王 芳"]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    arguments, given = json.loads(ran.stdout)
    python = "/opt/cockpit/.venv/bin/python"
    assert arguments == ["-u", "cockpit", "--", python, "-m", "cockpit", "user", "add", "王 芳"]
    assert given["COCKPIT_RECORDS__URL"] == "postgresql+psycopg://u:p&$x;y z@db/c?a=b"
    assert (given["HALL_DB"], given["COCKPIT_HMAC_KEY"]) == ("one two", "k==")
    for unit in UNITS:
        assert _environment(unit).items() <= given.items()
    assert os.access(SERVER / "cockpit", os.X_OK)


def test_the_units_differ_in_what_they_run_alone() -> None:
    web, jobs = (set((SERVER / unit).read_text(encoding="utf-8").splitlines()) for unit in UNITS)
    told = {line for line in web ^ jobs if not line.startswith("#")}
    assert {line.partition("=")[0] for line in told} == {"Description", "ExecStart", "TimeoutStopSec"}
