"""Every response that the WARC files keep whole, found again by its place or by its article."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from panan_spider.items import WarcLocation
from panan_spider.sites.urls import UrlKind, understand

#: Key of a response that is no article's: it is there, and that is all.
_OTHER: Final = 0


def key_of(article_id: str, part: int = 1) -> int:
    """The key under which a part of an article is kept: 63 bits, so that a million take eight megabytes."""
    return int.from_bytes(blake2b(f"{article_id}/{part}".encode(), digest_size=8).digest()) >> 1 | 1


@dataclass
class _File:
    """One file's responses in the order they stand in: byte, key, and time as a number (20260307010203)."""

    starts: "array[int]" = field(default_factory=lambda: array("Q"))
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    times: "array[int]" = field(default_factory=lambda: array("Q"))


class ResponseIndex:
    """Grows while the files are read; 24 bytes a response."""

    def __init__(self) -> None:
        self.files: dict[str, _File] = {}
        self._by_key: dict[int, list[tuple[str, int]]] | None = None

    def __len__(self) -> int:
        return sum(len(file.starts) for file in self.files.values())

    def begin(self, file: str) -> None:
        """The file, a path below the data folder, is there; its responses follow in order."""
        self.files[file] = _File()

    def add(self, file: str, start: int, url: str, at: str, status: int) -> None:
        """A whole response at byte `start`; `at` is its WARC-Date."""
        address, into = understand(url), self.files[file]
        good = status == 200 and address.kind in (UrlKind.ARTICLE, UrlKind.PART) and address.article_id is not None
        into.starts.append(start)
        into.keys.append(key_of(address.article_id or "", address.part) if good else _OTHER)
        into.times.append(_number(at))

    def objection(self, place: WarcLocation, article_id: str, part: int | None, at: str | None) -> str | None:
        """Why `place` does not keep that part of the article, received at `at`; None where it does.

        `part` None: any further part. `article_id` "": any response.
        """
        where = f"{place.file}, byte {place.offset}"
        if (file := self.files.get(place.file)) is None:
            return f"its raw page should lie in {place.file}, which is not there"
        found = bisect_left(file.starts, place.offset)
        if found == len(file.starts) or file.starts[found] != place.offset:
            return f"its raw page should lie at {where}: no whole response begins there"
        parts = (part,) if part is not None else range(2, 101)
        if article_id and file.keys[found] not in {key_of(article_id, number) for number in parts}:
            return f"its raw page should lie at {where}: that is a response of something else"
        if at is not None and file.times[found] != _number(at):
            return f"its raw page should lie at {where}: that one was not received at {at}"
        return None

    def of(self, article_id: str, part: int = 1) -> list[WarcLocation]:
        """Where good answers for that part of the article lie, oldest first."""
        if self._by_key is None:
            self._by_key = {}
            for name, start, key in self._all():
                self._by_key.setdefault(key, []).append((name, start))
        places = self._by_key.get(key_of(article_id, part), [])
        return [WarcLocation(file=file, offset=start) for file, start in sorted(places)]

    def _all(self) -> Iterator[tuple[str, int, int]]:
        for name, file in self.files.items():
            yield from ((name, start, key) for start, key in zip(file.starts, file.keys, strict=True) if key)


def _number(at: str) -> int:
    return int("".join(filter(str.isdigit, at))[:14] or "0")
