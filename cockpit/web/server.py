"""The web server: one ASGI application with Streamlit inside, started only through `python -m cockpit serve`."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from cockpit.settings import Settings
from cockpit.web import health, installed, shell
from cockpit.web.charts import CHINESE_TYPE
from cockpit.web.guard import LoopbackOnly, SecurityHeaders
from cockpit.web.port import claim

ENTRY = Path(__file__).resolve().parent / "entry.py"
_LOG = logging.getLogger(__name__)

#: Said to whoever looks at a page that failed for a reason nobody foresaw; the log has the rest.
PAGE_FAILED = "页面没有显示完整，原因已写入服务器日志；请稍后刷新，若仍如此请把日志交给管理员。"

#: What holds unless [streamlit.*] of config.toml says otherwise.
DEFAULTS: dict[str, Any] = {
    # Both looks and no base: Streamlit then follows the visitor's system, as theme.css does.
    "theme.light.primaryColor": "#1d4f91",
    "theme.light.backgroundColor": "#f5f7fa",
    "theme.light.secondaryBackgroundColor": "#ffffff",
    "theme.light.textColor": "#1b2733",
    "theme.light.borderColor": "#dfe5ec",
    "theme.light.linkColor": "#1d4f91",
    "theme.dark.primaryColor": "#3f7cc4",
    "theme.dark.backgroundColor": "#10161d",
    "theme.dark.secondaryBackgroundColor": "#18212b",
    "theme.dark.textColor": "#e8edf3",
    "theme.dark.borderColor": "#2e3b48",
    "theme.dark.linkColor": "#8ab8f5",
    "theme.showWidgetBorder": True,
    "theme.font": ", ".join((*(f'"{name}"' for name in CHINESE_TYPE), "sans-serif")),
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.enableWebsocketCompression": True,
}

#: What holds whatever config.toml says: nothing leaves the network, nothing English or internal is shown.
FIXED: dict[str, Any] = {
    "global.developmentMode": False,
    "server.headless": True,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableAgentApi": False,
    "server.runOnSave": False,
    "server.showEmailPrompt": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "logger.hideWelcomeMessage": True,
    "runner.magicEnabled": False,
}


def build_app(settings: Settings) -> st.App:
    """The whole application: guard, shell, our routes, then Streamlit with the entry script.

    Args:
        settings: settings in force; they are installed for the pages of this process.
    """
    installed.install(settings)
    return st.App(
        ENTRY,
        routes=[*health.ROUTES, *shell.ROUTES],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(LoopbackOnly, port=settings.web.port),
            Middleware(shell.Shell),
        ],
        lifespan=_announced(settings),
        on_script_error=_tell_page_failed,
    )


def serve(settings: Settings) -> None:
    """Serve the pages until stopped.

    Raises:
        StorageError: the port is taken.
        SettingsError: the address is none of this machine.
    """
    claim(settings.web.host, settings.web.port)
    build_app(settings).run(config=options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """Streamlit's options in force, by section.option."""
    place = {"server.address": settings.web.host, "server.port": settings.web.port}
    return DEFAULTS | settings.streamlit_options | FIXED | place


def address(settings: Settings) -> str:
    """Where a browser on this machine finds the pages."""
    host = settings.web.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web.port}"


def _announced(settings: Settings) -> Any:  # noqa: ANN401 (Streamlit's own type of a lifespan is not public)
    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        sys.stderr.write(f"政务服务驾驶舱已启动：{address(settings)}（只在本机可以打开；按 Ctrl+C 停止）\n")
        sys.stderr.flush()
        yield

    return lifespan


def _tell_page_failed(error: Exception) -> bool:
    """Log what went wrong and show one Chinese sentence in its place, never a traceback."""
    _LOG.error("a page failed", exc_info=error)
    st.error(PAGE_FAILED, icon="⚠️")
    return True
