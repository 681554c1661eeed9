"""How a browser shows elements: on lines of their own, in bold letters, or not at all."""

import re
from typing import Final

from lxml import etree

from panan_spider.extract.line import HEADING_TAGS

#: What an element does to the lines of a page, as bits: it stands on lines of its own, is bold, links, keeps the line
#: breaks of its source, ends a line; shows a picture or video; shows that instead of what is inside it; is a form's;
#: nobody sees what is inside it; it stands inside one of these.
BLOCK: Final = 1
BOLD: Final = 2
LINK: Final = 4
PRE: Final = 8
BREAK: Final = 16
MEDIA: Final = 32
REPLACED: Final = 64
CONTROL: Final = 128
UNSEEN: Final = 256
WITHIN: Final = 512

_BLOCKS: Final = (
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", *HEADING_TAGS, "header", "hr", "html", "li",
    "legend", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
)  # fmt: skip
_UNSEEN: Final = (
    "script", "style", "noscript", "template", "head", "title", "select", "option", "textarea", "button", "svg",
    "map", "audio", "applet",
)  # fmt: skip
_TAGS: Final = {
    BLOCK: _BLOCKS,
    BOLD: ("b", "strong", *HEADING_TAGS),
    LINK: ("a",),
    PRE: ("pre",),
    BREAK: ("br",),
    MEDIA: ("img", "embed", "video", "object", "iframe"),
    REPLACED: ("video", "object", "iframe"),  # what stands inside is for browsers that cannot
    CONTROL: ("input", "select", "textarea", "button"),
    UNSEEN: _UNSEEN,
}
#: Tag → what it does.
DOES: Final[dict[object, int]] = {
    tag: sum(bit for bit, those in _TAGS.items() if tag in those) for tags in _TAGS.values() for tag in tags
}
HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
SHOWN_AS_BLOCK: Final = re.compile(r"display\s*:\s*block", re.IGNORECASE)
BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)


def is_hidden_control(element: etree._Element, style: str | None) -> bool:
    """Whether a form's control is one that nobody sees."""
    return element.get("type", "").lower() == "hidden" or (style is not None and HIDDEN.search(style) is not None)


def is_hidden(element: etree._Element, style: str | None) -> bool:
    """Whether the page hides the element."""
    return element.get("hidden") is not None or (style is not None and HIDDEN.search(style) is not None)
