"""Site plan: the number, section and day of each article, without its text."""

import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from demo_site.county import County, Section, Template
from demo_site.county_panan import PANAN

#: Distance of a section's newest articles from its newest, days; the rest lie beyond the look-back of 30.
_NEWEST: Final = (0, 9)
_OF_THEM_IN_A_SMALL_SECTION: Final = 1
_OLDER: Final = 38


@dataclass
class Slot:
    """One article's place: everything lists need but its title. `rank` counts the articles of its template, for features."""

    id: str
    rank: int
    section: str
    template: Template
    host: str
    url: str
    posted: date
    lag: int  # days the header line's date lies before the address's
    listed: list[str]  # keys of the sections that list it
    alias: str | None = None  # its address on the other host
    removed: bool = False
    unlisted: bool = False
    revision: int = 0
    queries: dict[str, str] = field(default_factory=dict)  # section → query string its list links with


def address(section: Section, template: Template, host: str, article_id: str, posted: date) -> str:
    """The article's address on `host`."""
    if template == "trs":
        return f"http://{host}{section.folder}{posted:%Y%m}/t{posted:%Y%m%d}_{article_id}.html"
    prefix = section.prefix if host == section.host else ""  # only the old host has one, and sections of it alone
    return f"http://{host}{prefix}/system/{posted:%Y/%m/%d}/{article_id}.shtml"


def _days(rng: Random, era: tuple[date, date], count: int, *, small: bool) -> list[date]:
    """`count` posting dates, newest first, spread so that few lie within 30 days of the newest."""
    first, last = era
    last -= timedelta(days=rng.randint(0, 20))
    span = (last - first).days - _OLDER
    newest = _NEWEST[: min(count, _OF_THEM_IN_A_SMALL_SECTION)] if small else _NEWEST
    older = sorted(_OLDER + span * (i + rng.random() * 0.8) / max(1, count) for i in range(count - len(newest)))
    return [last - timedelta(days=int(back)) for back in (*newest, *older)]


def _counts(county: County, articles: int) -> dict[tuple[str, Template], int]:
    """Number of articles by section and template; together exactly `articles`."""
    total = sum(section.weight for section in county.sections)
    wanted = {s.key: min(max(4, articles * s.weight // total), _room(s)) for s in county.sections if s.weight}
    wanted[county.main] += articles - sum(wanted.values())
    if wanted[county.main] < 1:
        raise ValueError(f"a demo site of {len(county.sections)} sections has more articles than {articles}")
    shares: dict[tuple[str, Template], int] = {}
    for key, count in wanted.items():
        templates = county.by_key[key].templates
        for i, template in enumerate(templates):
            shares[key, template] = count * (i + 1) // len(templates) - count * i // len(templates)
    return shares


def _room(section: Section) -> int:
    """Number of articles that the section's list can show: without a pager, the free rows of its one page."""
    taken = sum(section.size // 2 for _ in section.collects)
    return section.size - taken if section.pager == "none" else sys.maxsize


def build(seed: int, articles: int, county: County = PANAN) -> list[Slot]:
    """The slots of a site of `articles` articles, numbered in the order of their dates. At least 100."""
    if articles < 100:
        raise ValueError("a demo site has at least 100 articles")
    rng = Random(f"plan/{seed}")
    raw = [
        (posted, key, template)
        for (key, template), count in _counts(county, articles).items()
        for posted in _days(rng, county.eras[template], count, small=county.by_key[key].weight < 7)
    ]
    ranks: dict[Template, int] = {"enorth_a": 0, "enorth_b": 0, "trs": 0}
    slots = []
    for number, (posted, key, template) in enumerate(sorted(raw)):
        ranks[template] += 1
        article_id = f"{4_000_000 + number * 131}" if template == "trs" else f"{16_000_000 + number * 613:09d}"
        slots.append(
            slot(
                article_id,
                ranks[template],
                county.by_key[key],
                template,
                posted=posted,
                lag=rng.choice((0, 0, 0, 1, 1, 2, 5, 11)),
            )
        )
    _cross_list(county, slots)
    return slots


def slot(article_id: str, rank: int, section: Section, template: Template, *, posted: date, lag: int) -> Slot:
    """One article's place in `section`."""
    url = address(section, template, section.host, article_id, posted)
    return Slot(article_id, rank, section.key, template, section.host, url, posted, lag, [section.key])


def _cross_list(county: County, slots: list[Slot]) -> None:
    """List articles in further sections, some under another address or another query string."""
    own: dict[str, list[Slot]] = {}
    for entry in sorted(slots, key=lambda s: (s.posted, s.id), reverse=True):
        own.setdefault(entry.section, []).append(entry)
    for section in county.sections:
        for key in section.collects:
            for entry in own[key][: section.size // 2]:
                entry.listed.append(section.key)
    for rule in county.cross:
        chosen = own[rule.source][rule.start :: rule.step] if rule.step else [own[rule.source][rule.start]]
        for entry in chosen:
            entry.listed.append(rule.target)
    # The same number at both hosts: listed at the old one by its section, at the own host by another.
    twice = county.twice
    for entry in [s for s in own[twice.source] if s.template == "enorth_a"][twice.start :: twice.step]:
        entry.listed.append(twice.target)
        entry.alias = address(county.by_key[twice.target], entry.template, county.own, entry.id, entry.posted)
    for number, entry in enumerate([s for s in slots if len(s.listed) > 2][:6]):
        entry.queries = {key: f"?from={key}&t={number}{i}" for i, key in enumerate(entry.listed)}
