"""One sheet with all pages on it, small enough to keep beside the code."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize

from cockpit.door.roles import Role
from cockpit.web.sitemap import PAGES
from tests.web.sights import Look

#: Beside every page on a desk in the light: two in the dark and two on a phone.
DARK, PHONE = ("overview", "panorama"), ("hall", "onenet")
#: Who shows a page: the leader what there is for leaders, the admin the rest.
SHOWN_BY = (Role.LEADER, Role.ADMIN)
WIDE, COLUMNS, GAP = 2600, 4, 24
_SMALLER = ((1.0, 256), (1.0, 128), (0.9, 128), (0.9, 64), (0.8, 64), (0.7, 64), (0.6, 48))
_STYLE = f"""
body{{margin:0;padding:{GAP}px;background:#dfe5ec;color:#1b2733;font:600 26px "Noto Sans CJK SC",sans-serif}}
main{{display:grid;grid-template-columns:repeat({COLUMNS},1fr);gap:{GAP}px}} figure{{margin:0}}
figcaption{{padding-bottom:8px}} img{{display:block;width:100%;border:1px solid #b8c2cd}} .phone img{{width:60%}}"""


@dataclass(frozen=True)
class Taken:
    """A picture that was taken.

    Attributes:
        role: who saw it.
        page: name of the page.
        title: what people call the page.
        size: of the screen.
        look: light or dark.
        path: the whole page.
    """

    role: Role
    page: str
    title: str
    size: tuple[int, int]
    look: Look
    path: Path

    @property
    def first_screen(self) -> Path:
        """What is seen without scrolling."""
        return self.path.with_suffix(".screen.png")

    def is_of(self, role: Role, page: str, size: tuple[int, int], look: Look) -> bool:
        """Whether it is this one."""
        return (self.role, self.page, self.size, self.look) == (role, page, size, look)


def contact_sheet(browser: Browser, taken: Sequence[Taken], path: Path, most_bytes: int) -> None:
    """Put the first screens of every page on one sheet, titles above them.

    Raises:
        LookupError: a picture that belongs on the sheet was not taken.
    """
    names = [page.name for page in PAGES]
    desk, phone = (1366, 768), (390, 844)
    wanted = [(name, desk, "light", "") for name in names]
    wanted += [(name, desk, "dark", "，深色") for name in DARK]
    wanted += [(name, phone, "light", "，手机") for name in PHONE]
    figures = []
    for name, size, look, said in wanted:
        found = [one for role in SHOWN_BY for one in taken if one.is_of(role, name, size, look)]  # type: ignore[arg-type]
        if not found:
            raise LookupError(f"no picture of {name}, {size[0]}, {look}; take those of the roles {', '.join(SHOWN_BY)}")
        shot = base64.b64encode(found[0].first_screen.read_bytes()).decode("ascii")
        kind = "phone" if size == phone else "desk"
        figures.append(
            f'<figure class="{kind}"><figcaption>{escape(found[0].title)}{said}</figcaption>'
            f'<img src="data:image/png;base64,{shot}"></figure>'
        )
    page = browser.new_page(viewport=ViewportSize(width=WIDE, height=800))
    page.set_content(f"<style>{_STYLE}</style><main>{''.join(figures)}</main>")
    whole = path.with_suffix(".whole.png")
    page.screenshot(path=whole, full_page=True)
    page.close()
    within(whole, path, most_bytes)
    whole.unlink()


def within(picture: Path, path: Path, most_bytes: int) -> None:
    """Keep a picture in as many colours, and if need be as large, as the bytes allow.

    Raises:
        ValueError: even the smallest is larger.
    """
    with Image.open(picture) as opened:
        whole = opened.convert("RGB")
    for scale, colours in _SMALLER:
        size = (round(whole.width * scale), round(whole.height * scale))
        kept = io.BytesIO()
        small = whole if scale == 1 else whole.resize(size, Image.Resampling.LANCZOS)
        small.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() <= most_bytes:
            path.write_bytes(kept.getvalue())
            return
    raise ValueError(f"{path.name} does not fit into {most_bytes:,} bytes")
