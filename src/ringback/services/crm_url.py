"""The address of a customer in the site's own system, made from a service's template. Pure: no I/O, no clock."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

MAX_LENGTH = 1_000
PLACEHOLDERS = ("phone_number", "callback_id", "customer_name", "service")
USER_DATA = "user_data."

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def problem_of(template: str) -> str | None:
    """What is wrong with a template; None: nothing. An empty one means that there is no such system."""
    if not template:
        return None
    if len(template) > MAX_LENGTH or not template.isprintable() or " " in template:
        return f"is one line of at most {MAX_LENGTH} characters without blanks"
    if "{" in _PLACEHOLDER.sub("", template) or "}" in _PLACEHOLDER.sub("", template):
        return "has a brace without its other one"
    for name in _PLACEHOLDER.findall(template):
        if name not in PLACEHOLDERS and not (name.startswith(USER_DATA) and name != USER_DATA):
            return f"has the places {', '.join(PLACEHOLDERS)} and user_data.KEY in braces, not {name!r}"
    return (
        None
        if _has_fixed_host(template)
        else "begins with http:// or https:// and a host, in which nothing is put, without a password"
    )


def filled(template: str, values: Mapping[str, str | None], user_data: Mapping[str, object]) -> str:
    """The address with every place filled in, percent-encoded; what is not known is left empty.

    `values`: by the names of PLACEHOLDERS.
    """

    def value(place: re.Match[str]) -> str:
        name = place[1]
        known = user_data.get(name.removeprefix(USER_DATA)) if name.startswith(USER_DATA) else values.get(name)
        return "" if known is None else quote(str(known), safe="")

    return _PLACEHOLDER.sub(value, template)


def _has_fixed_host(template: str) -> bool:
    """Whether no customer's words could lead an agent to another host."""
    try:
        parts = urlsplit(template)
        host = parts.hostname
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(host) and not set("{@") & set(parts.netloc) and "\\" not in template
    )
