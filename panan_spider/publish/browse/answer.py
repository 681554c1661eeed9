"""Answers: the articles a question holds for, in order, with facets and counts; the same for pages, files and feeds."""

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from opencc import OpenCC
from pyroaring import BitMap

from panan_spider.core.text import web_address
from panan_spider.publish.browse.article_index import FACETS, ArticleIndex, Bits, FacetCount
from panan_spider.publish.browse.question import (
    COLUMNS,
    AllOf,
    AnyOf,
    ArticleUrl,
    Days,
    Match,
    Node,
    Not,
    Number,
    Question,
    Text,
)
from panan_spider.publish.export.bigrams import Phrase, expression, hit_spans, marked, snippet
from panan_spider.publish.export.sqlite_reader import ExportDatabase, Row
from panan_spider.publish.export.sqlite_schema import captions_and_cells
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, canonical

#: Characters of the words shown around the first hit.
_SNIPPET: Final = 110
#: Answers kept in memory: a reader turns pages, and asks for the same as CSV.
_MOST_KEPT: Final = 64
#: Hits beyond which sorting the best first would take seconds: then the newest stand first, and the page says so.
MOST_RANKED: Final = 20_000
#: CJK characters that a simplified form can replace.
_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF

Pieces = list[tuple[str, bool]]


@cache
def simplified_forms() -> dict[int, str]:
    """Traditional character → its simplified form, one character each; for str.translate."""
    characters = [chr(code) for code in range(_FIRST_HAN, _LAST_HAN + 1)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(old): new for old, new in pairs if old != new and len(new) == 1}


def variants(phrase: Phrase) -> list[Phrase]:
    """The phrase as typed and, where it holds traditional characters, in simplified ones."""
    simplified = tuple(run.translate(simplified_forms()) for run in phrase)
    return [phrase] if simplified == phrase else [phrase, simplified]


@dataclass(frozen=True)
class Hit:
    """One article of an answer: its row, its headline lines and the words around the first hit, marked; how many places hold a hit."""

    row: Row
    kicker: Pieces
    title: Pieces
    subtitle: Pieces
    words: Pieces
    places: int


@dataclass(frozen=True)
class Answer:
    """The articles a question holds for. `ranked` are their numbers, the best first, where words were looked for; else None."""

    question: Question
    hits: Bits
    index: ArticleIndex
    ranked: Sequence[int] | None = None

    @property
    def total(self) -> int:
        """Number of articles."""
        return len(self.hits)

    @property
    def best_first(self) -> bool:
        """Whether the best stand first."""
        return self.ranked is not None

    def ids(self, count: int, skip: int = 0) -> list[str]:
        """Ids of one stretch of the answer, in its order."""
        if self.ranked is None:
            return self.index.newest(self.hits, count, skip)
        return [self.index.ids[number] for number in self.ranked[skip : skip + count]]

    def facets(self, most: int) -> dict[str, list[FacetCount]]:
        """Facet → its most frequent values in the answer."""
        return {facet: self.index.counts(facet, self.hits)[:most] for facet in FACETS}

    def years(self) -> dict[str, int]:
        """Year → articles, from the first to the last with any, empty ones between included."""
        counts = self.index.counts_by_year(self.hits)
        return (
            {str(year): counts.get(str(year), 0) for year in range(int(min(counts)), int(max(counts)) + 1)}
            if counts
            else {}
        )


