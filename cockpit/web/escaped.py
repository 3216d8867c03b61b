"""Text from the data as it stands in HTML: as text, and without signs that turn or hide what stands beside it."""

from __future__ import annotations

from html import escape as _escape

from cockpit.plain import plain


def escape(text: str) -> str:
    """The text for a page, between tags or in a quoted attribute."""
    return _escape(plain(text))
