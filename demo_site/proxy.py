"""The site on loopback, as an HTTP/1.1 forward proxy: give its address as `http_proxy` and crawl the real names.

Only absolute-form requests are answered, each connection serves one after another. Nothing ever leaves this machine.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlsplit

from demo_site import control
from demo_site.faults import Fault, answered
from demo_site.response import Request, Response, text
from demo_site.site import Site

_MAX_HEAD: Final = 64 * 1024
#: How long a hanging answer is kept open, seconds: longer than any test's timeout.
_HANG: Final = 600.0


@dataclass(frozen=True)
class Logged:
    """One answered request. `sent` counts the body's bytes that went out; `at` is seconds since the epoch."""

    host: str
    path: str
    status: int
    sent: int
    at: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


class ProxyServer:
    """A running proxy. `requests` and `strays` (addresses off the site that were asked for) grow as it serves."""

    def __init__(self, site: Site, faults: Sequence[Fault] = ()) -> None:
        self.site = site
        self.faults = list(faults)
        self.requests: list[Logged] = []
        self.strays: list[str] = []
        self.errors: list[str] = []
        self.port = 0
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Its address, for `http_proxy`."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> asyncio.Server:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        server = await asyncio.start_server(self._client, "127.0.0.1", port, limit=_MAX_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(
            OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError
        ):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection can serve another."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _version = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        if length := int(headers.get("content-length", "0")):
            body = await reader.readexactly(length)
        else:
            body = b""
        response = await asyncio.to_thread(self._answer, method, target, headers, body)
        if response.action == "hang":
            self._log(target, response, 0)  # now: when it ends, nobody waits for it any more
        sent, whole = await _send(writer, response, head_only=method == "HEAD")
        if response.action != "hang":
            self._log(target, response, sent)
        return whole and headers.get("proxy-connection", headers.get("connection", "")).lower() != "close"

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Response:
        host, path = split_target(target)
        if host is None:
            return text(400, "no such address")
        if not target.startswith("http://"):  # CONNECT, or https
            self.strays.append(target)
            return text(501, "this proxy speaks http alone")
        request = Request(method, host, path, headers, self.site.county)
        with self._lock:
            if host == control.HOST:
                return control.answer(self, request, body)
            if host not in self.site.county.home and not any(host in fault.hosts for fault in self.faults):
                self.strays.append(target)
                return text(502, "no such host")
            try:
                return answered(self.faults, request, self._of_the_site)
            except Exception as error:  # a bug of the demo site, which the crawl must not hide
                self.errors.append(f"{target}: {error!r}")
                return text(500, repr(error))

    def _of_the_site(self, request: Request) -> Response:
        return self.site.respond(request.method, request.host, request.path, request.headers)

    def _log(self, target: str, response: Response, sent: int) -> None:
        host, path = split_target(target)
        if host != control.HOST:
            status = 0 if response.action in ("hang", "drop") else response.status
            self.requests.append(Logged(host or "", path, status, sent, time.time()))


def split_target(target: str) -> tuple[str | None, str]:
    """(host, path with query) of a request's target; the host is None where it is no address."""
    try:
        parts = urlsplit(target)
        return (parts.hostname or "").lower(), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    except ValueError:
        return None, target


async def _send(writer: asyncio.StreamWriter, response: Response, *, head_only: bool) -> tuple[int, bool]:
    """(bytes of the body sent, whether the connection is still in step)."""
    if response.action == "hang":
        await asyncio.sleep(_HANG)
    if response.action in ("hang", "drop"):
        return 0, False
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    bodiless = head_only or response.status in (204, 304)
    true_length = len(response.body) if response.stream is None else None
    length = true_length if response.length is None else response.length
    if not bodiless:
        lines.append(f"Content-Length: {length}" if length is not None else "Connection: close")
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    if bodiless:
        await writer.drain()
        return 0, True
    sent = 0
    for chunk in _chunks(response):
        writer.write(chunk)
        sent += len(chunk)
        await writer.drain()
    return sent, length == true_length and true_length is not None and response.action == "send"


def _chunks(response: Response) -> Iterator[bytes]:
    if response.stream is not None:
        yield from response.stream
    elif response.action == "cut":
        yield response.body[: len(response.body) // 2]
    else:
        yield response.body


@contextlib.contextmanager
def serve(site: Site, fault: Fault | Sequence[Fault] | None = None, port: int = 0) -> Iterator[ProxyServer]:
    """The site, served from a thread of its own for as long as the block runs.

    Raises OSError where the port is not to be had (OverflowError for a number that is no port's), and RuntimeError
    at the end where answering raised: a bug of the demo site is no fault of the network.
    """
    faults = [] if fault is None else [fault] if isinstance(fault, Fault) else list(fault)
    server = ProxyServer(site, faults)
    loop, done = asyncio.new_event_loop(), asyncio.Event()
    try:
        listening = loop.run_until_complete(server.start(port))
    except BaseException:
        loop.close()
        raise

    async def run() -> None:
        await done.wait()
        listening.close()
        for task in list(server._tasks):
            task.cancel()
        await asyncio.gather(*server._tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()
    if server.errors:
        raise RuntimeError(f"the demo site itself failed: {server.errors[0]} ({len(server.errors)} in all)")
