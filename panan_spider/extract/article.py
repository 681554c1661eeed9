"""Article page: read by the template that its address and words speak for, into fields; a damaged or doubtful page is an error."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, pairwise
from typing import Final

from lxml import etree

from panan_spider.core.text import once
from panan_spider.extract.assemble import part_numbers, printed_parts
from panan_spider.extract.body import Body, before_captions, build, text_length
from panan_spider.extract.body_lines import clean_lines, is_dropped_text, read_related
from panan_spider.extract.byline import TailLine, is_tail_line, names_alone, read_byline, read_tail_line, unknown_labels
from panan_spider.extract.document import (
    Page,
    base_url,
    bounded,
    check_notice,
    document_title,
    is_closed,
    parse,
    unread,
)
from panan_spider.extract.header_line import HeaderLine, closing_source, is_lone_byline, names_source, read_header_line
from panan_spider.extract.headline import (
    Headline,
    Opening,
    could_be_headline,
    is_claim,
    is_headed,
    known_titles,
    other_names,
    read_headline,
    read_opening,
    split_headline,
)
from panan_spider.extract.labels import Label, find_rule, give, has, settle
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.regions import (
    Region,
    body_lines,
    find_region,
    header_lines,
    in_container,
    prose_outside,
    without_icons,
)
from panan_spider.extract.results import ArticlePage, FieldSource, InvalidPage, LabelledLine, UnknownLayout, places
from panan_spider.extract.words import (
    RELATED_HEADINGS,
    SiteWords,
    bare_names,
    is_prose,
    meaning,
    side_heading,
    without_furniture,
    words_of,
)
from panan_spider.items import Author, Heading, Paragraph
from panan_spider.sites.profile import ArticleTemplate, Site, load_site
from panan_spider.sites.urls import Address, UrlKind, absolute

#: The label under which another source than the page's is kept among the credits.
_SOURCE_LABEL: Final = meaning("source_labels")[-2]


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

    Raises UnknownLayout where title, header line or body cannot be found, InvalidPage for impossible values and for a page
    that takes more processor time than the profile allows, SoftBlock where the page is a challenge, login or maintenance page.
    """
    words = words_of(site or load_site())
    with bounded(words.site):
        return _read(page, words)


def _read(page: Page, words: SiteWords) -> ArticlePage:
    try:
        root = parse(page)
    except UnknownLayout as error:
        raise unread(page, error, None, []) from error
    lines = flatten(root, words)
    try:
        return _Reading(page, words, root, lines).result()
    except UnknownLayout as error:
        raise unread(page, error, root, lines) from error


