"""The made-up county site: its articles and lists, what a crawl of it must give, and ways to change it between runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self

from demo_site import gold, plan, writer
from demo_site.county import County, Section
from demo_site.county_panan import PANAN
from demo_site.pages import lists
from demo_site.plan import Slot
from demo_site.record import Record
from demo_site.response import Request, Response
from panan_spider.items import Link

_RECORDS_KEPT = 2_000


@dataclass(frozen=True)
class SectionView:
    """One section as a reader names it: two section pages of one name are one."""

    name: str
    keys: tuple[str, ...]
    urls: tuple[str, ...]
    article_ids: frozenset[str]


class Site:
    """The site. Articles are written when they are asked for, the same each time; see `build`."""

    def __init__(self, seed: int, slots: list[Slot], county: County = PANAN) -> None:
        self.county = county
        self.seed = seed
        self.slots = {slot.id: slot for slot in slots}
        self.robots: dict[str, str] = {county.own: "User-agent: *\nDisallow: /admin/\n"}
        self.served = 0
        self.validates_lists = False  # whether list pages and pager scripts come with validators
        self._planned = list(slots)
        self._place = {slot.id: n for n, slot in enumerate(slots)}
        self._records: dict[str, Record] = {}
        self._changed: dict[str, Record] = {}
        self._lists: dict[str, list[Slot]] = {}
        self._paths: dict[str, str] = {}
        for slot in slots:
            self._register(slot)

    @classmethod
    def build(cls, seed: int = 1, articles: int = 420, county: County = PANAN) -> Self:
        """A site of exactly `articles` articles (at least 100), the same for the same seed."""
        return cls(seed, plan.build(seed, articles, county), county)

    @property
    def records(self) -> list[Record]:
        """All articles that can be read now, oldest first. Writes every one: slow for thousands."""
        return [self.record(slot.id) for slot in self.slots.values() if not slot.removed]

    @property
    def sections(self) -> dict[str, SectionView]:
        """The sections by name, with the articles their lists name now."""
        views: dict[str, SectionView] = {}
        for section in self.county.sections:
            old = views.get(section.name, SectionView(section.name, (), (), frozenset()))
            ids = old.article_ids | {slot.id for slot in self.listing(section.key)}
            views[section.name] = SectionView(section.name, (*old.keys, section.key), (*old.urls, section.url), ids)
        return views

    def record(self, article_id: str) -> Record:
        """The article as it is now. Raises KeyError for an unknown number."""
        if article_id in self._changed:
            return self._changed[article_id]
        if article_id not in self._records:
            if len(self._records) >= _RECORDS_KEPT:
                self._records.clear()
            self._records[article_id] = writer.write(
                self.county, self.seed, self.slots[article_id], self._related(article_id)
            )
        return self._records[article_id]

    def title(self, article_id: str) -> str:
        """Its headline, without writing the article."""
        changed = self._changed.get(article_id)
        return changed.title if changed else writer.title_of(self.county, self.seed, self.slots[article_id])

    def expected(self, record: Record) -> dict[str, Any]:
        """The fields that a crawl must store, but for `revision`, `content_hash`, `fetched_at` and `warc`."""
        return gold.expected(record, (self.county.by_key[key].name for key in self.slots[record.id].listed))

    def addresses(self, article_id: str) -> frozenset[str]:
        """Every canonical address the article answers at: one, or one on each host."""
        slot = self.slots[article_id]
        return frozenset(filter(None, (slot.url, slot.alias)))

    def listing(self, key: str) -> list[Slot]:
        """The articles the section's list names, newest first."""
        if key not in self._lists:
            named = [s for s in self.slots.values() if key in s.listed and not s.unlisted]
            self._lists[key] = sorted(named, key=lambda s: (s.posted, s.id), reverse=True)
        return self._lists[key]

    def list_pages(self, key: str) -> int:
        """Number of the section's list pages, its index included."""
        return lists.chunks(self.county.by_key[key], len(self.listing(key)))

    def article_at(self, url: str) -> str | None:
        """The number of the article whose page one stands at `url`; None where none does."""
        return self._paths.get(url)

    def respond(self, method: str, host: str, path: str, headers: Mapping[str, str]) -> Response:
        """The answer to one request; `path` may carry a query string, header names are taken in any case."""
        from demo_site import serving  # serving reads this class

        self.served += 1
        lower = {name.lower(): value for name, value in headers.items()}
        return serving.respond(self, Request(method, host, path, lower, self.county))

    def add_article(self, section: str, *, posted: date | None = None, lag: int = 0, **changes: Any) -> Record:
        """A new article in the section of that name or key, a day newer than its newest unless `posted` says otherwise.

        `changes` are fields of Record to set. Raises KeyError for an unknown section.
        """
        home = self._section(section)
        template = home.templates[0]
        newest = self.listing(home.key)[0].posted if self.listing(home.key) else self.county.eras["trs"][1]
        number = str(max(int(s.id) for s in self.slots.values() if (s.template == "trs") == (template == "trs")) + 7)
        rank = 1 + max(s.rank for s in self.slots.values() if s.template == template)
        article_id = number if template == "trs" else number.zfill(9)
        slot = plan.slot(article_id, rank, home, template, posted=posted or newest + timedelta(days=1), lag=lag)
        self.slots[article_id] = slot
        self._register(slot)
        if changes:
            self._changed[article_id] = replace(self.record(article_id), **changes)
        return self.record(article_id)

    def correct(self, article_id: str, **changes: Any) -> Record:
        """A correction: `changes` are fields of Record; without any, its last long paragraph gains a sentence."""
        slot, old = self.slots[article_id], self.record(article_id)
        slot.revision += 1
        new = replace(old, **changes) if changes else writer.corrected(old, slot.revision)
        self._changed[article_id] = new
        return new

    def remove(self, article_id: str, *, keep_listed: bool = False) -> None:
        """Take it off the site: its pages answer 404, and no list names it unless `keep_listed`."""
        slot = self.slots[article_id]
        slot.removed = True
        slot.unlisted = not keep_listed
        self._lists.clear()

    def restore(self, article_id: str) -> None:
        """Put a removed article back as it was."""
        slot = self.slots[article_id]
        slot.removed = slot.unlisted = False
        self._lists.clear()

    def _section(self, name: str) -> Section:
        by_key = self.county.by_key
        return by_key[name] if name in by_key else by_key[self.sections[name].keys[0]]

    def _register(self, slot: Slot) -> None:
        for url in (slot.url, slot.alias):
            if url is not None:
                self._paths[url] = slot.id
        self._lists.clear()

    def _related(self, article_id: str) -> tuple[Link, ...]:
        place = self._place.get(article_id, len(self._place))
        count = len(self._planned)
        chosen = [self._planned[(place * step + shift) % count] for step, shift in ((7, 3), (13, 5))]
        return tuple(
            Link(url=s.url, title=writer.title_of(self.county, self.seed, s)) for s in chosen if s.id != article_id
        )
