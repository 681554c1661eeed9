"""Check by check, what of the site is as it was thought to be. Pure: over pages that were fetched."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from panan_spider.core.outcomes import Outcome
from panan_spider.core.tables import ResultTable, RowStatus, group
from panan_spider.doctor.probe_result import FetchResult, RobotsResult, SectionProbe, SiteProbe
from panan_spider.extract.results import PageError, SectionPage
from panan_spider.sites.urls import canonical

Lines = Iterator[tuple[RowStatus, tuple[str, ...]]]

#: Ends of a page tried as a section that are nothing new: navigation leads to dead ends, too.
_HARMLESS: Final = frozenset({None, Outcome.GONE, Outcome.FORBIDDEN, Outcome.OFF_SITE})


def hosts(visit: SiteProbe) -> ResultTable:
    """robots.txt of each host, each entry page, and where it led."""
    return group("hosts", "asked for|answer|what it means", _hosts(visit))


def _hosts(visit: SiteProbe) -> Lines:
    for host, robots in sorted(visit.log.robots.items()):
        mark, said, means = _robots(robots)
        yield mark, (f"http://{host}/robots.txt", said, means)
    for host in https_hosts(visit.answers):
        yield RowStatus.NOTE, (f"http://{host}/", f"redirects to https://{host}/", "a crawl asks this host by https")
    for entry in visit.entries:
        yield _entry(entry)


def https_hosts(answers: Iterable[FetchResult]) -> list[str]:
    """Hosts all of whose pages that were asked by http answered by https: a crawl asks them so from the third page on."""
    schemes: dict[str, set[str]] = {}
    for answer in answers:
        asked, landed = urlsplit(answer.asked), urlsplit(answer.url)
        if answer.outcome is None and asked.scheme == "http" and asked.netloc == landed.netloc:
            schemes.setdefault(asked.netloc, set()).add(landed.scheme)
    return sorted(host for host, found in schemes.items() if found == {"https"})


def _robots(robots: RobotsResult) -> tuple[RowStatus, str, str]:
    if robots.unreachable is not None:
        return RowStatus.BAD, robots.unreachable, "nothing of this host is asked for"
    said = f"HTTP {robots.status}"
    if robots.forbids_all:
        return RowStatus.BAD, said, "it forbids us everything"
    if not robots.text:
        return RowStatus.OK, said, "no rules: all may be read"
    delay = robots.delay
    return RowStatus.OK, said, f"{robots.delay:g} s between requests, and rules" if delay else "rules, no crawl-delay"


def _entry(entry: FetchResult) -> tuple[RowStatus, tuple[str, ...]]:
    page = entry.section
    if isinstance(page, PageError):
        return RowStatus.BAD, (entry.asked, f"HTTP {entry.status}", f"{page.outcome}: {page.reason}")
    if page is None:
        return RowStatus.BAD, (entry.asked, chain(entry), f"{entry.outcome}: {entry.reason}")
    leads = f"leads to {len(page.sections)} pages that can be sections"
    moved = canonical(entry.url) != canonical(entry.asked)
    mark = RowStatus.BAD if not page.sections else RowStatus.NOTE if moved else RowStatus.OK
    return mark, (entry.asked, chain(entry), leads)


def chain(answer: FetchResult) -> str:
    """The way to an answer: `301 http://…/ → 200`."""
    hops = "".join(f"{hop.status} to {hop.target}, " for hop in answer.hops)
    last = "" if answer.leads_to else f"HTTP {answer.status}" if answer.status is not None else "no answer"
    return (hops + last).removesuffix(", ")


def sections(visit: SiteProbe) -> ResultTable:
    """Section checks: the pager, the number of rows, dates in lists, and list titles against article titles."""
    lines = [*map(_section, visit.sections), *filter(None, map(_rowless, visit.rowless))]
    return group("sections", "section|address|rows|dates shown|pager|list pages", lines)


def _section(looked: SectionProbe) -> tuple[RowStatus, tuple[str, ...]]:
    pages = looked.pages
    rows = [row for page in pages for row in page.rows]
    dated = sum(row.date is not None for row in rows)
    lost = len(looked.lists) - len(pages) + (looked.script is not None and looked.script.outcome is not None)
    pages_said = f"{len(pages)} read of {looked.length}" if looked.length else f"{len(pages)} read"
    if pages[0].pager.kind == "next_link" and not looked.length:
        pages_said += ", end not reached"
    said = (
        looked.name,
        looked.lists[0].url,
        str(len(pages[0].rows)),
        f"{dated} of {len(rows)}" if dated else "none",
        pages[0].pager.kind,
        pages_said + (f", {lost} lost" if lost else ""),
    )
    return RowStatus.BAD if lost else RowStatus.OK, said


def _rowless(answer: FetchResult) -> tuple[RowStatus, tuple[str, ...]] | None:
    page = answer.section
    if isinstance(page, SectionPage):
        return RowStatus.NOTE, ("–", answer.asked, "0", "none", page.pager.kind, "lists no article")
    why = f"{page.outcome}: {page.reason}" if page is not None else f"{answer.outcome}: {answer.reason}"
    harmless = page is None and answer.outcome in _HARMLESS
    return RowStatus.NOTE if harmless else RowStatus.BAD, ("–", answer.asked, "–", "–", "–", why)


def charsets(visit: SiteProbe) -> ResultTable:
    """Charset checks: header and meta tag against the bytes."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for answer in visit.answers:
        if answer.outcome is None:
            header, meta = answer.page.declared
            counts[header or "–", meta or "–", answer.page.charset] += 1
    lines = [
        (
            RowStatus.OK if _agree(meta if header == "–" else header, true) else RowStatus.NOTE,
            (header, meta, true, str(count)),
        )
        for (header, meta, true), count in sorted(counts.items())
    ]
    return group("charsets", "header says|meta says|bytes are|pages", lines)


def _agree(declared: str, true: str) -> bool:
    family = "gb18030" if declared.lower().startswith("gb") else declared.lower().replace("utf8", "utf-8")
    return family == true


def twins(visit: SiteProbe) -> ResultTable:
    """Whether one number answers on both hosts, and with the same article."""
    return group("one number, both hosts", "article|other address|answer", _twins(visit))


def _twins(visit: SiteProbe) -> Lines:
    for sample, answer in visit.twins:
        ours, theirs = sample.article, answer.article
        if answer.outcome is not None or ours is None or theirs is None:
            yield RowStatus.OK, (sample.answer.url, answer.asked, f"no: {answer.outcome}, {answer.reason}")
        elif isinstance(theirs, PageError):
            yield RowStatus.NOTE, (sample.answer.url, answer.asked, f"a page, but {theirs.outcome}: {theirs.reason}")
        else:
            same = (ours.title, ours.text) == (theirs.title, theirs.text)
            said = "yes, the same article" if same else f"another article: {theirs.title}"
            yield RowStatus.OK if same else RowStatus.BAD, (sample.answer.url, answer.asked, said)


def other_hosts(visit: SiteProbe) -> list[str]:
    """Hosts off the site that pages were redirected to, most often named first."""
    named = Counter(urlsplit(answer.leads_to).netloc for answer in visit.answers if answer.leads_to)
    return [host for host, _count in named.most_common()]
