"""The built files of the console, read once and kept in memory with their compressed form."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).with_name("static")
INDEX = "index.html"
NONCE_PLACE = "%NONCE%"
COMPRESSED = ("text/", "application/javascript", "image/svg")
# What a build names by its content never changes under that name.
UNCHANGING = "assets/"


@dataclass(frozen=True)
class File:
    """One file; `compressed` is it in gzip, None where that gains nothing."""

    content: bytes
    compressed: bytes | None
    media_type: str
    is_unchanging: bool


def files() -> dict[str, File]:
    """Every file by its path below the server's root, such as assets/index-1a2b.js; empty when nothing is built."""
    found = _read(STATIC)
    if not found:
        # It may be built while we run.
        _read.cache_clear()
    return found


def index(nonce: str) -> bytes | None:
    """The page of the console, whose inline styles have this nonce; None when nothing is built."""
    page = files().get(INDEX)
    return page and page.content.replace(NONCE_PLACE.encode(), nonce.encode())


@lru_cache(maxsize=1)
def _read(folder: Path) -> dict[str, File]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {name: _file(path, name) for path in paths if (name := str(path.relative_to(folder)))}


def _file(path: Path, name: str) -> File:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    media_type = "text/javascript" if path.suffix == ".js" else media_type
    compressed = gzip.compress(content, mtime=0) if media_type.startswith(COMPRESSED) else None
    return File(content, compressed, media_type, name.startswith(UNCHANGING))
