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


async def probe_site(ask: Ask, log: FetchLog, site: Site) -> SiteProbe:
    """Probe `site`, one request at a time. Ends early after several refusals in a row."""
    probe = SiteProbe(log, site)
    with suppress(_Refused):
        await _probe_sections(_until_refused(ask), probe)
    return probe


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


async def _probe_sections(ask: Ask, probe: SiteProbe) -> None:
    entry_pages = probe.site.entry_pages
    for url in entry_pages:
        probe.entries.append(await ask(url))
    queue, tried = deque(_candidates(probe)), {section_key(url) for url in entry_pages}
    while queue and len(tried) < _MOST_CANDIDATES + len(entry_pages) and not _has_enough(probe):
        name, url = queue.popleft()
        if section_key(url) in tried:
            continue
        tried.add(section_key(url))
        answer = await ask(url)
        page = answer.section
        if isinstance(page, SectionPage) and page.rows:
            section = SectionProbe(page.name or name or url, [answer])
            probe.sections.append(section)
            await _sample_articles(ask, probe, section, page)
        else:
            probe.rowless.append(answer)
            if isinstance(page, SectionPage):
                queue.extend(page.sections)
    await _fetch_twins(ask, probe)


def _has_enough(probe: SiteProbe) -> bool:
    met = {sample.article.template for sample in probe.samples if sample.article}
    every = {template.name for template in probe.site.templates}
    return len(probe.sections) >= (SECTIONS if met == every else SECTIONS + _MORE_SECTIONS)


def _candidates(probe: SiteProbe) -> Iterator[tuple[str, str]]:
    """(name, address) of possible section pages: the profile's first section, then in turn from each host and CMS."""
    site = probe.site
    entries = [entry.section for entry in probe.entries if isinstance(entry.section, SectionPage)]
    links = dict.fromkeys(link for entry in entries for link in entry.sections)
    yield from (link for link in links if link[0] == site.first_section)
    groups: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    front = {section_key(url) for url in site.entry_pages}
    for name, url in (link for link in links if section_key(link[1]) not in front):
        parts = urlsplit(url)
        groups.setdefault((parts.netloc, parts.path.endswith(".shtml")), []).append((name, url))
    yield from (link for turn in zip_longest(*groups.values()) for link in turn if link is not None)
    yield from (("", url) for url in site.known_sections)


async def _sample_articles(ask: Ask, probe: SiteProbe, section: SectionProbe, page: SectionPage) -> None:
    await _list_pages(ask, probe.site, section, page)
    pages = [page for page in section.pages if page.rows]
    middle, last = pages[len(pages) // 2], pages[-1]
    known = {sample.row.article_id for sample in probe.samples}
    for which, row in (
        ("newest", pages[0].rows[0]),
        ("middle", middle.rows[len(middle.rows) // 2]),
        ("oldest", last.rows[-1]),
    ):
        if row.article_id not in known:
            known.add(row.article_id)
            section.samples.append(ArticleProbe(which, row, await ask(row.url)))


async def _fetch_twins(ask: Ask, probe: SiteProbe) -> None:
    """Request the oldest article of each section under its address at the other host."""
    for section in probe.sections:
        sample = next((sample for sample in reversed(section.samples) if sample.article), None)
        other = twin(sample.answer.url, probe.site) if sample else None
        if sample is not None and other is not None:
            probe.twins.append((sample, await ask(other)))


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


async def _list_pages(ask: Ask, site: Site, section: SectionProbe, page: SectionPage) -> None:
    """Request a list page in the middle and the last one; with 下一页 alone, the next few."""
    following = await _following(ask, site, section, page)
    if page.pager.kind == "next_link":
        await _follow_next_links(ask, section, page)
    elif following:
        section.length = len(following) + 1
        urls = dict.fromkeys((following[(len(following) - 1) // 2], following[-1]))
        for url in urls:
            await _fetch_list_page(ask, section, url)


async def _following(ask: Ask, site: Site, section: SectionProbe, page: SectionPage) -> list[str]:
    if page.pager.script is None or page.pager.following:
        return list(page.pager.following)
    section.script = await ask(page.pager.script)
    if section.script.outcome is not None:
        return []
    try:
        return site.urls.count_pages(page.pager.script, maxpage(section.script.page.text))
    except PageError:
        return []


async def _follow_next_links(ask: Ask, section: SectionProbe, page: SectionPage) -> None:
    seen = {row.article_id for row in page.rows}
    for _ in range(_MOST_STEPS):
        answer = await _fetch_list_page(ask, section, page.pager.following[0])
        if not isinstance(answer.section, SectionPage):
            return  # lost
        page = answer.section
        if not (new := {row.article_id for row in page.rows} - seen):
            return  # an endless pager
        seen |= new
        if not page.pager.following:
            section.length = len(section.lists)
            return


async def _fetch_list_page(ask: Ask, section: SectionProbe, url: str) -> FetchResult:
    answer = await ask(url)
    section.lists.append(answer)
    return answer
