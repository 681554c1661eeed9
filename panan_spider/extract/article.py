"""The switch: which template a page is, by the evidence on it, and the article read by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from panan_spider.extract import labels, media
from panan_spider.extract.body import Body, build
from panan_spider.extract.body_lines import clean_lines, read_related
from panan_spider.extract.byline import TailLine, read_byline, read_tail_line
from panan_spider.extract.document import (
    Page,
    base_url,
    document_title,
    is_closed,
    parse,
    says_it_is_missing,
    soft_block,
)
from panan_spider.extract.header_line import HeaderLine, is_lone_byline, names_source, read_header_line, without_icons
from panan_spider.extract.headline import (
    Headline,
    Opening,
    could_be_headline,
    known_titles,
    plain,
    read_headline,
    read_opening,
)
from panan_spider.extract.labels import without_furniture
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.regions import Region, find_region
from panan_spider.extract.results import ArticlePage, FieldSource, InvalidPage, SoftBlock, UnknownLayout
from panan_spider.extract.words import SiteWords, words_of
from panan_spider.sites.cms import ArticleTemplate
from panan_spider.sites.profile import Site, load_site
from panan_spider.sites.urls import UrlKind, absolute

#: What the header line gives, unless another line is named below.
_OF_HEADER = ("header_line", "published", "source")


@dataclass(frozen=True)
class FieldSources:
    """The lines that a page's fields were read from; any can be empty."""

    root: etree._Element
    crumb: Sequence[Line]
    headline: Headline
    opening: Sequence[Line]  # the body's first lines that are kicker, headline or subtitle
    header: Sequence[Line]
    tail: Sequence[Line]
    body: Sequence[Line]
    after: Sequence[Line]
    part_links: Sequence[etree._Element]
    authors_in: tuple[bool, bool]  # whether header line and tail line gave them
    editor_in: tuple[bool, bool]


def places(page: ArticlePage, pieces: FieldSources) -> dict[str, FieldSource]:
    """A place for every field of `page` that holds something; XPaths joined by `|` where it was read in several.

    The template's place is `address` (or `words`: the page's visible text), the address's own is `address`.
    """
    walk = _Walk(pieces.root)
    found = {"url": FieldSource("address", page.url)}
    by_address = page.template == "trs" and "/system/" not in page.url
    found["template"] = FieldSource("address" if by_address else "words", page.template)
    title, over, under = _split(pieces.headline, page.title)
    header, tail = walk.at(pieces.header), walk.at(pieces.tail)
    candidates = {
        **dict.fromkeys(_OF_HEADER, header),
        **dict.fromkeys(("breadcrumbs", "section"), walk.at(pieces.crumb)),
        "title": walk.at(title),
        "kicker": walk.at(over if pieces.headline.kicker == page.kicker else pieces.opening[:1]),
        "subtitle": walk.at(under if pieces.headline.subtitle == page.subtitle else pieces.opening[-1:]),
        "credits": tail,
        "authors": _given((header, tail), pieces.authors_in),
        "editor": _given((header, tail), pieces.editor_in),
        **dict.fromkeys(("text", "blocks"), walk.around(pieces.body)),
        "images": walk.at([line for line in pieces.body if line.kind == "image"], "//img"),
        "attachments": walk.at([line for line in pieces.body if _links_file(line)], "//a"),
        "related": walk.at(_related_heading(pieces.after)),
        "parts": FieldSource(" | ".join(map(walk.path, pieces.part_links)), " ".join(page.parts)),
    }
    return found | {name: place for name, place in candidates.items() if place is not None and getattr(page, name)}


class _Walk:
    """XPaths of elements of one tree."""

    def __init__(self, root: etree._Element) -> None:
        self._tree = etree.ElementTree(root.getroottree().getroot())

    def path(self, element: etree._Element) -> str:
        return self._tree.getpath(element)

    def at(self, lines: Iterable[Line], below: str = "") -> FieldSource | None:
        """The places of these lines, each once; None without any."""
        lines = list(lines)
        paths = dict.fromkeys(self.path(line.block) + below for line in lines)
        return FieldSource(" | ".join(paths), "  ".join(line.text or line.src for line in lines)) if lines else None

    def around(self, lines: Sequence[Line]) -> FieldSource | None:
        """The smallest element that holds the first line, the last, and so all between; printed is the first."""
        if not lines:
            return None
        held = set(lines[-1].block.iterancestors()) | {lines[-1].block}
        first = lines[0].block
        block = next((element for element in (first, *first.iterancestors()) if element in held), first)
        return FieldSource(self.path(block), lines[0].text or lines[0].src)


