"""The data folder of one city: its lake, its state database, its secrets, its drop folder."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cockpit.errors import StorageError
from cockpit.lake.identity import belong_together
from cockpit.lake.store import Lake
from cockpit.records.audit_trail import AuditTrail
from cockpit.records.follow_ups import FollowUps
from cockpit.records.people import People
from cockpit.records.sessions import Sessions
from cockpit.records.store import Records
from cockpit.settings import Settings

#: In a path these mean something else to one of the storage layers (addresses, patterns), or make them fail.
UNUSABLE = frozenset("%[]^|\\?#*\n\r\t\0")


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
    def people(self) -> People:
        """Accounts, wall screens and the audit."""
        return People(self.records.database)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self.records.database)

    @property
    def follow_ups(self) -> FollowUps:
        """What people did about bad reviews here."""
        return FollowUps(self.records.database)

    @property
    def audit_trail(self) -> AuditTrail:
        """The audit, to be looked through."""
        return AuditTrail(self.records.database)

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
        StorageError: it does not exist, cannot be made, does not belong to the state database, or belongs to another
            account while root asks.
    """
    path = Path(settings.data_dir).resolve()
    if odd := sorted(set(str(path)) & UNUSABLE):
        raise StorageError(
            f"数据目录 {path} 的路径里有不能用的字符 {' '.join(odd)}；请换一个路径（--data），汉字、字母、数字都可以。"
        )
    if not path.is_dir() and not create:
        raise StorageError(
            f"数据目录 {path} 不存在；请先用 import 导入数据或用 demo 建立演示城市，或用 --data 指明已有的目录。"
        )
    _not_as_root_for_another(path)
    try:
        (path / "lake").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"数据目录 {path} 建不起来（{error.strerror}）；请换一个可写的位置（--data）。") from error
    records = Records(settings.records_url)
    try:
        belong_together(path, records)
        known = records.installation()
    except BaseException:
        records.close()
        raise
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


def _not_as_root_for_another(path: Path) -> None:
    """Keep root from leaving files in a folder whose owner, the account of the services, could then not write them."""
    if os.geteuid() != 0 or not path.is_dir() or not (owner := path.stat().st_uid):
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        return  # no account of this machine: a container's view of somebody else's disk
    raise StorageError(
        f"数据目录 {path} 属于系统账号 {name}，用 root 执行会留下它写不了的文件；"
        f"请用这个账号执行（例如 runuser -u {name} -- …，装在服务器上的用 cockpit 命令）。"
    )
