"""What a visit has seen: sections, their lists, their articles."""

from dataclasses import dataclass, field
from itertools import chain

from panan_spider.doctor.fetch_result import FetchLog, FetchResult
from panan_spider.extract.results import ArticlePage, ListRow, SectionPage


@dataclass
class ArticleProbe:
    """One article looked at: `which` of its section, the row that named it, what came."""

    which: str
    row: ListRow
    answer: FetchResult

    @property
    def article(self) -> ArticlePage | None:
        """The article, where it could be read."""
        return self.answer.article if isinstance(self.answer.article, ArticlePage) else None


@dataclass
class SectionProbe:
    """One section looked at. `lists` are its list pages in order, as far as asked for; `length` their number, if known."""

    name: str
    lists: list[FetchResult]
    length: int | None = None
    script: FetchResult | None = None
    samples: list[ArticleProbe] = field(default_factory=list)

    @property
    def pages(self) -> list[SectionPage]:
        """The list pages that could be read."""
        return [answer.section for answer in self.lists if isinstance(answer.section, SectionPage)]


@dataclass
class SiteProbe:
    """All that was seen."""

    log: FetchLog
    entries: list[FetchResult] = field(default_factory=list)
    rowless: list[FetchResult] = field(default_factory=list)  # tried as sections, listing nothing or not to be had
    sections: list[SectionProbe] = field(default_factory=list)
    twins: list[tuple[ArticleProbe, FetchResult]] = field(default_factory=list)

    @property
    def samples(self) -> list[ArticleProbe]:
        """The articles of all sections."""
        return [sample for section in self.sections for sample in section.samples]

    @property
    def answers(self) -> list[FetchResult]:
        """Every page asked for, in the order of the visit, pager scripts left out."""
        looked = [[*s.lists, *(sample.answer for sample in s.samples)] for s in self.sections]
        return [*self.entries, *self.rowless, *chain(*looked), *(answer for _, answer in self.twins)]
