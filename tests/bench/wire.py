"""A session as a browser holds one, without a browser: Streamlit's own messages over a real web socket."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from cockpit.web.gate import COOKIE

PATIENCE = 120.0
_LONG = 1.0


class Failed(Exception):
    """The server has not drawn the page."""


@dataclass
class Wire:
    """One open page.

    Attributes:
        url: address of the server.
        cookie: the session's cookie.
        path: address of the page.
        query: what stands behind the question mark.
        bytes: how much the server has sent.
    """

    url: str
    cookie: str
    path: str
    query: str = ""
    bytes: int = 0
    _socket: ClientConnection | None = None
    _page: str = ""
    _fragment: str = ""
    _known: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Connect as a page does: from our own origin, with the cookie."""
        self._socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self.url,  # type: ignore[arg-type]  # their type for a plain text
            additional_headers={"Cookie": f"{COOKIE}={self.cookie}"},
            subprotocols=["streamlit"],  # type: ignore[list-item]  # likewise
            max_size=None,
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        assert self._socket is not None
        await self._socket.close()

    async def opened(self) -> float:
        """Draw the page for the first time; seconds."""
        return await self._run(ClientState(query_string=self.query, page_name=self.path.strip("/")))

    async def renewed(self) -> float:
        """Draw anew what renews itself, else the whole page, as often as that may be; seconds."""
        state = ClientState(query_string=self.query, page_script_hash=self._page)
        if self._fragment:
            state.fragment_id, state.is_auto_rerun = self._fragment, True
        return await self._run(state)

    async def _run(self, state: ClientState) -> float:
        """Send what the browser sends and take in what comes until the script has finished."""
        assert self._socket is not None
        state.context_info.url = f"{self.url}{self.path}{f'?{self.query}' if self.query else ''}"
        state.context_info.timezone, state.context_info.locale = "Asia/Shanghai", "zh-CN"
        state.context_info.color_scheme = "light"
        state.cached_message_hashes.extend(self._known)
        begun = time.perf_counter()
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self._next()
                if message.WhichOneof("type") == "script_finished":
                    if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        continue
                    if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        raise Failed(self.path)
                    return time.perf_counter() - begun

    async def _next(self) -> ForwardMsg:
        assert self._socket is not None
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        self.bytes += len(data)
        message = ForwardMsg.FromString(data)
        if message.metadata.cacheable and message.hash:
            self._known.add(message.hash)
        match message.WhichOneof("type"):
            case "new_session" | "navigation":
                said = getattr(message, message.WhichOneof("type"))
                self._page = said.page_script_hash or self._page
            case "auto_rerun" if message.auto_rerun.interval >= _LONG:
                self._fragment = message.auto_rerun.fragment_id
            case "page_not_found":
                raise Failed(f"{self.path}: no such page")
            case "delta" if said := message.delta.new_element.alert.body or message.delta.new_element.exception.message:
                raise Failed(f"{self.path}: {said}")
        return message
