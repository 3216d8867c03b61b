"""The web server: one ASGI application with Streamlit inside, started only through `python -m cockpit serve`."""

from __future__ import annotations

import gc
import logging
import os
import pkgutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from cockpit.door.keys import FIRST_ADMIN, cookie_secret, first_admin
from cockpit.lake.folder import open_folder
from cockpit.plain import write_log
from cockpit.settings import Settings
from cockpit.settings_values import networks
from cockpit.web import (
    alerts_files,
    built,
    case_files,
    door_routes,
    downloads,
    exposition,
    findings_files,
    gate,
    hall_files,
    health,
    indicators_files,
    installed,
    quality_files,
    report_files,
    review_files,
    shell,
    wall_routes,
)
from cockpit.web.charts import CHINESE_TYPE
from cockpit.web.gate import Gate
from cockpit.web.guard import OwnHost, SecurityHeaders
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
    "theme.dark.primaryColor": "#3870b3",
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
    "server.baseUrlPath": "",
    "server.enableStaticServing": False,
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


def build_app(settings: Settings, one_time: Path | None = None) -> st.App:
    """The whole application: guard, gate, shell, our routes, then Streamlit with the entry script.

    Args:
        settings: settings in force; they are installed for the pages of this process.
        one_time: file with the first administrator's password as long as that is in use.
    """
    installed.install(settings)
    alerts_files.register()
    case_files.register()
    findings_files.register()
    hall_files.register()
    indicators_files.register()
    quality_files.register()
    report_files.register()
    review_files.register()
    return st.App(
        ENTRY,
        routes=[
            *health.ROUTES,
            *exposition.ROUTES,
            *gate.ROUTES,
            *door_routes.ROUTES,
            *downloads.ROUTES,
            *wall_routes.ROUTES,
            *shell.ROUTES,
        ],
        middleware=[
            Middleware(exposition.Counted),
            Middleware(SecurityHeaders, https=settings.web.public_url.startswith("https:")),
            Middleware(OwnHost, settings=settings),
            Middleware(Gate),
            Middleware(shell.Shell),
            Middleware(built.Compressed),
        ],
        lifespan=_announced(settings, one_time),
        on_script_error=_tell_page_failed,
    )


def serve(settings: Settings) -> None:
    """Serve the pages until stopped.

    Raises:
        StorageError: the port is taken.
        SettingsError: the address is none of this machine.
    """
    claim(settings.web.host, settings.web.port)
    write_log(logging.WARNING)
    folder = open_folder(settings, create=True)
    try:
        one_time = first_admin(folder)
    finally:
        folder.close()
    # By these the servers below learn whose word about a visitor's address counts, and the key of their own cookies.
    os.environ["FORWARDED_ALLOW_IPS"] = ",".join(str(network) for network in networks(settings.web.trusted_proxies))
    os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] = cookie_secret(folder.path)
    build_app(settings, one_time).run(config=options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """Streamlit's options in force, by section.option."""
    place = {"server.address": settings.web.host, "server.port": settings.web.port}
    return DEFAULTS | settings.streamlit_options | FIXED | place


def settle() -> None:
    """Load all that pages are drawn with, and set it aside from the search for garbage.

    Streamlit searches all objects of the process after every drawing, while nobody else's page gets on. Nearly all of
    them are modules that stay for good; set aside, a drawing costs 0.15 s less.
    """
    for module in pkgutil.iter_modules([str(ENTRY.parent)], "cockpit.web."):
        if module.name != f"cockpit.web.{ENTRY.stem}":  # a script, which draws when it is imported
            import_module(module.name)
    gc.collect()
    gc.freeze()


def _announced(settings: Settings, one_time: Path | None) -> Any:  # noqa: ANN401 (Streamlit's own type of a lifespan is not public)
    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        settle()
        sys.stderr.write(f"政务服务驾驶舱已启动：{installed.public_address()}（按 Ctrl+C 停止）\n")
        if one_time is not None:
            sys.stderr.write(f"第一次登录：账号 {FIRST_ADMIN}，一次性密码在 {one_time}，登录后请立即修改。\n")
            sys.stderr.write(
                "系统管理员只管账号；看大厅和预警，请在“系统管理”里（或用 user add）添加相应角色的账号。\n"
            )
        sys.stderr.flush()
        yield

    return lifespan


def _tell_page_failed(error: Exception) -> bool:
    """Log what went wrong and show one Chinese sentence in its place, never a traceback."""
    _LOG.error("a page failed", exc_info=error)
    st.error(PAGE_FAILED, icon="⚠️")
    return True
