"""One received page: its bytes, and the text they stand for."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

#: GB2312 and GBK are read as their superset, GB18030: names such as 喆 and 堃 lie outside the former.
_GB: Final = frozenset({"gb2312", "gbk", "gb18030", "cp936", "ms936", "gb_2312-80", "hz-gb-2312"})


@dataclass(frozen=True)
class Page:
    """A page as received, content-encoding undone.

    `url` is the address it was asked for at; `content_type` the HTTP header's value, None where there was none.
    """

    url: str
    body: bytes
    content_type: str | None = None

    @cached_property
    def declared(self) -> tuple[str | None, str | None]:
        """The charsets the header and the meta tag declare, as printed."""
        header = _HEADER.search(self.content_type or "")
        meta = _META.search(self.body[:4096])
        return header[1] if header else None, meta[1].decode("ascii") if meta else None

    @property
    def charset(self) -> str:
        """The charset the bytes are in: a BOM, else the first of header, meta, UTF-8, GB18030 they strictly fit, else the best fit."""
        return self._decoded[0]

    @cached_property
    def text(self) -> str:
        """The page's text. Bytes that fit no charset become U+FFFD; NUL bytes, which end a page for the parser, go."""
        return self._decoded[1].removeprefix("\ufeff").replace("\0", "")

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        for bom, name in _BOMS:
            if self.body.startswith(bom):
                return name, self.body.decode(name, "replace")
        candidates = dict.fromkeys([*filter(None, map(_codec, self.declared)), "utf-8", "gb18030"])
        # UTF-8 is never valid by accident over a page of Chinese, while GB18030 can be: it goes first.
        order = sorted(candidates, key=lambda name: name != "utf-8")
        for name in order:
            with suppress(UnicodeDecodeError):
                return name, self.body.decode(name)
        return min(
            ((name, self.body.decode(name, "replace")) for name in order), key=lambda read: read[1].count("\ufffd")
        )


def _codec(label: str | None) -> str | None:
    # Single-byte charsets fit any bytes, so a declaration of one proves nothing and is passed over.
    name = (label or "").lower()
    if name in _GB:
        return "gb18030"
    return {"utf-8": "utf-8", "utf8": "utf-8", "big5": "big5"}.get(name)
