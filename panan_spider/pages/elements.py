"""How a browser shows elements: on lines of their own, in bold letters, or not at all."""

import re
from typing import Final

from lxml import etree

from panan_spider.pages.line import HEADING_TAGS

#: Elements that stand on lines of their own.
BLOCK_TAGS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "legend", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
BOLD_TAGS: Final = frozenset({"b", "strong"}) | HEADING_TAGS
UNSEEN_TAGS: Final = frozenset({
    "script", "style", "noscript", "template", "head", "title", "select", "option", "textarea", "button", "svg",
    "map", "audio", "applet",
})  # fmt: skip
CONTROL_TAGS: Final = frozenset({"input", "select", "textarea", "button"})
REPLACED_TAGS: Final = frozenset({"video", "object", "iframe"})  # what stands inside is for browsers that cannot
HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
SHOWN_AS_BLOCK: Final = re.compile(r"display\s*:\s*block", re.IGNORECASE)
BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
MEDIA_TAGS: Final = frozenset({"img", "embed"}) | REPLACED_TAGS


def is_hidden_control(element: etree._Element, style: str | None) -> bool:
    """Whether a form's control is one that nobody sees."""
    return element.get("type", "").lower() == "hidden" or (style is not None and HIDDEN.search(style) is not None)


def is_unseen(element: etree._Element, tag: str, style: str | None) -> bool:
    """Whether no reader sees the element."""
    return (
        tag in UNSEEN_TAGS
        or element.get("hidden") is not None
        or (style is not None and HIDDEN.search(style) is not None)
        or not isinstance(tag, str)
    )
