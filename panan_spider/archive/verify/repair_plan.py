"""Repair plan: the lines that an inconsistent article should have. Lost and damaged lines are rebuilt from their raw pages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.database import Row
from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.jsonl import StoredLine, as_line, read_lines
from panan_spider.archive.verify.file_check import ResponseIndex
from panan_spider.archive.verify.line_check import BadLine, LineIndex, PartialLine, read_line, same
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

_FROM_THE_PAGE_ALONE: Final = "as the extraction of today reads it"


@dataclass(frozen=True)
class RebuiltLine:
    """A line made again. `note` says where it may not be what once stood there; None where its hash proves it."""

    article: Article
    note: str | None = None


@dataclass(frozen=True)
class MissingRevision:
    """A revision to be made again, and what is known of it: its address, its hash, when its page was received."""

    revision: int
    url: str | None = None
    content_hash: str | None = None
    fetched_at: str | None = None
    listed_in: tuple[str, ...] = ()


class Rebuilder:
    """Reads articles again from the responses of one archive."""

    def __init__(self, data: Path, site: Site, responses: ResponseIndex) -> None:
        self._data, self._site, self._responses = data, site, responses

    def rebuilt(
        self, article_id: str, missing: list[MissingRevision], good: dict[int, Article]
    ) -> dict[int, RebuiltLine]:
        """The missing revisions that the raw pages give, by number; `good` holds the article's whole lines by revision."""
        pages = list(self._readings(article_id, next((lost.url for lost in missing if lost.url is not None), None)))
        found: dict[int, RebuiltLine] = {}
        for lost in missing:
            exact = [page for page in pages if page.content_hash == lost.content_hash]
            if exact:
                at_that_time = [page for page in exact if page.fetched_at == lost.fetched_at]
                found[lost.revision] = RebuiltLine(_as_revision(lost, (at_that_time or exact)[0]))
        sure = good | {number: new.article for number, new in found.items()}
        by_number = {lost.revision: lost for lost in missing}
        for number, page in _fill_between(sure, by_number.keys() - found.keys() - good.keys(), pages).items():
            lost = by_number[number]
            note = None if lost.content_hash is None else _FROM_THE_PAGE_ALONE
            found[number] = RebuiltLine(_as_revision(lost, page), note)
        return found

    def read(self, article_id: str, place: WarcLocation, url: str | None) -> Article | None:
        """The article whose page one lies at `place`, with its further parts; None where it cannot be read.

        `url` is the article's address, None for that of the response.
        """
        try:
            stands_at = url or self._site.urls.understand(warc_file.read(self._data, place).url).url
            article = built(self._data, self._site, stands_at, [place], lambda due: self._part(due, place))
        except Exception:  # whatever the extraction trips over
            return None
        return article if article.id == article_id else None

    def _readings(self, article_id: str, url: str | None) -> Iterator[Article]:
        """The article as each of its kept pages gives it, oldest first; pages that give none are passed over."""
        for place in self._responses.of(article_id):
            if (article := self.read(article_id, place, url)) is not None:
                yield article

    def _part(self, url: str, first: WarcLocation) -> WarcLocation | None:
        """Location of the part that was fetched with page one at `first`: the next response for it after that."""
        address = self._site.urls.understand(url)
        if address.kind is not UrlKind.PART or address.article_id is None:
            return None
        places = self._responses.of(address.article_id, address.part)
        return next((place for place in places if (place.file, place.offset) > (first.file, first.offset)), None)


def _as_revision(lost: MissingRevision, page: Article) -> Article:
    return page.model_copy(update={"revision": lost.revision, "listed_in": sorted(lost.listed_in)})


def _fill_between(sure: dict[int, Article], holes: set[int], pages: list[Article]) -> dict[int, Article]:
    """The holes filled from the pages that were received between the revisions around them, where these are as many contents."""
    found: dict[int, Article] = {}
    for first in sorted(hole for hole in holes if hole - 1 not in holes):
        last = first
        while last + 1 in holes:
            last += 1
        before, after = sure.get(first - 1), sure.get(last + 1)
        contents = _contents_between(before, after, pages)
        if (before is not None or first == 1) and len(contents) == last - first + 1:
            found |= dict(zip(range(first, last + 1), contents, strict=True))
    return found


