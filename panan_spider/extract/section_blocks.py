"""What a list page shows beside its list: side blocks, and the footer. Told by the words readers see, not by class names."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from panan_spider.extract.landmarks import RANKINGS
from panan_spider.extract.line import HEADING_TAGS
from panan_spider.sites.panan import SITE_NAME
from panan_spider.sites.urls import UrlKind, absolute, understand

_SIDE_NAMES: Final = (
    "新闻聚焦", "便民", "便民服务", "便民信息", "相关阅读", "相关新闻", "相关链接", "新闻导读", "图片新闻", "热点", "热点新闻",
    "热点推荐", "热点聚焦", "热点关注", "热门新闻", "新闻排行", "点击排行", "推荐阅读", "友情链接", *RANKINGS,
)  # fmt: skip
_MORE: Final = re.compile("^(?:更多|more)?[\\s>\uff1e»›.·…+]*$", re.IGNORECASE)
#: A heading's ornaments: brackets, colons, bullets, and the link to more.
_TRIMMINGS: Final = re.compile("(?:更多|more)?[\\s>\uff1e»›.·…+:\uff1a|【】\\[\\]■●▍]*$|^[【\\[■●▍\\s]+", re.IGNORECASE)
_FOOTER: Final = re.compile(rf"^(?:{SITE_NAME}简介|版权声明$|版权所有(?!\w)|Copyright\b|©|\(C\)\s)", re.IGNORECASE)
_NEXT_WORDS: Final = ("下一页", "下页", "后页", "createPageHTML", "count_page_list_")
_LONGEST_HEADING: Final = 16
_UNSEEN: Final = frozenset({"script", "style", "title", "head", "noscript", "option", "template"})


class BlockContext:
    """The elements of one page that are not its list. `name` is the page's own: its heading opens no side block."""

    def __init__(self, root: etree._Element, base: str, name: str | None) -> None:
        self._base, self._root = base, root
        self._names = frozenset(_SIDE_NAMES) - {name}
        self.footer = _footer(root)
        self.side: set[etree._Element] = set()
        self._articles_anywhere = 0
        headings = []
        for element in root.iter(etree.Element):
            if self._is_article(element):
                self._articles_anywhere += 1
            if element.tag not in _UNSEEN and self._is_heading(element):
                headings.append(element)
        for heading in headings:
            self.side.update(self._block(heading))

    def _is_heading(self, element: etree._Element) -> bool:
        own = (element.text or "") + "".join(child.tail or "" for child in element[:8])
        return any(
            _TRIMMINGS.sub("", text.strip()).strip() in self._names
            for text in (own, short_text(element))
            if text.strip()
        )

    def _is_article(self, element: etree._Element) -> bool:
        return _href(element) != "" and self._kind(element) in (UrlKind.ARTICLE, UrlKind.PART)

    def _kind(self, element: etree._Element) -> UrlKind:
        return understand(absolute(self._base, _href(element))).kind

    def _links(self, element: etree._Element, heading: etree._Element) -> list[etree._Element]:
        """The links below `element` but the heading's own and those to more."""
        own = set(heading.iter("a"))
        return [a for a in element.iter("a") if _href(a) and a not in own and not _MORE.match(short_text(a))]

    def _block(self, heading: etree._Element) -> list[etree._Element]:
        """The elements of the side block under `heading`; none where it heads no block of links."""
        if not _is_link(heading) and (heading.text or "").strip() and self._links(heading, etree.Element("none")):
            return [heading]  # words and links in one element
        inside: etree._Element = heading
        while (around := inside.getparent()) is not None:
            if links := self._links(around, heading):
                block = [around] if self._is_aside(around, links) else self._run_after(inside, heading)
                if _stands_in_link(heading) and not self._mostly_articles(block, heading):
                    return []  # an item of the navigation that happens to bear such a name
                return block
            inside = around
        return []

    def _mostly_articles(self, block: list[etree._Element], heading: etree._Element) -> bool:
        links = [link for element in block for link in self._links(element, heading)]
        return 2 * sum(map(self._is_article, links)) > len(links)

    def _is_aside(self, block: etree._Element, links: list[etree._Element]) -> bool:
        """Whether `block` is a side block and nothing else: it holds no list, no pager, no heading of another kind."""
        if block.tag in ("body", "html"):
            return False
        articles = sum(map(self._is_article, links))
        if articles and articles == self._articles_anywhere:
            return False
        for element in block.iter(etree.Element):
            if "list-text" in element.get("class", "").split():
                return False
            if element.tag in HEADING_TAGS and not self._is_heading(element) and element.find(".//a") is None:
                return False
            if any(word in text for text in _own_texts(element) for word in (*_NEXT_WORDS, "当前位置", "所在位置")):
                return False
        return True

    def _run_after(self, start: etree._Element, heading: etree._Element) -> list[etree._Element]:
        """What follows the heading on its own level: one container of links, or a run of single ones."""
        run: list[etree._Element] = []
        for sibling in start.itersiblings():
            links = self._links(sibling, heading) if isinstance(sibling.tag, str) else []
            if run and (len(links) != 1 or sibling.tag != run[0].tag) and sibling.tag != "br":
                break
            if links:
                run.append(sibling)
                if len(links) > 1:
                    break
            elif sibling.tag in HEADING_TAGS:
                break
        return run


def _footer(root: etree._Element) -> etree._Element | None:
    """The element the footer begins with: the first that says so and has no list block after it."""
    found = None
    for element in root.iter(etree.Element):
        if "list-text" in element.get("class", "").split() and element.find(".//a") is not None:
            found = None
        if found is None and element.tag not in _UNSEEN and any(_FOOTER.match(text) for text in _own_texts(element)):
            found = element
    return found


def _own_texts(element: etree._Element) -> Iterator[str]:
    pieces = (element.text, element.get("src"), *(child.tail for child in element))
    yield from (piece.strip() for piece in pieces if piece and piece.strip())


def _href(element: etree._Element) -> str:
    return (element.get("href") or "").strip() if element.tag in ("a", "area") else ""


def _is_link(element: etree._Element) -> bool:
    return element.tag == "a" and element.get("href") is not None


def _stands_in_link(element: etree._Element) -> bool:
    return any(_is_link(e) for e in (element, *element.iterancestors())) or any(map(_is_link, element.iter("a")))


def short_text(element: etree._Element) -> str:
    """What the element says, blanks collapsed; of a longer text as much as shows that it is too long for a heading."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text) > _LONGEST_HEADING * 8 or len(text.strip()) > _LONGEST_HEADING * 2:
            break
    return " ".join(text.split())
