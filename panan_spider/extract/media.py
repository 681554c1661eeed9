"""Pictures, videos and files: which elements are one, and at which address."""

import binascii
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree

#: Where scripts that load pictures late keep the true address; WeChat's paste prints `data-src`.
_LATE_SOURCES: Final = ("data-src", "data-original", "data-lazy-src", "data-url", "_src", "original", "zoomfile")
_PLACEHOLDER: Final = re.compile(
    r"(?:^|/)(?:blank|spacer|space|loading|grey|pixel|1x1|transparent|clear)\w*\.(?:gif|png)$", re.IGNORECASE
)
_ICON: Final = re.compile(
    r"(?:^|/)(?:icons?_|ico_|icons?/|ewebeditor/|fileicon|print|close|share|logo)[\w./-]*$", re.IGNORECASE
)
#: Rules, bullets and arrows of a page, by their names.
_ORNAMENT: Final = re.compile(
    r"(?:^|/)(?:[a-z]{1,8}[_-])?(?:h?line|hr|dot|dots|dian|point|bullet|arrow|jiantou|jt|fgx|fengexian|xian|divider|separator|split|bg|bullet|sanjiao|triangle)"
    r"[_-]?\d{0,3}\.(?:gif|png|jpe?g|webp)$",
    re.IGNORECASE,
)
_SIDE_OF_STYLE: Final = re.compile(r"(?<![\w-])(?:width|height)\s{0,9}:\s{0,9}(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
_CONTENT: Final = re.compile(r"(?:^|/)(?:pic|att|upload\w*)/|(?:^|/)[WP]0\d{10,}", re.IGNORECASE)
_VIDEO_FILE: Final = re.compile(r"\.(?:mp4|m3u8|flv|webm|mov|avi|wmv|swf|mpg|mpeg|rmvb)$", re.IGNORECASE)
_PLAYER: Final = re.compile(r"video|player|v\.qq\.com|youku|tudou|bilibili|iqiyi|ixigua", re.IGNORECASE)
_FILE: Final = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|zip|rar|7z|wps|et|ofd|txt|csv|rtf)$", re.IGNORECASE)
_AUDIO_FILE: Final = re.compile(r"\.(?:mp3|m4a|wav|wma|aac|ogg)$", re.IGNORECASE)
_PICTURE_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif)$", re.IGNORECASE)
#: An address in a script that plays it: `showPlayer('/a.mp4', …)`.
_PLAYED: Final = re.compile(
    r"""['"]([^'"\s<>]{1,500}\.(?:mp4|m3u8|flv|webm|mov|avi|wmv|swf|mpg|mpeg|rmvb|mp3|m4a|wav|wma|aac|ogg)(?:\?[^'"\s<>]{0,200})?)['"]""",
    re.IGNORECASE,
)
_PLAYED_ENDINGS: Final = (
    ".mp4",
    ".mp3",
    ".m3u8",
    ".flv",
    ".m4a",
    ".wmv",
    ".wma",
    ".swf",
    ".MP4",
    ".MP3",
    ".webm",
    ".mov",
    ".wav",
    ".aac",
)
_NO_ADDRESS: Final = re.compile(r"(?:data|javascript|about|file|blob):", re.IGNORECASE)
_INLINE: Final = re.compile(r"data:image/(?:jpe?g|png|gif|webp|bmp)\s*;\s*base64\s*,", re.IGNORECASE)
_SHORTEST_INLINE: Final = 1_000  # characters; a shorter one is a picture only where its bytes say so
_SMALLEST_PICTURE: Final = 16  # pixels; anything smaller is a counter's or a spacer's


def image_source(element: etree._Element) -> str:
    """The address of the picture `element` shows; `""` where it shows none, or only a spacer, counter or icon.

    A browser shows what a script or a set of sources names, where `src` is a placeholder: so does this.
    """
    if not _is_image(element):
        return ""
    late = next((value.strip() for name in _LATE_SOURCES if (value := element.get(name, "")).strip()), "")
    src = (element.get("src") or "").strip()
    src = "" if _NO_ADDRESS.match(src) else src
    if late and (is_content(late) or not is_content(src)):
        src = late  # a paste's `data-src` leads to where the CMS took its copy from
    if _shows_nothing(src):
        src = next(filter(None, map(_usable, _other_sources(element))), "")
    path = urlsplit_path(src)
    ornament = _ICON.search(path) or (_ORNAMENT.search(path) and not is_content(src))
    return "" if _shows_nothing(src) or ornament or _is_tiny(element) else src


def inline_source(element: etree._Element) -> str:
    """The name of the picture whose bytes the page holds (`src="data:image/…"`); `""` for a placeholder, and where there is none.

    The name is an RFC 6920 URI of the bytes, `ni:///sha-256;…`: short, stable, and nothing that can be requested.
    """
    src = (element.get("src") or "").strip()
    found = _INLINE.match(src) if element.tag == "img" else None
    if found is None or _is_tiny(element):
        return ""
    data = _decoded(src[found.end() :])
    if len(src) < _SHORTEST_INLINE and not _is_whole_picture(data):
        return ""
    return f"ni:///sha-256;{urlsafe_b64encode(sha256(data).digest()).decode().rstrip('=')}"