def _contents_between(before: Article | None, after: Article | None, pages: list[Article]) -> list[Article]:
    """The contents that followed one another between two revisions, each as its first page gave it."""
    found: list[Article] = []
    last = before.content_hash if before is not None else ""
    for page in pages:
        inside = (before is None or page.fetched_at > before.fetched_at) and (
            after is None or page.fetched_at < after.fetched_at
        )
        if inside and page.content_hash != last:
            found.append(page)
            last = page.content_hash
    return found


_BEGINNING: Final = 400

#: End of the message about a lost line that cannot be made again.
NOT_IN_THE_WARC: Final = "no raw page in the WARC gives it"


@dataclass
class RevisionPlan:
    """One troubled article: where its lines stand now, good and bad, and what they will be."""

    article_id: str
    places: list[tuple[int, bytes]] = field(default_factory=list)  # where its lines stand, in order, and their bytes
    good: dict[int, Article] = field(default_factory=dict)  # whole lines by revision
    misplaced: list[int] = field(default_factory=list)  # of these, revisions whose raw page is not where they say
    bad: list[BadLine] = field(default_factory=list)
    row: Row | None = None  # what the ledger has of it, where its newest line is lost
    later: list[Article] = field(default_factory=list)  # readings of raw pages that nothing accounts for, oldest first
    messages: list[str] = field(default_factory=list)

    def take(self, line: StoredLine, article: Article, *, misplaced: bool) -> None:
        """A good line of it. A second one of the same revision is left out where it says the same, else numbered on."""
        self.places.append((line.start, line.raw))
        number = article.revision
        if number in self.good and same(self.good[number].model_dump(mode="json"), article.model_dump(mode="json")):
            self.messages.append(
                f"{self.article_id}, revision {number}: the line at byte {line.start} repeats it and is left out"
            )
            return
        if number in self.good:
            number = max(self.good) + 1
            self.messages.append(
                f"{self.article_id}: a second, different revision {article.revision} becomes revision {number}"
            )
        self.good[number] = article.model_copy(update={"revision": number})
        if misplaced:
            self.misplaced.append(number)

    def lines(self, rebuilder: Rebuilder, listed_in: tuple[str, ...]) -> list[Article]:
        """Its lines after the repair, revision by revision; `messages` then holds one message a repair or failure."""
        missing = self._missing(listed_in)
        rebuilt = rebuilder.rebuilt(self.article_id, missing, self.good) if missing else {}
        articles = dict(self.good)
        for lost in missing:
            what = f"{self.article_id}, revision {lost.revision}"
            if (new := rebuilt.get(lost.revision)) is not None:
                articles[lost.revision] = new.article
                self.messages.append(f"{what}: made again from the WARC{f', {new.note}' if new.note else ''}")
            elif lost.revision in self.good:
                self.messages.append(f"{what}: its raw page is nowhere in the WARC; its line stays as it is")
            else:
                self.messages.append(f"{what}: {NOT_IN_THE_WARC}")
        self._add_later(articles, listed_in)
        return self._without_repeats([articles[number] for number in sorted(articles)])

    def _add_later(self, articles: dict[int, Article], listed_in: tuple[str, ...]) -> None:
        """Put the readings of raw pages that nothing accounts for behind the revisions there are."""
        for reading in self.later:
            newest = articles[max(articles)] if articles else None
            if any(article.warc == reading.warc for article in articles.values()):
                continue  # it has been made again already, as a revision that was missing
            number = 1 if newest is None else newest.revision + 1
            listed = list(listed_in) or ([] if newest is None else newest.listed_in)
            articles[number] = reading.model_copy(update={"revision": number, "listed_in": sorted(listed)})
            self.messages.append(
                f"{self.article_id}, revision {number}: made from a raw page in the WARC that had no line"
            )

    def _without_repeats(self, articles: list[Article]) -> list[Article]:
        kept: list[Article] = []
        for article in articles:
            if kept and same(kept[-1].model_dump(mode="json"), article.model_dump(mode="json")):
                self.messages.append(
                    f"{self.article_id}: revision {article.revision} repeats the one before and is left out"
                )
                continue
            left_out = articles.index(article) - len(kept)
            kept.append(article.model_copy(update={"revision": article.revision - left_out}))
        return kept

    def _missing(self, listed_in: tuple[str, ...]) -> list[MissingRevision]:
        """The revisions to be made again, each with what is known of it."""
        heads = {
            bad.head.revision: bad.head for bad in self.bad if bad.head is not None and bad.head.revision is not None
        }
        top = max([*self.good, *heads, self.row[1] if self.row else 0], default=0)
        numbers = [number for number in range(1, top + 1) if number not in self.good] + self.misplaced
        return [self._known_of(number, heads.get(number), listed_in) for number in sorted(numbers)]

    def _known_of(self, number: int, head: PartialLine | None, listed_in: tuple[str, ...]) -> MissingRevision:
        if (line := self.good.get(number)) is not None:
            return MissingRevision(number, line.url, line.content_hash, line.fetched_at, tuple(line.listed_in))
        if self.row is not None and self.row[1] == number:
            _number, _revision, url, content_hash, _posted, _pages, _template, at, *_rest = self.row
            return MissingRevision(number, url, content_hash, at, listed_in)
        url = next((line.url for line in self.good.values()), None)
        if head is not None:
            return MissingRevision(number, url, head.content_hash, head.fetched_at, head.listed_in or listed_in)
        return MissingRevision(number, url, listed_in=listed_in)


