"""The forms of 系统管理. What cannot be taken back by itself (停用, 收回) is done only after a tick that says so."""

from __future__ import annotations

import streamlit as st

from cockpit import actions
from cockpit.board import administration
from cockpit.door.accounts import Binding
from cockpit.door.roles import PERSONAL, TITLES, Role
from cockpit.door.scope import CITY
from cockpit.door.scope import TITLES as SCOPES
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.web import acting, installed, widgets
from cockpit.web.acting import Outcome

MORE = "还有哪些（同一类，用顿号隔开；大厅写编号）"
ONCE = "只显示这一次，请立即转交本人；本人第一次登录时必须修改。"


def accounts(folder: DataFolder, viewer: Viewer) -> None:
    """Add an account; change, disable, enable one; reset a password."""
    places = _places(folder, viewer)
    with st.container(key="panel-add"):
        widgets.heading("添加账号", "账号要有 2 至 60 个字符，只能用汉字、字母、数字和 . _ @ -。")
        with st.form("add-account", border=False, enter_to_submit=False):
            first, second, third, fourth = st.columns(4)
            first.text_input("账号", key="add-name", max_chars=60)
            second.text_input("姓名", key="add-shown", max_chars=60)
            third.text_input("工号（可空）", key="add-staff", max_chars=100)
            fourth.text_input("手机号或邮箱（可空）", key="add-contact", max_chars=100)
            _role_and_scope("add", places)
            st.form_submit_button("添加", type="primary", on_click=_add)
    known = {a.name: a for a in administration.accounts(folder, viewer)}
    if not known:
        return
    with st.container(key="panel-change"):
        widgets.heading("修改账号", "修改、停用和重设密码都会结束这个账号正在进行的登录；改联系方式不会。")
        name = st.selectbox("要修改的账号", list(known), key="change-name", placeholder="请选择")
        account = known[name]
        with st.form(f"change-{name}", border=False, enter_to_submit=False):
            # By account: what was chosen for one must not stand there for the next.
            _role_and_scope(
                f"change-{name}", places, Role(account.role), _first(account.bound_to, account.places, places)
            )
            st.form_submit_button("改为这个角色和范围", on_click=_change, args=(name,))
        with st.form(f"contact-{name}", border=False, clear_on_submit=True, enter_to_submit=False):
            # What is kept is never shown again: only whether there is something, and a new one takes its place.
            kept = "已登记" if account.contact else "未登记"
            st.text_input(f"收消息的手机号或邮箱（{kept}；空着保存即清除）", key=f"contact-of-{name}", max_chars=100)
            st.form_submit_button("保存联系方式", on_click=_contact, args=(name,))
        if account.disabled:
            st.button("启用并给一次性密码", key="enable", on_click=_enable, args=(name,))
            return
        st.button("重设密码", key="reset", on_click=_reset, args=(name,))
        # Streamlit reads markup in labels, so no name stands in one.
        sure = st.checkbox("我确认停用上面选择的账号，此后本人不能登录", key=f"sure-{name}")
        st.button("停用", key="disable", disabled=not sure, on_click=_disable, args=(name,))


def walls(folder: DataFolder, viewer: Viewer) -> None:
    """Issue a token for a wall screen; revoke one."""
    places = _places(folder, viewer)
    with st.container(key="panel-issue"):
        widgets.heading("签发大屏令牌", "签发后给出一个网址，在大屏的浏览器里打开；它只显示一次。")
        with st.form("issue-wall", border=False, clear_on_submit=True, enter_to_submit=False):
            first, second, third = st.columns(3)
            first.text_input("哪一块屏", key="wall-name", max_chars=60, placeholder="例如 一楼大厅东侧")
            second.selectbox(
                "范围", list(places), format_func=places.__getitem__, key="wall-scope", placeholder="请选择"
            )
            third.text_input(MORE, key="wall-more")
            st.form_submit_button("签发", type="primary", on_click=_issue)
    valid = [wall.name for wall in administration.walls(folder, viewer) if wall.revoked_at is None]
    if not valid:
        return
    with st.container(key="panel-revoke"):
        widgets.heading("收回大屏令牌", "收回以后，这块屏半分钟内停止显示，写明“本屏已停用”。")
        name = st.selectbox("要收回的大屏", valid, key="revoke-name", placeholder="请选择")
        sure = st.checkbox("我确认收回上面选择的大屏的令牌", key=f"sure-wall-{name}")
        st.button("收回", key="revoke", disabled=not sure, on_click=_revoke, args=(name,))


