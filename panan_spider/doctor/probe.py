"""The way through the site: entry pages, three sections, and of each its newest, a middling and its oldest article."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from typing import Final
from urllib.parse import urlsplit

from panan_spider.core.outcomes import Outcome
from panan_spider.doctor.fetch_result import Ask, FetchLog, FetchResult
from panan_spider.doctor.paging import list_pages
from panan_spider.doctor.probe_result import ArticleProbe, SectionProbe, SiteProbe
from panan_spider.extract.results import SectionPage
from panan_spider.sites.panan import ENTRY_PAGES, KNOWN_SECTIONS
from panan_spider.sites.urls import UrlKind, section_key, understand

#: Sections looked at; up to two more where an article template has not been met by then.
SECTIONS: Final = 3
_MORE_SECTIONS: Final = 2
#: Pages tried as sections: the navigation also leads to pages that list nothing.
_MOST_CANDIDATES: Final = 10
TEMPLATES: Final = ("enorth_a", "enorth_b", "trs")
#: Refusals in a row (403, 429) after which it asks for nothing more.
_PATIENCE: Final = 3
#: The section the archive began with: looked at wherever it is found.
_FIRST_CHOICE: Final = "书记"


class _TurnedAway(Exception):
    """The site has said often enough that it does not want us."""


async def tour(ask: Ask, log: FetchLog) -> SiteProbe:
    """Go round. Every question waits for the answer before it; a guest who is turned away goes."""
    visit = SiteProbe(log)
    with suppress(_TurnedAway):
        await _go_round(_sensitive(ask), visit)
    return visit


def _sensitive(ask: Ask) -> Ask:
    """`ask`, until it has brought nothing but refusals for a while."""
    refused = 0

    async def asked(url: str) -> FetchResult:
        nonlocal refused
        if refused >= _PATIENCE:
            raise _TurnedAway
        answer = await ask(url)
        refused = refused + 1 if answer.outcome is Outcome.BLOCKED else 0
        return answer

    return asked


async def _go_round(ask: Ask, visit: SiteProbe) -> None:
    for url in ENTRY_PAGES:
        visit.entries.append(await ask(url))
    queue, tried = deque(_candidates(visit.entries)), {section_key(url) for url in ENTRY_PAGES}
    while queue and len(tried) < _MOST_CANDIDATES + len(ENTRY_PAGES) and not _enough(visit):
        name, url = queue.popleft()
        if section_key(url) in tried:
            continue
        tried.add(section_key(url))
        answer = await ask(url)
        page = answer.section
        if isinstance(page, SectionPage) and page.rows:
            looked = SectionProbe(page.name or name or url, [answer])
            visit.sections.append(looked)
            await _look(ask, visit, looked, page)
        else:
            visit.rowless.append(answer)
            if isinstance(page, SectionPage):
                queue.extend(page.sections)
    await _ask_twins(ask, visit)


def _enough(visit: SiteProbe) -> bool:
    met = {sample.article.template for sample in visit.samples if sample.article}
    wanted = SECTIONS if met == set(TEMPLATES) else SECTIONS + _MORE_SECTIONS
    return len(visit.sections) >= wanted


def _candidates(entries: list[FetchResult]) -> Iterator[tuple[str, str]]:
    """(name, address) of pages that can be sections: the first choice, then by turns from each host and CMS."""
    links = dict.fromkeys(link for a in entries if isinstance(a.section, SectionPage) for link in a.section.sections)
    yield from (link for link in links if link[0] == _FIRST_CHOICE)
    groups: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    front = {section_key(url) for url in ENTRY_PAGES}
    for name, url in (link for link in links if section_key(link[1]) not in front):
        parts = urlsplit(url)
        groups.setdefault((parts.netloc, parts.path.endswith(".shtml")), []).append((name, url))
    yield from (link for turn in zip_longest(*groups.values()) for link in turn if link is not None)
    yield from (("", url) for url in KNOWN_SECTIONS)


async def _look(ask: Ask, visit: SiteProbe, looked: SectionProbe, page: SectionPage) -> None:
    await list_pages(ask, looked, page)
    pages = [page for page in looked.pages if page.rows]
    middle, last = pages[len(pages) // 2], pages[-1]
    known = {sample.row.article_id for sample in visit.samples}
    for which, row in (
        ("newest", pages[0].rows[0]),
        ("middling", middle.rows[len(middle.rows) // 2]),
        ("oldest", last.rows[-1]),
    ):
        if row.article_id not in known:
            known.add(row.article_id)
            looked.samples.append(ArticleProbe(which, row, await ask(row.url)))


async def _ask_twins(ask: Ask, visit: SiteProbe) -> None:
    """The oldest article of each section at the other host: whether its number answers there, and with the same article."""
    for section in visit.sections:
        sample = next((one for one in reversed(section.samples) if one.article), None)
        other = twin(sample.answer.url) if sample else None
        if sample is not None and other is not None:
            visit.twins.append((sample, await ask(other)))


def twin(url: str) -> str | None:
    """The address of the old CMS's article `url` under the site's other host; None for any other address."""
    address = understand(url)
    hosts = [urlsplit(entry).netloc for entry in ENTRY_PAGES]
    if address.kind is not UrlKind.ARTICLE or "/system/" not in url or len(set(hosts)) != 2:
        return None
    parts = urlsplit(address.url)
    path = parts.path.removeprefix("/panews")
    other = hosts[1 - hosts.index(parts.netloc)] if parts.netloc in hosts else hosts[0]
    return f"http://{other}{path}" if parts.path != path else f"http://{other}/panews{path}"