def _decoded(text: str) -> bytes:
    """The bytes of a base64 text, as browsers read it: blanks and escapes allowed; the text's own bytes where it is none."""
    plain = "".join(unquote(text).split()).rstrip("=")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return plain.encode("utf-8", "replace")


def _is_whole_picture(data: bytes) -> bool:
    """Whether a short picture is more than a spacer: a JPEG, or a GIF or PNG of 16 pixels and more on both sides."""
    if data[:3] == b"GIF" and len(data) >= 10:
        sides = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    elif data[:4] == b"\x89PNG" and len(data) >= 24:
        sides = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    else:
        return data[:3] == b"\xff\xd8\xff"
    return min(sides) >= _SMALLEST_PICTURE


def _is_image(element: etree._Element) -> bool:
    return element.tag in ("img", "image") or (element.tag == "input" and element.get("type", "").lower() == "image")


def _shows_nothing(src: str) -> bool:
    return not src or _NO_ADDRESS.match(src) is not None or _PLACEHOLDER.search(urlsplit_path(src)) is not None


def _usable(src: str) -> str:
    """`src` where it can be a picture's address."""
    return src if not _shows_nothing(src) and (_PICTURE_FILE.search(urlsplit_path(src)) or is_content(src)) else ""


def _other_sources(element: etree._Element) -> Iterator[str]:
    """Addresses a picture can be shown from instead of `src`: its set of sources, its `<picture>`'s, any attribute."""
    sets = [element.get("srcset", ""), element.get("data-srcset", "")]
    around = islice(element.iterancestors(), 3)  # the parser takes an image after a `<source>` as inside of it
    if (picture := next((box for box in around if box.tag == "picture"), None)) is not None:
        sets += [source.get("srcset", "") or source.get("data-srcset", "") for source in picture.iter("source")]
    yield from (_first_of_set(text) for text in sets)
    yield from (
        value.strip() for name, value in element.items() if name not in ("src", "alt", "title", "href", "class")
    )


def _first_of_set(text: str) -> str:
    """The first address of a `srcset`: addresses with a width each, parted by commas with a blank."""
    words = text.split(maxsplit=1)
    return words[0].rstrip(",") if words else ""


def is_picture(src: str) -> bool:
    """Whether the address is a picture's by its ending, or by where the CMSs keep pictures."""
    return _usable(src) != ""


def is_content(src: str) -> bool:
    """Whether the address is where the two CMSs keep an article's own pictures (`/pic/…`, `W0….jpg`)."""
    return _CONTENT.search(urlsplit_path(src)) is not None


def _is_tiny(element: etree._Element) -> bool:
    for side in ("width", "height"):
        digits = re.match(r"\s*(\d+)\s*(?:px)?\s*$", element.get(side, ""))
        if digits and int(digits[1]) < _SMALLEST_PICTURE:
            return True
    sides = _SIDE_OF_STYLE.findall(element.get("style", ""))
    return any(int(side) < _SMALLEST_PICTURE for side in sides)


def video_source(element: etree._Element) -> str:
    """The address of the video or sound `element` plays, or its script; `""` where it plays none."""
    tag = element.tag
    if tag == "script":
        text = element.text or ""
        played = _PLAYED.search(text) if any(ending in text for ending in _PLAYED_ENDINGS) else None
        return played[1] if played else ""
    if tag in ("video", "audio"):
        own = element.get("src") or next((s.get("src", "") for s in element.iter("source")), "")
        return own.strip()
    if tag in ("embed", "iframe"):
        src = (element.get("src") or element.get("data-src") or "").strip()
        path = urlsplit_path(src)
        return src if _VIDEO_FILE.search(path) or _AUDIO_FILE.search(path) or _PLAYER.search(src) else ""
    if tag == "object" and element.find(".//embed") is None:
        movie = next(
            (
                p.get("value", "")
                for p in element.iter("param")
                if p.get("name", "").lower() in ("movie", "src", "url", "filename")
            ),
            "",
        )
        return (element.get("data") or movie).strip()
    return ""


def is_file(href: str) -> bool:
    """Whether a link leads to a document to download rather than to a page."""
    return _FILE.search(urlsplit_path(href)) is not None


def file_name(href: str) -> str:
    """The last part of the address, as a reader would call the file."""
    return unquote(urlsplit_path(href).rsplit("/", 1)[-1])


def urlsplit_path(href: str) -> str:
    """The path of an address as printed; `""` where it has none that can be read."""
    try:
        return urlsplit(href.strip()).path
    except ValueError:
        return ""
