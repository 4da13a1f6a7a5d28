"""Parts of an answer (RFC 9110, Range): some browsers play no sound without them."""

import re
from typing import Any

from litestar import Response

_ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")


def ranged(content: bytes, media_type: str, wanted: str | None) -> Response[Any]:
    """The part of the content that the Range header `wanted` names.

    A header that names several parts or none that there is, or is not understood, is ignored, as RFC 9110 allows: the
    answer is the whole.
    """
    total = len(content)
    start, end = _bounds(wanted or "", total)
    if start >= end:
        return Response(content, media_type=media_type, headers={"Accept-Ranges": "bytes"})
    headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{end - 1}/{total}"}
    return Response(content[start:end], status_code=206, media_type=media_type, headers=headers)


def _bounds(wanted: str, total: int) -> tuple[int, int]:
    """From start until just before end; nothing when there is no such part."""
    match = _ONE_RANGE.fullmatch(wanted.strip())
    if match is None:
        return 0, 0
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(total - int(suffix), 0), total
    return int(first), min(int(last) + 1, total) if last else total
