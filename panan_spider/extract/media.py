"""Pictures, videos and files: which elements are one, and at which address."""

import re
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
_CONTENT: Final = re.compile(r"(?:^|/)(?:pic|att|upload\w*)/|(?:^|/)[WP]0\d{10,}", re.IGNORECASE)
_VIDEO_FILE: Final = re.compile(r"\.(?:mp4|m3u8|flv|webm|mov|avi|wmv|swf|mpg|mpeg|rmvb)$", re.IGNORECASE)
_PLAYER: Final = re.compile(r"video|player|v\.qq\.com|youku|tudou|bilibili|iqiyi|ixigua", re.IGNORECASE)
_FILE: Final = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|zip|rar|7z|wps|et|ofd|txt|csv|rtf)$", re.IGNORECASE)
_SMALLEST_PICTURE: Final = 16  # pixels; anything smaller is a counter's or a spacer's


def image_source(element: etree._Element) -> str:
    """The address of the picture `element` shows; `""` where it shows none, or only a spacer, counter or icon."""
    if element.tag != "img":
        return ""
    late = next((value.strip() for name in _LATE_SOURCES if (value := element.get(name, "")).strip()), "")
    src = (element.get("src") or "").strip()
    if late and (
        is_content(late) or not is_content(src)
    ):  # a paste's `data-src` leads to where the CMS took its copy from
        src = late
    path = urlsplit_path(src)
    if not src or src.lower().startswith(("data:", "javascript:", "about:", "file:", "blob:")):
        return ""
    if _PLACEHOLDER.search(path) or _ICON.search(path) or _is_tiny(element):
        return ""
    return src


def is_content(src: str) -> bool:
    """Whether the address is where the two CMSs keep an article's own pictures (`/pic/…`, `W0….jpg`)."""
    return _CONTENT.search(urlsplit_path(src)) is not None


def _is_tiny(element: etree._Element) -> bool:
    for side in ("width", "height"):
        digits = re.match(r"\s*(\d+)\s*(?:px)?\s*$", element.get(side, ""))
        if digits and int(digits[1]) < _SMALLEST_PICTURE:
            return True
    return False


def video_source(element: etree._Element) -> str:
    """The address of the video `element` plays; `""` where it plays none."""
    tag = element.tag
    if tag == "video":
        own = element.get("src") or next((s.get("src", "") for s in element.iter("source")), "")
        return own.strip()
    if tag in ("embed", "iframe"):
        src = (element.get("src") or element.get("data-src") or "").strip()
        return src if _VIDEO_FILE.search(urlsplit_path(src)) or _PLAYER.search(src) else ""
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
