"""Image files: each named by the hash of its content, with an index from address to file."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from panan_spider.archive.ledger.database import IMAGES
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import IMAGES_FOLDER, WriteGuard, write_atomically
from panan_spider.archive.store.jsonl import LineFile, read_lines
from panan_spider.core.clock import Clock, moment
from panan_spider.core.outcomes import Outcome
from panan_spider.items import WarcLocation

INDEX: Final = f"{IMAGES_FOLDER}/index.jsonl"


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
    # BMP's mark is two letters, which a text can begin with: the length in its head must hold, too.
    if body[:2] == b"BM" and int.from_bytes(body[2:6], "little") == len(body):
        return ImageType("image/bmp", "bmp")
    return next((kind for mark, kind in _MARKS.items() if body.startswith(mark)), None)


def _is_avif(body: bytes) -> bool:
    """True where the file type box at the beginning names an AVIF brand."""
    end = int.from_bytes(body[:4], "big")
    return bool(_BRANDS & {body[start : start + 4] for start in (8, *range(16, min(end, 256), 4))})


_KEYS: Final = frozenset({"url", "path", "at"})
#: Outcomes of an image that is asked for again only with recheck=all.
_SETTLED: Final = frozenset({Outcome.STORED, Outcome.GONE, Outcome.OFF_SITE, Outcome.TOO_LARGE})


class ImageFiles:
    """The images of one archive, open for one run. The order of writing is that of articles: file, index, ledger."""

    def __init__(
        self, data: Path, ledger: Ledger, guard: WriteGuard, run: int, clock: Clock, sync_warc: Callable[[], None]
    ) -> None:
        """Opens or makes the index, and marks what of it the ledger does not know. Raises StoreError.

        `sync_warc` makes durable the responses that lines of the index name.
        """
        self._data, self._ledger, self._guard, self._run, self._clock = data, ledger, guard, run, clock
        self._sync_warc = sync_warc
        with guard.writing(data / IMAGES_FOLDER):
            (data / IMAGES_FOLDER).mkdir(exist_ok=True)
        self._index = LineFile(data / INDEX, guard, clock())
        self.notes = list(self._index.notes)
        self._replay()

    def _replay(self) -> None:
        with self._ledger.write():
            if self._ledger.marks.until(IMAGES) > self._index.size:
                self._ledger.images.forget_kept()  # the index leads to the files: what it does not name is not had
                self._ledger.marks.start_over(IMAGES)
            for line in self._index.lines(self._ledger.marks.until(IMAGES)):
                if line.record is not None and line.record.keys() >= _KEYS:
                    self._ledger.images.mark(line.record, None)
                self._ledger.marks.passed(IMAGES, line)

    def wants(self, url: str, *, all_again: bool = False) -> bool:
        """True for an image to request: it was never stored, its file is missing, or it may be available by now."""
        known = self._ledger.images.known(url)
        if known is None:
            return True
        outcome, path = known
        if outcome is Outcome.STORED:
            return path is None or not (self._data / path).is_file()
        return all_again or outcome not in _SETTLED

    def keep(self, url: str, body: bytes, media_type: str, suffix: str, warc: WarcLocation | None) -> Path:
        """Store an image, durable on return; its path. Bytes that are kept already are not written again. Raises StoreError."""
        self._sync_warc()
        digest = hashlib.sha256(body).hexdigest()
        name = f"{IMAGES_FOLDER}/{digest[:2]}/{digest}.{suffix}"
        path = self._data / name
        if not path.is_file() or path.stat().st_size != len(body):
            with self._guard.writing(path):
                path.parent.mkdir(exist_ok=True)
                write_atomically(path, body)
        record = {
            "url": url,
            "path": name,
            "type": media_type,
            "bytes": len(body),
            "warc": None if warc is None else warc.model_dump(exclude={"parts"}),
            "at": moment(self._clock()),
        }
        line = self._index.append(json.dumps(record, ensure_ascii=False))
        with self._ledger.write():
            self._ledger.images.mark(record, self._run)
            self._ledger.marks.passed(IMAGES, line)
        return path

    def miss(self, url: str, outcome: Outcome, reason: str) -> bool:
        """Record that an image cannot be stored; whether its outcome differs from that of earlier runs."""
        known = self._ledger.images.known(url)
        self._ledger.images.settle(self._run, url, outcome, reason, moment(self._clock()))
        return known is None or known[0] is not outcome

    def close(self) -> None:
        """Close the index. Idempotent."""
        self._index.close()


def kept_records(data: Path) -> dict[str, dict[str, Any]]:
    """Of the archive in `data`: the URL of each stored image and its line of the index; beside a run if need be.

    What opening the archive would pass over is passed over. Raises StoreError where the index cannot be read.
    """
    records = (line.record for line in read_lines(data / INDEX))
    return {record["url"]: record for record in records if record is not None and record.keys() >= _KEYS}


def kept(data: Path) -> dict[str, str]:
    """Of the archive in `data`: the URL of each stored image and its path below `data`. Raises StoreError."""
    return {url: record["path"] for url, record in kept_records(data).items()}
