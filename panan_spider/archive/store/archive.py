"""Archive: one archive folder, opened by one run for writing.

The response goes into the WARC, then the article's line into articles.jsonl, then the mark into the ledger; each is
durable before the next begins. Opening finishes or undoes what a dead run left half done.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final, Self

from panan_spider.archive.data_folder import LOCK_FILE, Lock, bind_site, check_site, refuse_links
from panan_spider.archive.ledger.database import ARTICLES
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.queries import MissingUrl
from panan_spider.archive.ledger.runs_and_walks import DoubtfulUrl, FaultRecord
from panan_spider.archive.ledger.stored_articles import HeldRevision, HeldState, KnownPart
from panan_spider.archive.state import RETURNED, CrawlState
from panan_spider.archive.store import warc_file as warc
from panan_spider.archive.store.files import (
    ARTICLES_FILE,
    QUARANTINE_FILE,
    RUNS_FOLDER,
    WARC_FOLDER,
    WriteGuard,
    naming,
    write_atomically,
)
from panan_spider.archive.store.image_files import ImageFiles
from panan_spider.archive.store.jsonl import LineFile, refuse_newer
from panan_spider.archive.store.quarantine import Quarantine
from panan_spider.archive.store.recovery import Recovery
from panan_spider.archive.store.warc_file import HttpExchange
from panan_spider.core.clock import Clock, moment, now
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site

#: The beginning of every line of articles.jsonl.
_HEAD: Final = re.compile(rb'\{"id":"(\d+)","revision":(\d+),')


class Archive:
    """One archive folder, open for one run. Every writing method raises StoreError where the disk refuses.

    `memory` is the crawl's view of it. `notes` names, one line each, what opening had to put right.
    The receiver of responses fills `places` and `validators` (ETag, Last-Modified) by canonical URL, and `parts`, by WARC
    file and offset, with the further parts of articles. `ledger` is for reports to query.
    """

    def __init__(self, folder: Path, run_id: str, clock: Clock) -> None:
        """Use `Archive.open`."""
        self.folder, self.run_id, self._clock = folder, run_id, clock
        self.guard = WriteGuard()
        self.notes: list[str] = []
        self.validators: dict[str, tuple[str | None, str | None]] = {}
        self.parts: dict[tuple[str, int], KnownPart] = {}
        self._contents: dict[str, set[str]] = {}  # content hash → IDs of articles met in this run
        self._closing, self._closed = ExitStack(), False

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        run_id: str,
        args: Mapping[str, str],
        clock: Clock = now,
        warc_bytes: int = warc.MAX_FILE_BYTES,
        first: Callable[[], Iterable[str]] = tuple,
        site: Site | None = None,
    ) -> Self:
        """Open, make or repair the archive in `folder` for a run; `first` runs under the lock and gives notes.

        With `site` the archive is bound to it. Raises LockHeld, StoreError; ForeignArchive, with nothing written, where
        it belongs to another site.
        """
        archive = cls(folder, run_id, clock)
        if site is not None:
            check_site(folder, site)
        try:
            archive._lock()
            refuse_newer(folder / ARTICLES_FILE)
            if site is not None and check_site(folder, site):
                bind_site(folder, site)
            archive.notes += first()
            archive._recover()
            archive._begin(args, warc_bytes)
        except BaseException:
            archive._closing.close()
            raise
        return archive

    def _lock(self) -> None:
        with naming(self.folder):
            for part in (self.folder, self.folder / WARC_FOLDER, self.folder / RUNS_FOLDER):
                part.mkdir(parents=True, exist_ok=True)
        refuse_links(self.folder)
        self._closing.callback(Lock(self.folder / LOCK_FILE, self.run_id).release)
        self.guard.watch(self.folder / LOCK_FILE)

    def _recover(self) -> None:
        recovery = Recovery(self.folder, self.guard, self._clock)
        self._articles = self._line_file(ARTICLES_FILE)
        self._quarantined = self._line_file(QUARANTINE_FILE)
        self.ledger: Ledger = recovery.open(self._articles, self._quarantined)
        self._closing.callback(self.ledger.close)
        recovery.close_dead_runs(self.ledger)
        recovery.repair_warcs(self.ledger)
        self.notes += [*self._articles.notes, *self._quarantined.notes, *recovery.notes]

    def _line_file(self, name: str) -> LineFile:
        lines = LineFile(self.folder / name, self.guard, self._clock())
        self._closing.callback(lines.close)
        return lines

    def _begin(self, args: Mapping[str, str], warc_bytes: int) -> None:
        self._began = self._articles.size
        self._run = self.ledger.begin_run(self.run_id, args, moment(self._clock()))
        self._warc = warc.WarcWriter(self.folder, self.run_id, self.guard, self._clock, warc_bytes)
        self._closing.callback(self._warc.close)
        self._quarantine = Quarantine(self.folder, self._quarantined, self.ledger, self._warc, self.run_id)
        self.memory = CrawlState(self.ledger, self._quarantine, self._run, self._clock)
        self.places: dict[str, WarcLocation] = self.memory.places

    # Raw responses

    def write_response(self, exchange: HttpExchange) -> WarcLocation:
        """Keep a response and its request, durable before a line names their location; the location of the response."""
        return self._warc.response(exchange)

    def write_revisit(
        self, exchange: HttpExchange, article_id: str | None = None, part: str | None = None
    ) -> WarcLocation:
        """Keep a 304 and its request, with a reference to the response it confirms: a list, page one of the article, or `part`."""
        articles, lists = self.ledger.articles, self.ledger.list_pages
        confirmed = lists.answer(exchange.url) if article_id is None else articles.answer(article_id, part)
        return self._warc.revisit(exchange, confirmed)

    def open_images(self) -> ImageFiles:
        """The images of the archive, open until it is closed; for a run with images=true. Raises StoreError."""
        images = ImageFiles(self.folder, self.ledger, self.guard, self._run, self._clock, self._warc.sync)
        self._closing.callback(images.close)
        self.notes += images.notes
        return images

    # Articles

    def store_all(self, revisions: Sequence[tuple[Article, Outcome]], *, is_counted: bool = True) -> None:
        """Keep revisions of different articles, each STORED or REVISED: durable lines first, then, in one transaction, their marks.

        Raises ValueError, and writes nothing, where one is not the next revision of its article or where this run has
        already recorded another outcome of its URL. Without `is_counted` the outcomes are not this run's: it has yet to
        ask for the articles.
        """
        returned = [self.expect(article, outcome) for article, outcome in revisions]
        self._warc.sync()
        lines = self._articles.append_all([article.model_dump_json() for article, _outcome in revisions])
        with self.ledger.write():
            for (article, outcome), line, back in zip(revisions, lines, returned, strict=True):
                validators = self.validators.pop(article.url, (None, None))
                if self._contents.get(article.content_hash) == {article.id}:
                    del self._contents[article.content_hash]  # the ledger has it now
                self.ledger.articles.mark(article.model_dump(), line.start, *validators)
                if article.pages > 1:  # else the mark says that there are none
                    self._note_parts(article.id, article.warc)
                if is_counted:
                    self.memory.discovered(article.url, "article", article.id)
                    self.memory.settle(article.url, outcome, RETURNED if back else None)
                else:
                    self.ledger.replay_outcome(article.url, outcome, moment(self._clock()))
            if lines:
                self.ledger.marks.passed(ARTICLES, *lines)

    def expect(self, article: Article, outcome: Outcome) -> bool:
        """True where the article returns after it was gone. Raises ValueError where `store` would."""
        known = self.ledger.articles.latest(article.id)
        if article.revision != (1 if known is None else known.revision + 1):
            raise ValueError(f"{article.url}: revision {article.revision} does not follow {known and known.revision}")
        self.memory.check_outcome(article.url, outcome)
        return known is not None and known.outcome is Outcome.GONE

    def _note_parts(self, article_id: str, location: WarcLocation | None) -> None:
        """Note the answers of the parts behind page one, where this run has all of them."""
        parts = self._part_answers(location)
        if location is not None and parts is not None:
            self.ledger.articles.note_parts(article_id, parts)

    def _part_answers(self, location: WarcLocation | None) -> list[KnownPart] | None:
        """The answers of the parts behind page one; None where this run lacks one of them."""
        places = location.parts if location is not None else ()
        known = [part for place in places if (part := self.parts.get((place.file, place.offset))) is not None]
        return known if len(known) == len(places) else None

    def mark_unchanged(self, article_id: str, url: str, fetched: Article | None = None) -> None:
        """Record that an article was asked for again and is the same; `fetched` where it came whole, not as a 304.

        Without effect where this run has stored the article itself.
        """
        if self.memory.outcome_of(url) in (Outcome.STORED, Outcome.REVISED):
            return
        with self.ledger.write():
            self.memory.discovered(url, "article", article_id)
            if fetched is not None and url in self.validators:
                self.ledger.articles.validators(article_id, *self.validators.pop(url), fetched.fetched_at)
                self._note_parts(article_id, fetched.warc)
            self.memory.settle(url, Outcome.UNCHANGED)

    def hold(self, article: Article) -> None:
        """Keep a changed reading of a stored article for `review_held`; durable on return. Its URL stays open."""
        self._warc.sync()
        etag, last_modified = self.validators.get(article.url, (None, None))
        row = HeldRevision(
            article_id=article.id,
            url=article.url,
            run=self._run,
            state=HeldState.WAITING,
            content_hash=article.content_hash,
            record=article.model_dump_json(),
            etag=etag,
            last_modified=last_modified,
            parts=json.dumps([astuple(part) for part in self._part_answers(article.warc) or ()]),
            warc_file=article.warc.file if article.warc else None,
            warc_offset=article.warc.offset if article.warc else None,
            at=moment(self._clock()),
        )
        with self.ledger.write():
            self.memory.discovered(article.url, "article", article.id)
            self.ledger.held.hold(row)

    def same_content(self, article_id: str, content_hash: str) -> list[str]:
        """IDs of the other articles with that content: stored, held, or asked about here in this run."""
        met = self._contents.setdefault(content_hash, set())
        met.add(article_id)
        return sorted({*met, *self.ledger.articles.same_content(content_hash, article_id)} - {article_id})

    def is_of_this_run(self, row: HeldRevision) -> bool:
        """True where this run has read the held revision, and no run that was killed or interrupted."""
        return row.run == self._run

    def newest_record(self, article_id: str) -> dict[str, Any] | None:
        """The newest record of a stored article; None where none is stored. Raises StoreError."""
        start = self.ledger.articles.line_offset(article_id)
        return None if start is None else self._articles.at(start)

    def release(self, rows: Sequence[HeldRevision]) -> None:
        """Store held readings as the next revisions: lines, durable, then the marks and the end of the rows, together."""
        revisions = []
        for row in rows:
            known = self.ledger.articles.latest(row.article_id)
            article = Article.model_validate_json(row.record)
            number = 1 if known is None else known.revision + 1
            listed = list(self.memory.listed_in(row.article_id))
            article = article.model_copy(update={"revision": number, "listed_in": listed or article.listed_in})
            self.validators.setdefault(row.url, (row.etag, row.last_modified))
            places = article.warc.parts if article.warc is not None else []
            answers = (KnownPart(*part) for part in json.loads(row.parts))
            self.parts.update(zip(((place.file, place.offset) for place in places), answers, strict=False))
            revisions.append((article, Outcome.REVISED))
        with self.ledger.write():
            self.store_all(revisions, is_counted=self.is_of_this_run(rows[0]))
            for row in rows:
                self.ledger.held.drop(row.article_id)

    def reject(self, row: HeldRevision, reason: str) -> None:
        """Quarantine a held reading. Its validators are not kept, so that the next run gets the page whole."""
        record = json.loads(row.record)
        place = None
        if row.warc_file is not None and row.warc_offset is not None:
            place = WarcLocation(file=row.warc_file, offset=row.warc_offset)
        with self.ledger.write():
            if self.is_of_this_run(row):
                self.quarantine(row.url, Outcome.INVALID, reason, None, record["template"], place)
            else:  # this run asks again, and its accounting counts that answer
                at = moment(self._clock())
                self._quarantine.add(
                    row.url, Outcome.INVALID, at, reason=reason, template=record["template"], place=place
                )
                self.ledger.urls.record_outcome(row.run, row.url, Outcome.INVALID, reason, at)
            self.ledger.held.reject(row.article_id, self._run)

    def quarantine(
        self,
        url: str,
        outcome: Outcome,
        reason: str,
        field: str | None = None,
        template: str | None = None,
        warc: WarcLocation | None = None,
    ) -> None:
        """Write the quarantine line of a page, and record the outcome of its URL: UNKNOWN_LAYOUT or INVALID."""
        if warc is not None:
            self.places.setdefault(url, warc)
        self.memory.settle(url, outcome, reason, field, template)

    # The run's accounting, for its report

    @property
    def fresh_quarantine(self) -> Counter[Outcome]:
        """Number of pages this run quarantined that were not there before with the same bytes; by outcome."""
        return self._quarantine.fresh

    def gaps(self) -> list[MissingUrl]:
        """Gaps of all runs: failed, blocked, pending, quarantined URLs, each with its reason."""
        return self.ledger.gaps.missing_urls(self._run)

    def doubtful(self) -> list[DoubtfulUrl]:
        """The URLs of this run whose outcome may be a fault."""
        return self.ledger.faults.doubtful(self._run)

    def record_faults(self, faults: Iterable[FaultRecord], resolved: Sequence[str]) -> None:
        """Record the faults of this run, and drop those that are resolved, by key."""
        with self.ledger.write():
            self.ledger.faults.record(faults)
            self.ledger.faults.resolve(resolved)

    def walks(self) -> list[dict[str, Any]]:
        """This run's walks: name, url, state, pages, rows, new, began, ended."""
        return self.ledger.walks.of(self._run)

    def stored(self) -> Iterator[dict[str, Any]]:
        """The records this run has stored, in the order of their lines."""
        return (line.record for line in self._articles.lines(self._began) if line.record is not None)

    def revisions(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
        """Stored records by (article ID, revision), as far as they exist. Reads all lines, and parses only the wanted ones."""
        left = {(number.encode(), str(revision).encode()) for number, revision in wanted}
        found = {}
        for line in self._articles.lines() if left else ():
            head = _HEAD.match(line.raw)
            if head is not None and (head[1], head[2]) in left and line.record is not None:
                found[line.record["id"], line.record["revision"]] = line.record
        return found

    def removed(self) -> list[dict[str, Any]]:
        """The stored articles that this run found gone, as the records of their newest revisions."""
        return [self._articles.at(offset) for _number, _url, offset in self.ledger.queries.gone(self._run)]

    @property
    def lines_end(self) -> int:
        """Bytes in articles.jsonl; it has grown since where this has."""
        return self._articles.size

    def newest_lines(self) -> Iterator[dict[str, Any]]:
        """The newest record of every article, in the order they were written. Raises StoreError."""
        for start in self.ledger.articles.line_offsets():
            yield self._articles.at(start)

    def close(self, report: Mapping[str, Any]) -> None:
        """End the run: open URLs settled, `report` written to runs/<run>.json (key `exit_code` also into the ledger).

        After a StoreError nothing is written any more and only the lock is released. Idempotent.
        """
        try:
            if self.guard.failed is None and not self._closed:
                self._end(report)
        finally:
            self._closed = True
            self._closing.close()

    def check_files(self) -> None:
        """Raises StoreError where somebody else has deleted or changed a file that this run writes to."""
        for lines in (self._articles, self._quarantined):
            lines.check()
        self._warc.check_all()
        self.guard.check()
        self.ledger.check_file()

    def _end(self, report: Mapping[str, Any]) -> None:
        self.check_files()
        self.memory.settle_rest()
        text = json.dumps(report, ensure_ascii=False, indent=2, default=str) + "\n"
        path = self.folder / RUNS_FOLDER / f"{self.run_id}.json"
        with self.guard.writing(path):
            write_atomically(path, text.encode("utf-8"))
        self._warc.close()
        self.ledger.values.note_whole(self._warc.whole)
        self.ledger.runs.end(self._run, moment(self._clock()), report.get("exit_code"), report)
