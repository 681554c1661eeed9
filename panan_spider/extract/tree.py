"""From a page's text to its element tree, without what no reader sees."""

import re
from typing import Final

from lxml import etree

from panan_spider.extract.document import Page
from panan_spider.extract.results import InvalidPage, UnknownLayout

#: The parser keeps no element nested deeper than this (libxml2, huge_tree), and drops silently what follows.
_PARSER_DEPTH: Final = 2_000

#: A web server's error page that a broken include printed into a good page.
_BROKEN_INCLUDE: Final = re.compile(
    r"<html[^>]*>\s*<head>\s*<title>\s*[45]\d\d [^<]{0,60}</title>.{0,2000}?</html\s*>"
    r"|<center>\s*<h1>\s*[45]\d\d [^<]{0,60}</h1>\s*</center>\s*<hr[^>]*>\s*(?:<center>)?[^<]{0,60}(?:</center>)?"
    r"|\[an error occurred while processing (?:this|the) directive\]",
    re.IGNORECASE | re.DOTALL,
)
#: What all of these hold, and few pages do: found in a tenth of the time.
_ERROR_SAID: Final = re.compile(r">\s*[45]\d\d ")
_DIRECTIVE: Final = re.compile(r"\[(?i:an error)")
_PROLOGUE: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENDS: Final = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
#: Browsers show the slip `</br>` as a line's end; the parser drops it.
_CLOSING_BR: Final = re.compile(r"</br\s*/?>", re.IGNORECASE)
#: What a page cut within an include that closed itself ends with: the beginning of a tag.
_INSIDE_TAG: Final = re.compile(r"<(?:[/!a-zA-Z][^<>]*)?\Z")
_NOT_FOUND_TITLE: Final = re.compile(r"^\s*[45]\d\d\s")


def parse(page: Page) -> etree._Element:
    """The page's root element. Raises UnknownLayout for an empty page, InvalidPage for one nested beyond reading."""
    # The parser drops what follows the first end tag of the page, be it one that an include printed.
    text = _CLOSING_BR.sub("<br>", _ENDS.sub("", _PROLOGUE.sub("", mended(page))))
    if not text.strip():
        raise UnknownLayout("the page is empty")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise UnknownLayout(f"no HTML: {error}") from error
    if root is None:
        raise UnknownLayout("no HTML: not one element")
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise InvalidPage(f"elements nested more than {_PARSER_DEPTH} deep")
    return root


def mended(page: Page) -> str:
    """The page's text without the error pages that broken includes printed into it."""
    could_be_broken = _ERROR_SAID.search(page.text) or _DIRECTIVE.search(page.text)
    return _BROKEN_INCLUDE.sub("", page.text) if could_be_broken else page.text


def is_closed(page: Page) -> bool:
    """Whether the page's source reaches `</body>` or `</html>`: what a page cut on its way does not."""
    end = mended(page)[-5000:]
    return _ENDS.search(end) is not None and _INSIDE_TAG.search(end, max(0, len(end) - 200)) is None


def document_title(root: etree._Element) -> str:
    """The text of the first `<title>`, blanks collapsed; `""` without one."""
    for element in root.iter("title"):
        text = " ".join("".join(element.itertext()).split())
        if text and not _NOT_FOUND_TITLE.match(text):
            return text
    return ""


def base_url(page: Page, root: etree._Element) -> str:
    """What relative addresses of the page are relative to."""
    for element in root.iter("base"):
        if href := element.get("href"):
            return href if href.startswith(("http://", "https://")) else page.url
    return page.url
