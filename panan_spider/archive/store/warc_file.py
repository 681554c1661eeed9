"""WARC files of raw responses: exchanges as WARC 1.1 records, appended whole, rotated by size, read back and decoded."""

import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from panan_spider.archive.store.files import (
    WARC_FOLDER,
    StoreError,
    WriteGuard,
    append_whole,
    check_in_place,
    naming,
    open_regular,
    sync_folder,
)
from panan_spider.archive.store.torn_ends import GZIP
from panan_spider.core.clock import Clock, moment, stamp
from panan_spider.items import WarcLocation

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: HTTP header fields in the order they came, as bytes.
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """A request and its answer.

    `body` is what came over the wire, only de-chunked: still in its content-encoding. `at` is the time the
    answer was received, UTC, RFC 3339, whole seconds (`fetched_at` of the article).
    """

    url: str
    at: str
    status: int
    headers: Headers
    body: bytes
    request_headers: Headers = ()
    method: str = "GET"

    @property
    def status_line(self) -> str:
        """`200 OK`; the number alone where it is no status of the standard."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """A response record read back. `body` is decoded from its content-encoding; `file` is a path below the data folder."""

    file: str
    offset: int
    url: str
    at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_type: str | None


_NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

#: Fields that are true of the wire and false of the stored bytes: kept under the name the field uses for that.
_WIRE_ONLY: Final = b"X-Archive-Orig-"


class _RawHeaders(StatusAndHeaders):  # type: ignore[misc]  # warcio comes untyped
    """HTTP headers byte for byte: warcio by itself percent-encodes what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self.to_str().encode("latin-1") + b"\r\n"


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def stored_headers(headers: Headers, length: int) -> Headers:
    """`headers` made true of a de-chunked body of `length` bytes; what was changed stays readable beside it."""
    kept, renamed = [], False
    for name, value in headers:
        wire_only = name.lower() == b"transfer-encoding" or (
            name.lower() == b"content-length" and value.strip() != b"%d" % length
        )
        renamed = renamed or wire_only
        kept.append((_WIRE_ONLY + name if wire_only else name, value))
    if renamed and not any(name.lower() == b"content-length" for name, _value in kept):
        kept.append((b"Content-Length", b"%d" % length))
    return tuple(kept)


