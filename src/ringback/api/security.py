"""What every answer tells browsers, so that nothing foreign gets into a page of ours and nothing of ours gets out."""

import base64
import hashlib
import secrets
from collections.abc import Mapping

from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "Content-Security-Policy"
NONCE_BYTES = 16

_NOTHING = "default-src 'none'"
_ENDINGS = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "web-share",
    "xr-spatial-tracking",
)

# On every answer that does not say otherwise itself: it loads nothing, is framed by nobody and kept by no cache.
HEADERS: Mapping[str, str] = {
    POLICY: f"{_NOTHING}; {_ENDINGS}",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Cache-Control": "no-store",
}
# On what was asked for over TLS: browsers come back over TLS only.
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}


class Secured:
    """An ASGI application, each of whose answers has the headers above; its own of the same name are kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = encoded(HEADERS)
        self._headers_over_tls = encoded({**HEADERS, **STRICT_TRANSPORT})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_over_tls = scope["type"] == "http" and scope["scheme"] == "https"
        headers = self._headers_over_tls if is_over_tls else self._headers

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                named = {name.lower() for name, _ in own}
                message["headers"] = [*own, *((name, value) for name, value in headers.items() if name not in named)]
            await send(message)

        await self._app(scope, receive, secured)


def encoded(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """The headers as they go over the wire."""
    return {name.lower().encode(): value.encode() for name, value in headers.items()}


def policy_for_style(style: str) -> str:
    """The Content-Security-Policy of a page that has this one inline style and else nothing."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"{_NOTHING}; style-src 'sha256-{digest}'; {_ENDINGS}"


def new_nonce() -> str:
    """What marks the inline styles of one answer as ours; a new one for each answer."""
    return secrets.token_urlsafe(NONCE_BYTES)


def console_policy(nonce: str) -> str:
    """The Content-Security-Policy of a page of the console, whose inline styles have this nonce (`new_nonce`).

    Scripts come from our own files only, sounds also out of memory (a recording that is listened to).
    """
    return (
        f"default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "media-src 'self' blob:; connect-src 'self'; font-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    )
