"""What a password must be like, how it is kept, and how it is typed."""

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters

from ringback.accounts import passwords
from ringback.accounts.passwords import PasswordTooWeak


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "too-short"),
        ("x9!kfP2_a", "too-short"),
        ("ab" * 101, "too-long"),
        ("Annabelle.Smith", "user-name"),
        ("PassWord123", "common"),
        ("qwertyuiop", "common"),
        ("aaaaaaaaaaaa", "common"),
    ],
)
def test_a_weak_password_is_refused_by_the_rule_that_it_breaks(password: str, rule: str) -> None:
    with pytest.raises(PasswordTooWeak) as refusal:
        passwords.check(password, "annabelle.smith")
    assert refusal.value.details["rule"] == rule
    assert not password or password not in str(refusal.value)


@pytest.mark.parametrize("password", ["x9!kfP2_ab", "ab" * 100, "grüße aus köln"])
def test_a_good_password_is_taken(password: str) -> None:
    passwords.check(password, "anna")


def test_random_passwords_differ_and_can_be_read_out() -> None:
    made = {passwords.random() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        assert [len(group) for group in password.split("-")] == [5, 5, 5, 5]
        assert not set(password) & set("01ilo")
        passwords.check(password, "anna")


async def test_only_the_right_password_is_right_however_its_letters_are_composed() -> None:
    stored = await passwords.hashed("gru\u0308\u00dfe aus ko\u0308ln")
    assert stored.startswith("$argon2id$")
    assert await passwords.is_right("gr\u00fc\u00dfe aus k\u00f6ln", stored)
    assert not await passwords.is_right("grusse aus koln", stored)
    assert not await passwords.is_right("anything", None)
    assert not await passwords.is_right("anything", "no hash at all")


async def test_a_user_who_is_not_there_costs_the_same_work() -> None:
    nobodys = passwords._NOBODYS  # pyright: ignore[reportPrivateUsage]
    assert extract_parameters(nobodys) == extract_parameters(await passwords.hashed("x9!kfP2_ab"))


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1).hash("x9!kfP2_ab")
    assert passwords.is_outdated(weak)
    assert await passwords.is_right("x9!kfP2_ab", weak)
    assert not passwords.is_outdated(await passwords.hashed("x9!kfP2_ab"))


async def test_the_event_loop_goes_on_while_passwords_are_hashed() -> None:
    hashing = asyncio.gather(*(passwords.hashed("x9!kfP2_ab") for _ in range(6)))
    turns = 0
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 1
    assert len(set(await hashing)) == 6