def _split(headline: Headline, title: str) -> tuple[list[Line], list[Line], list[Line]]:
    """The headline's lines: the title's, those over it, those under it."""
    lines = list(headline.lines)
    for first in range(len(lines)):
        for end in range(first + 1, len(lines) + 1):
            if " ".join(line.prose for line in lines[first:end]) == title:
                return lines[first:end], lines[:first], lines[end:]
    return lines, [], []


def _given(places: tuple[FieldSource | None, ...], given: tuple[bool, ...]) -> FieldSource | None:
    meant = [place for place, gave in zip(places, given, strict=True) if gave and place is not None]
    return FieldSource(" | ".join(p.where for p in meant), "  ".join(p.printed for p in meant)) if meant else None


def _links_file(line: Line) -> bool:
    return any(media.is_file(href) for href, _ in line.links)


def _related_heading(lines: Sequence[Line]) -> list[Line]:
    headings = (line for line in lines if line.kind == "text")
    return [line for line in headings if labels.side_heading(line.folded) in labels.RELATED_HEADINGS][:1]


def choose_template(page: Page, lines: list[Line], site: Site) -> ArticleTemplate:
    """The template the page's address and words speak for."""
    trs = next((template for template in site.templates if template.cms == "trs"), None)
    by_address = "_" in page.url and "/system/" not in page.url
    if trs and by_address and site.urls.understand(page.url).kind in (UrlKind.ARTICLE, UrlKind.PART):
        return trs
    text = "\n".join([line.folded for line in lines])
    candidates = [template for template in site.templates if template is not trs or "/system/" not in page.url]
    return max(candidates, key=lambda template: template.weight(text))


def read_article(page: Page, site: Site | None = None) -> ArticlePage:
    """Read one page as (a part of) an article of `site`, by default of the default profile's.

    Raises UnknownLayout where title, header line or body cannot be found, InvalidPage for impossible values,
    SoftBlock where the page is a challenge, login or maintenance page.
    """
    words = words_of(site or load_site())
    try:
        return _Reading(page, words).result()
    except UnknownLayout as error:
        if reason := soft_block(page, words):
            raise SoftBlock(reason) from error
        if says_it_is_missing(page, words):
            raise UnknownLayout("no article: the page says that it does not exist") from error
        raise


