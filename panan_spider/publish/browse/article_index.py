"""Article index: which articles have which value of each facet, as bitmaps in memory; days as ranges of article numbers.

Articles are numbered by day and id, those without a day first, so a span of days is a span of numbers, and the newest are the highest.
Built once for each state of the export: about a second for 100,000 articles.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pyroaring import BitMap, FrozenBitMap

from panan_spider.publish.export.sqlite_reader import ExportDatabase

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

#: The same where the articles are of many sites.
_OF_SITES: Final = (("site", "SELECT site, id FROM articles"),)

Bits = BitMap | FrozenBitMap


@dataclass(frozen=True)
class FacetCount:
    """One value of a facet, and how many articles of an answer have it."""

    value: str
    count: int


def _numbers() -> "array[int]":
    return array("I")


class ArticleIndex:
    """Of one export. Everything it gives away is read, never changed."""

    def __init__(self, database: ExportDatabase) -> None:
        """Read the export once."""
        self.ids: list[str] = []
        self._days: list[str] = []
        self._number: dict[str, int] = {}
        self._by_docid: dict[int, int] = {}
        found: dict[str, dict[str, array[int]]] = {facet: defaultdict(_numbers) for facet in FACETS}
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
            (FacetCount(value, count) for value, count in found if count), key=lambda one: (-one.count, one.value)
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
