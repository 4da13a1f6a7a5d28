"""Blocked patterns become tests of a number, in time linear in the number whatever the pattern is.

WILDCARD and REGEX are matched by RE2, which knows no backtracking; what one pattern may take of memory is bounded.
"""

import re
from collections.abc import Callable

import re2

from ringback.numbers.model import BlockedPattern, PatternKind

MAX_MEMORY_BYTES = 256 * 1024  # of one pattern: the refused ones are far larger than any that is meant for numbers

_PREFIX = re.compile(r"\+[0-9]{1,15}")
_WILDCARD = re.compile(r"[+*][0-9*?]*")
_IN_WILDCARD = {"*": "[0-9]*", "?": "[0-9]"}


class BadPattern(ValueError):
    """A pattern cannot be used; the text says why, as the end of a sentence that begins with the pattern."""


def test_of(pattern: BlockedPattern) -> Callable[[str], bool]:
    """What tells whether a number in E.164 fits. Raises BadPattern."""
    match pattern.kind:
        case PatternKind.PREFIX:
            return _prefix_test(pattern.pattern)
        case PatternKind.WILDCARD:
            return _wildcard_test(pattern.pattern)
        case PatternKind.REGEX:
            return _regex_test(pattern.pattern)


def _prefix_test(prefix: str) -> Callable[[str], bool]:
    if not _PREFIX.fullmatch(prefix):
        raise BadPattern("is no PREFIX: write + and 1 to 15 digits, such as +49180")
    return lambda number: number.startswith(prefix)


def _wildcard_test(wildcard: str) -> Callable[[str], bool]:
    if not _WILDCARD.fullmatch(wildcard):
        raise BadPattern("is no WILDCARD: write + or * first, then digits, * and ? only, such as +49180*")
    # A star in front stands for the plus as well, else nothing would fit.
    start = r"\+[0-9]*" if wildcard.startswith("*") else r"\+"
    rest = "".join(_IN_WILDCARD.get(sign, sign) for sign in wildcard[1:])
    return _search(rf"\A{start}{rest}\z")


def _regex_test(regex: str) -> Callable[[str], bool]:
    search = _search(regex)
    if search(""):
        raise BadPattern("fits every number or none, because it fits the empty text; write what is to be in the number")
    return search


def _search(regex: str) -> Callable[[str], bool]:
    options = re2.Options()
    options.max_mem = MAX_MEMORY_BYTES
    options.log_errors = False
    try:
        expression = re2.compile(regex, options)
    except re2.error as problem:
        hint = "; write the plus as \\+" if regex.startswith("+") else ""
        raise BadPattern(f"is no REGEX in RE2's syntax: {_text(problem)}{hint}") from None
    return lambda text: expression.search(text) is not None


def _text(problem: re2.error) -> str:
    told = problem.args[0] if problem.args else ""
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)
