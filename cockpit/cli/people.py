"""Commands for people and screens: user, wall-token."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cockpit.cli.frame import ByOption, DataOption, JsonOption, data_folder, print_json, refusing, settings_for
from cockpit.door import accounts, walls
from cockpit.door.accounts import Binding, described
from cockpit.door.roles import PERSONAL, TITLES, Role
from cockpit.door.scope import CITY, COUNTY, HALL
from cockpit.errors import Refused

NameArgument = Annotated[str, typer.Argument(metavar="账号", help="账号名")]
ScreenArgument = Annotated[str, typer.Argument(metavar="名称", help="哪一块屏，例如 一楼大厅东侧")]
CountyOption = Annotated[
    list[str] | None, typer.Option("--county", metavar="县", help="只看这个县（市、区）；可多次给出")
]
HallOption = Annotated[list[str] | None, typer.Option("--hall", metavar="ID", help="只看这个大厅；可多次给出")]
ROLES = "、".join(f"{role.value} {TITLES[role]}" for role in PERSONAL)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    user = typer.Typer(no_args_is_help=True, help="人员账号：添加、列出、停用、恢复、重设密码。")
    user.command("add", help="添加账号，打印一次性密码；缺省看全市。")(add)
    user.command("contact", help="登记账号收消息的手机号或邮箱，从标准输入读入；空行即清除。")(contact)
    user.command("list", help="列出全部账号。")(list_accounts)
    user.command("disable", help="停用账号，已登录的立即退出。")(disable)
    user.command("enable", help="恢复停用的账号，打印新的一次性密码。")(enable)
    user.command("password", help="重设密码，打印新的一次性密码。")(password)
    app.add_typer(user, name="user")
    wall = typer.Typer(no_args_is_help=True, help="大屏令牌：签发、列出、收回。")
    wall.command("issue", help="为一块屏签发令牌，打印它的网址；令牌只显示这一次。")(issue)
    wall.command("list", help="列出全部大屏令牌。")(list_walls)
    wall.command("revoke", help="收回一块屏的令牌，该屏立即不再显示。")(revoke)
    app.add_typer(wall, name="wall-token")


def add(
    name: NameArgument,
    role: Annotated[Role, typer.Option("--role", metavar="角色", help=ROLES)],
    county: CountyOption = None,
    hall: HallOption = None,
    shown_name: Annotated[str, typer.Option("--shown-name", metavar="姓名", help="页面上显示的姓名")] = "",
    staff_id: Annotated[str | None, typer.Option("--staff-id", metavar="ID", help="排班、考勤里的人员编号")] = None,
    contact: Annotated[str, typer.Option("--contact", metavar="号码", help="收消息的手机号或邮箱")] = "",
    by: ByOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Make an account."""
    with refusing(), data_folder(data, create=True) as folder:
        binding = _binding(county, hall)
        more = {"shown_name": shown_name, "staff_id": staff_id or "", "contact": contact}
        given = accounts.add(folder, name, role, binding, by=who_asks(by), **more)
    _tell_password(name, given, json)


def contact(name: NameArgument, by: ByOption = None, data: DataOption = None) -> None:
    """Say how a person is reached; read from standard input, so that it stands in no history of commands."""
    with refusing(), data_folder(data) as folder:
        given = typer.get_text_stream("stdin").readline()
        accounts.set_contact(folder, name, given, by=who_asks(by))
    typer.echo(f"账号 {name} 的联系方式已{'登记' if given.strip() else '清除'}。", err=True)


def list_accounts(data: DataOption = None, json: JsonOption = False) -> None:
    """List all accounts."""
    with refusing(), data_folder(data) as folder:
        found = folder.people.accounts()
        zone = folder.zone
    rows = [
        {
            "name": account.name,
            "shown_name": account.shown_name,
            "role": account.role,
            "bound_to": account.bound_to,
            "places": list(account.places),
            "staff_id": account.staff_id,
            "has_contact": account.contact is not None,
            "disabled": account.disabled,
            "must_change": account.must_change,
            "created_at": account.created_at.astimezone(zone),
        }
        for account in found
    ]
    if json:
        print_json(rows)
        return
    table = Table("账号", "姓名", "角色", "范围", "状况")
    for account in found:
        state = "已停用" if account.disabled else "待改密码" if account.must_change else "可用"
        part = described(account.bound_to, account.places)
        table.add_row(*map(escape, (account.name, account.shown_name, TITLES[Role(account.role)], part, state)))
    Console().print(table)


