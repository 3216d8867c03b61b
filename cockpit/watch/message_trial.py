"""A message to see whether a channel works, on record like every other one."""

from __future__ import annotations

import datetime as dt
import secrets
import time

from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.messages import Attempt, NewMessage, Post
from cockpit.watch import channel_trouble
from cockpit.watch.channels import Sent, channels, channels_file, send

BODY = "【试发】{city}政务服务驾驶舱。\n这是一条测试消息，{at} 发出，不用处理。\n{link}"


def try_channel(folder: DataFolder, name: str, account: str, now: dt.datetime) -> Sent:
    """Send a test message; a dead channel that takes it counts as working again.

    Args:
        folder: data folder.
        name: the channel.
        account: to whom; empty for a group.
        now: the instant.

    Raises:
        Refused: there is no such channel or account, or nobody is named for a channel that reaches one at a time.
    """
    known = channels(folder.path)
    channel = known.get(name.lower())
    if channel is None:
        there = f"已有 {'、'.join(known)}" if known else "还没有任何通道"
        where = f"环境变量 COCKPIT_CHANNELS__{name.upper()} 或 {channels_file(folder.path)}"
        raise Refused(f"没有通道 {name}，{there}；请在{where} 里写明网址。")
    contact = ""
    if channel.personal:
        record = folder.people.account(account) if account else None
        if record is None:
            raise Refused(f"通道 {name} 一次发给一个账号，没有写明发给谁；请用 --to 指明一个已有的账号。")
        if not record.contact:
            raise Refused(f"账号 {account} 没有登记联系方式；请先用 user contact 登记。")
        contact = record.contact
    web = folder.settings.web
    link = web.public_url or f"http://127.0.0.1:{web.port}"
    body = BODY.format(city=folder.city, at=f"{now.astimezone(folder.zone):%Y-%m-%d %H:%M}", link=link)
    message = NewMessage(secrets.token_hex(10), channel.name, account if channel.personal else "", 0, body, ())
    post, settings = Post(folder.records.database), folder.settings.messages
    with post.writing() as book:
        attempt_id = book.begin(message, now)
    begun = time.monotonic()
    result = send(channel, contact, body, message.message_id, settings.send_seconds)
    took = round((time.monotonic() - begun) * 1000)
    with post.writing() as book:
        book.end(Attempt(message, attempt_id, result.ok, result.said, took), now, now)
        channel_trouble.keep_health(book, channel.name, result, now, settings.dead_after)
    return result
