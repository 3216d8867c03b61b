"""Downloads: each is made for who asks, within what that person may see, and written into the audit.

They have routes of our own, because an address that Streamlit gives to a file would open it to anybody signed in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlencode

from polars.exceptions import PolarsError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError, Refused, StorageError
from cockpit.lake.folder import DataFolder
from cockpit.plain import one_line
from cockpit.records.people import line
from cockpit.web import installed
from cockpit.web.gate import address_of, let_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_SUCH = "没有这种下载；请从页面上的下载按钮进入。"
NOT_YOURS = "您的角色不能打开这一页，没有下载任何内容；如确需查看，请联系系统管理员。"
UNREADABLE = "这份下载没有做成，数据表读不出来，原因已写入服务器日志；请稍后重试，若仍如此请联系管理员。"
_LOG = logging.getLogger(__name__)
#: Characters of a file's name; a disk holds 255 bytes.
LONGEST_NAME = 80


@dataclass(frozen=True)
class Download:
    """One file for a person.

    Attributes:
        name: its name, in Chinese, with its ending.
        content: the bytes.
        told: what it holds, for the audit.
        kind: its media type.
        opened: it is shown by the browser itself, in a tab of its own, and not saved.
    """

    name: str
    content: bytes
    told: str
    kind: str = XLSX
    opened: bool = False


#: Makes a file of what the viewer may see, from the parameters of the address.
Maker = Callable[[DataFolder, Viewer, Mapping[str, str]], Download]


@dataclass(frozen=True)
class Offered:
    """A kind of download.

    Attributes:
        maker: makes it.
        page: name of the page whose content it holds.
        right: what one must be allowed to do beside opening the page.
    """

    maker: Maker
    page: str
    right: Right


_makers: dict[str, Offered] = {}


def offer(kind: str, maker: Maker, page: str, right: Right = Right.DOWNLOAD) -> None:
    """Offer a kind of download to all whose role opens this page and has this right; its address is no way round."""
    _makers[kind] = Offered(maker, page, right)


def offered() -> Mapping[str, Offered]:
    """All kinds of downloads there are."""
    return MappingProxyType(_makers)


def link(kind: str, **parameters: str | None) -> str:
    """The address of a download."""
    given = {name: value for name, value in parameters.items() if value}
    return f"/download/{kind}" + (f"?{urlencode(given)}" if given else "")


async def _download(request: Request) -> Response:
    viewer = let_in(request).viewer
    kind, query = request.path_params["kind"], dict(request.query_params)
    try:
        folder = installed.data_folder()
        if folder is None or kind not in _makers:
            return PlainTextResponse(NO_SUCH, status_code=404)
        made = await run_in_threadpool(_made, folder, viewer, kind, query, address_of(request))
    except Refused as refusal:
        return PlainTextResponse(refusal.sentence, status_code=403)
    except CockpitError as error:
        _LOG.error("download %s: %s", kind, error.sentence)
        return PlainTextResponse(error.sentence, status_code=503)
    how = "inline" if made.opened else "attachment"
    return Response(
        made.content,
        media_type=made.kind,
        headers={
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(_file_name(made.name), safe='')}",
            "Cache-Control": "no-store",
        },
    )


def _made(folder: DataFolder, viewer: Viewer, kind: str, query: Mapping[str, str], address: str) -> Download:
    what = _makers[kind]
    asked = f"{kind}?{urlencode(query)}"[:1000]
    try:
        if not viewer.opens(what.page):
            raise Refused(NOT_YOURS)
        viewer.must(what.right)
        made = what.maker(folder, viewer, query)
    except Refused:
        folder.people.write_down(line(viewer.name, "download.refused", asked, address))
        raise
    except (PolarsError, OSError, ValueError) as error:
        _LOG.exception("download %s", asked)
        raise StorageError(UNREADABLE) from error
    folder.people.write_down(line(viewer.name, "download", asked, f"{made.told} · {address}"))
    return made


def _file_name(name: str) -> str:
    """A name that leads into no folder and looks like what it is; the middle of a long one is left out."""
    known = re.sub(r'[\\/:*?"<>|]', "_", one_line(name)).lstrip(". ") or "下载"
    stem, dot, ending = known.rpartition(".")
    return known if len(known) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - len(ending) - 2]}…{dot}{ending}"


ROUTES = [Route("/download/{kind}", _download, methods=["GET"])]
