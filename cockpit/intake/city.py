"""One data folder holds one city with one zone; the first batch settles which."""

from __future__ import annotations

from dataclasses import replace

from cockpit.errors import CockpitError
from cockpit.intake.profile import Profile
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Lake


class OtherCity(CockpitError):
    """The source belongs to another city than the data folder."""


def city_of(folder: DataFolder, profile: Profile) -> DataFolder:
    """The data folder as it is for this source: an empty one takes the source's city and zone.

    Raises:
        OtherCity: the folder already holds another city.
    """
    if profile.city is None or profile.timezone is None:
        return folder
    known = folder.records.installation()
    if "city" in known and (known["city"], known["timezone"]) != (profile.city, profile.timezone):
        raise OtherCity(
            f"数据目录 {folder.path} 已是 {known['city']}（{known['timezone']}）的数据，"
            f"导入方案 {profile.name} 属于 {profile.city}（{profile.timezone}）；"
            "一个数据目录只放一个城市，请用 --data 另指一个目录。"
        )
    lake = Lake(folder.lake.path, folder.records, profile.timezone)
    return replace(folder, city=profile.city, timezone=profile.timezone, lake=lake)
