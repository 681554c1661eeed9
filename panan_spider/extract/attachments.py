"""Lines that only say that here are files to download."""

import re
from collections.abc import Sequence
from typing import Final

from panan_spider.core.fullwidth import fold
from panan_spider.extract import media
from panan_spider.extract.line import Line

_ATTACHMENT_LABEL: Final = re.compile(
    r"^(?:(?:附件|附|相关附件|下载|附件下载|点击下载)\s*:?)?\s*[\d一二三四五六七八九十]*\s*[::.、]?$"
)
_ANNOUNCEMENT: Final = re.compile(r"(?:相关)?附件:?")


def labels(line: Line, files: Sequence[tuple[str, str]]) -> bool:
    """Whether the line says nothing but that here are files."""
    own = line.prose
    for _, text in files:
        own = own.replace(text, "", 1)
    return _ATTACHMENT_LABEL.match(fold(own).strip(" 、,;\u3000")) is not None


def announces(line: Line, after: Sequence[Line]) -> bool:
    """Whether the line is the word over files that the next one links to."""
    if len(line.bare) > 5 or not _ANNOUNCEMENT.fullmatch(fold(line.bare)):
        return False
    return any(media.is_file(href) for below in after for href, _ in below.links)
