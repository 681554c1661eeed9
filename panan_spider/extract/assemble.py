"""Article assembly: parts counted by the pagers of their pages, joined into one article, cleaned, and checked against its address.

The crawl, `reparse` and `verify` make articles here and nowhere else. No request, no disk.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from panan_spider.extract.body import opens_section
from panan_spider.extract.line import Line, common_box, holds_more_than
from panan_spider.extract.pager import CREATE_PAGES, SCRIPT_COMMENT, TOTAL_PAGES
from panan_spider.extract.results import ArticlePage, InvalidPage, PartNumbers
from panan_spider.extract.words import one_of
from panan_spider.items import Article, Block, Heading, Paragraph, WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import Address, UrlKind

#: No text of a county's newspaper runs over more parts.
MAX_PARTS: Final = 100
#: Characters of a paragraph that stands in one part alone.
_SHORTEST_PROSE: Final = 30
#: Control characters but for tab and line feed, lone surrogates, and the two noncharacters XML forbids.
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: The same characters as JSON text shows them: escaped or literal. May also match harmless escapes.
_IN_JSON: Final = re.compile(r"\\[ubfr]|[\x7f-\x9f\ufffe\uffff]")
#: A link of an article's pager by its number, and how long such a pager is at most, in characters.
_NUMBER: Final = re.compile(r"[\s\[【(第]{0,4}(\d{1,3})[\s\]】)页]{0,4}")
_LONGEST_PAGER: Final = 120
#: A line that is nothing but a pager.
_ONLY_PAGER: Final = re.compile(
    rf"(?:{one_of('pager_words')}|{one_of('page_of_pages')}|[\d\s/|<>\[\]()（）«»‹›,，.…-])++"
)  # possessive: words and characters overlap
_LONGEST_PAGER_LINE: Final = 60
#: Fields that the content hash is made of.
_HASHED: Final = (
    "title", "kicker", "subtitle", "published", "source", "authors", "editor", "credits", "blocks", "attachments",
)  # fmt: skip

#: Fields that an article has from its page as they are, and those that are lists in an article.
_SAME: Final = (
    "title", "kicker", "subtitle", "published", "section", "source", "header_line", "editor", "credits", "text", "template",
)  # fmt: skip
_LISTED: Final = ("breadcrumbs", "authors", "blocks", "images", "attachments", "related")


def printed_parts(root: etree._Element, lines: Iterable[Line], stem: str | None) -> int:
    """The number of parts that an article's page says it has; 1 where it says none.

    It says so in a line `第1页 共3页`, or by `createPageHTML(3, 0, "<stem>", …)`.
    """
    counts = [1]
    for text in (line.text for line in lines if "页" in line.text):
        if len(text) <= _LONGEST_PAGER_LINE and _ONLY_PAGER.fullmatch(text):
            counts += [int(found[1] or found[3]) for found in TOTAL_PAGES.finditer(text)]
    for script in root.iter("script"):
        text = script.text or ""
        calls = CREATE_PAGES.finditer(SCRIPT_COMMENT.sub("", text)) if "createPageHTML" in text else ()
        counts += [int(call[1]) for call in calls if call[1].isdigit() and call[3] == stem]
    return max(counts)


def part_numbers(
    root: etree._Element, address_of: Callable[[etree._Element], Address], own: Address, has_links: bool
) -> PartNumbers:
    """The addresses of an article's parts by the numbers that link to them, and the number printed without a link.

    `own` is the page's address; `has_links`: it links to further parts.
    """
    found: dict[int, tuple[str, etree._Element]] = {}
    for element in root.iter("a") if own.part > 1 or has_links else ():
        number = _NUMBER.fullmatch("".join(element.itertext()))
        address = address_of(element) if number else None
        if number and address and address.article_id == own.article_id:
            found.setdefault(int(number[1]), (address.url, element))
    boxes = [element.getparent() for _, element in found.values()]
    box = boxes[0] if boxes else None
    for other in boxes[1:]:
        box = common_box(box, other) if box is not None and other is not None else None
    numbers = {number: url for number, (url, _) in found.items()}
    if box is None or holds_more_than(box, _LONGEST_PAGER):
        return PartNumbers(numbers)
    linked = {piece for _, element in found.values() for piece in element.iter()}
    inside = list(box.iter(etree.Element))
    texts = [element.text or "" for element in inside if element not in linked and element.tag != "a"]
    texts += [element.tail or "" for element in inside if element is not box]
    printed = {int(text) for text in re.findall(r"(?<![\d/])\d{1,3}(?![\d/])", " ".join(texts))} - numbers.keys()
    return PartNumbers(numbers, printed.pop() if len(printed) == 1 else None)


class ArticleBuilder:
    """One article in the making: pages are added in reading order, `next_part` names the page still missing."""

    def __init__(self, site: Site, address: Address) -> None:
        """`address` is that of part one."""
        self.address = address
        self.pages: list[ArticlePage] = []
        self.fetched_at = ""  # when part one was received, UTC
        self._urls = site.urls
        self._locations: list[WarcLocation | None] = []
        self._parts: dict[int, str] = {}  # part number → address, as the pages link to it
        self._asked: set[int] = set()

    def add(self, page: ArticlePage, location: WarcLocation | None, fetched_at: str = "") -> None:
        """Add the next part, with the place of its raw response; `fetched_at` counts for part one."""
        self.fetched_at = self.fetched_at or fetched_at
        self.pages.append(page)
        self._locations.append(location)
        for url in page.parts:
            part = self._urls.understand(url)
            if part.kind is UrlKind.PART and part.article_id == self.address.article_id:
                self._parts.setdefault(part.part, part.url)

    def next_part(self) -> str | None:
        """The address of the next part to fetch; None when all are there. Raises InvalidPage where they do not end."""
        if len(self._parts) >= MAX_PARTS:
            raise InvalidPage(f"more than {MAX_PARTS} parts", field_name="pages")
        due = min(set(self._parts) - self._asked, default=None)
        if due is None:
            return None
        self._asked.add(due)
        return self._parts[due]

    def article(self, listed_in: Iterable[str] = ()) -> Article:
        """The article as revision 1. Raises InvalidPage where parts are not of one article, pydantic.ValidationError where a field is impossible."""
        page, address = join(self.pages), self.address
        fields: dict[str, Any] = {name: getattr(page, name) for name in _SAME}
        fields |= {name: list(getattr(page, name)) for name in _LISTED}
        return Article(
            id=address.article_id or "",
            revision=1,
            url=address.url,
            posted=address.posted.isoformat() if address.posted else None,
            listed_in=sorted(listed_in),
            pages=len(self.pages),
            content_hash=content_hash(page),
            fetched_at=self.fetched_at,
            warc=self.location,
            **fields,
        )

    @property
    def location(self) -> WarcLocation | None:
        """The place of part one with those of the further parts; None where any part was not kept."""
        kept = [location for location in self._locations if location is not None]
        if not kept or len(kept) != len(self._locations):
            return None
        return kept[0].model_copy(update={"parts": kept[1:]})


def join(parts: Sequence[ArticlePage]) -> ArticlePage:
    """One page of all parts, in order: the first part's fields, every part's body. Raises InvalidPage for other articles' parts."""
    first, last = parts[0], parts[-1]
    for part in parts[1:]:
        if part.title != first.title:
            raise InvalidPage(f"part {part.url} is headed {part.title!r}, part one {first.title!r}", field_name="title")
    _check_distinct(parts)
    if (printed := max(part.printed_parts for part in parts)) > len(parts):
        raise InvalidPage(f"its pager names {printed} parts, and leads to {len(parts)}", field_name="pages")
    return replace(
        first,
        blocks=_joined_blocks(parts),
        attachments=tuple(link for part in parts for link in part.attachments),
        authors=max((part.authors for part in parts), key=len),
        editor=next((part.editor for part in parts if part.editor), None),
        credits={name: value for part in parts for name, value in part.credits.items()},
        related=first.related or last.related,
        discarded=tuple(pair for part in parts for pair in part.discarded),
        unknown_labels=tuple(label for part in parts for label in part.unknown_labels),
    )


