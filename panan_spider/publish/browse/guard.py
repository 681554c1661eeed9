"""Guard of the pages: security headers on every answer, GET and HEAD alone, loopback names alone."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What a page of ours may load: our own style, script and pictures. Nothing inline, nothing from anywhere else.
_SOURCES: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
)
POLICY: Final = f"{_SOURCES}; frame-ancestors 'none'"

#: The same in a page that is a file, where `frame-ancestors` has no meaning.
POLICY_IN_A_FILE: Final = _SOURCES

_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)

_HEADERS: Final = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-cache"),
)
#: A name or address and a port: nothing that an address can hold before or behind them.
_HOST: Final = re.compile(r"[\w.:\[\]-]+", re.ASCII)
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def report_policy(page: bytes) -> str:
    """For a report that a run wrote, one file: its own style, known by its hash, and nothing that could act."""
    digests = [base64.b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; frame-ancestors 'none'; sandbox"


def guarded(app: Asgi, *, loopback_only: bool) -> Asgi:
    """`app` behind the guard.

    `loopback_only` refuses what was asked for by any other name: a page of the web that makes its own name
    mean this machine would otherwise read the archive.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _refuse(_with_headers(send), 405, "these pages are for reading only")
        elif loopback_only and _host(scope) not in LOOPBACK:
            await _refuse(_with_headers(send), 403, "these pages are for this machine only")
        else:
            await app(scope, receive, _with_headers(send))

    return guard


def _host(scope: Scope) -> str | None:
    named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(named) != 1 or not _HOST.fullmatch(named[0]):
        return None
    try:
        return urlsplit(f"//{named[0]}").hostname
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = [(name.lower(), value) for name, value in message.get("headers", [])]
            there = {name for name, _value in given}
            ours = [(name.encode(), value.encode()) for name, value in (("content-security-policy", POLICY), *_HEADERS)]
            message = {**message, "headers": [*given, *(pair for pair in ours if pair[0] not in there)]}
        await send(message)

    return sending


async def _refuse(send: Send, status: int, line: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")] + ([(b"allow", b"GET, HEAD")] if status == 405 else [])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": line.encode() + b"\n"})
