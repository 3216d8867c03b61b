"""系统管理: accounts, wall screens, open sessions, and what each role may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from cockpit.board.sheet import Field, Sheet
from cockpit.door.accounts import described
from cockpit.door.roles import PAGES, PERSONAL, RIGHTS, TITLES, Right, Role
from cockpit.door.scope import COUNTY, HALL, halls_of, known_halls
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord, WallRecord

RIGHT_TITLES: Mapping[Right, str] = {
    Right.FOLLOW_UP: "登记差评的处理",
    Right.DOWNLOAD: "下载表格",
    Right.QUARANTINE: "查看和下载隔离的行",
    Right.ACCOUNTS: "管理账号",
    Right.WALLS: "签发和收回大屏令牌",
    Right.AUDIT: "查看和下载审计记录",
    Right.THRESHOLDS: "调整预警阈值",
    Right.HANDLE: "处置预警事件",
    Right.EVIDENCE: "查看预警背后的记录",
    Right.REPORT_MISSED: "登记漏报",
    Right.LOOK_INTO_MISSED: "查明漏报",
    Right.REPORT_AGAIN: "重新生成月报",
}
PAGE_TITLES: Mapping[str, str] = {
    "overview": "运行总览",
    "alerts": "预警处置",
    "hall": "大厅",
    "onenet": "一网通办",
    "reviews": "好差评",
    "panorama": "办件全景",
    "findings": "问题清单",
    "indicators": "指标目录",
    "quality": "数据质量",
    "reports": "月报",
    "admin": "系统管理",
}


def must_open(viewer: Viewer) -> None:
    """Go on only if the viewer's role opens this page.

    Raises:
        Refused: it does not.
    """
    if not viewer.opens("admin"):
        raise Refused("您的角色不能打开系统管理；如确需查看，请联系系统管理员。")


def accounts(folder: DataFolder, viewer: Viewer) -> list[AccountRecord]:
    """The accounts whose part of the city lies within the viewer's, by name."""
    must_open(viewer)
    return [a for a in folder.people.accounts() if _covers(folder, viewer, a.bound_to, a.places)]


def walls(folder: DataFolder, viewer: Viewer) -> list[WallRecord]:
    """The wall screens whose part of the city lies within the viewer's, revoked ones too, the latest first."""
    must_open(viewer)
    return [w for w in folder.people.walls() if _covers(folder, viewer, w.bound_to, w.places)]


def accounts_sheet(folder: DataFolder, viewer: Viewer) -> Sheet:
    """The accounts as a table."""
    names = _names(folder)
    rows = [
        (
            a.name,
            a.shown_name,
            TITLES[Role(a.role)],
            place_words(a.bound_to, a.places, names),
            "已停用" if a.disabled else ("待首次改密" if a.must_change else "正常"),
            a.staff_id or "—",
            "统一身份" if a.subject else "密码",
            a.created_at.astimezone(folder.zone),
        )
        for a in accounts(folder, viewer)
    ]
    texts = ("name", "shown_name", "role", "places", "state", "staff_id", "way")
    fields = (
        Field("name", "账号", role="title"),
        Field("shown_name", "姓名"),
        Field("role", "角色"),
        Field("places", "范围"),
        Field("state", "状态"),
        Field("staff_id", "工号"),
        Field("way", "登录方式"),
        Field("created_at", "建立时间", "time"),
    )
    return Sheet("账号", table(rows, texts, ("created_at",), folder), fields)


def walls_sheet(folder: DataFolder, viewer: Viewer) -> Sheet:
    """The wall screens as a table."""
    names = _names(folder)
    rows = [
        (
            w.name,
            place_words(w.bound_to, w.places, names),
            "已收回" if w.revoked_at else "有效",
            w.issued_by,
            w.issued_at.astimezone(folder.zone),
            w.seen_at and w.seen_at.astimezone(folder.zone),
        )
        for w in walls(folder, viewer)
    ]
    fields = (
        Field("name", "大屏", role="title"),
        Field("places", "范围"),
        Field("state", "状态"),
        Field("by", "签发人"),
        Field("issued_at", "签发时间", "time"),
        Field("seen_at", "最近在线", "time"),
    )
    return Sheet("大屏令牌", table(rows, ("name", "places", "state", "by"), ("issued_at", "seen_at"), folder), fields)


