"""Site checks of doctor, over the pages of a probe: hosts, lists, charsets, articles, fields, selectors on record. No request."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from panan_spider.core.outcomes import Outcome
from panan_spider.core.tables import ResultTable, RowStatus, group
from panan_spider.doctor.inspection import AGREES, FIELDS, agreement, shortened
from panan_spider.doctor.probe_client import ArticleProbe, FetchResult, RobotsResult, SectionProbe, SiteProbe
from panan_spider.extract.document import Page, base_url, parse
from panan_spider.extract.results import ArticlePage, PageError, SectionPage
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute, canonical

Lines = Iterator[tuple[RowStatus, tuple[str, ...]]]

#: Ends of a page tried as a section that are nothing new: navigation leads to dead ends, too.
_HARMLESS: Final = frozenset({None, Outcome.GONE, Outcome.FORBIDDEN, Outcome.OFF_SITE})


def hosts(probe: SiteProbe) -> ResultTable:
    """robots.txt of each host, each entry page, and where it led."""
    return group("hosts", "asked for|answer|what it means", _hosts(probe))


def _hosts(probe: SiteProbe) -> Lines:
    for host, robots in sorted(probe.log.robots.items()):
        mark, answer, means = _robots(robots)
        yield mark, (f"http://{host}/robots.txt", answer, means)
    for host in https_hosts(probe.answers):
        yield RowStatus.NOTE, (f"http://{host}/", f"redirects to https://{host}/", "a crawl asks this host by https")
    for entry in probe.entries:
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
    answer = f"HTTP {robots.status}"
    if robots.forbids_all:
        return RowStatus.BAD, answer, "it forbids us everything"
    if not robots.text:
        return RowStatus.OK, answer, "no rules: all may be read"
    delay = robots.delay
    return RowStatus.OK, answer, f"{robots.delay:g} s between requests, and rules" if delay else "rules, no crawl-delay"


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


def sections(probe: SiteProbe) -> ResultTable:
    """Section checks: the pager, the number of rows, dates in lists, and list titles against article titles."""
    lines = [*map(_section, probe.sections), *filter(None, map(_rowless, probe.rowless))]
    return group("sections", "section|address|rows|dates shown|pager|list pages", lines)


def _section(looked: SectionProbe) -> tuple[RowStatus, tuple[str, ...]]:
    pages = looked.pages
    rows = [row for page in pages for row in page.rows]
    dated = sum(row.date is not None for row in rows)
    lost = len(looked.lists) - len(pages) + (looked.script is not None and looked.script.outcome is not None)
    pages_read = f"{len(pages)} read of {looked.length}" if looked.length else f"{len(pages)} read"
    if pages[0].pager.kind == "next_link" and not looked.length:
        pages_read += ", end not reached"
    cells = (
        looked.name,
        looked.lists[0].url,
        str(len(pages[0].rows)),
        f"{dated} of {len(rows)}" if dated else "none",
        pages[0].pager.kind,
        pages_read + (f", {lost} lost" if lost else ""),
    )
    return RowStatus.BAD if lost else RowStatus.OK, cells


def _rowless(answer: FetchResult) -> tuple[RowStatus, tuple[str, ...]] | None:
    page = answer.section
    if isinstance(page, SectionPage):
        return RowStatus.NOTE, ("–", answer.asked, "0", "none", page.pager.kind, "lists no article")
    why = f"{page.outcome}: {page.reason}" if page is not None else f"{answer.outcome}: {answer.reason}"
    harmless = page is None and answer.outcome in _HARMLESS
    return RowStatus.NOTE if harmless else RowStatus.BAD, ("–", answer.asked, "–", "–", "–", why)


def charsets(probe: SiteProbe) -> ResultTable:
    """Charset checks: header and meta tag against the bytes."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for answer in probe.answers:
        if answer.outcome is None:
            header, meta = answer.page.declared
            counts[header or "–", meta or "–", answer.page.charset] += 1
    lines = []
    for (header, meta, true), count in sorted(counts.items()):
        agrees = _agree(meta if header == "–" else header, true)
        lines.append((RowStatus.OK if agrees else RowStatus.NOTE, (header, meta, true, str(count))))
    return group("charsets", "header says|meta says|bytes are|pages", lines)


def _agree(declared: str, true: str) -> bool:
    family = "gb18030" if declared.lower().startswith("gb") else declared.lower().replace("utf8", "utf-8")
    return family == true


