"""Pictures, films and files of the made-up site: drawn pictures, and the smallest films and files of their kind."""

from typing import Final

from demo_site import drawn_pictures
from demo_site.response import Response

_PICTURES: Final = {
    "jpg": ("image/jpeg", drawn_pictures.jpeg),
    "png": ("image/png", drawn_pictures.png),
    "gif": ("image/png", drawn_pictures.png),
}
_TYPES: Final = {
    "mp4": ("video/mp4", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"),
    "pdf": ("application/pdf", b"%PDF-1.4\n%%EOF\n"),
    "doc": ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "xls": ("application/vnd.ms-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
}


def is_media(path: str) -> bool:
    """Whether `path` ends as a picture, film or file does."""
    return _suffix(path) in _TYPES.keys() | _PICTURES.keys()


def answer(path: str) -> Response:
    """The file at `path`: every one exists."""
    suffix = _suffix(path)
    if suffix in _PICTURES:
        content_type, draw = _PICTURES[suffix]
        return Response(200, {"Content-Type": content_type}, draw(drawn_pictures.number_of(path)))
    content_type, body = _TYPES[suffix]
    return Response(200, {"Content-Type": content_type}, body)


def _suffix(path: str) -> str:
    return path.rpartition(".")[2].lower()