def revision_plans(
    path: Path,
    site: Site,
    lines: LineIndex,
    lost: dict[str, Row],
    later: Mapping[str, list[Article]],
    misplaced: Callable[[Article], Any],
    numbers: Mapping[int, int] | None = None,
) -> tuple[dict[str, RevisionPlan], list[BadLine]]:
    """The troubled articles of the file at `path` by number, read a second time; and bad lines that are nobody's.

    `numbers`: by first byte, the revision that the ledger has of a line that shows another one.
    """
    found = {number: RevisionPlan(number) for number in sorted(lines.inconsistent | lost.keys() | later.keys())}
    for number, row in lost.items():
        found[number].row = row
    for number, readings in later.items():
        found[number].later = readings
    by_byte = {row[-1]: number for number, row in lost.items()}
    bad, orphans = {one.start: one for one in lines.bad}, []
    for line in read_lines(path):
        if (one := bad.get(line.start)) is not None:
            plan = found.get(by_byte.get(line.start) or (one.head.article_id if one.head is not None else ""))
            if plan is None:
                orphans.append(one)
            else:
                plan.places.append((line.start, line.raw))
                plan.bad.append(one)
        elif (article := _planned(line, site, found)) is not None:
            if (revision := (numbers or {}).get(line.start)) is not None:
                found[article.id].messages.append(
                    f"{article.id}: revision {article.revision} is revision {revision} in the ledger"
                )
                article = article.model_copy(update={"revision": revision})
            found[article.id].take(line, article, misplaced=misplaced(article) is not None)
    return found, orphans


def _planned(line: StoredLine, site: Site, found: dict[str, RevisionPlan]) -> Article | None:
    """The article of a good line that has a plan. The ID stands at the front, so that most lines are not parsed."""
    front = line.raw[:_BEGINNING].partition(b'"id":')[2].partition(b",")[0].strip(b'" ').decode("ascii", "replace")
    if front not in found:
        return None
    return read_line(line, site)[1]


def changes(plan: RevisionPlan, articles: list[Article]) -> dict[int, tuple[int, list[bytes]]]:
    """By first byte: how many bytes go, and the lines that come in their place. Byte -1: to be appended.

    A line that stays keeps its bytes. The last of the article's places takes what has none.
    """
    new = [as_line(article.model_dump_json()) for article in articles]
    if not plan.places:
        return {-1: (0, new)} if new else {}
    if [raw for _start, raw in plan.places] == new:
        return {}
    last = len(plan.places) - 1
    return {
        start: (len(raw), new[at:] if at == last else new[at : at + 1]) for at, (start, raw) in enumerate(plan.places)
    }
