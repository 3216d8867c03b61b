"""What every write that a page asks for has in common: what is refused goes into the audit, as what is done does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import line

_P = ParamSpec("_P")
_R = TypeVar("_R")


def audited(
    act: Callable[Concatenate[DataFolder, Viewer, _P], _R],
) -> Callable[Concatenate[DataFolder, Viewer, _P], _R]:
    """What is refused is in the audit as well as what is done."""

    @wraps(act)
    def written_down(folder: DataFolder, viewer: Viewer, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return act(folder, viewer, *args, **kwargs)
        except Refused as refusal:
            folder.people.write_down(line(viewer.name, f"refused.{act.__name__}", viewer.name, refusal.sentence))
            raise

    return written_down
