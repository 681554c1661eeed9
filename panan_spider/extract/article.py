"""The switch: which template a page is, by the evidence on it, and the article read by it."""

from dataclasses import replace

from lxml import etree

from panan_spider.extract import landmarks
from panan_spider.extract.block_pages import says_it_is_missing, soft_block
from panan_spider.extract.body import Body, build
from panan_spider.extract.body_lines import clean_lines
from panan_spider.extract.boilerplate import without_furniture
from panan_spider.extract.byline import read_byline
from panan_spider.extract.document import Page
from panan_spider.extract.document_title import plain
from panan_spider.extract.enorth_a import ENORTH_A
from panan_spider.extract.enorth_b import ENORTH_B
from panan_spider.extract.header_line import HeaderLine, is_lone_byline, names_source, read_header_line
from panan_spider.extract.header_region import without_icons
from panan_spider.extract.headline import Headline, Opening, could_be_headline, read_headline, read_opening
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.provenance import FieldSources, places
from panan_spider.extract.region import Region, find_region
from panan_spider.extract.related import read_related
from panan_spider.extract.results import ArticlePage, InvalidPage, SoftBlock, UnknownLayout
from panan_spider.extract.tail_line import TailLine, read_tail_line
from panan_spider.extract.template import Template
from panan_spider.extract.tree import base_url, document_title, is_closed, parse
from panan_spider.extract.trs import TRS
from panan_spider.sites.urls import UrlKind, absolute, understand


def choose_template(page: Page, lines: list[Line]) -> Template:
    """The template the page's address and words speak for."""
    if "_" in page.url and understand(page.url).kind in (UrlKind.ARTICLE, UrlKind.PART) and "/system/" not in page.url:
        return TRS
    text = "\n".join([line.folded for line in lines])
    candidates = (ENORTH_B, ENORTH_A) if "/system/" in page.url else (ENORTH_B, ENORTH_A, TRS)
    return max(candidates, key=lambda template: template.weight(text))


def read_article(page: Page) -> ArticlePage:
    """Read one page as (a part of) an article.

    Raises UnknownLayout where title, header line or body cannot be found, InvalidPage where what it says cannot be,
    SoftBlock where the page is a challenge, login or maintenance page.
    """
    try:
        return _Reading(page).result()
    except UnknownLayout as error:
        if reason := soft_block(page):
            raise SoftBlock(reason) from error
        if says_it_is_missing(page):
            raise UnknownLayout("no article: the page says that it does not exist") from error
        raise


class _Reading:
    """One page being read: its tree, its lines, its region."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = parse(page)
        self.lines = without_icons(flatten(self.root))
        self.template = choose_template(page, self.lines)
        self.titles = self.template.known_titles(self.root, document_title(self.root), page.text)
        self.region: Region = find_region(self.lines, self.titles)
        self.base = base_url(page, self.root)
        self.body = Body(continues=understand(page.url).part > 1)

    def resolve(self, href: str) -> str:
        return absolute(self.base, href)

    def result(self) -> ArticlePage:
        address = understand(self.page.url)
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
            if not landmarks.is_furniture(line) and not line.bare.isdigit():
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
        after = any(landmarks.is_footer(line.folded) for line in self.lines[self.region.body[1] :])
        if not after and not is_closed(self.page):
            raise InvalidPage("the page breaks off before its end", field_name="text")
        if "\ufffd" in headline.title and "\ufffd" in self.page.text:
            raise InvalidPage("the bytes fit no charset", field_name="title")

    def _parts(self) -> tuple[str, ...]:
        return tuple(understand(self.resolve(link.get("href", ""))).url for link in self._part_links().values())

    def _part_links(self) -> dict[int, etree._Element]:
        """The links to the article's further parts, by their number, in order."""
        own = understand(self.page.url)
        found = {}
        links = [element for element in self.root.iter("a") if "_" in element.get("href", "")]
        for element in links:
            address = understand(self.resolve(element.get("href", "")))
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