def _role_and_scope(key: str, places: dict[str, str], role: Role | None = None, scope: str = "") -> None:
    roles = list(PERSONAL)
    at = roles.index(role) if role in roles else 0
    first, second, third = st.columns(3)
    first.selectbox("角色", roles, index=at, format_func=TITLES.__getitem__, key=f"{key}-role", placeholder="请选择")
    options = list(places)
    index = options.index(scope) if scope in options else 0
    second.selectbox(
        "范围", options, index=index, format_func=places.__getitem__, key=f"{key}-scope", placeholder="请选择"
    )
    third.text_input(MORE, key=f"{key}-more")


def _places(folder: DataFolder, viewer: Viewer) -> dict[str, str]:
    """Scopes that this viewer can give: kind:place and label."""
    found: dict[str, str] = {}
    for kind, of in administration.places(folder, viewer).items():
        if kind == CITY:
            found[f"{CITY}:"] = SCOPES[CITY]
        found |= {f"{kind}:{place}": f"{SCOPES[kind]}：{label}" for place, label in of.items()}
    return found


def _first(bound_to: str, bound: tuple[str, ...], places: dict[str, str]) -> str:
    wanted = f"{bound_to}:{bound[0] if bound else ''}"
    return wanted if wanted in places else next(iter(places), "")


def _binding(key: str) -> Binding:
    kind, _, place = str(st.session_state[f"{key}-scope"]).partition(":")
    more = str(st.session_state[f"{key}-more"]).replace("，", "、").replace(",", "、").split("、")
    return Binding(kind) if kind == CITY else Binding(kind, (place, *(part.strip() for part in more if part.strip())))


def _add() -> None:
    state = st.session_state
    name, shown, staff, contact = (str(state[f"add-{key}"]).strip() for key in ("name", "shown", "staff", "contact"))
    role, binding = Role(state["add-role"]), _binding("add")

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        given = actions.add_account(folder, viewer, name, role, binding, shown, staff or None, contact)
        return Outcome(f"已添加账号 {name}。下面的一次性密码{ONCE}", given)

    acting.act(do)


def _change(name: str) -> None:
    role, binding = Role(st.session_state[f"change-{name}-role"]), _binding(f"change-{name}")

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        actions.change_account(folder, viewer, name, role, binding)
        return Outcome(f"账号 {name} 已改为{TITLES[role]}。")

    acting.act(do)


def _contact(name: str) -> None:
    contact = str(st.session_state[f"contact-of-{name}"])

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        actions.set_contact(folder, viewer, name, contact)
        return Outcome(f"账号 {name} 的联系方式已{'登记' if contact.strip() else '清除'}。")

    acting.act(do)


def _disable(name: str) -> None:
    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        actions.disable_account(folder, viewer, name)
        return Outcome(f"账号 {name} 已停用。")

    acting.act(do)


def _enable(name: str) -> None:
    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        given = actions.enable_account(folder, viewer, name)
        return Outcome(f"账号 {name} 已启用。下面的一次性密码{ONCE}", given)

    acting.act(do)


def _reset(name: str) -> None:
    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        given = actions.reset_password(folder, viewer, name)
        return Outcome(f"已为账号 {name} 重设密码。下面的一次性密码{ONCE}", given)

    acting.act(do)


def _issue() -> None:
    name, binding = str(st.session_state["wall-name"]).strip(), _binding("wall")

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        token = actions.issue_wall(folder, viewer, name, binding)
        address = f"{installed.public_address()}/screen?token={token}"
        return Outcome(f"已为大屏 {name} 签发令牌。请在这块屏的浏览器里打开下面的网址；它只显示这一次。", address)

    acting.act(do)


def _revoke(name: str) -> None:
    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        actions.revoke_wall(folder, viewer, name)
        return Outcome(f"大屏 {name} 的令牌已收回。")

    acting.act(do)