class _Reading:
    """One page under way: its tree, its lines, its regions."""

    def __init__(self, page: Page, words: SiteWords) -> None:
        self.page = page
        self.site = words.site
        self.root = parse(page)
        self.lines = without_icons(flatten(self.root, words))
        self.template = choose_template(page, self.lines, self.site)
        self.titles = known_titles(self.template, self.root, document_title(self.root), page.text, words)
        self.region: Region = find_region(self.lines, self.titles)
        self.base = base_url(page, self.root)
        self.address = self.site.urls.understand(page.url)
        self.body = Body(continues=self.address.part > 1)

    def resolve(self, href: str) -> str:
        return absolute(self.base, href)

    def result(self) -> ArticlePage:
        address = self.address
        header, printed = self._header()
        lines = clean_lines(self.lines[slice(*self.region.body)], self.body.discarded, self._header_lines())
        headline, opening, lines = self._headline(lines, first_part=address.part == 1)
        tail = self._tail()
        build(lines, self.body, self.resolve)
        self._check_whole(headline)
        crumb = self.region.breadcrumb
        return ArticlePage(
            url=address.url,
            template=self.template.name,
            title=headline.title,
            kicker=opening.kicker or headline.kicker,
            subtitle=headline.subtitle or opening.subtitle,
            published=header.published,
            breadcrumbs=crumb.parts if crumb else (),
            header_line=printed or None,
            source=header.source or tail.source,
            authors=_merged(header, tail),
            editor=tail.editor or header.editor,
            credits=header.credits | tail.credits,
            blocks=tuple(self.body.blocks),
            attachments=tuple(self.body.attachments),
            related=read_related(self.lines[self.region.body[1] :], self.resolve),
            section_links=tuple((name, self.resolve(href)) for name, href in (crumb.links if crumb else ())),
            parts=self._parts(),
            discarded=tuple(self.body.discarded),
            find=lambda page: places(page, self._pieces(headline, opening, header, tail, lines)),
        )

    def _pieces(
        self, headline: Headline, opening: Opening, header: HeaderLine, tail: TailLine, body: list[Line]
    ) -> FieldSources:
        crumb = self.region.breadcrumb
        return FieldSources(
            root=self.root,
            crumb=self.lines[crumb.first : crumb.last + 1] if crumb else (),
            headline=headline,
            opening=opening.lines,
            header=self._header_lines(),
            tail=self.lines[slice(*self.region.tail)],
            body=body,
            after=self.lines[self.region.body[1] :],
            part_links=list(self._part_links().values()),
            authors_in=(bool(header.authors), bool(tail.authors)),
            editor_in=(not tail.editor, bool(tail.editor)),
        )

    def _header_lines(self) -> list[Line]:
        printed: dict[str, Line] = {}  # said twice, a piece counts once
        for line in self.lines[slice(*self.region.header)]:
            if not labels.is_furniture(line) and not line.bare.isdigit():
                printed.setdefault(line.bare, line)
        return list(printed.values())

    def _header(self) -> tuple[HeaderLine, str]:
        printed = " ".join(text for line in self._header_lines() if (text := without_furniture(line.text)))
        return read_header_line(printed), printed

    def _headline(self, lines: list[Line], *, first_part: bool) -> tuple[Headline, Opening, list[Line]]:
        over = [line for line in self.lines[slice(*self.region.headline)] if could_be_headline(line)]
        texts = [line for line in lines if line.kind == "text"]
        headline = read_headline(over, self.titles, texts)
        if not headline.title:
            raise UnknownLayout("no headline over the header line")
        opening = read_opening(_before_captions(lines, headline.title), headline, first_part=first_part)
        for line in opening.lines:
            self.body.discarded.append((line.text, "kicker, headline or subtitle at the body's start"))
        return headline, opening, [line for line in lines if not any(line is said for said in opening.lines)]

    def _tail(self) -> TailLine:
        pieces = self.lines[slice(*self.region.tail)]
        signed = [line.text for line in pieces[:1] if is_lone_byline(line.folded)]
        printed = "  ".join(line.text for line in pieces[len(signed) :])
        tail = read_tail_line(printed)
        if signed:
            tail = replace(tail, authors=read_byline(signed[0]) + tail.authors)
        if not names_source(printed):
            return tail
        late = read_header_line(printed)  # a header line's words below the text
        return replace(tail, source=late.source, authors=late.authors, editor=late.editor, credits=late.credits)

    def _check_whole(self, headline: Headline) -> None:
        if not self.body.blocks:
            raise UnknownLayout("no body under the header line")
        # The page's foot proves that nothing before it was cut off on its way: body, tail line, related articles.
        after = any(labels.is_footer(line.folded, line.words) for line in self.lines[self.region.body[1] :])
        if not after and not is_closed(self.page):
            raise InvalidPage("the page breaks off before its end", field_name="text")
        if "\ufffd" in headline.title and "\ufffd" in self.page.text:
            raise InvalidPage("the bytes fit no charset", field_name="title")

    def _parts(self) -> tuple[str, ...]:
        return tuple(
            self.site.urls.understand(self.resolve(link.get("href", ""))).url for link in self._part_links().values()
        )

    def _part_links(self) -> dict[int, etree._Element]:
        """The links to the article's further parts, by their number, in order."""
        own = self.address
        found = {}
        links = [element for element in self.root.iter("a") if "_" in element.get("href", "")]
        for element in links:
            address = self.site.urls.understand(self.resolve(element.get("href", "")))
            if address.kind is UrlKind.PART and address.article_id == own.article_id and address.url != own.url:
                found[address.part] = element
        return dict(sorted(found.items()))


def _before_captions(lines: list[Line], title: str) -> list[Line]:
    """The text lines the body can open with: a centred line under a first picture that says the headline again is its caption."""
    texts = [line for line in lines if line.kind == "text"]
    if len(lines) > 1 and lines[0].kind == "image" and lines[1] in texts[:1] and plain(texts[0].prose) == plain(title):
        return [] if texts[0].centred else texts
    return texts


def _merged(header: HeaderLine, tail: TailLine) -> tuple:  # type: ignore[type-arg]
    known = {author.name for author in header.authors}
    return header.authors + tuple(author for author in tail.authors if author.name not in known)
