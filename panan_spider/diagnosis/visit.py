"""What a visit has seen: sections, their lists, their articles."""

from dataclasses import dataclass, field
from itertools import chain

from panan_spider.diagnosis.answers import Answer, Log
from panan_spider.pages.results import ArticlePage, Row, SectionPage


@dataclass
class Sample:
    """One article looked at: `which` of its section, the row that named it, what came."""

    which: str
    row: Row
    answer: Answer

    @property
    def article(self) -> ArticlePage | None:
        """The article, where it could be read."""
        return self.answer.article if isinstance(self.answer.article, ArticlePage) else None


@dataclass
class Looked:
    """One section looked at. `lists` are its list pages in order, as far as asked for; `length` their number, if known."""

    name: str
    lists: list[Answer]
    length: int | None = None
    script: Answer | None = None
    samples: list[Sample] = field(default_factory=list)

    @property
    def pages(self) -> list[SectionPage]:
        """The list pages that could be read."""
        return [answer.section for answer in self.lists if isinstance(answer.section, SectionPage)]


@dataclass
class Visit:
    """All that was seen."""

    log: Log
    entries: list[Answer] = field(default_factory=list)
    rowless: list[Answer] = field(default_factory=list)  # tried as sections, listing nothing or not to be had
    sections: list[Looked] = field(default_factory=list)
    twins: list[tuple[Sample, Answer]] = field(default_factory=list)

    @property
    def samples(self) -> list[Sample]:
        """The articles of all sections."""
        return [sample for section in self.sections for sample in section.samples]

    @property
    def answers(self) -> list[Answer]:
        """Every page asked for, in the order of the visit, pager scripts left out."""
        looked = [[*s.lists, *(sample.answer for sample in s.samples)] for s in self.sections]
        return [*self.entries, *self.rowless, *chain(*looked), *(answer for _, answer in self.twins)]
