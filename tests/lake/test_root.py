"""Root leaves nothing in a data folder that another account runs."""

import os
from pathlib import Path

import pytest

from cockpit.errors import StorageError
from cockpit.lake.folder import open_folder
from cockpit.settings import load_settings

NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another account")
def test_root_touches_no_folder_of_another_account(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    with pytest.raises(StorageError, match="属于系统账号 nobody，用 root 执行会留下它写不了的文件；请用这个账号执行"):
        open_folder(load_settings(data_dir=data), create=True)
    assert list(data.iterdir()) == []


def test_the_owner_opens_the_folder(tmp_path: Path) -> None:
    open_folder(load_settings(data_dir=tmp_path / "data"), create=True).close()
    open_folder(load_settings(data_dir=tmp_path / "data")).close()
