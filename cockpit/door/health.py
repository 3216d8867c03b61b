"""Whether the door of an installation is in order, as `doctor` tells it."""

from __future__ import annotations

from cockpit.door.keys import exposed, has_cookie_secret, one_time_file
from cockpit.door.roles import Role
from cockpit.intake.health import Finding
from cockpit.lake.folder import DataFolder


def door_findings(folder: DataFolder) -> list[Finding]:
    """Whether somebody can administer, whether the first password is still in use, whether secrets are kept."""
    return [_administrators(folder), _secrets(folder)]


def _administrators(folder: DataFolder) -> Finding:
    able = [a.name for a in folder.people.accounts() if a.role == Role.ADMIN and not a.disabled]
    if not able:
        remedy = "请启动一次网页服务，或用 user add、user enable 添加或恢复一个"
        return Finding("系统管理员", False, f"没有能用的系统管理员账号；{remedy}。")
    if (path := one_time_file(folder)) is not None:
        return Finding("系统管理员", False, f"第一次登录的一次性密码还没有修改；请用 {path} 里的密码登录并修改。")
    return Finding("系统管理员", True, f"{len(able)} 个账号：{'、'.join(able)}。")


def _secrets(folder: DataFolder) -> Finding:
    if open_to_others := exposed(folder.path):
        said = "、".join(str(path) for path in open_to_others)
        return Finding("密钥文件", False, f"别的系统账号也能读 {said}；请用 chmod 600 收紧，并考虑更换密钥。")
    if not has_cookie_secret(folder.path):
        return Finding("密钥文件", True, "网页会话的密钥在网页服务第一次启动时生成。")
    return Finding("密钥文件", True, "只有运行驾驶舱的系统账号能读。")
