"""The data folder of one city: its lake, its state database, its secrets, its drop folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cockpit.errors import StorageError
from cockpit.lake.store import Lake
from cockpit.records.store import Records
from cockpit.settings import Settings


@dataclass(frozen=True)
class DataFolder:
    """Everything of one city that is kept.

    Attributes:
        path: the folder.
        settings: settings in force.
        records: state database.
        lake: records of the city.
        city: name of the city.
        timezone: the city's one zone.
        settled: whether a first batch has settled city and zone; before that they are those of the settings.
    """

    path: Path
    settings: Settings
    records: Records
    lake: Lake
    city: str
    timezone: str
    settled: bool

    @property
    def zone(self) -> ZoneInfo:
        """The city's zone, for arithmetic with Python's own times."""
        return ZoneInfo(self.timezone)

    def close(self) -> None:
        """Give the database connections back."""
        self.records.close()


def open_folder(settings: Settings, *, create: bool = False) -> DataFolder:
    """Open a data folder.

    Args:
        settings: settings; `data_dir` names the folder.
        create: make it where it does not exist yet.

    Raises:
        StorageError: it does not exist, cannot be made or cannot be written to.
    """
    path = Path(settings.data_dir).resolve()
    if not path.is_dir() and not create:
        raise StorageError(
            f"数据目录 {path} 不存在;请先用 import 导入数据或用 demo 建立演示城市,或用 --data 指明已有的目录。"
        )
    try:
        (path / "lake").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"数据目录 {path} 建不起来({error.strerror});请换一个可写的位置(--data)。") from error
    records = Records(settings.records_url)
    known = records.installation()
    timezone = known.get("timezone", settings.city.timezone)
    return DataFolder(
        path=path,
        settings=settings,
        records=records,
        lake=Lake(path / "lake", records, timezone),
        city=known.get("city", settings.city.name),
        timezone=timezone,
        settled="city" in known,
    )
