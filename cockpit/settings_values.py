"""What single settings may hold, beyond type and range; each check says in Chinese what is wrong."""

import ipaddress
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic_core import PydanticCustomError

from cockpit.streamlit_options import REFUSED_OPTIONS, STREAMLIT_OPTIONS

LOOPBACK_NAMES = frozenset({"localhost"})


def refused(reason: str) -> PydanticCustomError:
    """A value that cannot be used, and why."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def meant(written: str, known: list[str]) -> str:
    """The name that was probably meant, or nothing."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(written.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def checked_text(value: str) -> str:
    """Text that says something."""
    if not value.strip():
        raise refused("是空的")
    return value


def folder(value: object) -> object:
    """A folder, written as text."""
    return Path(checked_text(value)) if isinstance(value, str) else value


def optional_folder(value: object) -> object:
    """A folder, written as text; an empty text is none."""
    return folder(value) if value != "" else None


def checked_zone(value: str) -> str:
    """A time zone that this machine knows."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        suggestion = meant(value, sorted(available_timezones()))
        raise refused(f"没有这个时区，是否想写 {suggestion}" if suggestion else "没有这个时区") from None
    return value


def checked_records_url(value: str) -> str:
    """Nothing, or the address of a PostgreSQL database."""
    if value and not re.fullmatch(r"postgresql\+psycopg://.+", value):
        raise refused("不是可用的状态库地址")
    return value


def checked_host(value: str) -> str:
    """An address to listen on."""
    if value not in LOOPBACK_NAMES:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise refused("不是 IP 地址，也不是 localhost") from None
    return value


#: Scenes of the wall screens that turn by themselves.
SCENES = ("now", "halls", "onenet", "reviews")


def checked_scenes(value: str) -> str:
    """Scenes of the wall screens, each once."""
    names = [name.strip() for name in value.split(",")]
    if strange := [name for name in names if name not in SCENES]:
        raise refused(f"大屏没有 {'、'.join(strange) or '空的'} 这个画面，可以写 {'、'.join(SCENES)}")
    if len(set(names)) < len(names):
        raise refused("同一个画面写了两次")
    return value


def checked_public_url(value: str) -> str:
    """Nothing, or the address under which others find the cockpit, without a path."""
    return _checked_url(value.rstrip("/"), path=False)


def checked_issuer(value: str) -> str:
    """Nothing, or the address of an identity provider; unencrypted only on this machine."""
    checked = _checked_url(value, path=True)
    parts = urlsplit(checked)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise refused("必须是 https 网址")
    return checked


def _checked_url(value: str, *, path: bool) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment or (parts.path and not path):
        raise refused("不是可用的网址")
    return value


def checked_networks(value: str) -> str:
    """Addresses and networks, separated by commas."""
    networks(value)
    return value


def networks(value: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The networks that a setting names."""
    found = []
    for text in filter(None, (part.strip() for part in value.split(","))):
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise refused(f"{text} 不是 IP 地址或网段") from None
    return found


def is_loopback(name: str) -> bool:
    """Whether a host's name or address is that of this machine itself."""
    if name in LOOPBACK_NAMES:
        return True
    try:
        parsed = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def checked_streamlit(value: object) -> dict[str, object]:
    """Streamlit's options, flattened to section.option, each one known to the Streamlit in use."""
    if not isinstance(value, dict):
        raise refused("不是小节")
    exact = {name.lower(): name for name in STREAMLIT_OPTIONS}
    options: dict[str, object] = {}
    faults: list[tuple[str, str]] = []
    for written, content in _flat(value, ""):
        option = exact.get(written.lower(), written)
        if option in REFUSED_OPTIONS:
            faults.append((written, f"不在这里设，{REFUSED_OPTIONS[option]}"))
        elif option not in STREAMLIT_OPTIONS:
            suggestion = meant(written, sorted(STREAMLIT_OPTIONS))
            advice = f"是否想写 streamlit.{suggestion}" if suggestion else "请删去它"
            faults.append((written, f"不是 Streamlit 的选项，{advice}"))
        else:
            options[option] = content
    if faults:
        raise PydanticCustomError("unusable_streamlit", "unusable Streamlit options", {"faults": faults})
    return options


#: What a proposed threshold may set.
THRESHOLD_EDGES = ("yellow", "orange", "red", "recovery")


def checked_thresholds(value: object) -> dict[str, Any]:
    """Proposed thresholds: [thresholds.ID] for all places, [[thresholds.ID.at]] for one; ids are looked up later."""
    if not isinstance(value, dict):
        raise refused("不是小节")
    for name, table in value.items():
        if not isinstance(table, dict):
            raise refused(f"{name} 不是小节，请写成 [thresholds.{name}]")
        places = table.get("at", [])
        if not isinstance(places, list) or not all(isinstance(place, dict) for place in places):
            raise refused(f"{name} 的地点请写成 [[thresholds.{name}.at]]")
        edges, strange = _edges(name, {key: content for key, content in table.items() if key != "at"})
        if strange:
            raise refused(f"{name} 里没有 {'、'.join(strange)} 这一项，可以写 {'、'.join(THRESHOLD_EDGES)}")
        for place in places:
            edges, where = _edges(name, place)
            if not edges or not where or not all(isinstance(text, str) for text in where.values()):
                raise refused(f'{name} 的每个地点要写明是哪里（如 hall_id = "H001"）和至少一个阈值')
    return value


def _edges(name: str, table: dict[str, Any]) -> tuple[dict[str, float], dict[str, Any]]:
    """The thresholds in a table, and what else is in it."""
    edges = {key: number for key, number in table.items() if key in THRESHOLD_EDGES}
    for key, number in edges.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise refused(f"{name} 的 {key} 不是数")
    return edges, {key: content for key, content in table.items() if key not in edges}


def _flat(table: dict[str, object], prefix: str) -> list[tuple[str, object]]:
    """Nested tables as dotted keys."""
    pairs: list[tuple[str, object]] = []
    for name, content in table.items():
        if isinstance(content, dict):
            pairs += _flat(content, f"{prefix}{name}.")
        else:
            pairs.append((f"{prefix}{name}", content))
    return pairs
