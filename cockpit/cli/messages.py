"""Commands for messages: list, test."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alerts.definition import LEVELS, OWNERS
from alerts.ladder import SAID, Why
from cockpit import clock
from cockpit.cli.frame import DataOption, JsonOption, data_folder, print_json, refusing
from cockpit.errors import Refused
from cockpit.records.message_list import message_lines, notice_lines
from cockpit.records.messages import State
from cockpit.watch.message_trial import try_channel

STATES = {
    State.WAITING: "等待发送",
    State.SENDING: "正在发送",
    State.SENT: "已发送",
    State.OVERTAKEN: "不必再发",
    State.UNROUTED: "没有路由",
    State.UNREACHABLE: "联系不上",
    State.FAILED: "没有发出",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    messages = typer.Typer(no_args_is_help=True, help="消息：谁在何时由哪个通道收到了什么，试发。")
    messages.command("list", help="列出最近的通知：告诉谁、由哪个通道、结果如何；--json 另有每条消息的原文。")(
        list_messages
    )
    messages.command("test", help="由一个通道试发一条消息。")(test)
    app.add_typer(messages, name="messages")


def list_messages(
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="最多列出多少条")] = 50,
    waiting: Annotated[bool, typer.Option("--waiting", help="只列出还没有发出去的")] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """List the latest notices and messages."""
    with refusing(), data_folder(data) as folder:
        states = (State.WAITING, State.SENDING) if waiting else ()
        notices = notice_lines(folder.records.database, limit, states=states)
        sent = [] if waiting else message_lines(folder.records.database, limit)
        zone = folder.zone

    def local(line: object) -> dict[str, Any]:
        return {
            name: value.astimezone(zone) if hasattr(value, "astimezone") else value
            for name, value in vars(line).items()
        }

    if json:
        print_json({"notices": [local(line) for line in notices], "messages": [local(line) for line in sent]})
        return
    table = Table("时间", "级别", "事件", "告诉谁", "为什么", "通道", "结果")
    for line in notices:
        who = f"{OWNERS.get(line.rung, line.rung)} {line.account}"  # type: ignore[call-overload]
        result = STATES[line.state] + (f"：{line.said or line.last}" if line.said or line.last else "")
        row = (f"{line.at.astimezone(zone):%m-%d %H:%M}", LEVELS[line.level], line.incident, who, SAID[Why(line.why)])
        table.add_row(*map(escape, (*row, line.channel or "—", result)))
    Console().print(table)


def test(
    channel: Annotated[str, typer.Argument(metavar="通道", help="通道名")],
    to: Annotated[str, typer.Option("--to", metavar="账号", help="发给哪个账号；群通道不用写")] = "",
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Send a test message."""
    with refusing(), data_folder(data) as folder:
        result = try_channel(folder, channel, to, clock.now())
        if not result.ok and not json:
            raise Refused(f"通道 {channel} 没有发出去（{result.said}）；请核对通道的网址、密钥和网络后再试。")
    if json:
        print_json({"channel": channel, "sent": result.ok, "said": result.said})
        if not result.ok:
            raise typer.Exit(1)
        return
    typer.echo(f"通道 {channel} 已收下测试消息。", err=True)
