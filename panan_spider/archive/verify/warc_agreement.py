"""Check of the WARC against the rest: raw pages that read as an article and that nothing accounts for.

A page is accounted for by a line, a quarantine entry, a held revision, or the ledger's `out_of_range`, `alias`, `gone`,
`pending` or `failed` of its article. Only pages that none of these accounts for are read.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store import warc_reader
from panan_spider.archive.store.archive import ARTICLES_FILE, QUARANTINE_FILE
from panan_spider.archive.store.errors import StoreError
from panan_spider.archive.store.jsonl import JsonLinesReader, read_lines
from panan_spider.archive.verify.finding import Finding
from panan_spider.archive.verify.line_check import LineIndex
from panan_spider.archive.verify.rebuild import Rebuilder
from panan_spider.archive.verify.warc_check import ResponseIndex, key_of, time_number
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site

_ACCOUNTING: Final = frozenset({Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.GONE, Outcome.PENDING, Outcome.FAILED})

Place = tuple[str, int]


class WarcAgreement:
    """`unaccounted` holds, by article ID, the articles of pages that nothing accounts for, oldest first."""

    def __init__(self, data: Path, site: Site, lines: LineIndex, responses: ResponseIndex) -> None:
        self._data, self._site, self._lines, self._responses = data, site, lines, responses
        self._rebuilder = Rebuilder(data, site, responses)
        self.unaccounted: dict[str, list[Article]] = {}

    def compare(self, ledger: Ledger | None) -> Iterator[Finding]:
        """A finding for each such page. `ledger` None: it is lost. Raises StoreError."""
        quarantined_ids, places = self._quarantined()
        settled: frozenset[str] = frozenset()
        if ledger is not None:
            places |= {(file, offset) for _id, file, offset in ledger.held.locations()}
            settled = ledger.queries.articles_with_outcome(_ACCOUNTING)
        if (self._data / ARTICLES_FILE).exists():
            with JsonLinesReader(self._data / ARTICLES_FILE) as reader:
                for article_id, newest in self._lines.newest.items():
                    if article_id not in settled:
                        yield from self._later(article_id, reader, newest.start, places, ledger)
        known = {key_of(article_id) for article_id in (*self._lines.newest, *quarantined_ids, *settled)}
        known |= {key_of(bad.head.article_id) for bad in self._lines.bad if bad.head is not None}
        yield from self._never_stored(known, places)

    def _quarantined(self) -> tuple[set[str], set[Place]]:
        """IDs and WARC places in quarantine.jsonl."""
        ids, places = set[str](), set[Place]()
        for line in read_lines(self._data / QUARANTINE_FILE):
            record = line.record or {}
            if isinstance(record.get("url"), str):
                ids.add(self._site.urls.understand(record["url"]).article_id or "")
            with suppress(KeyError, TypeError):
                places.add((record["warc"]["file"], record["warc"]["offset"]))
        return ids, places

    def _later(
        self, article_id: str, reader: JsonLinesReader, start: int, places: set[Place], ledger: Ledger | None
    ) -> Iterator[Finding]:
        """Pages received after the newest line's, and after the last that the ledger knows to be unchanged."""
        found = self._responses.timed(article_id)
        if len(found) < 2:
            return
        record = reader.at(start).record or {}
        since = time_number(record["fetched_at"])
        if ledger is not None and (validated := ledger.articles.answer(article_id, None)) is not None:
            since = max(since, time_number(validated[1]))
        later = [place for place, time in found if time > since and (place.file, place.offset) not in places]
        if not later or record["warc"] is None:
            return
        content = self._content_of(record["url"], WarcLocation.model_validate(record["warc"]))
        for place in later:
            article = self._rebuilder.read(article_id, place, record["url"])
            if article is not None and article.content_hash not in (content, record["content_hash"]):
                content = article.content_hash
                yield self._finding(article_id, place, article)

    def _content_of(self, url: str, place: WarcLocation) -> str | None:
        """The content of a stored page as the present code reads it; None where it cannot."""
        try:
            return built(self._data, self._site, url, [place, *place.parts]).content_hash
        except Exception:  # whatever a page object trips over
            return None

    def _never_stored(self, known: set[int], places: set[Place]) -> Iterator[Finding]:
        for place in self._responses.unknown(known):
            if (place.file, place.offset) in places:
                continue
            with suppress(StoreError):
                address = self._site.urls.understand(warc_reader.read(self._data, place).url)
                article = self._rebuilder.read(address.article_id or "", place, None)
                earlier = self.unaccounted.get(address.article_id or "", [])
                if article is not None and article.content_hash not in {one.content_hash for one in earlier[-1:]}:
                    yield self._finding(article.id, place, article)

    def _finding(self, article_id: str, place: WarcLocation, article: Article) -> Finding:
        self.unaccounted.setdefault(article_id, []).append(article)
        return Finding(
            place.file,
            place.offset,
            f"{article_id}: a raw page of this article that no line and nothing else accounts for",
        )
