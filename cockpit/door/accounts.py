"""Accounts of people: made, listed, changed, disabled. Every change is in the audit and ends that person's sessions.

An account is never deleted, because the audit and the handling of alerts name it; it is disabled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cockpit.door import passwords
from cockpit.door.roles import PERSONAL, TITLES, Role
from cockpit.door.scope import CITY, checked_places
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord, line

_NAME = re.compile(r"[\w.@-]{2,60}")
_CONTACT = re.compile(r"[A-Za-z0-9_.@+-]{3,100}")
_LAST = "{name} 是唯一能用的系统管理员账号，没有改动；请先添加另一个系统管理员。"


@dataclass(frozen=True)
class Binding:
    """What an account or a wall screen is bound to.

    Attributes:
        to: city, county or hall.
        places: names of counties, or ids of halls.
    """

    to: str = CITY
    places: tuple[str, ...] = ()


def add(
    folder: DataFolder,
    name: str,
    role: Role,
    binding: Binding,
    *,
    by: str,
    shown_name: str = "",
    staff_id: str | None = None,
    contact: str = "",
    password: str | None = None,
) -> str:
    """Make an account with a one-time password, which must be changed at the first sign-in.

    Args:
        folder: data folder.
        name: account name: letters, digits, Chinese characters, . _ @ -.
        role: what the person is here for.
        binding: the part of the city the person sees.
        by: who makes it, for the audit.
        shown_name: the person's name; the account name where empty.
        staff_id: the person's number in the records of the halls, so that rosters find the account.
        contact: mail address or phone number for messages.
        password: the one-time password; made where it is not given.

    Returns:
        The one-time password, which is kept nowhere.

    Raises:
        Refused: the name is not usable or taken, the role is no person's, or a place is not known.
    """
    if not nameable(name):
        raise Refused("账号名要有 2 至 60 个字符，只能用汉字、字母、数字和 . _ @ -；请换一个。")
    if role not in PERSONAL:
        raise Refused("大屏不是人员账号；请用 wall-token 命令或系统管理页面签发大屏令牌。")
    shown_name, staff_id = plain(shown_name, "姓名", 60) or name, plain(staff_id or "", "人员编号", 100) or None
    places = checked_places(folder, binding.to, binding.places)
    given = password or passwords.one_time()
    made = {
        "name": name,
        "shown_name": shown_name,
        "role": role.value,
        "bound_to": binding.to,
        "staff_id": staff_id,
        "contact": checked_contact(contact),
        "password_hash": passwords.hashed(given),
        "must_change": True,
        "disabled": False,
    }
    told = line(by, "account.add", name, f"{TITLES[role]} · {described(binding.to, places)}")
    if not folder.people.add_account(made | {"created_at": told.at, "password_at": told.at}, places, told):
        raise Refused(f"账号 {name} 已经存在；请换一个账号名，或用 password 为它重设密码。")
    return given


def known(folder: DataFolder, name: str) -> AccountRecord:
    """The account of this name.

    Raises:
        Refused: there is none.
    """
    found = folder.people.account(name)
    if found is None:
        raise Refused(f"没有账号 {name}；请核对账号名（用 user list 查看全部账号）。")
    return found


def change(folder: DataFolder, name: str, role: Role, binding: Binding, *, by: str) -> None:
    """Give an account another role or part of the city.

    Raises:
        Refused: there is no such account, a place is not known, or nobody could administer any more.
    """
    account = known(folder, name)
    if role not in PERSONAL:
        raise Refused("大屏不是人员账号；请选择人员的角色。")
    places = checked_places(folder, binding.to, binding.places)
    told = line(by, "account.change", name, f"{TITLES[role]} · {described(binding.to, places)}")
    values = {"role": role.value, "bound_to": binding.to}
    another = None if role is Role.ADMIN else _must_leave(account)
    if not folder.people.change_account(account.account_id, values, told, places=places, another=another):
        raise Refused(_LAST.format(name=name))


def disable(folder: DataFolder, name: str, *, by: str) -> None:
    """Let nobody sign in with this account any more; open sessions end.

    Raises:
        Refused: there is no such account, or nobody could administer any more.
    """
    account = known(folder, name)
    told, another = line(by, "account.disable", name), _must_leave(account)
    if not folder.people.change_account(account.account_id, {"disabled": True}, told, another=another):
        raise Refused(_LAST.format(name=name))


def enable(folder: DataFolder, name: str, *, by: str) -> str:
    """Let the person sign in again, with a new one-time password, which is returned.

    Raises:
        Refused: there is no such account.
    """
    return reset_password(folder, name, by=by, action="account.enable")


def reset_password(folder: DataFolder, name: str, *, by: str, action: str = "account.password") -> str:
    """Give a new one-time password, which is returned; the person must change it at the next sign-in.

    Raises:
        Refused: there is no such account.
    """
    account = known(folder, name)
    given = passwords.one_time()
    told = line(by, action, name)
    values = {"password_hash": passwords.hashed(given), "must_change": True, "disabled": False, "password_at": told.at}
    if action == "account.password":
        del values["disabled"]
    folder.people.change_account(account.account_id, values, told)
    return given


def change_own_password(folder: DataFolder, name: str, old: str, new: str, *, keep_session: str | None) -> None:
    """A person chooses a password; all other sessions of this account end.

    Raises:
        Refused: the old one is wrong, or the new one is not good enough or the same.
    """
    account = known(folder, name)
    if account.password_hash is None:
        raise Refused("这个账号没有密码，只能用统一身份认证登录；需要密码时，请系统管理员重设。")
    if not passwords.matches(account.password_hash, old):
        folder.people.write_down(line(name, "password.refused", name, "原密码不对"))
        raise Refused("原密码不对，密码没有改动；请重新输入，忘记时请系统管理员重设。")
    check_new(name, old, new)
    told = line(name, "password.change", name)
    values = {"password_hash": passwords.hashed(new), "must_change": False, "password_at": told.at}
    folder.people.change_account(account.account_id, values, told, keep_session=keep_session)


def set_contact(folder: DataFolder, name: str, contact: str, *, by: str) -> None:
    """Say how a person is reached by messages; empty takes it away. The audit tells that it changed, not what it is.

    Raises:
        Refused: there is no such account, or nobody can be reached so.
    """
    account, kept = known(folder, name), checked_contact(contact)
    folder.people.set_contact(account.account_id, kept, line(by, "account.contact", name, "登记" if kept else "清除"))


def checked_contact(contact: str) -> str | None:
    """A mail address, phone number or name at a message service as it is kept; None where it is empty.

    Raises:
        Refused: it holds signs that would mean something else in the address of a channel.
    """
    contact = contact.strip()
    if contact and not _CONTACT.fullmatch(contact):
        raise Refused(
            "联系方式要有 3 至 100 个字符，只能用字母、数字和 . _ @ + -；请写手机号、邮箱或消息服务里的账号。"
        )
    return contact or None


def nameable(name: str) -> bool:
    """Whether an account can have this name."""
    return _NAME.fullmatch(name) is not None


def described(bound_to: str, places: tuple[str, ...]) -> str:
    """A binding in words."""
    return "全市" if bound_to == CITY else "、".join(places)


def check_new(name: str, old: str, new: str) -> None:
    """See that a new password will do.

    Raises:
        Refused: it is the old one, or not good enough.
    """
    if old == new:
        raise Refused("新密码与原密码相同；请换一个。")
    passwords.checked(new, name)


def void_one_time(folder: DataFolder, account: AccountRecord, why: str) -> None:
    """Put a one-time password out of use, because the person has proved otherwise who they are."""
    told = line(account.name, "password.void", account.name, why)
    values = {"password_hash": None, "must_change": False, "password_at": None}
    folder.people.change_account(account.account_id, values, told)


def plain(text: str, what: str, longest: int) -> str:
    """A name as it is kept: without spaces around it, with nothing that a screen or a terminal would act on.

    Raises:
        Refused: it is too long, or has characters that cannot be seen.
    """
    text = text.strip()
    if len(text) > longest or not text.isprintable():
        raise Refused(f"{what}最多 {longest} 个字符，不能有换行等看不见的字符；请改写。")
    return text


def _must_leave(account: AccountRecord) -> str | None:
    """The role of which another account must be left when this one loses it."""
    return Role.ADMIN.value if account.role == Role.ADMIN and not account.disabled else None