def sessions_sheet(folder: DataFolder, viewer: Viewer, now: datetime) -> Sheet:
    """Who is signed in now."""
    must_open(viewer)
    idle = now - timedelta(minutes=folder.settings.door.idle_minutes)
    rows = []
    for found in folder.sessions.sessions_open(now, idle):
        owner = found.account or found.wall
        if owner is None or not _covers(folder, viewer, owner.bound_to, owner.places):
            continue
        kind = TITLES[Role(found.account.role)] if found.account else TITLES[Role.WALL]
        times = (at.astimezone(folder.zone) for at in (found.created_at, found.seen_at))
        rows.append((owner.name, kind, found.address, *times))
    fields = (
        Field("name", "账号或大屏", role="title"),
        Field("kind", "角色"),
        Field("address", "来自"),
        Field("begun_at", "登录时间", "time"),
        Field("seen_at", "最近使用", "time"),
    )
    return Sheet("当前在线", table(rows, ("name", "kind", "address"), ("begun_at", "seen_at"), folder), fields)


def roles_sheet() -> Sheet:
    """What each role opens and may do."""
    rows = [
        (
            TITLES[role],
            "、".join(title for page, title in PAGE_TITLES.items() if page in PAGES[role]) or "只有大屏画面",
            "、".join(RIGHT_TITLES[right] for right in Right if right in RIGHTS[role]) or "只能看",
        )
        for role in (*PERSONAL, Role.WALL)
    ]
    frame = pl.DataFrame(rows, schema={"role": pl.String, "pages": pl.String, "rights": pl.String}, orient="row")
    fields = (
        Field("role", "角色", role="title"),
        Field("pages", "能打开的页面"),
        Field("rights", "能做的事", role="wide"),
    )
    return Sheet("各角色能做什么", frame, fields, "所有角色都只看到各自范围之内的内容。")


def places(folder: DataFolder, viewer: Viewer) -> dict[str, dict[str, str]]:
    """What an account or screen can be bound to by this viewer: kind → value → label."""
    halls = viewer.within(known_halls(folder).lazy()).sort("county", "hall_id").collect()
    counties = [name for name in halls["county"].unique(maintain_order=True) if viewer.sees_county(name)]
    labels = {row["hall_id"]: f"{row['short_name']}（{row['hall_id']}）" for row in halls.to_dicts()}
    found = {COUNTY: {name: name for name in counties}, HALL: labels}
    return ({"city": {}} if viewer.sees_city else {}) | {kind: of for kind, of in found.items() if of}


def place_words(bound_to: str, bound: tuple[str, ...], names: Mapping[str, str]) -> str:
    """A binding in words, halls by their names."""
    return described(bound_to, tuple(names.get(place, place) for place in bound) if bound_to == HALL else bound)


def _names(folder: DataFolder) -> dict[str, str]:
    return dict(known_halls(folder).select("hall_id", "short_name").iter_rows())


def _covers(folder: DataFolder, viewer: Viewer, bound_to: str, bound: tuple[str, ...]) -> bool:
    """Whether all that somebody sees lies within what the viewer sees."""
    if viewer.sees_city:
        return True
    if bound_to == COUNTY and set(bound) <= viewer.counties:
        return True
    halls = halls_of(folder, bound_to, bound)
    return bound_to == HALL and halls is not None and all(map(viewer.sees_hall, halls))


def table(
    rows: Sequence[tuple[object, ...]], texts: tuple[str, ...], times: tuple[str, ...], folder: DataFolder
) -> pl.DataFrame:
    """Rows of texts and times, in that order."""
    schema: dict[str, pl.DataType] = dict.fromkeys(texts, pl.String())
    schema |= dict.fromkeys(times, pl.Datetime("us", folder.timezone))
    return pl.DataFrame(rows, schema=schema, orient="row")
