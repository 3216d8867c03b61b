"""Two servers that start together over an empty state database make one administrator with one password."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.door import keys, signin
from cockpit.errors import StorageError
from tests.postgres import PostgresServer
from tests.web.people import audit_of, opened

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
from cockpit.door.keys import cookie_secret, first_admin
from tests.web.people import opened
with opened(Path(sys.argv[1]), sys.argv[2]) as folder:
    print("ready", flush=True)
    sys.stdin.readline()
    print(cookie_secret(folder.path), first_admin(folder).read_text().strip(), flush=True)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_servers_that_start_together_make_one_administrator(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = ""
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_url")
        url = server()
    data = tmp_path / "data"
    opened(data, url).__enter__().close()
    command = [sys.executable, "-c", START, str(data), url]
    several = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for one in several:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in several:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    answers = [one.communicate(timeout=180)[0].split() for one in several]
    assert [one.returncode for one in several] == [0] * 3
    ((_, password),) = {tuple(answer) for answer in answers}
    with opened(data, url) as folder:
        assert [account.name for account in folder.people.accounts()] == ["admin"]
        assert [line[1] for line in audit_of(folder)] == ["account.add"]
        signin.sign_in(folder, "admin", password, "10.0.0.1")
        assert password not in str(folder.people.audit(100))
    assert sorted(path.name for path in (data / "secrets").iterdir()) == ["cookie.key", "first-admin-password"]
    assert keys.exposed(data) == []


def test_where_secrets_cannot_be_kept_the_start_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as folder:
        (folder.path / "secrets").write_text("a file in the place of the folder")
        for make in (lambda: keys.cookie_secret(folder.path), lambda: keys.first_admin(folder)):
            with pytest.raises(StorageError, match="请检查数据目录的权限") as refused:
                make()
            assert refused.value.sentence.count("。") == 1
        assert folder.people.accounts() == []  # no account whose password nobody has


def test_a_key_from_the_environment_is_used_and_none_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.COOKIE_VARIABLE, "from outside")
    assert keys.cookie_secret(tmp_path) == "from outside"
    assert keys.has_cookie_secret(tmp_path) and not (tmp_path / "secrets").exists()