def _check_distinct(parts: Sequence[ArticlePage]) -> None:
    """Raises InvalidPage where a part shows the number or the paragraphs of another: it was served in the other's place."""
    numbers = {number: url for part in reversed(parts) for number, url in part.part_numbers.linked.items()}
    seen: dict[str, str] = {}
    for part in parts:
        own = part.part_numbers.own
        if own and (other := numbers.get(own, part.url)) != part.url:
            raise InvalidPage(f"part {part.url} prints number {own}, which is that of {other}", field_name="pages")
        texts = {block.text for block in part.blocks if isinstance(block, Paragraph)}
        prose = {text for text in texts if len(text) >= _SHORTEST_PROSE}
        again = [seen[text] for text in prose if text in seen] or ([seen[part.text]] if part.text in seen else [])
        if again and 2 * len(again) >= len(prose):
            raise InvalidPage(f"part {part.url} shows what {again[0]} shows", field_name="pages")
        seen |= dict.fromkeys([*prose, part.text] if part.text else prose, part.url)


def _joined_blocks(parts: Sequence[ArticlePage]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for part in parts:
        if blocks and isinstance(blocks[-1], Paragraph) and opens_section(blocks[-1].text, part.blocks[0]):
            # A plain subhead at a page's end shows itself only by the paragraph on the next page.
            blocks[-1] = Heading(text=blocks[-1].text)
        blocks.extend(part.blocks)
    return tuple(blocks)


def clean(article: Article) -> Article:
    """The article without characters that no text holds, its hash recomputed; the same object where there are none."""
    if _is_clean(article):
        return article
    fields = article.model_dump(warnings=False)
    cleaned = _cleaned(fields)
    if cleaned == fields:
        return article
    try:
        typed = dict(Article.model_validate(cleaned))
    except ValidationError:  # nothing is left of a name or the headline: `objection` names the field
        return Article.model_construct(**{**cleaned, "warc": article.warc})
    result = Article.model_construct(**typed)
    return result.model_copy(update={"content_hash": content_hash(result)})


def _is_clean(article: Article) -> bool:
    """Whether the article's JSON text shows no such character. False also for some that are clean."""
    try:
        return _IN_JSON.search(article.model_dump_json(warnings=False)) is None
    except PydanticSerializationError:  # a lone surrogate
        return False


def _cleaned(value: Any) -> Any:
    """`value` with every string in it, at any depth, cleaned."""
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def objection(article: Article, site: Site) -> tuple[str, str] | None:
    """(field, reason) where the article cannot be true; None where it can."""
    try:
        Article.model_validate(article.model_dump(warnings=False))
    except ValidationError as error:
        first = error.errors()[0]
        return ".".join(map(str, first["loc"])) or "article", first["msg"]
    address = site.urls.understand(article.url)
    if article.posted is None or address.posted is None:
        return "posted", f"no such date in the address {article.url}"
    if (article.id, article.posted) != (address.article_id, address.posted.isoformat()):
        return "id", f"the address says {address.article_id} of {address.posted}"
    if article.published is not None:
        try:
            date.fromisoformat(article.published[:10])
        except ValueError:
            return "published", f"no such date: {article.published}"
    return _contradiction(article)


def _contradiction(article: Article) -> tuple[str, str] | None:
    """(field, reason) where `text` or `images` differ from `blocks`, which they are derived from."""
    if article.text != "\n".join(block.text for block in article.blocks if block.type in ("paragraph", "heading")):
        return "text", "it is not that of the blocks"
    images = [(block.url, block.caption) for block in article.blocks if block.type == "image"]
    if [(image.url, image.caption) for image in article.images] != images:
        return "images", "they are not those of the blocks"
    return None


def content_hash(content: object) -> str:
    """`sha256:` and the hash of an `Article`, or of a page read as one. Addresses count by their path, so that the other host is no change."""
    plain = {name: _plain(getattr(content, name)) for name in _HASHED}
    data = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if not hasattr(value, "model_dump"):
        return value
    fields = dict(value.__dict__)  # parts of an article are flat: the same as model_dump(), and faster
    if "url" in fields:
        fields["url"] = urlsplit(fields["url"]).path
    return fields
