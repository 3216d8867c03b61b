"""A real PostgreSQL server for the tests, started from the installed binaries and stopped when they are done."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

USER = "cockpit"


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine, or none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


class PostgresServer:
    """One server with a folder and a loopback port of its own; call it for the URL of a fresh, empty database.

    `stop()` takes it away in the midst of everything, as a crash would; `start()` brings the same data back.
    """

    def __init__(self, bin_dir: Path) -> None:
        self._bin = bin_dir
        self._root = Path(tempfile.mkdtemp(prefix="cockpit-pg-"))
        self._password = secrets.token_hex(8)
        self._numbers = count(1)
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            self._identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self._root, account.pw_uid, account.pw_gid)
        password_file = self._root / "password"
        password_file.write_text(self._password, encoding="ascii")
        password_file.chmod(0o644)  # the folder itself is closed to others
        self._run(
            "initdb",
            *("-D", str(self._root / "data"), "-U", USER, "-A", "scram-sha-256", "--pwfile", str(password_file)),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        self.port = _free_port()

    def __call__(self) -> str:
        """The URL of a fresh, empty database."""
        self.start()
        name = f"city_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._address(name, "postgresql+psycopg")

    @property
    def running(self) -> bool:
        """Whether the server answers at present."""
        return self._control("status", check=False).returncode == 0

    def start(self) -> None:
        """Start it, on the same port as before; nothing happens where it runs already."""
        if self.running:
            return
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._control("start", "-w", "-t", "60", "-l", str(self._root / "log"), "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: "immediate" drops every connection as a crash does, "fast" shuts down in order."""
        if self.running:
            self._control("stop", "-w", "-t", "60", "-m", mode)

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.stop("fast")
        shutil.rmtree(self._root)

    def _address(self, database: str, scheme: str = "postgresql") -> str:
        return f"{scheme}://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def _control(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        return self._run("pg_ctl", "-D", str(self._root / "data"), *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        command: Sequence[str] = [str(self._bin / program), *arguments]
        with (self._root / "output").open("wb") as output:  # a file: a pipe would be inherited by the server
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False, **self._identity
            )
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} {arguments[-1]}: {(self._root / 'output').read_text(errors='replace')}")
        return done


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
