"""A small archive with real pages behind its lines, made without a crawl: what `verify` has to hold, and to mend."""

import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from store_helpers import StandingClock, an_exchange, lines_of

from demo_site.record import Record
from demo_site.site import Site
from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.core.clock import moment
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.assemble import content_hash
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import load_site

understand = load_site().urls.understand

SECTION = "书记"


class Newsroom:
    """The made-up site, read into the archive in `folder`, a run at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site, self.clock = folder, Site.build(1, 100), StandingClock()
        records = self.site.records
        several = [record for record in records if len(record.parts) > 1]
        pictured = [record for record in records if any(block.type == "image" for block in record.blocks)]
        self.ids = list(dict.fromkeys(record.id for record in (*records[:5], *several[:2], *pictured[:2])))
        self.runs = 0

    def run(self, work: Callable[[Archive], object], **more: Any) -> None:
        """One run of `work`, ended well."""
        self.runs += 1
        self.clock.advance(days=1)
        name = f"{self.clock.time:%Y%m%dT%H%M%SZ}-{self.runs}"
        archive = Archive.open(self.folder, run_id=name, args={}, clock=self.clock, **more)
        work(archive)
        archive.memory.settle_rest()
        archive.close({"run": name, "exit_code": 0, "reason": "made up"})

    def store(self, archive: Archive, article_id: str) -> Article:
        """The article as it stands on the site now, as its next revision."""
        record = self.site.record(article_id)
        archive.memory.listed(SECTION, [(article_id, record.url, None)])
        kept = {url: self._fetch(archive, url) for url in self._pages(record)}
        article = built(self.folder, load_site(), record.url, [kept[record.url]], kept.get)
        known = archive.ledger.articles.latest(article_id)
        revision = 1 if known is None else known.revision + 1
        article = article.model_copy(update={"revision": revision, "listed_in": [SECTION]})
        archive.store_all([(article, Outcome.STORED if revision == 1 else Outcome.REVISED)])
        return article

    def _fetch(self, archive: Archive, url: str) -> WarcLocation:
        self.clock.advance(seconds=1)
        parts = urlsplit(url)
        answer = self.site.respond("GET", parts.netloc, parts.path, {})
        headers = tuple((name.encode(), value.encode("latin-1")) for name, value in answer.headers.items())
        return archive.write_response(an_exchange(url, answer.body, headers=headers, at=moment(self.clock.time)))

    def _pages(self, record: Record) -> list[str]:
        stem, dot, suffix = record.url.rpartition(".")
        found = [record.url]
        for number in range(1, 12):
            url = f"{stem}_{number:02d}{dot}{suffix}" if record.template != "trs" else f"{stem}_{number}{dot}{suffix}"
            parts = urlsplit(url)
            if self.site.respond("GET", parts.netloc, parts.path, {}).status == 200:
                found.append(understand(url).url)
        return found


def newsroom(folder: Path) -> Newsroom:
    """Seven articles, two of them in parts, one of two revisions, one of three, one gone; pictures; a page in quarantine."""
    room = Newsroom(folder)

    def first(archive: Archive) -> None:
        pictures = archive.open_images()
        for article_id in room.ids:
            article = room.store(archive, article_id)
            for image in article.images:
                body = b"\xff\xd8\xff" + image.url.encode()
                place = archive.write_response(an_exchange(image.url, body))
                pictures.keep(image.url, body, "image/jpeg", "jpg", place)
        bad = "http://www.panews.cn/system/2020/03/07/099999999.shtml"
        archive.places[bad] = archive.write_response(an_exchange(bad, b"<html>?"))
        archive.memory.discovered(bad, "article", "099999999")
        archive.memory.settle(bad, Outcome.UNKNOWN_LAYOUT, "no title")

    def later(archive: Archive) -> None:
        for article_id in room.ids[room.runs - 1 : 3]:
            room.site.correct(article_id)
            room.store(archive, article_id)
        if room.runs == 3:
            archive.memory.settle(room.site.record(room.ids[3]).url, Outcome.GONE)

    room.run(first)
    room.run(later, warc_bytes=3_000)
    room.run(later)
    return room


def said(folder: Path) -> list[str]:
    """What verify finds there."""
    return [str(finding) for finding in ArchiveCheck(folder).findings()]


def raw_lines(folder: Path) -> list[bytes]:
    return (folder / "articles.jsonl").read_bytes().splitlines(keepends=True)


def by_revision(folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    return {(line["id"], line["revision"]): line for line in lines_of(folder / "articles.jsonl")}


@cache
def _once() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """Built once a process: a copy takes a hundredth of the time."""
    kept = tempfile.TemporaryDirectory(prefix="newsroom-")
    return kept, newsroom(Path(kept.name) / "data").folder


def a_copy(below: Path) -> Path:
    """The archive of `newsroom`, to be damaged."""
    return Path(shutil.copytree(_once()[1], below / "data"))


def a_stray_picture(data: Path) -> str:
    """A picture that no article names, named by its bytes as it should be; its path below `data`."""
    body = b"\xff\xd8\xff"
    name = f"images/ab/{sha256(body).hexdigest()}.jpg"
    (data / name).parent.mkdir(exist_ok=True)
    (data / name).write_bytes(body)
    return name


def starts(data: Path) -> list[int]:
    """Where each line begins."""
    found, at = [], 0
    for raw in raw_lines(data):
        found.append(at)
        at += len(raw)
    return found


def rewrite(data: Path, change: Callable[[list[bytes]], object]) -> None:
    lines = raw_lines(data)
    change(lines)
    (data / "articles.jsonl").write_bytes(b"".join(lines))


def alter(data: Path, number: int, **fields: Any) -> None:
    """Line `number` with other values, its hash made true of them."""

    def change(lines: list[bytes]) -> None:
        record = json.loads(lines[number]) | fields
        if "content_hash" not in fields:
            record["content_hash"] = content_hash(Article.model_construct(**dict(Article.model_validate(record))))
        lines[number] = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    rewrite(data, change)


def warcs(data: Path) -> list[Path]:
    return sorted((data / "warc").iterdir())
