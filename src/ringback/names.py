"""Names that are part of an address of the API."""

import re

_FITTING = re.compile(r"[^/\x00-\x1f\x7f-\x9f\s]([^/\x00-\x1f\x7f-\x9f]{0,62}[^/\x00-\x1f\x7f-\x9f\s])?")


def fits_a_path(name: str) -> bool:
    """Whether it has 1 to 64 characters, none of them a slash or a control, blanks only inside, and no mere dots."""
    return _FITTING.fullmatch(name) is not None and name not in (".", "..")
