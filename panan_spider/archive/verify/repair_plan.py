"""Repair plan: the lines that an inconsistent article should have. Good ones in order, missing ones rebuilt, repeats left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.database import Row
from panan_spider.archive.store.jsonl import StoredLine, as_line, read_lines
from panan_spider.archive.verify.line_check import BadLine, LineIndex, PartialLine, read_line, same
from panan_spider.archive.verify.rebuild import MissingRevision, Rebuilder
from panan_spider.items import Article
from panan_spider.sites.profile import Site

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
    said: list[str] = field(default_factory=list)

    def take(self, line: StoredLine, article: Article, *, misplaced: bool) -> None:
        """A good line of it. A second one of the same revision is left out where it says the same, else numbered on."""
        self.places.append((line.start, line.raw))
        number = article.revision
        if number in self.good and same(self.good[number].model_dump(mode="json"), article.model_dump(mode="json")):
            self.said.append(
                f"{self.article_id}, revision {number}: the line at byte {line.start} repeats it and is left out"
            )
            return
        if number in self.good:
            number = max(self.good) + 1
            self.said.append(
                f"{self.article_id}: a second, different revision {article.revision} becomes revision {number}"
            )
        self.good[number] = article.model_copy(update={"revision": number})
        if misplaced:
            self.misplaced.append(number)

    def lines(self, rebuilder: Rebuilder, listed_in: tuple[str, ...]) -> list[Article]:
        """Its lines after the repair, revision by revision; `said` then holds one message a repair or failure."""
        wanted = self._wanted(listed_in)
        made = rebuilder.rebuilt(self.article_id, wanted, self.good) if wanted else {}
        articles = dict(self.good)
        for one in wanted:
            what = f"{self.article_id}, revision {one.revision}"
            if (new := made.get(one.revision)) is not None:
                articles[one.revision] = new.article
                self.said.append(f"{what}: made again from the WARC{f', {new.note}' if new.note else ''}")
            elif one.revision in self.good:
                self.said.append(f"{what}: its raw page is nowhere in the WARC; its line stays as it is")
            else:
                self.said.append(f"{what}: {NOT_IN_THE_WARC}")
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
            self.said.append(f"{self.article_id}, revision {number}: made from a raw page in the WARC that had no line")

    def _without_repeats(self, articles: list[Article]) -> list[Article]:
        kept: list[Article] = []
        for article in articles:
            if kept and same(kept[-1].model_dump(mode="json"), article.model_dump(mode="json")):
                self.said.append(
                    f"{self.article_id}: revision {article.revision} repeats the one before and is left out"
                )
                continue
            left_out = articles.index(article) - len(kept)
            kept.append(article.model_copy(update={"revision": article.revision - left_out}))
        return kept

    def _wanted(self, listed_in: tuple[str, ...]) -> list[MissingRevision]:
        """The revisions to be made again, each with what is known of it."""
        told = {
            bad.head.revision: bad.head for bad in self.bad if bad.head is not None and bad.head.revision is not None
        }
        top = max([*self.good, *told, self.row[1] if self.row else 0], default=0)
        numbers = [number for number in range(1, top + 1) if number not in self.good] + self.misplaced
        return [self._one(number, told.get(number), listed_in) for number in sorted(numbers)]

    def _one(self, number: int, head: PartialLine | None, listed_in: tuple[str, ...]) -> MissingRevision:
        if (line := self.good.get(number)) is not None:
            return MissingRevision(number, line.url, line.content_hash, line.fetched_at, tuple(line.listed_in))
        if self.row is not None and self.row[1] == number:
            _number, _revision, url, said, _posted, _pages, _template, at, *_rest = self.row
            return MissingRevision(number, url, said, at, listed_in)
        url = next((line.url for line in self.good.values()), None)
        if head is not None:
            return MissingRevision(number, url, head.content_hash, head.fetched_at, head.listed_in or listed_in)
        return MissingRevision(number, url, listed_in=listed_in)


def stories(
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
    bad, nobodys = {one.start: one for one in lines.bad}, []
    for line in read_lines(path):
        if (one := bad.get(line.start)) is not None:
            story = found.get(by_byte.get(line.start) or (one.head.article_id if one.head is not None else ""))
            if story is None:
                nobodys.append(one)
            else:
                story.places.append((line.start, line.raw))
                story.bad.append(one)
        elif (article := _planned(line, site, found)) is not None:
            if (revision := (numbers or {}).get(line.start)) is not None:
                found[article.id].said.append(
                    f"{article.id}: revision {article.revision} is revision {revision} in the ledger"
                )
                article = article.model_copy(update={"revision": revision})
            found[article.id].take(line, article, misplaced=misplaced(article) is not None)
    return found, nobodys


def _planned(line: StoredLine, site: Site, found: dict[str, RevisionPlan]) -> Article | None:
    """The article of a good line that has a plan. The ID stands at the front, so that most lines are not parsed."""
    front = line.raw[:_BEGINNING].partition(b'"id":')[2].partition(b",")[0].strip(b'" ').decode("ascii", "replace")
    if front not in found:
        return None
    return read_line(line, site)[1]


def changes(story: RevisionPlan, articles: list[Article]) -> dict[int, tuple[int, list[bytes]]]:
    """By first byte: how many bytes go, and the lines that come in their place. Byte -1: to be appended.

    A line that stays keeps its bytes. The last of the article's places takes what has none.
    """
    new = [as_line(article.model_dump_json()) for article in articles]
    if not story.places:
        return {-1: (0, new)} if new else {}
    if [raw for _start, raw in story.places] == new:
        return {}
    last = len(story.places) - 1
    return {
        start: (len(raw), new[at:] if at == last else new[at : at + 1]) for at, (start, raw) in enumerate(story.places)
    }
