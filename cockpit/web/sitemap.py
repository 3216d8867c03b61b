"""Which pages there are: the file in pages/, its Chinese title and its address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

#: An address as our own pages write it: no empty, dotted or backslashed parts, nothing that cannot be printed.
_PLAIN = re.compile(r"/|(?:/(?!\.{1,2}(?:/|$))[^/\\\x00-\x1f\x7f]+)+/?")

PAGES_FOLDER = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True)
class PageEntry:
    """One page of the product.

    Attributes:
        name: name of its file in pages/, and of its address unless it is the first page.
        title: what people read in the navigation and in the browser's tab.
        icon: an emoji; a named icon would be fetched from outside.
        first: whether it is the page at `/`.
    """

    name: str
    title: str
    icon: str
    first: bool = False

    @property
    def path(self) -> Path:
        """Its file, absolute, because pages/ is not below the entry script."""
        return PAGES_FOLDER / f"{self.name}.py"

    @property
    def url(self) -> str:
        """Its address on the server; Streamlit knows the first page only as `/`."""
        return "/" if self.first else f"/{self.name}"


PAGES: tuple[PageEntry, ...] = (
    PageEntry("overview", "运行总览", "📊", first=True),
    PageEntry("alerts", "预警处置", "🔔"),
    PageEntry("hall", "大厅", "🏛️"),
    PageEntry("onenet", "一网通办", "🌐"),
    PageEntry("reviews", "好差评", "💬"),
    PageEntry("panorama", "办件全景", "🗂️"),
    PageEntry("findings", "问题清单", "🔎"),
    PageEntry("reports", "月报", "📄"),
    PageEntry("indicators", "指标目录", "🎚️"),
    PageEntry("quality", "数据质量", "🧾"),
    PageEntry("admin", "系统管理", "🔑"),
)

#: The wall screen and what it asks for; no page of Streamlit.
WALL, WALL_DATA = "/wall", "/wall-data"

#: The same by address.
BY_URL = {page.url: page for page in PAGES}


def is_plain(path: str) -> bool:
    """Whether the path of an address can mean one thing only, to whoever reads it: gate, shell, router, Streamlit."""
    return _PLAIN.fullmatch(path) is not None


def first_part(path: str) -> str:
    """What stands between the first two slashes of a path: empty for `/` and for what is no path."""
    return path.split("/", 2)[1] if path.startswith("/") else ""