def disable(name: NameArgument, by: ByOption = None, data: DataOption = None) -> None:
    """Disable an account."""
    with refusing(), data_folder(data) as folder:
        accounts.disable(folder, name, by=who_asks(by))
    typer.echo(f"账号 {name} 已停用，已登录的都已退出。", err=True)


def enable(name: NameArgument, by: ByOption = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Enable an account again."""
    with refusing(), data_folder(data) as folder:
        given = accounts.enable(folder, name, by=who_asks(by))
    _tell_password(name, given, json)


def password(name: NameArgument, by: ByOption = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Give a new one-time password."""
    with refusing(), data_folder(data) as folder:
        given = accounts.reset_password(folder, name, by=who_asks(by))
    _tell_password(name, given, json)


def issue(
    name: ScreenArgument,
    county: CountyOption = None,
    hall: HallOption = None,
    by: ByOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Issue a token for a wall screen."""
    with refusing(), data_folder(data) as folder:
        token = walls.issue(folder, name, _binding(county, hall), by=who_asks(by))
    web = settings_for(data).web
    url = f"{web.public_url or f'http://127.0.0.1:{web.port}'}/screen?token={token}"
    if json:
        print_json({"name": name, "token": token, "url": url})
        return
    typer.echo(url)
    typer.echo(f"在大屏 {name} 的浏览器里打开上面的网址；它只显示这一次，遗失时请收回后重新签发。", err=True)


def list_walls(data: DataOption = None, json: JsonOption = False) -> None:
    """List all tokens of wall screens."""
    with refusing(), data_folder(data) as folder:
        found = folder.people.walls()
        zone = folder.zone
    if json:
        times = ("issued_at", "revoked_at", "seen_at")
        zoned = [
            {time: at and at.astimezone(zone) for time, at in vars(wall).items() if time in times} for wall in found
        ]
        print_json([vars(wall) | times for wall, times in zip(found, zoned, strict=True)])
        return
    table = Table("名称", "范围", "签发", "最近在线", "状况")
    for wall in found:
        seen = f"{wall.seen_at.astimezone(zone):%Y-%m-%d %H:%M}" if wall.seen_at else "—"
        issued = f"{wall.issued_at.astimezone(zone):%Y-%m-%d %H:%M} {wall.issued_by}"
        part = described(wall.bound_to, wall.places)
        table.add_row(*map(escape, (wall.name, part, issued, seen, "已收回" if wall.revoked_at else "有效")))
    Console().print(table)


def revoke(name: ScreenArgument, by: ByOption = None, data: DataOption = None) -> None:
    """Revoke the token of a wall screen."""
    with refusing(), data_folder(data) as folder:
        walls.revoke(folder, name, by=who_asks(by))
    typer.echo(f"大屏 {name} 的令牌已收回。", err=True)


def _binding(counties: list[str] | None, halls: list[str] | None) -> Binding:
    if counties and halls:
        raise Refused("--county 和 --hall 只能用一种；请分成两个账号，或只写大厅。")
    if counties:
        return Binding(COUNTY, tuple(counties))
    return Binding(HALL, tuple(halls)) if halls else Binding(CITY)


def who_asks(by: str | None) -> str:
    """Who the audit says it was."""
    return by or f"{getpass.getuser()}（命令行）"


def _tell_password(name: str, given: str, json: bool) -> None:
    if json:
        print_json({"name": name, "one_time_password": given})
        return
    typer.echo(given)
    typer.echo(f"以上是账号 {name} 的一次性密码，只显示这一次；本人第一次登录时必须修改。", err=True)
