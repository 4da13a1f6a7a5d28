"""Passwords: what one must be like, and how they are kept: as argon2id hashes, never otherwise.

A hash takes 46 MiB and about a tenth of a second (OWASP's parameters), so that guessing from a stolen database is slow.
It is made off the event loop, at most two at once in a process, and for a user that does not exist too: how long a
refusal takes tells nothing.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ringback.errors import NeverPossible

P = ParamSpec("P")
T = TypeVar("T")

MIN_LENGTH = 10
MAX_LENGTH = 200
# Without the letters and digits that are read for one another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 5
_COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
# Of a random password that nobody knows; a test compares its parameters with those of `_HASHER`.
_NOBODYS = "$argon2id$v=19$m=47104,t=1,p=1$hNayMuJEjHVwD3sKzmX51w$wLS70dIm7jSLeUfBBr646OYS0BW53HCWVbTN7+j2kr0"
_HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


class PasswordTooWeak(NeverPossible):
    """The password would be guessed or cannot be used: `rule` in the details says why."""

    code = "password-too-weak"


def check(password: str, user_name: str) -> None:
    """Raises PasswordTooWeak, naming the first rule that the new password of this user breaks."""
    length, folded = len(password), password.casefold()
    if length < MIN_LENGTH:
        raise _too_weak("too-short", f"has at least {MIN_LENGTH} characters")
    if length > MAX_LENGTH:
        raise _too_weak("too-long", f"has at most {MAX_LENGTH} characters")
    if folded == user_name.casefold():
        raise _too_weak("user-name", "is not the user's name")
    if folded in _COMMON or len(set(folded)) == 1:
        raise _too_weak("common", "is none of the most common ones")


def require_different(password: str, before: str) -> None:
    """Raises PasswordTooWeak for a new password that is the present one."""
    if _normal(password) == _normal(before):
        raise _too_weak("as-before", "is another one than before")


def random() -> str:
    """A password of 99 random bits that can be read out: four groups of five letters and digits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


async def hashed(password: str) -> str:
    """What is stored of a password."""
    return await _in_thread(_HASHER.hash, _normal(password))


async def is_right(password: str, stored: str | None) -> bool:
    """Whether it is the password that this was stored of; None (there is no such user) takes as long, and is False."""
    is_theirs = await _in_thread(_verify, stored or _NOBODYS, _normal(password))
    return is_theirs and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether it was hashed otherwise than it would be today."""
    return _HASHER.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def _in_thread(what: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, partial(what, *args, **kwargs))


def _normal(password: str) -> str:
    # Keyboards differ in how they compose an accented letter.
    return unicodedata.normalize("NFC", password)


def _too_weak(rule: str, what: str) -> PasswordTooWeak:
    return PasswordTooWeak(f"A password {what}", rule=rule)
