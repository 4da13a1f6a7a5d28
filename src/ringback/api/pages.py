"""The console's pages and files: what a browser asks for that is no call of the API. All of it is public and empty of
data; what is shown comes over `/api/v1`, with a session.
"""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from ringback.api import problems
from ringback.api.auth import UNCOUNTED
from ringback.api.security import POLICY, console_policy, new_nonce
from ringback.console import files

# The paths that the console's own navigation has; any of them may be opened, reloaded and passed on.
PAGES = ("callbacks", "tools", "services", "agents", "desk", "reports", "users", "audit", "developer")
FILES = ("icon.svg", "color-scheme.js")
UNBUILT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Ringback</title></head><body>
<h1>The console is not built</h1>
<p>In a checkout <code>make console</code> builds it. The API works without:
<a href="/api/docs">its description</a>.</p></body></html>"""
FOR_EVER = "public, max-age=31536000, immutable"


async def _accept_anything(_: Request[Any, Any, Any]) -> None:
    """The parameters of a page's address are the console's own."""


@get(
    ["/", *(f"/{page}" for page in PAGES), *(f"/{page}/{{page_path:path}}" for page in PAGES)],
    opt=UNCOUNTED,
    before_request=_accept_anything,
    include_in_schema=False,
)
async def page() -> Response[Any]:
    """The console, whichever of its pages is asked for."""
    return _console() or Response(UNBUILT.encode(), status_code=503, media_type="text/html")


def nothing_there(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer where nothing is: to somebody at a browser it is the console that says so, to clients the API."""
    told = problems.answer(request, error)
    is_page = request.method == "GET" and not request.url.path.startswith("/api/")
    if is_page and "text/html" in request.headers.get("Accept", ""):
        return _console(404) or told
    return told


def _console(status_code: int = 200) -> Response[Any] | None:
    nonce = new_nonce()
    content = files.index(nonce)
    if content is None:
        return None
    policy = {POLICY: console_policy(nonce)}
    return Response(content, status_code=status_code, media_type="text/html", headers=policy)


@get([f"/{name}" for name in FILES], opt=UNCOUNTED, include_in_schema=False)
async def file(request: Request[Any, Any, Any]) -> Response[Any]:
    """A file beside the page, such as its icon."""
    return _answer(request, request.url.path.removeprefix("/"))


@get("/assets/{asset:str}", opt=UNCOUNTED, include_in_schema=False)
async def asset(request: Request[Any, Any, Any], asset: FromPath[str]) -> Response[Any]:
    """A script or a style of the console."""
    return _answer(request, f"{files.UNCHANGING}{asset}")


def _answer(request: Request[Any, Any, Any], path: str) -> Response[Any]:
    found = files.files().get(path)
    if found is None or path == files.INDEX:
        raise problems.RouteNotFound(f"There is nothing at {request.url.path}")
    headers = {"Vary": "Accept-Encoding"}
    if found.is_unchanging:
        headers["Cache-Control"] = FOR_EVER
    takes_gzip = found.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    if takes_gzip:
        headers["Content-Encoding"] = "gzip"
    return Response(found.compressed if takes_gzip else found.content, media_type=found.media_type, headers=headers)


HANDLERS = [page, file, asset]
