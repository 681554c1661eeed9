"""Damage to a page's tree: one element lost, doubled, wrapped, unwrapped, renamed, or without its attributes."""

import copy
from collections.abc import Callable
from typing import Final

from lxml import etree, html

from panan_spider.extract.document import Page

_BOXES: Final = ("div", "p", "section", "center", "ul", "li", "h2", "h3", "h4", "figure", "dl", "dt", "dd")


def rebuilt(page: Page, root: etree._Element) -> Page:
    """The page with another tree, its bytes in a charset truly declared."""
    text = etree.tostring(root, encoding="unicode", method="html")
    return Page(page.url, text.encode("utf-8"), "text/html; charset=utf-8")


def tree(page: Page) -> etree._Element:
    text = page.text.replace("</br>", "<br>")
    return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def _is_hidden(element: etree._Element) -> bool:
    around = (element, *element.iterancestors())
    return any("none" in e.get("style", "") or not isinstance(e.tag, str) or e.tag in ("head", "form") for e in around)


def whole(root: etree._Element) -> list[etree._Element]:
    """Boxes of the body that a page can lose whole."""
    return [e for e in root.iter(*_BOXES, "td", "tr", "table", "h1", "img") if not _is_hidden(e) and not _in_words(e)]


def soft(root: etree._Element) -> list[etree._Element]:
    """Boxes that hold words and are none themselves."""
    return [e for e in root.iter(*_BOXES) if not _is_hidden(e)]


def _in_words(element: etree._Element) -> bool:
    """Whether the element stands amid the words of a line: without it the line would be another."""
    return element.tag == "img" and any(e.tag == "p" for e in element.iterancestors())


def lose(element: etree._Element) -> None:
    element.drop_tree()  # type: ignore[attr-defined]


def double(element: etree._Element) -> None:
    twin = copy.deepcopy(element)
    twin.tail = None
    element.addprevious(twin)


def wrap(name: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        box = etree.Element(name)
        box.tail, element.tail = element.tail, None
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, box)
            box.append(element)

    return change


def unwrap(element: etree._Element) -> None:
    element.drop_tag()  # type: ignore[attr-defined]


def rename(name: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        element.tag = name

    return change


def strip(element: etree._Element) -> None:
    element.attrib.clear()


#: Every word stays where it was.
RESHAPING: Final[dict[str, Callable[[etree._Element], None]]] = {
    "wrap in div": wrap("div"), "wrap in section": wrap("section"), "wrap in span": wrap("span"), "unwrap": unwrap,
    "to div": rename("div"), "to p": rename("p"), "to section": rename("section"), "strip": strip,
}  # fmt: skip
#: Words are gone, or there twice.
LOSING: Final[dict[str, Callable[[etree._Element], None]]] = {"lose": lose, "double": double}
