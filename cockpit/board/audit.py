"""系统管理, the audit: who did what and when, looked through page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cockpit.board.administration import table
from cockpit.board.sheet import Field, Sheet
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.audit_trail import Wanted

#: Lines of the audit on one page, and in a workbook at most.
LINES, LINES_TAKEN = 50, 100_000
SPANS: Mapping[str, str] = {"1": "今天", "7": "近 7 天", "30": "近 30 天", "": "全部时间"}
#: Actions, and kinds of them, as people read them; what is not named stands as it is.
WORDS: Mapping[str, str] = {
    "account": "账号",
    "account.add": "添加账号",
    "account.change": "修改账号",
    "account.contact": "登记联系方式",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.password": "重设密码",
    "account.link": "关联统一身份",
    "wall": "大屏",
    "wall.issue": "签发大屏令牌",
    "wall.revoke": "收回大屏令牌",
    "wall.refused": "大屏令牌无效",
    "sign_in": "登录",
    "sign_in.refused": "登录失败",
    "sign_in.slowed": "登录过于频繁",
    "sign_out": "退出登录",
    "password": "密码",
    "password.change": "修改密码",
    "password.refused": "修改密码失败",
    "download": "下载",
    "download.refused": "下载被拒绝",
    "import": "导入",
    "refuse": "拒收文件",
    "review": "差评登记",
    "review.verified_valid": "差评核实属实",
    "review.verified_invalid": "差评核实无效",
    "review.called_back": "差评回访",
    "review.rectified": "差评整改",
    "review.note": "差评备注",
    "thresholds": "预警阈值",
    "thresholds.change": "调整预警阈值",
    "incident": "预警处置",
    "incident.acknowledged": "签收预警",
    "incident.assigned": "转派预警",
    "incident.noted": "预警备注",
    "incident.silenced": "静默预警",
    "incident.closed": "关闭预警",
    "missed": "漏报登记",
    "missed.reported": "登记漏报",
    "missed.looked_into": "查明漏报",
    "missed.closed": "关闭漏报",
    "report": "月报",
    "report.made": "生成月报",
    "report.sent": "发送月报",
    "report.asked": "要求重新生成月报",
    "refused": "被拒绝的操作",
    "refused.add_account": "被拒绝：添加账号",
    "refused.change_account": "被拒绝：修改账号",
    "refused.set_contact": "被拒绝：登记联系方式",
    "refused.disable_account": "被拒绝：停用账号",
    "refused.enable_account": "被拒绝：启用账号",
    "refused.reset_password": "被拒绝：重设密码",
    "refused.issue_wall": "被拒绝：签发大屏令牌",
    "refused.revoke_wall": "被拒绝：收回大屏令牌",
    "refused.follow_up": "被拒绝：差评登记",
    "refused.set_threshold": "被拒绝：调整预警阈值",
    "refused.acknowledge": "被拒绝：签收预警",
    "refused.assign": "被拒绝：转派预警",
    "refused.note": "被拒绝：预警备注",
    "refused.silence": "被拒绝：静默预警",
    "refused.close": "被拒绝：关闭预警",
    "refused.report_missed": "被拒绝：登记漏报",
    "refused.look_into_missed": "被拒绝：查明漏报",
    "refused.make_report_again": "被拒绝：重新生成月报",
}


@dataclass(frozen=True)
class AuditPage:
    """A page of the audit.

    Attributes:
        lines: the lines of the page.
        total: how many lines there are in all pages.
        page: its number, from 1.
        pages: how many pages there are, at least 1.
    """

    lines: Sheet
    total: int
    page: int
    pages: int


def audit(folder: DataFolder, viewer: Viewer, wanted: Wanted, page: int = 1) -> AuditPage:
    """One page of the audit.

    Raises:
        Refused: the viewer's role may not see the audit, or the viewer does not see the whole city.
    """
    _must_audit(viewer)
    total = folder.audit_trail.count(wanted)
    pages = max(1, -(-total // LINES))
    page = min(max(page, 1), pages)
    return AuditPage(_lines(folder, wanted, LINES, (page - 1) * LINES), total, page, pages)


def audit_whole(folder: DataFolder, viewer: Viewer, wanted: Wanted) -> Sheet:
    """The audit to take along, at most the latest 100,000 lines.

    Raises:
        Refused: the viewer's role may not see the audit, or the viewer does not see the whole city.
    """
    _must_audit(viewer)
    return _lines(folder, wanted, LINES_TAKEN, 0)


def audit_choices(folder: DataFolder, viewer: Viewer) -> tuple[dict[str, str], dict[str, str]]:
    """By whom and by what the audit can be filtered: value and Chinese label of each.

    Raises:
        Refused: the viewer's role may not see the audit, or the viewer does not see the whole city.
    """
    _must_audit(viewer)
    who, actions = folder.audit_trail.names()
    kinds = sorted({action.split(".")[0] for action in actions})
    labels = {kind: WORDS.get(kind, kind) for kind in kinds}
    return {"": "所有人"} | {name: name for name in who if name}, {"": "所有操作"} | labels


def since(span: str, now: datetime, folder: DataFolder) -> datetime | None:
    """The first instant of one of `SPANS`."""
    if not span.isdigit():
        return None
    day: date = now.astimezone(folder.zone).date() - timedelta(days=int(span) - 1)
    return datetime.combine(day, time(), folder.zone)


def _must_audit(viewer: Viewer) -> None:
    """The audit names people and things of the whole city."""
    viewer.must(Right.AUDIT)
    viewer.must_see(None)


def _lines(folder: DataFolder, wanted: Wanted, limit: int, offset: int) -> Sheet:
    rows = [
        (line.who, WORDS.get(line.action, line.action), line.subject, line.detail, line.at.astimezone(folder.zone))
        for line in folder.audit_trail.lines(wanted, limit, offset)
    ]
    fields = (
        Field("at", "时间", "time", role="title"),
        Field("who", "谁"),
        Field("action", "操作"),
        Field("subject", "对象"),
        Field("detail", "详情", role="wide"),
    )
    return Sheet("审计记录", table(rows, ("who", "action", "subject", "detail"), ("at",), folder), fields)
