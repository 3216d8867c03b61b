"""A staffed city of three halls for each test, and a webhook that its messages go to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.door import passwords
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from tests.messages.city import build, reopened, staffed
from tests.messages.servers import Webhook
from tests.web.people import CHEAP

HALLS = 3
Opened = Callable[..., DataFolder]


@pytest.fixture(autouse=True, scope="session")
def cheap() -> Iterator[None]:
    """Real hashes that cost next to nothing: the tests make hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP)
        yield


@pytest.fixture(scope="session")
def model(cheap: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city, made once."""
    folder = build(tmp_path_factory.mktemp("messages"), halls=HALLS)
    staffed(folder, HALLS)
    folder.close()
    return folder.path


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as webhook:
        yield webhook


@pytest.fixture
def city(model: Path, tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Call it with routes and other settings of messages for a city whose channel `hook` reaches each account."""
    shutil.copytree(model, tmp_path / "data")
    monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", f"{hook.url}/{{contact}}")
    opened: list[DataFolder] = []

    def open_(*routes: dict[str, Any], **more: int) -> DataFolder:
        first = open_folder(Settings(data_dir=tmp_path / "data"))
        folder = reopened(first, messages={"routes": list(routes) or [{"channel": "hook"}], **more})
        first.close()
        opened.append(folder)
        return folder

    yield open_
    for folder in opened:
        folder.close()
