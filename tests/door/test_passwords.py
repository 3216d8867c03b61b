"""Passwords: what is good enough, how they are kept, and the ones that the system makes."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from cockpit.door import passwords
from cockpit.errors import Refused


@pytest.fixture(autouse=True)
def cheap() -> None:
    """None: here the product's own parameters are looked at."""
    passwords._nobody.cache_clear()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-one", "10 至 128"),
        ("x" * 129, "10 至 128"),
        ("aaaabbbbccccdddd", "重复的字符太多"),
        ("i-am-WangFang!", "账号名"),
        ("Password-2026-ok", "太常见"),
        ("zx123456-cv-bn", "太常见"),
        ("my-Cockpit-entry", "太常见"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        passwords.checked(password, "wangfang")
    assert "请换一个" in refused.value.sentence
    assert password not in refused.value.sentence


@pytest.mark.parametrize("password", ["correct horse battery", "十个汉字的密码也可以用", "Tr0ub4dor&3-x", "x1-yz" * 25])
def test_long_and_varied_is_enough_in_any_script(password: str) -> None:
    assert passwords.checked(password, "wangfang") == password


def test_a_password_is_kept_as_an_argon2id_hash_with_its_own_salt() -> None:
    one, two = passwords.hashed("correct horse battery"), passwords.hashed("correct horse battery")
    assert one != two
    assert one.startswith("$argon2id$") and "correct" not in one
    assert passwords.matches(one, "correct horse battery") and not passwords.matches(one, "correct horse batterx")


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=1$broken"])
def test_where_there_is_no_usable_hash_nothing_matches(kept: str | None) -> None:
    assert not passwords.matches(kept, "anything at all")


def test_a_name_that_nobody_has_goes_through_the_same_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            looked_at.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    kept = passwords.hashed("correct horse battery")
    assert not passwords.matches(kept, "wrong") and not passwords.matches(None, "wrong")
    (real, nobody) = looked_at
    assert real.split("$")[2:4] == nobody.split("$")[2:4]  # the same cost


def test_a_hash_of_weaker_parameters_is_to_be_renewed() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8192).hash("x"))
    assert not passwords.outdated(passwords.hashed("x"))


def test_one_time_passwords_are_good_enough_different_and_easy_to_read() -> None:
    made = {passwords.one_time() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert re.fullmatch(r"([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}", password)


def test_many_at_once_are_all_answered_right() -> None:
    kept = passwords.hashed("correct horse battery")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: passwords.matches(kept, "correct horse battery" if n % 2 else "no"), range(4))
        )
    assert answers == [False, True] * 2
