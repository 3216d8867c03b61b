"""Whether the pages can be served where the settings say; asked before anything is built for them."""

from __future__ import annotations

import errno
import socket

from cockpit.errors import SettingsError, StorageError


def claim(host: str, port: int) -> None:
    """See whether the port is free, so that the refusal is one sentence and not Streamlit's log.

    Raises:
        StorageError: the port is taken.
        SettingsError: the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise StorageError(
                f"网页服务不能使用端口 {port}（已被占用或没有权限）；"
                "请停掉占用它的程序，或在 config.toml 的 web.port 里换一个。"
            ) from error
        raise SettingsError(
            f"网页服务不能在 {host} 上监听（{error.strerror}）；请把 config.toml 的 web.host 改为 127.0.0.1。"
        ) from error
