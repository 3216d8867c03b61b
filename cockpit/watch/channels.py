"""Channels for messages: their secret addresses, and one message sent by one of them.

An address is an Apprise URL. It often holds a key, so it comes from the environment or from a file that only its owner
may read, and nothing of it is ever logged, kept or shown; neither is how a person is reached.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

from cockpit.errors import StorageError
from cockpit.settings import CHANNELS

#: In an address: the account's own contact, and the id of the message.
CONTACT, MESSAGE = "{contact}", "{message}"
#: How long to wait for a connection at most (seconds).
CONNECT_SECONDS = 5
_STATUS = re.compile(r"error=(\d{3})\b")
_TIMEOUT = re.compile(r"timed? ?out", re.IGNORECASE)
_REFUSED = re.compile(r"refused|unreachable|resolve|resolution|Name or service|reset by peer|aborted", re.IGNORECASE)


@dataclass(frozen=True)
class Channel:
    """A way out.

    Attributes:
        name: as the routes call it.
        address: Apprise URL, a secret.
    """

    name: str
    address: str = field(repr=False)

    @property
    def personal(self) -> bool:
        """Whether it reaches one account at a time; else there is a group behind it."""
        return CONTACT in self.address


@dataclass(frozen=True)
class Sent:
    """How a try went: whether the channel took it; if not, why, without anything of its address."""

    ok: bool
    said: str = ""


def channels_file(data_dir: Path) -> Path:
    """The file in which addresses may stand: name = "address", one a line."""
    return data_dir / "secrets" / "channels.toml"


def channels(data_dir: Path) -> Mapping[str, Channel]:
    """Every channel that has an address, by name; the environment wins over the file.

    Raises:
        StorageError: the file cannot be read or understood.
    """
    found = _in_file(channels_file(data_dir))
    for name, address in os.environ.items():
        if name.upper().startswith(CHANNELS) and address:
            found[name[len(CHANNELS) :].lower()] = address
    return {name: Channel(name, address) for name, address in sorted(found.items())}


def _in_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StorageError(f"消息通道文件 {path} 读不出来（{error.strerror}）；请检查它的权限。") from error
    except ValueError:  # what stands there is not repeated: it is secret
        raise StorageError(f'消息通道文件 {path} 不合 TOML 语法或不是 UTF-8；每行应是 通道名 = "网址"。') from None
    if not all(isinstance(address, str) and address for address in table.values()):
        raise StorageError(f'消息通道文件 {path} 里有的通道不是文字；每行应是 通道名 = "网址"。')
    return {name.lower(): address for name, address in table.items()}


@cache
def prepare() -> None:
    """Load what sends: a second once, before the first message and in the thread that asks, as it is told nowhere.

    Some of its parts use what later versions of Python will not have; that concerns nobody who runs this one.
    """
    logger = logging.getLogger("apprise")
    logger.propagate = False  # its lines may name addresses; what is needed of them is taken by `send`
    logger.setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.INFO)  # so do its finest ones
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # heavy, and only who sends needs it

        apprise.Apprise.instantiate("json://localhost")
        apprise.Apprise.instantiate("mailto://localhost?from=a@localhost&to=a@localhost")


def send(
    channel: Channel, contact: str, body: str, message_id: str, seconds: float, attached: Path | None = None
) -> Sent:
    """Send one message, waiting so long at most for each answer; never raises.

    Args:
        channel: the way out.
        contact: of the account, for a personal channel.
        body: plain text.
        message_id: stays the same when the same message is sent again.
        seconds: how long to wait for the other side.
        attached: a file to go with it, by mail; other ways get the text alone.
    """
    prepare()
    import apprise

    asset = apprise.AppriseAsset(
        async_mode=False, app_id="Hall-Cockpit", app_desc="政务服务驾驶舱", storage_mode="memory"
    )
    address = channel.address.replace(CONTACT, quote(contact, safe="@")).replace(MESSAGE, quote(message_id))
    try:
        plugin = None
        for text_only in (True, False):  # a few services know no plain text
            plugin = plugin or apprise.Apprise.instantiate(_patient(address, seconds, text_only=text_only), asset=asset)
        if plugin is None:
            return Sent(False, "通道地址不可用，请核对写法")
        sender = apprise.Apprise(asset=asset)
        sender.add(plugin)
        # A mail without a subject goes unread; everywhere else the first line is the first line.
        mail = address.lower().startswith("mailto")
        title = body.split("\n", 1)[0] if mail else ""
        with_it = str(attached) if mail and attached is not None else None
        result = sender.notify(
            body=body, title=title, body_format=apprise.NotifyFormat.TEXT, attach=with_it, log_level=logging.DEBUG
        )
        if result:
            return Sent(True)
        said = "\n".join(entry.message for service in result for try_ in service.attempts for entry in try_.logs)
    except Exception as error:  # whatever a service's code raises, this message was not sent and the others go on
        return Sent(False, f"通道程序出错（{type(error).__name__}）")
    return Sent(False, _reason(said))


def _patient(address: str, seconds: float, *, text_only: bool) -> str:
    """The address with our time limits, and plain text asked for, where it does not say otherwise itself."""
    wanted = {"cto": f"{min(CONNECT_SECONDS, seconds):g}", "rto": f"{seconds:g}"}
    if text_only:
        wanted["format"] = "text"
    for name, value in wanted.items():
        if not re.search(rf"[?&]{name}=", address):
            address += f"{'&' if '?' in address else '?'}{name}={value}"
    return address


def _reason(said: str) -> str:
    """Why a service did not take a message, in words of ours: its own may name addresses and people."""
    if status := _STATUS.search(said):
        return f"对方返回 {status.group(1)}"
    if _TIMEOUT.search(said):
        return "对方没有及时回答"
    if _REFUSED.search(said):
        return "连不上对方"
    return "对方没有收下"
