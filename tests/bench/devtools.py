"""A Chromium as people have it, driven from outside without a debugger.

Playwright, which the tests of pages use, attaches itself to the page's own JavaScript (`Runtime.enable`). V8 then keeps
more of every function it compiles: half a second of CPU for a page of ours, which nobody pays who merely looks. Here
the browser runs with a profile in a folder, and is asked the least that can be asked.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

SWITCHES = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
STARTS_WITHIN = 60.0
#: How often a page is asked whether something has come about; asking costs it next to nothing.
ASK_EVERY = 0.1


class Talk:
    """What is said to the browser and to its tabs."""

    def __init__(self, socket: ClientConnection) -> None:
        """Over a web socket to the browser."""
        self._socket = socket
        self._said = 0

    def ask(self, method: str, asked: Mapping[str, Any] | None = None, session: str = "") -> dict[str, Any]:
        """One question and its answer; what the browser tells in between is nobody's business.

        Raises:
            RuntimeError: the browser refuses.
        """
        self._said += 1
        message: dict[str, Any] = {"id": self._said, "method": method, "params": dict(asked or {})}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer = json.loads(self._socket.recv(STARTS_WITHIN))
            if answer.get("id") == self._said:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                found: dict[str, Any] = answer["result"]
                return found


class Tab:
    """One tab; it is closed at the end of the block."""

    def __init__(self, talk: Talk, script: str) -> None:
        """A new tab in which this script begins every document."""
        self._talk = talk
        self._target = talk.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = talk.ask("Target.attachToTarget", {"targetId": self._target, "flatten": True})["sessionId"]
        self._ask("Page.enable")
        self._ask("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def __enter__(self) -> Tab:
        """As it is."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self._talk.ask("Target.closeTarget", {"targetId": self._target})

    def go(self, url: str) -> None:
        """Begin to open an address."""
        self._ask("Page.navigate", {"url": url})

    def said(self, expression: str) -> Any:  # noqa: ANN401 (whatever the page says)
        """The value of an expression in the page; None while there is none."""
        found = self._ask("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        return None if "exceptionDetails" in found else found["result"].get("value")

    def until(self, expression: str, seconds: float) -> None:
        """Wait until an expression holds.

        Raises:
            TimeoutError: it does not.
        """
        last = time.monotonic() + seconds
        while not self.said(expression):
            if time.monotonic() > last:
                raise TimeoutError(f"{expression}: {self.said('document.body.innerText')}")
            time.sleep(ASK_EVERY)

    def click(self, element: str) -> None:
        """Press the mouse in the middle of the element that an expression gives."""
        self.said(f"({element}).scrollIntoView({{block: 'nearest'}})")
        x, y = self.said(f"(() => {{ const b = ({element}).getBoundingClientRect();"
                         " return [b.x + b.width / 2, b.y + b.height / 2] })()")  # fmt: skip
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})

    def cpu(self) -> float:
        """CPU seconds of the tab's own process so far."""
        self._ask("Performance.enable")
        told = {metric["name"]: metric["value"] for metric in self._ask("Performance.getMetrics")["metrics"]}
        return float(told["ProcessTime"])

    def _ask(self, method: str, asked: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._talk.ask(method, asked, self._session)


class Chromium:
    """A running browser."""

    def __init__(self, talk: Talk) -> None:
        """Driven by this talk."""
        self._talk = talk

    def sign_in(self, cookie: Mapping[str, Any]) -> None:
        """Give the browser a cookie."""
        self._talk.ask("Storage.setCookies", {"cookies": [dict(cookie)]})

    def tab(self, script: str = "") -> Tab:
        """A new tab; see `Tab`."""
        return Tab(self._talk, script)


@contextmanager
def chromium(profile: Path, width: int, height: int) -> Iterator[Chromium]:
    """The system's Chromium with a profile in this folder, which is made where it does not exist."""
    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    place = profile / "DevToolsActivePort"
    place.unlink(missing_ok=True)
    switches = (*SWITCHES, "--remote-debugging-port=0", f"--user-data-dir={profile}", f"--window-size={width},{height}")
    process = subprocess.Popen([path, *switches, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        last = time.monotonic() + STARTS_WITHIN
        while not (place.exists() and place.read_text(encoding="ascii").count("\n")) and time.monotonic() < last:
            time.sleep(0.05)
        port, way = place.read_text(encoding="ascii").split()
        with connect(f"ws://127.0.0.1:{port}{way}", max_size=None) as socket:
            talk = Talk(socket)
            yield Chromium(talk)
            with suppress(Exception):  # it hangs up as it answers
                talk.ask("Browser.close")
        process.wait(20)
    finally:
        process.kill()
        process.wait(20)
