"""Content-Encoding: bodies decoded up to a size limit, because a few kilobytes can stand for gigabytes."""

import io
import sys
import zlib
from typing import Any, Final

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK: Final = 1 << 16


def decoded(body: bytes, encodings: str | None, limit: int) -> bytes:
    """At most `limit` bytes of `body` without its Content-Encoding, as far as it can be undone.

    A body that is not what its header says comes back as it is, and one that breaks off as far as it goes:
    it is for the reader of the page to judge it.
    """
    for name in reversed((encodings or "").lower().replace("x-gzip", "gzip").split(",")):
        undo = {"gzip": _gunzip, "deflate": _inflate, "br": _unbrotli, "zstd": _unzstd}.get(name.strip())
        if undo is not None and body:
            body = undo(body, limit)
    return body[:limit]


def _zlib(body: bytes, wbits: int, limit: int) -> bytes:
    return zlib.decompressobj(wbits).decompress(body, limit)


def _gunzip(body: bytes, limit: int) -> bytes:
    try:
        return _zlib(body, zlib.MAX_WBITS | 16, limit)
    except zlib.error:
        return body


def _inflate(body: bytes, limit: int) -> bytes:
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # some servers send deflate without the zlib frame
        try:
            return _zlib(body, wbits, limit)
        except zlib.error:
            continue
    return body


def _unbrotli(body: bytes, limit: int) -> bytes:
    undo, out = brotli.Decompressor(), io.BytesIO()
    try:
        piece = undo.process(body, output_buffer_limit=_CHUNK)
        while piece and out.tell() < limit:
            out.write(piece)
            piece = undo.process(b"", output_buffer_limit=_CHUNK)
    except brotli.error:
        return out.getvalue() or body
    return out.getvalue()


def _unzstd(body: bytes, limit: int) -> bytes:
    stream: Any = zstd.ZstdFile(io.BytesIO(body))
    out = io.BytesIO()
    try:
        while out.tell() < limit and (piece := stream.read(_CHUNK)):
            out.write(piece)
    except EOFError:  # it breaks off
        return out.getvalue()
    except zstd.ZstdError:
        return out.getvalue() or body
    return out.getvalue()
