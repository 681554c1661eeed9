"""Search: the articles of an export by facet as bitmaps in memory, and the answers to questions, with counts.

Articles are numbered by day and id, those without a day first, so a span of days is a span of numbers, and the newest are the highest.
The index is built once for each state of the export: about a second for 100,000 articles.
"""

import json
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pyroaring import BitMap, FrozenBitMap

from panan_spider.core.text import web_address
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
from panan_spider.publish.export.bigrams import (
    Phrase,
    expression,
    hit_spans,
    marked,
    simplified_forms,
    snippet,
    variants,
)
from panan_spider.publish.export.sqlite_reader import ExportDatabase, Row
from panan_spider.publish.export.sqlite_schema import captions_and_cells
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, canonical

#: The facets, in the order a reader meets them.
FACETS: Final = ("site", "section", "author", "person", "office", "place", "source", "template", "state")
#: Stands for the articles whose page names no section.
_NONE: Final = "-"

#: Facet → its values and the articles that have them, where a table of its own holds them.
_TABLES: Final = (
    ("section", "SELECT section, article_id FROM listed_in"),
    ("author", "SELECT name, article_id FROM authors"),
    ("person", "SELECT name, article_id FROM people"),
    ("office", "SELECT office, article_id FROM people WHERE office IS NOT NULL"),
    ("place", "SELECT place, article_id FROM people WHERE place IS NOT NULL"),
    ("state", "SELECT 'revised', article_id FROM changes WHERE kind = 'correction'"),
    ("state", "SELECT 'pictures', article_id FROM images"),
)

#: Facets that only articles of many sites have.
_OF_SITES: Final = (("site", "SELECT site, id FROM articles"),)

Bits = BitMap | FrozenBitMap

#: Characters of the words shown around the first hit.
_SNIPPET: Final = 110
#: Answers kept in memory: a reader turns pages, and asks for the same as CSV.
_MOST_KEPT: Final = 64
#: Hits beyond which sorting the best first would take seconds: then the newest stand first, and the page says so.
MOST_RANKED: Final = 20_000
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True)
class FacetCount:
    """One value of a facet, and how many articles of an answer have it."""

    value: str
    count: int


