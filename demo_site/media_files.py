"""Pictures, films and files of the made-up site: the smallest that are really of their kind."""

import base64
from typing import Final

from demo_site.response import Response

#: One grey dot as baseline JPEG, and as PNG.
JPEG: Final = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
    "wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
_TYPES: Final = {
    "jpg": ("image/jpeg", JPEG),
    "png": ("image/png", PNG),
    "gif": ("image/png", PNG),
    "mp4": ("video/mp4", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"),
    "pdf": ("application/pdf", b"%PDF-1.4\n%%EOF\n"),
    "doc": ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "xls": ("application/vnd.ms-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
}


def is_media(path: str) -> bool:
    """Whether `path` ends as a picture, film or file does."""
    return path.rpartition(".")[2].lower() in _TYPES


def answer(path: str) -> Response:
    """The file at `path`: every one exists."""
    content_type, body = _TYPES[path.rpartition(".")[2].lower()]
    return Response(200, {"Content-Type": content_type}, body)
