"""A file that cannot be read at all takes nothing in, and one sentence says why."""

from pathlib import Path

import pytest

from cockpit.lake.folder import DataFolder
from tests.intake.broken_files import BROKEN
from tests.intake.valid_city import refusal, write


@pytest.mark.parametrize("fault", BROKEN)
def test_a_file_that_cannot_be_read_is_refused_whole(unmoved: DataFolder, tmp_path: Path, fault: str) -> None:
    name, content, told = BROKEN[fault]
    sentence = refusal(unmoved, write(tmp_path, name, content()))
    assert sentence.startswith(f"文件 {name} 整个拒收")
    for words in told:
        assert words in sentence
