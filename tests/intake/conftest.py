import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import bring, city_files, open_city


@pytest.fixture(scope="session")
def city_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the references of the valid city, to be copied."""
    place = tmp_path_factory.mktemp("valid-city")
    folder = open_city(place / "data")
    bring(folder, city_files(place / "files"))
    folder.close()
    return place / "data"


@pytest.fixture
def city(city_template: Path, data_dir: Path) -> Iterator[DataFolder]:
    """The valid city with its references and nothing else, for one test alone."""
    shutil.copytree(city_template, data_dir)
    folder = open_city(data_dir, create=False)
    yield folder
    folder.close()


@pytest.fixture(scope="module")
def unmoved(city_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """The valid city for tests of whole refusals, which leave it as it is; small limits make big files refused."""
    place = tmp_path_factory.mktemp("unmoved") / "data"
    shutil.copytree(city_template, place)
    folder = open_city(place, create=False, intake={"max_file_mb": 64, "max_field_mb": 2})
    yield folder
    folder.close()
