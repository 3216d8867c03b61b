"""Secrets that a first start makes by itself: the key of Streamlit's cookies and the first administrator's password.

They come from the environment, else from files of the data folder that only its owner may read (0600).
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cockpit.door import accounts, passwords
from cockpit.door.roles import Role
from cockpit.errors import Refused, StorageError
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord

COOKIE_VARIABLE = "COCKPIT_COOKIE_SECRET"
FIRST_ADMIN = "admin"
_COOKIE_FILE, _ADMIN_FILE = "cookie.key", "first-admin-password"


def cookie_secret(data_dir: Path) -> str:
    """The key with which cookies of the web server are signed; made at the first start.

    Raises:
        StorageError: it cannot be read or kept.
    """
    given = os.environ.get(COOKIE_VARIABLE)
    return given or _kept(_secret_file(data_dir, _COOKIE_FILE), secrets.token_hex(32))


def first_admin(folder: DataFolder) -> Path | None:
    """See that somebody can sign in: where no account can administer yet, make `admin` with a one-time password.

    Returns:
        The file with the password as long as it has not been changed; None afterwards.

    Raises:
        StorageError: the password cannot be kept.
    """
    path = _secret_file(folder.path, _ADMIN_FILE)
    known = folder.people.accounts()
    able = any(account.role == Role.ADMIN and not account.disabled for account in known)
    if not able and FIRST_ADMIN not in {account.name for account in known}:
        # The file first: a password that nobody can read would lock everybody out.
        password = _kept(path, passwords.one_time())
        binding = accounts.Binding("city")
        with suppress(Refused):  # another process that starts just now has made it, with the same password
            accounts.add(
                folder, FIRST_ADMIN, Role.ADMIN, binding, by="本机", shown_name="系统管理员", password=password
            )
    return one_time_file(folder)


def one_time_file(folder: DataFolder) -> Path | None:
    """The file with the first administrator's password; removed as soon as that password is out of use.

    Raises:
        StorageError: it cannot be removed.
    """
    path = _secret_file(folder.path, _ADMIN_FILE)
    admin = folder.people.account(FIRST_ADMIN)
    try:
        if path.is_file() and (admin is None or not admin.must_change or not _still(admin, path)):
            path.unlink(missing_ok=True)
        return path if path.is_file() else None
    except OSError as error:
        raise StorageError(
            f"一次性密码文件 {path} 已不再需要却删不掉（{error.strerror}）；请手工删除它，并检查数据目录的权限。"
        ) from error


def exposed(data_dir: Path) -> list[Path]:
    """Files of secrets that others than their owner may read."""
    found = sorted(path for path in (data_dir / "secrets").glob("*") if path.is_file())
    return [path for path in found if path.stat().st_mode & 0o077]


def has_cookie_secret(data_dir: Path) -> bool:
    """Whether the key of the web server's cookies is there."""
    return bool(os.environ.get(COOKIE_VARIABLE)) or _secret_file(data_dir, _COOKIE_FILE).is_file()


def _still(admin: AccountRecord, path: Path) -> bool:
    """Whether the password in the file still opens: an administrator may have given another one-time password."""
    return passwords.matches(admin.password_hash, path.read_text(encoding="ascii").strip())


def _secret_file(data_dir: Path, name: str) -> Path:
    return data_dir / "secrets" / name


def _kept(path: Path, fresh: str) -> str:
    """What the file says; of two processes that make it the first one's counts."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        if not path.is_file():
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(fresh + "\n")
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StorageError(
            f"密钥文件 {path} 读不出来或写不进去（{error.strerror}）；请检查数据目录的权限后重新启动。"
        ) from error
