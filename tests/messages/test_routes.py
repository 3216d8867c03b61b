"""Routes: what may stand in the settings, and by which channel and when an account is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from alerts.definition import OWNERS
from cockpit.errors import SettingsError
from cockpit.settings import load_settings
from cockpit.settings_messages import WHO, Route
from cockpit.watch.addressees import ROLES, Where
from cockpit.watch.routes import ways
from tests.messages.city import ZONE, clock

NIGHT = (dt.time(22, 0), dt.time(7, 30))


def read(tmp_path: Path, text: str) -> tuple[Route, ...]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path).messages.routes


def test_everybody_on_the_ladder_can_stand_in_a_route() -> None:
    assert set(WHO) == set(OWNERS) and set(WHO) < set(ROLES)


def test_a_route_says_who_is_told_from_which_level_on_where_and_when(tmp_path: Path) -> None:
    (route,) = read(
        tmp_path,
        """
        [[messages.routes]]
        channel = "SMS"
        roles = ["duty", "city"]
        from_level = "orange"
        halls = ["H1"]
        counties = ["云栖区"]
        quiet = "22:00-07:30"
        quiet_levels = ["yellow", "orange"]
        """,
    )
    assert route == Route(
        "sms", frozenset({"duty", "city"}), 2, frozenset({"H1"}), frozenset({"云栖区"}), NIGHT, frozenset({1, 2})
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "第 1 条路由没有写明通道 channel"),
        ('channel = "a b"', "没有写明通道 channel"),
        ('channel = "sms"\nrole = ["duty"]', "的 role 不是已有的设置，是否想写 roles"),
        ('channel = "sms"\nroles = ["dutty"]', "的角色 dutty 不存在，是否想写 duty"),
        ('channel = "sms"\nroles = []', "的 roles 不是若干文字"),
        ('channel = "sms"\nfrom_level = "blue"', "的 from_level 不是 yellow、orange 或 red"),
        ('channel = "sms"\nquiet = "22-7"', "的 quiet 不是 22:00-07:30 这样的时段"),
        ('channel = "sms"\nquiet = "22:00-22:00"', "的 quiet 不是 22:00-07:30 这样的时段"),
        ('channel = "sms"\nquiet_levels = ["red"]', "红色随时发送"),
    ],
)
def test_a_route_that_cannot_be_meant_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(SettingsError) as told:
        read(tmp_path, f"[[messages.routes]]\n{lines}\n")
    assert "messages.routes" in told.value.sentence and said in told.value.sentence


def test_the_address_of_a_channel_is_no_setting_and_other_variables_still_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_CHANNELS__SMS", "json://somewhere")
    assert load_settings().messages.routes == ()
    monkeypatch.setenv("COCKPIT_CHANNEL_SMS", "json://somewhere")
    with pytest.raises(SettingsError):
        load_settings()


@pytest.mark.parametrize(
    ("when", "level", "begins"),
    [
        ("21:59", 1, "21:59"),
        ("22:00", 1, "10-13 07:30"),
        ("23:30", 2, "23:30"),
        ("23:30", 3, "23:30"),
        ("07:29", 1, "07:30"),
        ("07:30", 1, "07:30"),
    ],
)
def test_quiet_hours_over_midnight(when: str, level: int, begins: str) -> None:
    found = ways([Route("sms", quiet=NIGHT)], "duty", level, Where("H1"), clock(when), ZONE)
    assert found == {"sms": clock(begins)}


@pytest.mark.parametrize(
    ("when", "begins"), [("11:59", "11:59"), ("12:00", "14:00"), ("13:59", "14:00"), ("14:00", "14:00")]
)
def test_quiet_hours_at_noon(when: str, begins: str) -> None:
    route = Route("sms", quiet=(dt.time(12), dt.time(14)))
    assert ways([route], "duty", 1, Where("H1"), clock(when), ZONE) == {"sms": clock(begins)}


def test_only_routes_of_the_role_level_and_place_lead_anywhere() -> None:
    routes = [
        Route("a", roles=frozenset({"duty"})),
        Route("b", from_level=2),
        Route("c", halls=frozenset({"H2"})),
        Route("d", counties=frozenset({"云栖区"})),
        Route("a", quiet=NIGHT),
    ]

    def names(rung: str, level: int, where: Where) -> list[str]:
        return sorted(ways(routes, rung, level, where, clock("23:00"), ZONE))

    assert names("duty", 1, Where("H1", "月湖区")) == ["a"]
    assert names("manager", 2, Where("H2", "云栖区")) == ["a", "b", "c", "d"]
    assert names("city", 1, Where()) == ["a"]
    # Of two routes by one channel the one that lets it go earlier counts.
    assert ways(routes, "duty", 1, Where(), clock("23:00"), ZONE) == {"a": clock("23:00")}