class ArticleIndex:
    """Index of the articles of one export. What it returns is read, never changed."""

    def __init__(self, database: ExportDatabase) -> None:
        """Read the export once."""
        self.ids: list[str] = []
        self._days: list[str] = []
        self._number: dict[str, int] = {}
        self._by_docid: dict[int, int] = {}
        found: dict[str, dict[str, array[int]]] = {facet: defaultdict(lambda: array("I")) for facet in FACETS}
        self._read_articles(database, found)
        self._read_tables(database, found)
        self.undated = bisect_right(self._days, "")
        self.all = BitMap(range(len(self.ids)))
        self.facets = self._as_bitmaps(found)
        self.months = self._months()

    def _read_articles(self, database: ExportDatabase, found: dict[str, dict[str, "array[int]"]]) -> None:
        days: dict[str, str] = {}
        sql = "SELECT id, docid, day, section, source, template, gone FROM articles ORDER BY day, id"
        for number, (article, docid, day, section, source, template, gone) in enumerate(
            database.stream(sql, timed=False)
        ):
            self.ids.append(article)
            self._number[article] = self._by_docid[docid] = number
            self._days.append(days.setdefault(day or "", day or ""))
            for facet, value in (("section", section), ("source", source), ("template", template)):
                if value is not None:
                    found[facet][value].append(number)
            if gone:
                found["state"]["removed"].append(number)

    def _read_tables(self, database: ExportDatabase, found: dict[str, dict[str, "array[int]"]]) -> None:
        for facet, sql in (*_TABLES, *(_OF_SITES if database.has_sites else ())):
            values = found[facet]
            for value, article in database.stream(sql, timed=False):
                if (known := self._number.get(article)) is not None:  # else stored since: in the next index
                    values[value].append(known)

    def _as_bitmaps(self, found: dict[str, dict[str, "array[int]"]]) -> dict[str, dict[str, Bits]]:
        facets: dict[str, dict[str, Bits]] = {
            facet: {value: FrozenBitMap(numbers) for value, numbers in values.items()}
            for facet, values in found.items()
        }
        without = self.all.copy()
        for bits in facets["section"].values():
            without -= bits
        if without:
            facets["section"][_NONE] = FrozenBitMap(without)
        return facets

    def _months(self) -> list[tuple[str, int, int]]:
        months: list[tuple[str, int, int]] = []
        start = self.undated
        for month, days in groupby(self._days[start:], key=lambda day: day[:7]):
            end = start + sum(1 for _day in days)
            months.append((month, start, end))
            start = end
        return months

    def number_of(self, article: str) -> int | None:
        """The article's number in the bitmaps; None where there is none of that id."""
        return self._number.get(article)

    def ending_with(self, number: str) -> BitMap:
        """The articles whose id is `number`, of one site or of several: ids of many sites begin with the site's key."""
        if (found := self._number.get(number)) is not None:
            return BitMap([found])
        if not self.facets["site"]:
            return BitMap()
        return BitMap([place for place, article in enumerate(self.ids) if article.endswith(f"-{number}")])

    def bits_of(self, articles: Iterable[str]) -> BitMap:
        """Articles by id as a bitmap."""
        return BitMap([found for article in articles if (found := self._number.get(article)) is not None])

    def numbers_of_docids(self, docids: Iterable[int]) -> list[int]:
        """Numbers of articles by their numbers in the full-text index, in the order given; unknown ones left out."""
        return [found for found in map(self._by_docid.get, docids) if found is not None]

    def with_value(self, facet: str, value: str) -> Bits:
        """The articles with that value; one that ends in `*` stands for all that begin with it."""
        values = self.facets[facet]
        if value.endswith("*") and value not in values:
            begins = [bits for name, bits in values.items() if name.startswith(value[:-1])]
            return BitMap.union(*begins) if begins else BitMap()
        return values.get(value) or BitMap()

    def between(self, first: str, last: str) -> BitMap:
        """The articles published from `first` to `last`, inclusive; an empty end is open. Those without a day are in no range."""
        start = max(self.undated, bisect_left(self._days, first)) if first else self.undated
        return BitMap(range(start, max(start, bisect_right(self._days, last) if last else len(self._days))))

    def counts(self, facet: str, hits: Bits) -> list[FacetCount]:
        """The values of a facet among `hits`, the most frequent first."""
        found = ((value, hits.intersection_cardinality(bits)) for value, bits in self.facets[facet].items())
        return sorted(
            (FacetCount(value, count) for value, count in found if count),
            key=lambda entry: (-entry.count, entry.value),
        )

    def counts_by_month(self, hits: Bits) -> dict[str, int]:
        """Month → articles of `hits`, months without any left out."""
        found = ((month, hits.range_cardinality(start, end)) for month, start, end in self.months)
        return {month: count for month, count in found if count}

    def counts_by_year(self, hits: Bits) -> dict[str, int]:
        """Year → articles of `hits`, years without any left out."""
        years: dict[str, int] = defaultdict(int)
        for month, count in self.counts_by_month(hits).items():
            years[month[:4]] += count
        return dict(years)

    def span_of(self, hits: Bits) -> tuple[str, str]:
        """The first and last day of `hits`; empty where none has a day."""
        dated = hits.rank(self.undated - 1) if self.undated else 0
        return (self._days[hits[dated]], self._days[hits[len(hits) - 1]]) if dated < len(hits) else ("", "")

    def day_of(self, number: int) -> str:
        """The day of the article of that number; empty where it has none."""
        return self._days[number]

    def newest(self, hits: Bits, count: int, skip: int = 0) -> list[str]:
        """Ids of `hits`, the newest first."""
        end = max(0, len(hits) - skip)
        return [self.ids[number] for number in reversed(list(hits[max(0, end - count) : end]))]


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
        """True where the best articles stand first, False for the newest first."""
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
            return BitMap.union(*(self.select(clause) for clause in node.nodes))
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
        texts = [clause for clause in node.nodes if isinstance(clause, Text)]
        found = self._matching(" AND ".join(map(_match, texts))) if texts else self.index.all
        for clause in node.nodes:
            if not isinstance(clause, Text):
                found = found & self.select(clause)
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
    phrases = (" OR ".join(column + expression(form) for form in variants(phrase)) for phrase in text.phrases)
    return f"({' AND '.join(f'({phrase})' for phrase in phrases)})"


def _hit(row: Row, asked: list[Phrase]) -> Hit:
    lines: dict[str, str] = {name: row[name] or "" for name in ("kicker", "title", "subtitle", "text")}
    pieces = {name: marked(lines[name], asked) if lines[name] else [] for name in ("kicker", "title", "subtitle")}
    beside = _beside(row) if asked else ""
    places = {name: len(hit_spans(line, asked)) for name, line in {**lines, "beside": beside}.items()} if asked else {}
    shown = beside if places.get("beside") and sum(places.values()) == places["beside"] else lines["text"]
    return Hit(row, **pieces, words=snippet(shown, asked, _SNIPPET), places=sum(places.values()))


def _beside(row: Row) -> str:
    """The other texts of an article that are searched: bylines, editor, credits, captions, cells of tables, titles of files."""
    credits, blocks = json.loads(row["credits"]), json.loads(row["blocks"])
    return "\n".join(filter(None, [row["names"], row["editor"], *credits.values(), *captions_and_cells(blocks)]))