class _Reading:
    """One page under way: its tree, its lines, their regions, and what each region says."""

    def __init__(self, page: Page, words: SiteWords, root: etree._Element, lines: list[Line]) -> None:
        self.page, self.root = page, root
        self.words, self.site = words, words.site
        self.lines = without_icons(lines)
        self.template = choose_template(page, self.lines, self.site)
        self.titles = known_titles(self.template, self.root, document_title(self.root), page.text, words)
        self.region: Region = find_region(self.lines, self.titles)
        self.base = base_url(page, self.root)
        self.address = self.site.urls.understand(page.url)
        self.body = Body(continues=self.address.part > 1)
        crumb = self.region.breadcrumb
        self.breadcrumbs = crumb.parts if crumb else ()
        self.crumb_lines = self.lines[crumb.first : crumb.last + 1] if crumb else []
        self.header_lines = header_lines(self.lines, self.region)
        self.header_text = " ".join(filter(None, (without_furniture(line.text) for line in self.header_lines)))
        self.tail_lines = [self.lines[index] for index in self.region.tail]
        self.source_line = self.lines[self.region.source] if self.region.source is not None else None

    def resolve(self, href: str) -> str:
        return absolute(self.base, href)

    def _read(self) -> None:
        """Read the regions. Raises a PageError where one is missing, impossible, or speaks against the reading."""
        self.header = self._header()
        self.headline, self.opening, self.body_lines = self._headline()
        self.tail = self._tail()
        names = [Author(name=name, title=None, work=None) for name in bare_names(self.headline.subtitle or "")]
        self.header = replace(self._without_other_editor(), authors=_merged(names, self.header.authors))
        self._build()

    def result(self) -> ArticlePage:
        self._read()
        kicker, subtitle = self._beside_headline()
        crumb = self.region.breadcrumb
        return ArticlePage(
            url=self.address.url,
            template=self.template.name,
            title=self.headline.title,
            kicker=kicker,
            subtitle=subtitle,
            published=self.header.published,
            breadcrumbs=self.breadcrumbs,
            header_line=self.header_text or None,
            source=self.header.source or self.tail.source or self._closing_source(),
            authors=_merged(self.header.authors, self.tail.authors),
            editor=self.header.editor or self.tail.editor,
            credits=self._credits(),
            blocks=tuple(self.body.blocks),
            attachments=tuple(self.body.attachments),
            related=read_related(self.lines[self.region.body[1] :], self.resolve),
            section_links=tuple((name, self.resolve(href)) for name, href in (crumb.links if crumb else ())),
            parts=tuple(self._address_of(link).url for link in self._part_links.values()),
            discarded=tuple(self.body.discarded),
            part_numbers=part_numbers(self.root, self._address_of, self.address, bool(self._part_links)),
            printed_parts=printed_parts(self.root, self.lines, self.address.article_id),
            unknown_labels=tuple(label for line in self.tail_lines for label in unknown_labels(line.text)),
            label_lines=self._labelled,
            find=self._places,
        )

    def _beside_headline(self) -> tuple[str | None, str | None]:
        """Kicker and subtitle; none of them is the source, the site's name, a claim of the page's or a line of names."""
        kicker, subtitle = self.headline.kicker, self.headline.subtitle
        if kicker in (self.header.source, self.site.name) or (kicker and is_claim(kicker)):
            kicker = None
        if subtitle == self.header.source or bare_names(subtitle or ""):
            subtitle = None
        return self.opening.kicker or kicker, subtitle or self.opening.subtitle

    def _closing_source(self) -> str | None:
        """The source that the last line of the text names."""
        return closing_source(self.source_line.folded) if self.source_line else None

    def _credits(self) -> dict[str, str]:
        """The credits of header line and tail; an editor or a source below the text is one where the header line names another."""
        header, tail = self.header, self.tail
        other = {tail.editor_label: tail.editor} if header.editor and tail.editor not in (None, header.editor) else {}
        sources = [source for source in (header.source, tail.source, self._closing_source()) if source]
        other_source = {_SOURCE_LABEL: sources[1]} if len(set(sources[:2])) > 1 else {}
        return header.credits | other | tail.credits | other_source

    def _without_other_editor(self) -> HeaderLine:
        """The header line's fields; an editor within the text's container is another paper's where the site's own stands outside."""
        header, lines = self.header, self.header_lines
        text = next((line for line in self.lines[slice(*self.region.body)] if is_prose(line)), None)
        if text is None or not (header.editor and self.tail.editor and lines) or in_container(lines[0], text):
            return header
        held = read_tail_line("  ".join(line.folded for line in lines if in_container(line, text)))
        if held.editor != header.editor or any(in_container(line, text) for line in self.tail_lines):
            return header
        return replace(header, editor=None, credits={held.editor_label: held.editor or "", **header.credits})

    def _labelled(self) -> tuple[LabelledLine, ...]:
        """Every line of the page with its label and rule; those of the regions here, those of the body while it is read."""
        give(self.crumb_lines, Label.BREADCRUMB, "breadcrumb")
        parts = zip(split_headline(self.headline), (Label.HEADLINE, Label.KICKER, Label.SUBTITLE), strict=True)
        for lines, label in parts:
            give(lines, label, f"headline: {self.headline.rule}")
        give(self.opening.lines, Label.HEADLINE, "headline: repeated in the body")
        for line in self.lines[slice(*self.region.header)]:
            rule = find_rule(line, (Label.HEADER, Label.TAIL, Label.FURNITURE))
            give((line,), rule.label if rule else Label.HEADER, rule.name if rule else "header: cell")
        give((self.lines[index] for index in self.region.bylines), Label.BYLINE, "byline: role and names")
        for line in self.tail_lines:
            rule = find_rule(line, (Label.TAIL, Label.BYLINE, Label.HEADER))
            give((line,), Label.TAIL, rule.name if rule else "tail: value of a label")
        give((self.source_line,) if self.source_line else (), Label.TAIL, "tail: source")
        settle(self.lines)
        return tuple(LabelledLine(line.mark.label, line.mark.rule, line.text or line.src, line) for line in self.lines)

    def _places(self, page: ArticlePage) -> dict[str, FieldSource]:
        """Where each field of `page` was read."""
        header, tail, body = self.header_lines, self.tail_lines, self.body_lines
        title, over, under = split_headline(self.headline)
        after = (line for line in self.lines[self.region.body[1] :] if line.kind == "text")
        lines_of = {
            **dict.fromkeys(("header_line", "published", "source"), header),
            **dict.fromkeys(("breadcrumbs", "section"), self.crumb_lines),
            "title": title,
            "kicker": over if self.headline.kicker == page.kicker else self.opening.lines[:1],
            "subtitle": under if self.headline.subtitle == page.subtitle else self.opening.lines[-1:],
            "credits": tail,
            "authors": [*(header if self.header.authors else ()), *(tail if self.tail.authors else ())],
            "editor": header if self.header.editor else tail,
            **dict.fromkeys(("text", "blocks"), body),
            "images": [line for line in body if line.kind == "image"],
            "attachments": [line for line in body if line.files],
            "related": [line for line in after if side_heading(line.folded) in RELATED_HEADINGS][:1],
        }
        return places(page, self.root, lines_of, self._part_links.values())

    def _header(self) -> HeaderLine:
        header = read_header_line(self.header_text)
        below = (read_byline(self.lines[index].text) for index in self.region.bylines)
        return replace(header, authors=_merged(header.authors, tuple(chain.from_iterable(below))))

    def _headline(self) -> tuple[Headline, Opening, list[Line]]:
        """Headline, the body's opening lines that belong to it, and the lines of the body."""
        lines = clean_lines(body_lines(self.lines, self.region), self.body.discarded, self.header_lines)
        over = [line for line in self.lines[slice(*self.region.headline)] if could_be_headline(line)]
        texts = [line for line in lines if line.kind == "text"]
        headline = read_headline(over, self.titles, texts)
        if not headline.title:
            raise UnknownLayout("no headline over the header line")
        first_part = self.address.part == 1
        opening = read_opening(before_captions(lines, headline.title), headline, first_part=first_part)
        for line in opening.lines:
            self.body.discarded.append((line.text, "kicker, headline or subtitle at the body's start"))
        return headline, opening, [line for line in lines if not any(line is other for other in opening.lines)]

    def _tail(self) -> TailLine:
        tail = self.region.tail
        signed = [index for index in tail if _is_signature(self.lines[index])]
        tail_line = self._tail_groups(frozenset(signed))
        authors = [read_byline(self.lines[index].text) for index in signed]
        tail_line = replace(tail_line, authors=_merged(*authors, tail_line.authors))
        printed = "  ".join(self.lines[index].text for index in tail if index not in signed)
        if not names_source(printed):
            return tail_line
        late = read_header_line(printed)  # a header line's words below the text
        return replace(tail_line, source=late.source, authors=late.authors, editor=late.editor, credits=late.credits)

    def _tail_groups(self, signed: frozenset[int]) -> TailLine:
        """The tail lines read but for bylines; of several groups the last one names the site's editor, an earlier editor is a credit."""
        indexes = [index for index in self.region.tail if index not in signed]
        edits = [read_tail_line(self.lines[index].folded).editor_label for index in indexes]
        apart = (
            n
            for n in range(1, len(indexes))
            if (edits[n] and edits[n] in edits[:n]) or not signed.issuperset(range(indexes[n - 1] + 1, indexes[n]))
        )
        texts = [without_furniture(self.lines[index].text) for index in indexes]
        groups = [read_tail_line("  ".join(texts[a:b])) for a, b in pairwise([0, *apart, len(indexes)])]
        editors = [group for group in groups if group.editor]
        last = editors[-1] if editors else TailLine()
        other_editors = ((group.editor_label, group.editor or "") for group in editors[:-1])
        credits: dict[str, str] = {}
        for label, value in chain(*(group.credits.items() for group in groups), other_editors):
            credits.setdefault(label, value)
        source = next((group.source for group in groups if group.source), None)
        return TailLine(_merged(*(group.authors for group in groups)), last.editor, credits, source, last.editor_label)

    def _build(self) -> None:
        """Make the blocks. Raises a PageError where the page is not whole or speaks against the reading."""
        build(self.body_lines, self.body, self.resolve)
        if not self.body.blocks:
            raise UnknownLayout("no body under the header line")
        only = self.body.blocks[0]
        if len(self.body.blocks) == 1 and not self.body.attachments and isinstance(only, Paragraph | Heading):
            check_notice(only.text)
        self._check_doubt()
        # The page's foot proves that nothing before it was cut off on its way: body, tail line, related articles.
        after = any(has(line, Label.FOOTER) for line in self.lines[self.region.body[1] :])
        if not after and not is_closed(self.page):
            raise InvalidPage("the page breaks off before its end", field_name="text")
        if "\ufffd" in self.headline.title and "\ufffd" in self.page.text:
            raise InvalidPage("the bytes fit no charset", field_name="title")

    def _check_doubt(self) -> None:
        """Raise UnknownLayout where the page speaks against the reading: another title, more prose outside, text dropped."""
        headline = self.headline
        block = f"{headline.kicker or ''}{headline.title}{headline.subtitle or ''}"
        others = other_names(document_title(self.root), block, self.breadcrumbs, self.words)
        # A header line that names its source is sure, unless the other name stands on the page as a heading.
        if others and (not names_source(self.header_text) or is_headed(self.lines, others)):
            raise UnknownLayout(f"the document is called otherwise than the headline: {headline.title}")
        if (outside := prose_outside(self.lines, self.region)) > sum(map(text_length, self.body.blocks)):
            raise UnknownLayout(f"more prose outside the reading than in it: {outside} characters")
        if all(block.type == "image" for block in self.body.blocks) and any(map(is_dropped_text, self.body.discarded)):
            raise UnknownLayout("a body of pictures alone, and text left out: a list of links?")

    def _address_of(self, link: etree._Element) -> Address:
        return self.site.urls.understand(self.resolve(link.get("href", "")))

    @once
    def _part_links(self) -> dict[int, etree._Element]:
        """The links to the article's further parts, by their number, in order."""
        own = self.address
        found = {}
        for element in (link for link in self.root.iter("a") if "_" in link.get("href", "")):
            address = self._address_of(element)
            if address.kind is UrlKind.PART and address.article_id == own.article_id and address.url != own.url:
                found[address.part] = element
        return dict(sorted(found.items()))


def _is_signature(line: Line) -> bool:
    """Whether a tail line is a byline that no label opens: `记者 甲`, `文/甲`."""
    return is_lone_byline(line.folded) or (
        not is_tail_line(line.folded) and (has(line, Label.BYLINE) or bool(names_alone(line.folded)))
    )


def _merged(*groups: Iterable[Author]) -> tuple[Author, ...]:
    """The authors of several places in order; a name that one place has named is not taken from a later one."""
    found: list[Author] = []
    for group in groups:
        known = {author.name for author in found}
        found += [author for author in group if author.name not in known]
    return tuple(found)
