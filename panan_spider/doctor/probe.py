"""Probe of a site: entry pages, three sections, and of each section its newest, a middle and its oldest article."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from typing import Final
from urllib.parse import urlsplit

from panan_spider.core.outcomes import Outcome
from panan_spider.doctor.probe_client import ArticleProbe, Ask, FetchLog, FetchResult, SectionProbe, SiteProbe
from panan_spider.extract.pager import maxpage
from panan_spider.extract.results import PageError, SectionPage
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, section_key

#: Sections to read; up to two more until every article template has been met.
SECTIONS: Final = 3
_MORE_SECTIONS: Final = 2
#: Pages tried as sections. The navigation also leads to pages that list nothing.
_MOST_CANDIDATES: Final = 10
#: Consecutive refusals (403, 429) that end the probe.
_MOST_REFUSALS: Final = 3
#: List pages followed by 下一页, a pager that names the next page alone.
_MOST_STEPS: Final = 3


class _Refused(Exception):
    """The site has refused several requests in a row."""


async def tour(ask: Ask, log: FetchLog, site: Site) -> SiteProbe:
    """Probe `site`, one request at a time. Ends early after several refusals in a row."""
    visit = SiteProbe(log, site)
    with suppress(_Refused):
        await _go_round(_until_refused(ask), visit)
    return visit


def _until_refused(ask: Ask) -> Ask:
    """`ask` that raises _Refused after several refusals in a row."""
    refused = 0

    async def asked(url: str) -> FetchResult:
        nonlocal refused
        if refused >= _MOST_REFUSALS:
            raise _Refused
        answer = await ask(url)
        refused = refused + 1 if answer.outcome is Outcome.BLOCKED else 0
        return answer

    return asked


async def _go_round(ask: Ask, visit: SiteProbe) -> None:
    entry_pages = visit.site.entry_pages
    for url in entry_pages:
        visit.entries.append(await ask(url))
    queue, tried = deque(_candidates(visit)), {section_key(url) for url in entry_pages}
    while queue and len(tried) < _MOST_CANDIDATES + len(entry_pages) and not _enough(visit):
        name, url = queue.popleft()
        if section_key(url) in tried:
            continue
        tried.add(section_key(url))
        answer = await ask(url)
        page = answer.section
        if isinstance(page, SectionPage) and page.rows:
            looked = SectionProbe(page.name or name or url, [answer])
            visit.sections.append(looked)
            await _sample(ask, visit, looked, page)
        else:
            visit.rowless.append(answer)
            if isinstance(page, SectionPage):
                queue.extend(page.sections)
    await _ask_twins(ask, visit)


def _enough(visit: SiteProbe) -> bool:
    met = {sample.article.template for sample in visit.samples if sample.article}
    every = {template.name for template in visit.site.templates}
    return len(visit.sections) >= (SECTIONS if met == every else SECTIONS + _MORE_SECTIONS)


def _candidates(visit: SiteProbe) -> Iterator[tuple[str, str]]:
    """(name, address) of possible section pages: the profile's first section, then in turn from each host and CMS."""
    site = visit.site
    entries = [entry.section for entry in visit.entries if isinstance(entry.section, SectionPage)]
    links = dict.fromkeys(link for entry in entries for link in entry.sections)
    yield from (link for link in links if link[0] == site.first_section)
    groups: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    front = {section_key(url) for url in site.entry_pages}
    for name, url in (link for link in links if section_key(link[1]) not in front):
        parts = urlsplit(url)
        groups.setdefault((parts.netloc, parts.path.endswith(".shtml")), []).append((name, url))
    yield from (link for turn in zip_longest(*groups.values()) for link in turn if link is not None)
    yield from (("", url) for url in site.known_sections)


async def _sample(ask: Ask, visit: SiteProbe, looked: SectionProbe, page: SectionPage) -> None:
    await _list_pages(ask, visit.site, looked, page)
    pages = [page for page in looked.pages if page.rows]
    middle, last = pages[len(pages) // 2], pages[-1]
    known = {sample.row.article_id for sample in visit.samples}
    for which, row in (
        ("newest", pages[0].rows[0]),
        ("middle", middle.rows[len(middle.rows) // 2]),
        ("oldest", last.rows[-1]),
    ):
        if row.article_id not in known:
            known.add(row.article_id)
            looked.samples.append(ArticleProbe(which, row, await ask(row.url)))


async def _ask_twins(ask: Ask, visit: SiteProbe) -> None:
    """Request the oldest article of each section under its address at the other host."""
    for section in visit.sections:
        sample = next((sample for sample in reversed(section.samples) if sample.article), None)
        other = twin(sample.answer.url, visit.site) if sample else None
        if sample is not None and other is not None:
            visit.twins.append((sample, await ask(other)))


def twin(url: str, site: Site) -> str | None:
    """The address of the enorth article `url` at the site's other host; None for any other address or number of hosts.

    The profile's `prefix` stands in addresses of the first host alone.
    """
    address = site.urls.understand(url)
    hosts = [urlsplit(entry).netloc for entry in site.entry_pages]
    if address.kind is not UrlKind.ARTICLE or "/system/" not in url or len(set(hosts)) != 2:
        return None
    parts, prefix = urlsplit(address.url), site.prefix or ""
    path = parts.path.removeprefix(prefix)
    other = hosts[1 - hosts.index(parts.netloc)] if parts.netloc in hosts else hosts[0]
    return f"http://{other}{path}" if parts.path != path or not prefix else f"http://{other}{prefix}{path}"


async def _list_pages(ask: Ask, site: Site, looked: SectionProbe, page: SectionPage) -> None:
    """Request a list page in the middle and the last one; with 下一页 alone, the next few."""
    following = await _following(ask, site, looked, page)
    if page.pager.kind == "next_link":
        await _step(ask, looked, page)
    elif following:
        looked.length = len(following) + 1
        urls = dict.fromkeys((following[(len(following) - 1) // 2], following[-1]))
        for url in urls:
            await _keep(ask, looked, url)


async def _following(ask: Ask, site: Site, looked: SectionProbe, page: SectionPage) -> list[str]:
    if page.pager.script is None or page.pager.following:
        return list(page.pager.following)
    looked.script = await ask(page.pager.script)
    if looked.script.outcome is not None:
        return []
    try:
        return site.urls.count_pages(page.pager.script, maxpage(looked.script.page.text))
    except PageError:
        return []


async def _step(ask: Ask, looked: SectionProbe, page: SectionPage) -> None:
    seen = {row.article_id for row in page.rows}
    for _ in range(_MOST_STEPS):
        answer = await _keep(ask, looked, page.pager.following[0])
        section = answer.section
        if not isinstance(section, SectionPage) or not {row.article_id for row in section.rows} - seen:
            return  # lost, or an endless pager
        seen |= {row.article_id for row in section.rows}
        page = section
        if not page.pager.following:
            looked.length = len(looked.lists)
            return


async def _keep(ask: Ask, looked: SectionProbe, url: str) -> FetchResult:
    answer = await ask(url)
    looked.lists.append(answer)
    return answer
