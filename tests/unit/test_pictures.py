"""What is a picture, and what only stands where one should."""

import struct
import zlib

import pytest
from scrapy.http import Response

from demo_site import drawn_pictures
from panan_spider.core.outcomes import Outcome
from panan_spider.pipelines import NotAnImage, image_of

JPEG, PNG = drawn_pictures.jpeg(0), drawn_pictures.png(0)
URL = "http://www.panews.cn/pic/1.jpg"
BMP = b"BM\x1a\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x01\0\x01\0\x01\0\x18\0"
GIF = b"GIF89a\x01\0\x01\0\0\0\0;"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"


def fate(response: Response) -> tuple[Outcome, str]:
    with pytest.raises(NotAnImage) as ended:
        image_of(response)
    return ended.value.outcome, ended.value.reason


@pytest.mark.parametrize(
    ("body", "picture"),
    [(JPEG, ("image/jpeg", "jpg")), (PNG, ("image/png", "png")), (GIF, ("image/gif", "gif")), (WEBP, ("image/webp", "webp")), (BMP, ("image/bmp", "bmp"))],
)  # fmt: skip
@pytest.mark.parametrize("declared", ["image/jpeg", "text/html", "application/octet-stream", None])
def test_the_bytes_decide_whatever_the_server_declares(
    body: bytes, picture: tuple[str, str], declared: str | None
) -> None:
    headers = {"Content-Type": declared} if declared is not None else {}
    assert image_of(Response(URL, body=body, headers=headers)) == picture


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>404 Not Found</body></html>", b"<!DOCTYPE html>", b"\xef\xbb\xbf<html>", b"BMW is a car", b"RIFF",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', b'<?xml version="1.0"?><svg/>', b"%PDF-1.4", b"",
    ],
)  # fmt: skip
def test_a_page_or_a_document_in_a_pictures_place_is_none(body: bytes) -> None:
    outcome, reason = fate(Response(URL, body=body, headers={"Content-Type": "image/jpeg"}))
    assert outcome is Outcome.INVALID
    assert "image/jpeg" in reason


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Outcome.GONE), (410, Outcome.GONE), (403, Outcome.BLOCKED), (429, Outcome.BLOCKED), (500, Outcome.FAILED), (206, Outcome.FAILED)],
)  # fmt: skip
def test_a_status_has_its_outcome(status: int, outcome: Outcome) -> None:
    assert fate(Response(URL, status=status, body=JPEG)) == (outcome, f"HTTP {status}")


@pytest.mark.parametrize(("body", "end"), [(PNG, -4), (GIF, -1), (b"\xff\xd8\xff\xe0..\xff\xd9", -2)])
def test_without_a_length_the_pictures_own_end_proves_it_whole(body: bytes, end: int) -> None:
    assert image_of(Response(URL, body=body, flags=["partial"]))
    assert fate(Response(URL, body=body[:end], flags=["partial"]))[0] is Outcome.FAILED


def test_the_made_up_site_s_pictures_are_drawn_640_by_400_and_differ() -> None:
    numbers = range(drawn_pictures.PICTURES)
    assert len({drawn_pictures.jpeg(number) for number in numbers}) == len({*map(drawn_pictures.png, numbers)}) > 10
    frame = JPEG.index(b"\xff\xc0")
    assert struct.unpack(">HH", JPEG[frame + 5 : frame + 9]) == (400, 640)
    assert struct.unpack(">II", PNG[16:24]) == (640, 400)
    start = PNG.index(b"IDAT") + 4
    raw = zlib.decompress(PNG[start : PNG.index(b"IEND") - 8])
    assert len(raw) == 400 * (1 + 640 * 3) and len(set(raw)) > 20
