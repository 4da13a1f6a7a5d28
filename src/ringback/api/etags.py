"""ETag and If-Match: so that nobody overwrites what they have not seen."""

from typing import Annotated

from litestar.params import HeaderParameter

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The ETag of an earlier answer; changed meanwhile: 412")
]


def etag(revision: str) -> dict[str, str]:
    """The header that names this very state of what is shown."""
    return {"ETag": f'"{revision}"'}


def revision(if_match: str | None) -> str | None:
    """Of which state the If-Match header says that it is to be changed."""
    return None if if_match is None else if_match.strip().removeprefix("W/").strip('"')