def twins(probe: SiteProbe) -> ResultTable:
    """Twin checks: one article number requested on both hosts gives the same article."""
    return group("one number, both hosts", "article|other address|answer", _twins(probe))


def _twins(probe: SiteProbe) -> Lines:
    for sample, answer in probe.twins:
        ours, theirs = sample.article, answer.article
        if answer.outcome is not None or ours is None or theirs is None:
            yield RowStatus.OK, (sample.answer.url, answer.asked, f"no: {answer.outcome}, {answer.reason}")
        elif isinstance(theirs, PageError):
            yield RowStatus.NOTE, (sample.answer.url, answer.asked, f"a page, but {theirs.outcome}: {theirs.reason}")
        else:
            same = (ours.title, ours.text) == (theirs.title, theirs.text)
            verdict = "yes, the same article" if same else f"another article: {theirs.title}"
            yield RowStatus.OK if same else RowStatus.BAD, (sample.answer.url, answer.asked, verdict)


def other_hosts(probe: SiteProbe) -> list[str]:
    """Hosts off the site that pages were redirected to, most often named first."""
    named = Counter(urlsplit(answer.leads_to).netloc for answer in probe.answers if answer.leads_to)
    return [host for host, _count in named.most_common()]


@dataclass(frozen=True)
class RecordedSelector:
    """`on` is what it is looked for on: `list`, a template, or `article` for any; `seen`: on this very site."""

    css: str
    xpath: str
    on: str
    seen: bool = False


def _has_class(name: str) -> str:
    """An XPath condition for one class among several, whatever blanks stand around it."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def _classed(css: str, on: str, *, seen: bool = False) -> RecordedSelector:
    tag, _dot, name = css.partition(".")
    return RecordedSelector(css, f"//{tag or '*'}[{_has_class(name)}]", on, seen)


def _meta(name: str) -> RecordedSelector:
    return RecordedSelector(f"meta[name={name}]", f"//meta[@name='{name}']", "trs")


SELECTORS: Final = (
    _classed("div.list-text", "list", seen=True),
    _classed("div.list-style", "enorth_b", seen=True),
    _classed("div.detail-title", "enorth_b", seen=True),
    _classed("div.detail-date", "enorth_b", seen=True),
    _classed("h1.artTitle", "article"),
    _classed("div.artCon", "article"),
    _classed("div.contTxt", "article"),
    RecordedSelector("#pubtime_baidu", "//*[@id='pubtime_baidu']", "article"),
    RecordedSelector("#source_baidu", "//*[@id='source_baidu']", "article"),
    _classed(".TRS_Editor", "trs"),
    _classed(".trs_editor_view", "trs"),
    _meta("ArticleTitle"),
    _meta("PubDate"),
    _meta("ContentSource"),
)


@dataclass(frozen=True)
class SelectorMatch:
    """Number of pages that hold a selector, of those searched."""

    selector: RecordedSelector
    matched: int
    pages: int


def matched(probe: SiteProbe) -> list[SelectorMatch]:
    """Every selector over the lists and articles that could be read; those for which there is no page left out."""
    kinds = [("list", answer.page) for section in probe.sections for answer in section.lists if answer.outcome is None]
    kinds += [(sample.article.template, sample.answer.page) for sample in probe.samples if sample.article]
    roots = []
    for kind, page in kinds:
        with suppress(PageError):
            roots.append((kind, parse(page)))
    found = []
    for selector in SELECTORS:
        on = [root for kind, root in roots if selector.on == kind or (selector.on == "article" and kind != "list")]
        if on:
            found.append(SelectorMatch(selector, sum(bool(root.xpath(selector.xpath)) for root in on), len(on)))
    return found


def changed(found: Sequence[SelectorMatch]) -> list[str]:
    """Parts redesigned (`list`, or a template): selectors were seen on this site before, and none is on any page now."""
    kinds = dict.fromkeys(m.selector.on for m in found if m.selector.seen)
    return [kind for kind in kinds if not any(m.matched for m in found if m.selector.seen and m.selector.on == kind)]


def strange_links(page: Page, site: Site) -> Iterator[str]:
    """The page's links to pages of the site whose address is neither an article's nor a section's."""
    try:
        root = parse(page)
    except PageError:
        return
    base = base_url(page, root)
    for anchor in root.iter("a"):
        address = site.urls.understand(absolute(base, anchor.get("href", "")))
        if address.kind is UrlKind.OTHER:
            yield address.url


