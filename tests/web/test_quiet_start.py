"""What a start writes to the terminal is for people: nothing that only a developer could read."""

import subprocess
import sys
from pathlib import Path


def test_loading_the_server_says_nothing() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import cockpit.web.server"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert (loaded.stdout, loaded.stderr) == ("", "")
