"""Whether messages get out of an installation, as `doctor` tells it."""

from __future__ import annotations

from cockpit.errors import StorageError
from cockpit.intake.health import Finding
from cockpit.lake.folder import DataFolder
from cockpit.records.message_list import notice_counts
from cockpit.records.messages import Post, State
from cockpit.watch.channels import channels

SUBJECT = "消息"


def message_findings(folder: DataFolder) -> list[Finding]:
    """Channels, those that are dead or have no address, what waits, whom nobody can reach."""
    routed = sorted({route.channel for route in folder.settings.messages.routes})
    if not routed:
        return [Finding(SUBJECT, True, "没有配置消息路由，预警只在驾驶舱里显示；需要时请在 config.toml 里添加。")]
    try:
        known = channels(folder.path)
    except StorageError as error:
        return [Finding(SUBJECT, False, error.sentence)]
    dead_after = folder.settings.messages.dead_after
    health = Post(folder.records.database).channels()
    dead = [name for name in routed if name in health and health[name].failures >= dead_after]
    missing = [name for name in routed if name not in known]
    counts = notice_counts(folder.records.database)
    faults = []
    if missing:
        faults.append(f"通道 {'、'.join(missing)} 没有网址，请写明 COCKPIT_CHANNELS__{missing[0].upper()}")
    if dead:
        said = "、".join(f"{name}（{health[name].said}）" for name in dead)
        faults.append(f"通道 {said} 已中断，请检查后用 messages test 试发")
    mute = _mute(folder) if any(known[name].personal for name in routed if name in known) else []
    if mute:
        shown = "、".join(mute[:5]) + ("等" if len(mute) > 5 else "")
        faults.append(f"{len(mute)} 个账号没有登记联系方式（{shown}），请用 user contact 登记")
    if not folder.settings.web.public_url:
        faults.append("没有设置 web.public_url，消息里的链接只能在本机打开")
    numbers = f"{len(routed)} 个通道，等待 {counts.get(State.WAITING, 0)} 条，中断 {len(dead)} 个"
    return [Finding(SUBJECT, not faults, "；".join([numbers, *faults]) + "。")]


def _mute(folder: DataFolder) -> list[str]:
    """Accounts that alerts may be told to and that no personal channel can reach."""
    told = {"duty", "manager", "leader", "data"}
    return [one.name for one in folder.people.accounts() if one.role in told and not one.disabled and not one.contact]
