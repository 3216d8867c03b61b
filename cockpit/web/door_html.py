"""The documents of the door: sign-in, password, refusals. Plain forms that work without any script."""

from __future__ import annotations

from urllib.parse import quote

from cockpit.web.escaped import escape
from cockpit.web.shell import TITLE, file_url


def document(heading: str, body: str, city: str) -> str:
    """A whole document with one small panel.

    Args:
        heading: what this is about.
        body: markup made below; everything from outside is escaped there.
        city: name of the city.
    """
    return (
        '<!doctype html><html lang="zh-CN" translate="no"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f"<title>{escape(heading)} · {TITLE}</title>"
        f'<link rel="icon" type="image/svg+xml" href="{file_url("icon.svg")}" />'
        f'<link rel="stylesheet" href="{file_url("colours.css")}" />'
        f'<link rel="stylesheet" href="{file_url("door.css")}" /></head>'
        f"<body><main><header><p>{escape(city)}</p><h1>{TITLE}</h1></header>"
        f"<section><h2>{escape(heading)}</h2>{body}</section></main></body></html>"
    )


def sign_in(wanted: str, name: str = "", refusal: str = "", provider: str = "", told: str = "") -> str:
    """The form of name and password, and a button for the identity provider where there is one."""
    goal = f'<input type="hidden" name="next" value="{escape(wanted)}" />'
    other = ""
    if provider:
        other = f'<a class="second" href="/oidc/start?next={quote(wanted, safe="")}">{escape(provider)}</a>'
    return (
        f'{_said(refusal, "alert")}{_said(told, "status")}<form method="post" action="/login">{goal}'
        + _field("name", "账号", "text", "username", value=name, focus=not name)
        + _field("password", "密码", "password", "current-password", focus=bool(name))
        + f'<button type="submit">登录</button></form>{other}'
        "<footer>忘记密码或没有账号，请联系系统管理员。</footer>"
    )


def password(name: str, forced: bool, refusal: str = "") -> str:
    """The form in which a person chooses a password."""
    why = "这是一次性密码，请先换成自己的密码。" if forced else ""
    back = "" if forced else '<a href="/">返回首页</a>'
    return (
        f'{_said(why, "status")}{_said(refusal, "alert")}<form method="post" action="/password">'
        f'<input type="hidden" name="username" autocomplete="username" value="{escape(name)}" />'
        + _field("old", "原密码", "password", "current-password", focus=True)
        + _field("new", "新密码（至少 10 个字符）", "password", "new-password")
        + _field("again", "再输一遍新密码", "password", "new-password")
        + f'<button type="submit">保存</button></form><footer>保存后，其他地方的登录全部结束。{back}</footer>'
    )


def sentence(said: str) -> str:
    """One sentence and the way back."""
    return f'{_said(said, "alert")}<footer><a class="alone" href="/login">返回登录</a></footer>'


def _field(name: str, title: str, kind: str, completes: str, *, value: str = "", focus: bool = False) -> str:
    focused = " autofocus" if focus else ""
    return (
        f'<label for="{name}">{escape(title)}</label><input id="{name}" name="{name}" type="{kind}" required '
        f'maxlength="200" autocomplete="{completes}" value="{escape(value)}"{focused} />'
    )


def _said(text: str, role: str) -> str:
    return f'<p class="said {role}" role="{role}">{escape(text)}</p>' if text else ""