class RecordMaker:
    """Makes records; one a run."""

    def __init__(self) -> None:
        self._out = BytesIO()
        self._writer = WARCWriter(self._out, gzip=True, warc_version="1.1")

    def warcinfo(self, filename: str, at: str, info: dict[str, str]) -> bytes:
        """The record every file begins with."""
        record = self._writer.create_warcinfo_record(filename, info)
        record.rec_headers.replace_header("WARC-Date", at)
        self._writer.write_record(record)
        return self._taken()

    def pair(self, exchange: HttpExchange) -> bytes:
        """A response record, followed by the record of its request."""
        headers = stored_headers(exchange.headers, len(exchange.body))
        response = self._writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            warc_headers_dict={"WARC-Date": exchange.at},
            http_headers=_RawHeaders(exchange.status_line, _text(headers), protocol="HTTP/1.1"),
        )
        return self._with_request(response, exchange)

    def revisit(self, exchange: HttpExchange, original: tuple[str, str] | None) -> bytes:
        """A revisit record (the server said 304), followed by the record of its request."""
        named = {"WARC-Date": exchange.at, "WARC-Profile": _NOT_MODIFIED}
        if original is not None:
            named |= {"WARC-Refers-To-Target-URI": original[0], "WARC-Refers-To-Date": original[1]}
        revisit = self._writer.create_warc_record(
            exchange.url,
            "revisit",
            warc_headers_dict=named,
            http_headers=_RawHeaders(exchange.status_line, _text(exchange.headers), protocol="HTTP/1.1"),
        )
        return self._with_request(revisit, exchange)

    def _with_request(self, answer: object, exchange: HttpExchange) -> bytes:
        parts = urlsplit(exchange.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = self._writer.create_warc_record(
            exchange.url,
            "request",
            warc_headers_dict={"WARC-Date": exchange.at},
            http_headers=_RawHeaders(
                f"{exchange.method} {target} HTTP/1.1", _text(exchange.request_headers), is_http_request=True
            ),
        )
        self._writer.write_request_response_pair(request, answer)
        return self._taken()

    def _taken(self) -> bytes:
        data = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return data


#: Bytes a file may reach before the next one is begun; the size most tools of the field expect.
MAX_FILE_BYTES: Final = 1_000_000_000


class WarcWriter:
    """Writes one run's responses. The first record makes the first file; a run without responses makes none.

    `whole` holds (path below the data folder, size) of each file of this run that has been closed.
    """

    def __init__(
        self, data: Path, run_id: str, guard: WriteGuard, clock: Clock, max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        """`data` is the archive's folder, `run_id` a part of file names."""
        self._data, self._run, self._guard, self._clock, self._max = data, run_id, guard, clock, max_bytes
        self._folder = data / WARC_FOLDER
        self._records = RecordMaker()
        self._fd, self._name, self._serial = -1, "", 0
        self._unsynced = False
        self._expected = 0
        self.whole: list[tuple[str, int]] = []

    def response(self, exchange: HttpExchange) -> WarcLocation:
        """Store an answer and its request; durable after the next `sync`. The place of the answer. Raises StoreError."""
        return self._append(self._records.pair(exchange))

    def revisit(self, exchange: HttpExchange, original: tuple[str, str] | None) -> WarcLocation:
        """Store a 304 and its request; `original` is URL and WARC-Date of the response that it confirms. Raises StoreError."""
        return self._append(self._records.revisit(exchange, original))

    def _append(self, members: bytes) -> WarcLocation:
        with self._guard.writing(self._folder):
            self._check_in_place()
            if self._fd >= 0 and os.fstat(self._fd).st_size >= self._max:
                self.close()
            begins = self._fd < 0
            try:
                head = self._begin() if begins else b""
                # One write for all members: whatever instant the process dies at, at most the end is torn.
                offset = append_whole(self._fd, head + members, sync=False) + len(head)
            except OSError:
                if begins:
                    self._undo_begin()
                raise
        self._unsynced = True
        self._expected = offset + len(members)
        return WarcLocation(file=self._name, offset=offset)

    def check(self) -> None:
        """Raises StoreError where somebody else has deleted, replaced, cut or written to a file of this run."""
        if self._fd >= 0:
            with self._guard.writing(self._folder):
                self._check_in_place()

    def _check_in_place(self) -> None:
        if self._fd >= 0:
            path = self._data / self._name
            with naming(path):
                check_in_place(self._fd, path, self._expected)

    def check_all(self) -> None:
        """`check`, for the files of this run that are closed, too."""
        self.check()
        for name, size in self.whole:
            with self._guard.writing(self._data / name):
                if (found := (self._data / name).stat().st_size) != size:
                    raise OSError(f"it has {found} bytes and not the {size} that the run has written")

    def sync(self) -> None:
        """Make every record written so far durable: before anything else durable names its place. Raises StoreError."""
        if self._unsynced:
            with self._guard.writing(self._data / self._name):
                os.fsync(self._fd)
            self._unsynced = False

    def _begin(self) -> bytes:
        """Make the next file; its first record, not yet written."""
        at = self._clock()
        name = f"panan-{stamp(at)}-{self._serial:05d}-{self._run}.warc.gz"
        path = self._data / WARC_FOLDER / name
        self._name = f"{WARC_FOLDER}/{name}"
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._serial += 1
        sync_folder(path.parent)
        info = {"software": "panan_spider", "format": "WARC File Format 1.1", "isPartOf": self._run}
        return self._records.warcinfo(name, moment(at), info)

    def _undo_begin(self) -> None:
        """Take back a file whose first write was refused: an empty one is no WARC file."""
        if self._fd >= 0:
            os.unlink(self._data / self._name)
            os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        """Close the file being written, durable. Idempotent. Raises StoreError."""
        if self._fd < 0:
            return
        if self._guard.failed is None:
            self.sync()
        self.whole.append((self._name, os.fstat(self._fd).st_size))
        os.close(self._fd)
        self._fd = -1


#: Bytes of a decoded body that are read; the rest of a decompression bomb stays in the file.
MAX_BODY_BYTES: Final = 64 * 1024 * 1024

#: Bytes of a decoded body that are held beside the result.
_CHUNK: Final = 1 << 16


def read(data: Path, place: WarcLocation) -> ArchivedResponse:
    """The response stored at `place` in the archive folder `data`. Raises StoreError where none is."""
    path = data / place.file
    with naming(path), open_regular(path) as file:
        file.seek(place.offset)
        begins_here = file.read(len(GZIP)) == GZIP
        file.seek(place.offset)
        found = next(_responses(data, path, file), None) if begins_here else None
        if found is not None and found.offset == place.offset:
            return found
    raise StoreError(f"{path}: no response at byte {place.offset}")


def iter_responses(data: Path) -> Iterator[ArchivedResponse]:
    """Every response record of the archive folder `data`, in the order of the files' names. Raises StoreError."""
    for path in sorted((data / WARC_FOLDER).glob("*.warc.gz")):
        with naming(path), open_regular(path) as file:
            yield from _responses(data, path, file)


def _responses(data: Path, path: Path, file: BinaryIO) -> Iterator[ArchivedResponse]:
    """The responses from where `file` stands on."""
    records = ArchiveIterator(file)
    try:
        for record in records:
            if record.rec_type == "response" and record.http_headers is not None:
                body = record.raw_stream.read()  # before its offset is asked for, which reads on to the next record
                yield _response(path.relative_to(data).as_posix(), records.get_record_offset(), record, body)
    except ArchiveLoadFailed as error:
        raise StoreError(f"{path}: not readable as a WARC file: {str(error).strip()}") from error


def _response(file: str, offset: int, record: Any, body: bytes) -> ArchivedResponse:
    http = record.http_headers
    return ArchivedResponse(
        file=file,
        offset=offset,
        url=record.rec_headers.get_header("WARC-Target-URI"),
        at=record.rec_headers.get_header("WARC-Date"),
        status=int(http.get_statuscode()),
        headers=tuple(http.headers),
        body=decoded(body, http.get_header("Content-Encoding"), MAX_BODY_BYTES),
        content_type=http.get_header("Content-Type"),
    )


def decoded(body: bytes, encodings: str | None, limit: int) -> bytes:
    """At most `limit` bytes of `body` without its Content-Encoding, as far as it can be undone.

    A body that is not what its header says comes back as it is, and one that breaks off as far as it goes:
    it is for the reader of the page to judge it.
    """
    for name in reversed((encodings or "").lower().replace("x-gzip", "gzip").split(",")):
        undo = _DECODERS.get(name.strip())
        if undo is not None and body:
            body = undo(body, limit)
    return body[:limit]


def _unzip(wbits: tuple[int, ...], body: bytes, limit: int) -> bytes:
    for bits in wbits:
        with suppress(zlib.error):
            return zlib.decompressobj(bits).decompress(body, limit)
    return body


def _unbrotli(body: bytes, limit: int) -> bytes:
    undo, out = brotli.Decompressor(), BytesIO()
    try:
        piece = undo.process(body, output_buffer_limit=_CHUNK)
        while piece and out.tell() < limit:
            out.write(piece)
            piece = undo.process(b"", output_buffer_limit=_CHUNK)
    except brotli.error:
        return out.getvalue() or body
    return out.getvalue()


def _unzstd(body: bytes, limit: int) -> bytes:
    stream: Any = zstd.ZstdFile(BytesIO(body))
    out = BytesIO()
    try:
        while out.tell() < limit and (piece := stream.read(_CHUNK)):
            out.write(piece)
    except EOFError:  # it breaks off
        return out.getvalue()
    except zstd.ZstdError:
        return out.getvalue() or body
    return out.getvalue()


_DECODERS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "gzip": partial(_unzip, (zlib.MAX_WBITS | 16,)),
    "deflate": partial(_unzip, (zlib.MAX_WBITS, -zlib.MAX_WBITS)),  # some servers send it without the zlib frame
    "br": _unbrotli,
    "zstd": _unzstd,
}
