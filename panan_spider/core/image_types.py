"""Image types, told by a file's first bytes: headers and names can be wrong."""

from typing import Final, NamedTuple


class ImageType(NamedTuple):
    """An image's media type, and the suffix of its file."""

    media_type: str
    suffix: str


_PNG: Final = b"\x89PNG\r\n\x1a\n"
_BRANDS: Final = frozenset({b"avif", b"avis"})
#: First bytes → type. SVG is none: it is a document, and can hold scripts.
_MARKS: Final = {
    b"\xff\xd8\xff": ImageType("image/jpeg", "jpg"),
    b"GIF87a": ImageType("image/gif", "gif"),
    b"GIF89a": ImageType("image/gif", "gif"),
    b"II*\0": ImageType("image/tiff", "tif"),
    b"MM\0*": ImageType("image/tiff", "tif"),
}


def image_type(body: bytes) -> ImageType | None:
    """The type of the image in `body`: JPEG, PNG, APNG, GIF, BMP, WebP, TIFF or AVIF; None where it is none of them."""
    if body.startswith(_PNG):
        animated = b"acTL" in body[: body.find(b"IDAT")]
        return ImageType("image/apng", "apng") if animated else ImageType("image/png", "png")
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return ImageType("image/webp", "webp")
    if body[4:8] == b"ftyp" and _is_avif(body):
        return ImageType("image/avif", "avif")
    if body[:2] == b"BM" and int.from_bytes(body[2:6], "little") == len(
        body
    ):  # two letters, which a text can begin with
        return ImageType("image/bmp", "bmp")
    return next((kind for mark, kind in _MARKS.items() if body.startswith(mark)), None)


def _is_avif(body: bytes) -> bool:
    """True where the file type box at the beginning names an AVIF brand."""
    end = int.from_bytes(body[:4], "big")
    return bool(_BRANDS & {body[start : start + 4] for start in (8, *range(16, min(end, 256), 4))})
