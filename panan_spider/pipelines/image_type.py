"""Whether an answer is a picture: by its bytes, for what a server says of them can be wrong."""

from typing import Final, NamedTuple

import filetype
from scrapy.http import Response

from panan_spider.core.outcomes import Outcome

#: What pages show as pictures. SVG is none of them: it is a document, and can hold scripts.
_KINDS: Final = frozenset({"jpg", "png", "apng", "gif", "bmp", "webp", "tif", "avif"})
_GONE: Final = frozenset({404, 410})
_BLOCKED: Final = frozenset({401, 403, 407, 429, 451})
#: What a whole picture of the kind ends with, but for padding.
_ENDS: Final = {"jpg": b"\xff\xd9", "png": b"IEND\xaeB\x60\x82", "gif": b"\x3b"}
_FOOT: Final = 1024  # bytes: cameras and editors append


class ImageType(NamedTuple):
    """What kind of picture it is: `image/jpeg`, and `jpg`."""

    media_type: str
    suffix: str


class NotAnImage(Exception):
    """The answer is none. `outcome` is the picture's fate, `reason` says why in one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome, self.reason = outcome, reason


def picture_of(response: Response) -> ImageType:
    """The picture that `response` is. Raises NoPicture: GONE, BLOCKED, FAILED by its status; INVALID where it is none."""
    if response.status != 200:
        raise NotAnImage(_outcome_of(response.status), f"HTTP {response.status}")
    kind = filetype.guess(response.body)
    if (
        kind is None
        or kind.extension not in _KINDS
        or (kind.extension == "bmp" and not _says_its_length(response.body))
    ):
        declared = (response.headers.get("Content-Type") or b"nothing").decode("latin-1")
        raise NotAnImage(Outcome.INVALID, f"no picture; declared as {declared}, {len(response.body)} bytes")
    end = _ENDS.get(kind.extension)
    # `partial`: no Content-Length, so that the closed connection is the body's end.
    if "partial" in response.flags and end is not None and end not in response.body[-_FOOT:]:
        raise NotAnImage(Outcome.FAILED, "cut short on the way")
    return ImageType(kind.mime, kind.extension)


def _says_its_length(body: bytes) -> bool:
    """A bitmap's mark is two letters alone, which a text can begin with, too; its length stands behind them."""
    return int.from_bytes(body[2:6], "little") == len(body)


def _outcome_of(status: int) -> Outcome:
    if status in _GONE:
        return Outcome.GONE
    return Outcome.BLOCKED if status in _BLOCKED else Outcome.FAILED
