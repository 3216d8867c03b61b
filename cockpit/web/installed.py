"""The settings this web process runs with, and the data folder it reads, opened once and shared by all visitors."""

from __future__ import annotations

import threading
from pathlib import Path

from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings, load_settings

_lock = threading.Lock()
_settings: Settings | None = None
_opened: tuple[int, DataFolder] | None = None


def install(settings: Settings) -> None:
    """Run with these settings from now on; a data folder that was open is closed."""
    global _settings, _opened
    with _lock:
        if _opened is not None:
            _opened[1].close()
        _settings, _opened = settings, None


def settings() -> Settings:
    """The settings in force; those of config.toml where the server has not installed any."""
    global _settings
    with _lock:
        if _settings is None:
            _settings = load_settings()
        return _settings


def data_folder() -> DataFolder | None:
    """The data folder; None as long as nobody has made one. The web never makes it.

    It is opened anew when it was replaced by another, and as long as no first batch has settled its city and zone.

    Raises:
        StorageError: it is there and cannot be opened.
    """
    global _opened
    in_force = settings()
    with _lock:
        place = Path(in_force.data_dir)
        if not place.is_dir():
            return None
        made = place.stat().st_ino
        if _opened is not None and (_opened[0] != made or not _opened[1].settled):
            _opened[1].close()
            _opened = None
        if _opened is None:
            _opened = made, open_folder(in_force, create=False)
        return _opened[1]


def public_address() -> str:
    """Under which address others find the pages, for links that lead back to them."""
    web = settings().web
    return web.public_url or address(web.host, web.port)


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds the pages."""
    if host in {"0.0.0.0", "::"}:  # all addresses of this machine, this one among them
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
