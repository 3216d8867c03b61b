"""What 预警处置 shows: who looks at which data, which part, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.web.opened import Opened


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        page: who looks, at which data.
        part: one of the page's parts.
        chosen: what the filters say.
        people: account → how its person is called.
    """

    page: Opened
    part: str
    chosen: Mapping[str, str]
    people: Mapping[str, str]
