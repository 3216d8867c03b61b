"""What a first start writes to the terminal is for people: the address, how to sign in, nothing else."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_first_start_says_where_and_how_to_sign_in_and_nothing_that_only_a_developer_could_read(
    tmp_path: Path,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "serve", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        env=os.environ | {"COCKPIT_WEB__PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(3)]
    finally:
        server.terminate()
        rest = server.communicate(timeout=60)[0]
    assert lines[0] == f"政务服务驾驶舱已启动：http://127.0.0.1:{port}（按 Ctrl+C 停止）\n"
    assert lines[1].startswith("第一次登录：账号 admin，一次性密码在 ")
    assert (tmp_path / "data" / "secrets" / "first-admin-password").is_file()
    assert lines[2].startswith("系统管理员只管账号；看大厅和预警，")
    assert rest == ""
