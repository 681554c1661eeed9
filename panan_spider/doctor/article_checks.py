"""Article checks of doctor: the template, each field and its place, and a generic extractor as cross-check of the body."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from panan_spider.core.tables import ResultTable, RowStatus, group
from panan_spider.doctor.probe_result import ArticleProbe, SiteProbe
from panan_spider.doctor.site_checks import Lines
from panan_spider.extract.document import Page, base_url, parse
from panan_spider.extract.results import ArticlePage, PageError
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute


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


def matches(kinds: Sequence[tuple[str, Page]]) -> list[SelectorMatch]:
    """Every selector over pages given as (`list` or the article's template, page); those for which there is no page left out."""
    roots = []
    for kind, page in kinds:
        try:
            roots.append((kind, parse(page)))
        except PageError:
            continue
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


_GRAM: Final = 4  # characters

#: Below this the two bodies differ by more than captions and a byline.
AGREES: Final = 0.75


def agreement(page: Page, text: str) -> float | None:
    """F1 of the 4-character sequences of `text` and of what trafilatura reads, 0 to 1; None where ours has no such sequence, or where trafilatura (the extra `doctor`) is not installed."""
    try:
        import trafilatura  # half a second, and an extra of its own
    except ImportError:
        return None
    ours = grams(text)
    if not ours:
        return None
    return f1(ours, grams(trafilatura.extract(page.text, include_comments=False, include_tables=True) or ""))


def grams(text: str) -> Counter[str]:
    """Every sequence of four characters, blanks left out, with how often it occurs."""
    bare = "".join(text.split())
    return Counter(bare[at : at + _GRAM] for at in range(len(bare) - _GRAM + 1))


def f1(ours: Counter[str], theirs: Counter[str]) -> float:
    """The harmonic mean of the shares that each has in common with the other."""
    common = sum((ours & theirs).values())
    return 2 * common / (sum(ours.values()) + sum(theirs.values())) if common else 0.0


#: In the order of DATA_FORMAT.md. Those of the first kind every article is expected to have.
EXPECTED: Final = ("title", "published", "section", "header_line", "blocks")
FIELDS: Final = (
    "template", "title", "kicker", "subtitle", "published", "section", "breadcrumbs", "source", "header_line",
    "authors", "editor", "credits", "text", "blocks", "images", "attachments", "related", "parts",
)  # fmt: skip


#: Characters of a value in the table of fields.
_LONGEST_VALUE: Final = 24


def articles(visit: SiteProbe) -> ResultTable:
    """Every article looked at: what it was read by, how much of it, and whether the second opinion agrees."""
    lines = [_article(section.name, sample) for section in visit.sections for sample in section.samples]
    return group("articles", "which|number|template|published|fields|body, second opinion|title", lines)


def _article(section: str, sample: ArticleProbe) -> tuple[RowStatus, tuple[str, ...]]:
    article, which = sample.article, f"{sample.which} of {section}"
    if article is None:
        error = sample.answer.article
        outcome, reason = (
            (error.outcome, error.reason)
            if isinstance(error, PageError)
            else (sample.answer.outcome, sample.answer.reason)
        )
        return RowStatus.BAD, (which, sample.row.article_id, str(outcome), "–", "0", "–", reason or "")
    agrees = agreement(sample.answer.page, article.text)
    told = _plain(sample.row.title)
    named = not told or _plain(article.title).startswith(told) or told.startswith(_plain(article.title))
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


def fields(visit: SiteProbe) -> ResultTable:
    """On how many of the articles each field holds something, one value, and where: in each template the first place met."""
    read = [sample.article for sample in visit.samples if sample.article]
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
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_VALUE else plain[: _LONGEST_VALUE - 1] + "…"


def matched(visit: SiteProbe) -> list[SelectorMatch]:
    """The selectors on record, over lists and articles that could be read."""
    lists = [("list", answer.page) for section in visit.sections for answer in section.lists if answer.outcome is None]
    read = [(s.article.template, s.answer.page) for s in visit.samples if s.article]
    return matches([*lists, *read])


def known_selectors(visit: SiteProbe) -> ResultTable:
    """Selectors on record that are found on the pages."""
    return group("selectors on record", "selector|on|known from|pages", _selectors(matched(visit)))


def _selectors(found: list[SelectorMatch]) -> Lines:
    for one in found:
        seen = one.selector.seen
        mark = RowStatus.OK if one.matched else RowStatus.BAD if seen else RowStatus.NONE
        known = "this site, 2021" if seen else "its relatives"
        yield mark, (one.selector.css, one.selector.on, known, f"{one.matched} of {one.pages}")


def unknown_addresses(visit: SiteProbe) -> ResultTable:
    """Shapes of addresses that pages link to and that are neither articles nor sections, most frequent first."""
    shapes: dict[str, list[str]] = {}
    for answer in visit.answers:
        if answer.outcome is None:
            for url in strange_links(answer.page, visit.site):
                shape = re.sub(r"\d+", "N", urlsplit(url).path)
                shapes.setdefault(shape, []).append(url)
    often = sorted(((len(set(urls)), shape, urls[0]) for shape, urls in shapes.items()), reverse=True)[:5]
    lines = [(RowStatus.NOTE, (shape, str(count), first)) for count, shape, first in often if count >= 5]
    return group("addresses of no known shape", "shape|links|for example", lines)