class Search:
    """Answers questions from one export and its index."""

    def __init__(self, sites: Sequence[Site], database: ExportDatabase, index: ArticleIndex) -> None:
        self.index = index
        self._sites, self._database = sites, database
        self._kept: dict[Question, Answer] = {}

    def answer(self, question: Question) -> Answer:
        """The answer, from memory where it was asked before. Raises QueryTimeout."""
        found = self._kept.pop(question, None)
        if found is None:
            found = self._answer(question)
            while len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept), question), None)
        self._kept[question] = found
        return found

    def count(self, question: Question) -> int:
        """Number of articles that match a question; not cached."""
        return len(self.select(AllOf(question.nodes)))

    def _answer(self, question: Question) -> Answer:
        hits = self.select(AllOf(question.nodes))
        positive = [node for node in question.nodes if isinstance(node, Text)] or question.texts
        if question.order == "new" or not positive or not hits or len(hits) > MOST_RANKED:
            return Answer(question, hits, self.index)
        alternatives = " OR " if not any(isinstance(node, Text) for node in question.nodes) else " AND "
        match = alternatives.join(_match(text) for text in positive)
        docids = self._database.column("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank", match)
        ranked = [number for number in self.index.numbers_of_docids(docids) if number in hits]
        rest = hits - BitMap(ranked)  # held for by another clause alone: an article's number, say
        return Answer(question, hits, self.index, array("I", [*ranked, *reversed(rest)]))

    def select(self, node: Node) -> Bits:
        """The articles one clause holds for."""
        if isinstance(node, AllOf):
            return self._all_of(node)
        if isinstance(node, AnyOf):
            return BitMap.union(*(self.select(one) for one in node.nodes))
        if isinstance(node, Not):
            return self.index.all - self.select(node.node)
        if isinstance(node, Text):
            return self._matching(_match(node))
        if isinstance(node, Days):
            return self.index.between(node.first, node.last)
        if isinstance(node, Match):
            found = self.index.with_value(node.field, node.value)
            return found or self.index.with_value(node.field, node.value.translate(simplified_forms()))
        return self._numbered(node)

    def _all_of(self, node: AllOf) -> Bits:
        texts = [one for one in node.nodes if isinstance(one, Text)]
        found = self._matching(" AND ".join(map(_match, texts))) if texts else self.index.all
        for one in node.nodes:
            if not isinstance(one, Text):
                found = found & self.select(one)
        return found

    def _matching(self, match: str) -> BitMap:
        docids = self._database.column("SELECT rowid FROM search WHERE search MATCH ?", match)
        return BitMap(self.index.numbers_of_docids(docids))

    def _numbered(self, node: Number | ArticleUrl) -> BitMap:
        if isinstance(node, Number):
            return self.index.ending_with(node.number) or self._matching(_match(Text(node.number)))
        ids = [identified for site in self._sites if (identified := self._id_at(site, node.url)) is not None]
        found = self.index.bits_of(ids)
        return found or self.index.bits_of(
            self._database.column("SELECT id FROM articles WHERE url = ?", canonical(node.url))
        )

    def _id_at(self, site: Site, url: str) -> str | None:
        number = article_id(site, url)
        return f"{site.key}-{number}" if number is not None and self._database.has_sites else number

    def shown(self, answer: Answer, ids: Sequence[str]) -> list[Hit]:
        """These articles as a list shows them, hits marked."""
        asked = [variant for text in answer.question.texts for phrase in text.phrases for variant in variants(phrase)]
        return [_hit(row, asked) for row in self._database.listed(ids)]


def article_id(site: Site, url: str) -> str | None:
    """The number of the site's article at that address; None where the address is no article of the site."""
    if web_address(url) is None:
        return None
    found = site.urls.understand(url)
    return found.article_id if found.kind in (UrlKind.ARTICLE, UrlKind.PART) else None


def _match(text: Text) -> str:
    """The FTS5 expression of one clause of words: every phrase of it, as typed or simplified."""
    column = f"{{{COLUMNS[text.field]}}} : " if text.field else ""
    phrases = (" OR ".join(column + expression(one) for one in variants(phrase)) for phrase in text.phrases)
    return f"({' AND '.join(f'({one})' for one in phrases)})"


def _hit(row: Row, asked: list[Phrase]) -> Hit:
    lines: dict[str, str] = {name: row[name] or "" for name in ("kicker", "title", "subtitle", "text")}
    pieces = {name: marked(lines[name], asked) if lines[name] else [] for name in ("kicker", "title", "subtitle")}
    beside = _beside(row) if asked else ""
    places = {name: len(hit_spans(line, asked)) for name, line in {**lines, "beside": beside}.items()} if asked else {}
    shown = beside if places.get("beside") and sum(places.values()) == places["beside"] else lines["text"]
    return Hit(
        row,
        pieces["kicker"],
        pieces["title"],
        pieces["subtitle"],
        snippet(shown, asked, _SNIPPET),
        sum(places.values()),
    )


def _beside(row: Row) -> str:
    """The other texts of an article that are searched: bylines, editor, credits, captions, cells of tables, titles of files."""
    credits, blocks = json.loads(row["credits"]), json.loads(row["blocks"])
    return "\n".join(filter(None, [row["names"], row["editor"], *credits.values(), *captions_and_cells(blocks)]))
