"""The console as the server gives it: one page under many addresses, and its files."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from ringback.api.security import POLICY
from ringback.console import files

INDEX = '<meta property="csp-nonce" nonce="%NONCE%"><script type="module" src="/assets/index-1a2b.js"></script>'
SCRIPT = "console.log(1);" * 100


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console that was built, in a folder of this test's own."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets/index-1a2b.js").write_text(SCRIPT)
    (tmp_path / "assets/font.woff2").write_bytes(bytes(range(100)))
    monkeypatch.setattr(files, "STATIC", tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/callbacks", "/callbacks/anything?range=OPEN", "/tools/search", "/desk"])
async def test_every_page_is_the_console_with_a_nonce_of_its_own(
    built: Path, client: httpx.AsyncClient, path: str
) -> None:
    del client.headers["X-API-Key"]
    first, second = [await client.get(path), await client.get(path)]
    nonces = [re.findall('nonce="([^"]+)"', answer.text)[0] for answer in (first, second)]
    assert nonces[0] != nonces[1]
    for answer, nonce in zip((first, second), nonces, strict=True):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["cache-control"] == "no-store"
        assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers[POLICY]
        assert "unsafe" not in answer.headers[POLICY]


async def test_what_is_named_by_its_content_is_kept_for_ever_and_sent_compressed(
    built: Path, client: httpx.AsyncClient
) -> None:
    plain = await client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    async with client.stream("GET", "/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"}) as answer:
        compressed = b"".join([part async for part in answer.aiter_raw()])
    assert (plain.text, gzip.decompress(compressed)) == (SCRIPT, SCRIPT.encode())
    assert len(compressed) < len(SCRIPT) / 2
    assert answer.headers["content-encoding"] == "gzip"
    for one in (plain, answer):
        assert one.headers["content-type"].startswith("text/javascript")
        assert one.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert one.headers["vary"] == "Accept-Encoding"


async def test_files_beside_the_page_may_change(built: Path, client: httpx.AsyncClient) -> None:
    icon = await client.get("/icon.svg")
    assert (icon.text, icon.headers["content-type"]) == ("<svg/>", "image/svg+xml")
    assert icon.headers["cache-control"] == "no-store"
    font = await client.get("/assets/font.woff2")
    assert (font.content, font.headers.get("content-encoding")) == (bytes(range(100)), None)


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/..%2findex.html", "/assets/../../files.py", "/index.html", "/color-scheme.js"]
)
async def test_what_is_not_there_is_told_as_by_the_api(built: Path, client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "route-not-found")


async def test_somebody_at_a_browser_is_told_by_the_console_that_nothing_is_there(
    built: Path, client: httpx.AsyncClient
) -> None:
    shown = await client.get("/nothing?at=all", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "nonce-" in shown.headers["content-security-policy"]
    for path, accepted in (("/nothing", "application/json"), ("/nothing", "*/*"), ("/api/v1/nothing", "text/html")):
        answer = await client.get(path, headers={"Accept": accepted})
        assert (answer.status_code, answer.json()["code"]) == (404, "route-not-found")


async def test_an_unbuilt_console_names_the_command_that_builds_it_and_is_there_when_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient
) -> None:
    monkeypatch.setattr(files, "STATIC", tmp_path / "static")
    answer = await client.get("/callbacks")
    assert answer.status_code == 503
    assert "<code>make console</code>" in answer.text
    (tmp_path / "static").mkdir()
    (tmp_path / "static/index.html").write_text(INDEX)
    assert "index-1a2b.js" in (await client.get("/callbacks")).text