#: Fields that every article is expected to have.
EXPECTED: Final = ("title", "published", "section", "header_line", "blocks")

#: Characters of a value in the table of fields.
_LONGEST_VALUE: Final = 24


def articles(probe: SiteProbe) -> ResultTable:
    """Every article looked at: what it was read by, how much of it, and whether the second opinion agrees."""
    lines = [_article(section.name, sample) for section in probe.sections for sample in section.samples]
    return group("articles", "which|number|template|published|fields|body, second opinion|title", lines)


def _article(section: str, sample: ArticleProbe) -> tuple[RowStatus, tuple[str, ...]]:
    article, which = sample.article, f"{sample.which} of {section}"
    if article is None:
        answer, error = sample.answer, sample.answer.article
        failed = error if isinstance(error, PageError) else answer
        return RowStatus.BAD, (which, sample.row.article_id, str(failed.outcome), "–", "0", "–", failed.reason or "")
    agrees = agreement(sample.answer.page, article.text)
    listed = _plain(sample.row.title)
    named = not listed or _plain(article.title).startswith(listed) or listed.startswith(_plain(article.title))
    odd = not named or (agrees is not None and agrees < AGREES)
    cells = (
        which,
        sample.row.article_id,
        article.template,
        (article.published or "–")[:10],
        str(sum(bool(getattr(article, name)) for name in FIELDS)),
        "–" if agrees is None else f"{agrees:.2f}",
        article.title + ("" if named else f" (the list says: {sample.row.title})"),
    )
    return RowStatus.NOTE if odd else RowStatus.OK, cells


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", "", title.removesuffix("…").removesuffix("..."))


def fields(probe: SiteProbe) -> ResultTable:
    """On how many of the articles each field holds something, one value, and where: in each template the first place met."""
    read = [sample.article for sample in probe.samples if sample.article]
    return group("fields", "field|read on|one value|where, in the first of each template", _fields(read))


def _fields(read: list[ArticlePage]) -> Lines:
    for name in FIELDS if read else ():
        holding = [article for article in read if getattr(article, name)]
        firsts: dict[str, str] = {}
        for article in holding:
            firsts.setdefault(article.template, article.found[name].where)
        short = len(holding) < len(read) and name in EXPECTED
        where = "\n".join(f"{template} {place}" for template, place in sorted(firsts.items()))
        mark = RowStatus.NOTE if short else RowStatus.OK if holding else RowStatus.NONE
        value = _shown(getattr(holding[0], name)) if holding else "–"
        yield mark, (name, f"{len(holding)} of {len(read)}", value, where or "nowhere")


def _shown(value: object) -> str:
    """A value of a field in one short line; of a list the first entry, with the number of further ones (`甲 +2`)."""
    if isinstance(value, Mapping):
        text = ", ".join(f"{key}: {item}" for key, item in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        more = f" +{len(value) - 1}" if len(value) > 1 else ""
        return _shown(value[0]) + more
    else:
        names = (getattr(value, name, None) for name in ("name", "text", "title", "url"))
        text = (
            value
            if isinstance(value, str)
            else next((name for name in names if isinstance(name, str) and name), str(value))
        )
    return shortened(text, _LONGEST_VALUE)


def known_selectors(probe: SiteProbe) -> ResultTable:
    """Selectors on record that are found on the pages."""
    return group("selectors on record", "selector|on|known from|pages", _selectors(matched(probe)))


def _selectors(found: list[SelectorMatch]) -> Lines:
    for one in found:
        seen = one.selector.seen
        mark = RowStatus.OK if one.matched else RowStatus.BAD if seen else RowStatus.NONE
        known = "this site, 2021" if seen else "its relatives"
        yield mark, (one.selector.css, one.selector.on, known, f"{one.matched} of {one.pages}")


def unknown_addresses(probe: SiteProbe) -> ResultTable:
    """Shapes of addresses that pages link to and that are neither articles nor sections, most frequent first."""
    shapes: dict[str, list[str]] = {}
    for answer in probe.answers:
        if answer.outcome is None:
            for url in strange_links(answer.page, probe.site):
                shape = re.sub(r"\d+", "N", urlsplit(url).path)
                shapes.setdefault(shape, []).append(url)
    often = sorted(((len(set(urls)), shape, urls[0]) for shape, urls in shapes.items()), reverse=True)[:5]
    lines = [(RowStatus.NOTE, (shape, str(count), first)) for count, shape, first in often if count >= 5]
    return group("addresses of no known shape", "shape|links|for example", lines)
