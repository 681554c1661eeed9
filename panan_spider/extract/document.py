"""Document: a received page as bytes, text and tree; pages that are no article: challenges, logins, notices, links."""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lxml import etree

from panan_spider.core.clock import ProcessorLimitError, processor_limit
from panan_spider.extract.header_line import strength
from panan_spider.extract.line import Line
from panan_spider.extract.page_head import find_breadcrumb
from panan_spider.extract.results import SAYS_MISSING, InvalidPage, PageError, SoftBlock, UnknownLayout
from panan_spider.extract.words import is_prose, one_of
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import absolute

_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_HEADER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: GB2312 and GBK are read as their superset, GB18030: names such as 喆 and 堃 lie outside the former.
_GB: Final = frozenset({"gb2312", "gbk", "gb18030", "cp936", "ms936", "gb_2312-80", "hz-gb-2312"})

_EURO_BYTE: Final = 0x80
_EURO, _EURO_OR_REPLACE, _FOREIGN_STRETCH = "panan-euro", "panan-euro-or-replace", "panan-foreign-stretch"

_ASCII: Final = re.compile(rb"[\x00-\x7f]+")
_WIDE: Final = re.compile(rb"(?:[\x81-\xfe][\x40-\xfe]|\x80)+")
#: Private characters of Python's GB18030 as the web reads them: A3A0 as a blank, the letters GB18030-2022 made public.
_PRIVATE: Final = {0xE5E5: 0x3000, 0xE7C7: 0x1E3F} | dict(
    zip(
        (0xE78D, 0xE78E, 0xE78F, *range(0xE790, 0xE797), 0xE816, 0xE817, 0xE818, 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE831,
         0xE832, 0xE83B, 0xE843, 0xE854, 0xE855, 0xE864),
        (0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A), 0x20087, 0x20089, 0x200CC, 0x9FB4, 0x9FB5, 0x9FB6, 0x9FB7, 0x215D7,
         0x9FB8, 0x2298F, 0x9FB9, 0x9FBA, 0x241FE, 0x9FBB),
        strict=True,
    )
)  # fmt: skip
_ANY_PRIVATE: Final = re.compile("[\ue5e5\ue78d-\ue796\ue7c7\ue816-\ue864]")

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

_CHALLENGE, _MAINTENANCE, _LOGIN, _SERVER, _MISSING, _WITHHELD = (
    re.compile(one_of(name), re.IGNORECASE)
    for name in ("challenges", "maintenance", "login", "server_pages", "missing", "withheld")
)
_SERVER_ERROR: Final = re.compile(r"<title>\s*5\d\d\b[^<]{0,60}</title>", re.IGNORECASE)
_REDIRECTING_SCRIPT: Final = re.compile(
    r"document\.cookie\s*=|location\.(?:reload|replace|href)|eval\(|setTimeout\(|__jsl|_cf_chl|challenge|\$_ts\b|\br=['\"]?m\b|arg1\s*=",
    re.IGNORECASE,
)
_LONGEST_EXCUSE: Final = 300
_LONGEST_NOTICE: Final = 30  # of one paragraph in the place of a text
_LONGEST: Final = 1_500  # characters on screen; such pages say little
_MARKUP: Final = re.compile(
    r"<(?P<name>script|style)\b(?:[^<]|<(?!script\b|style\b|/(?P=name)\b)){0,100000}+</|<[^>]{0,2000}>", re.IGNORECASE
)

#: A link page is short and says at most that it leads on.
_LONGEST_LINK_PAGE: Final = 8_000
_MOST_LINK_WORDS: Final = 60
_LEADS_ON: Final = re.compile(r"http-equiv\s*=\s*[\"']?\s*refresh|\blocation\b", re.IGNORECASE)
_REFRESH: Final = re.compile(
    r"^\s*\d{1,4}(?:\.\d{0,3})?\s*[;,]\s*(?:url\s*=\s*)?(?P<quote>['\"]?)(?P<url>[^'\"]{1,2000})", re.IGNORECASE
)
_LOCATION: Final = re.compile(r"\blocation(?:\s*\.\s*href)?\s*=(?!=)|\blocation\s*\.\s*(?:replace|assign)\s*\(")
_LITERAL: Final = re.compile(
    r"\s{0,100}(?P<quote>['\"])(?P<url>[^'\"\\\s]{1,2000})(?P=quote)\s{0,100}(?=[;)},'\"\n]|$)"
)
#: Scripts that compute, or leave something with the reader, are no links.
_COMPUTES: Final = re.compile(
    r"cookie|storage|\beval\b|\bwrite\b|\bfetch\b|XMLHttpRequest|reload|atob|unescape|fromCharCode|navigator|Math\.|\$_ts\b|\bif\b|\?[^'\"]*:",
    re.IGNORECASE,
)
_SCRIPT_COMMENT: Final = re.compile(r"/\*.{0,5000}?\*/|(?<![:'\"\w])//[^\n]{0,2000}", re.DOTALL)
_HAS_CONTENT: Final = frozenset({"form", "input", "frame", "iframe", "object", "video", "table"})


@dataclass(frozen=True)
class Page:
    """A page as received, content-encoding undone.

    `url` is the address it was asked for at; `content_type` the HTTP header's value, None where there was none.
    """

    url: str
    body: bytes
    content_type: str | None = None

    @cached_property
    def declared(self) -> tuple[str | None, str | None]:
        """The charsets the header and the meta tag declare, as printed."""
        header = _HEADER.search(self.content_type or "")
        meta = _META.search(self.body[:4096])
        return header[1] if header else None, meta[1].decode("ascii") if meta else None

    @property
    def charset(self) -> str:
        """The charset the bytes are in: a BOM, else the first of header, meta, UTF-8, GB18030 they strictly fit, else the best fit."""
        return self._decoded[0]

    @cached_property
    def text(self) -> str:
        """The page's text. Bytes that fit no charset become U+FFFD; NUL bytes, which end a page for the parser, go."""
        return self._decoded[1].removeprefix("\ufeff").replace("\0", "")

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        for bom, name in _BOMS:
            if self.body.startswith(bom):
                return name, self.body.decode(name, "replace")
        declared = [name for name in map(_codec, self.declared) if name]
        order = list(dict.fromkeys([*declared, "utf-8", "gb18030"]))
        # UTF-8 is never valid by accident over a page of Chinese, while GB18030 can be: it goes first.
        for name in sorted(order, key=lambda name: name != "utf-8"):
            with suppress(UnicodeDecodeError):
                return name, _decode(self.body, name)
            if name == "utf-8" and _is_mostly_utf8(self.body, agreed=declared == ["utf-8", "utf-8"]):
                return name, self.body.decode(name, _FOREIGN_STRETCH)
        read = ((name, _decode(self.body, name, "replace")) for name in order)
        return min(read, key=lambda found: found[1].count("\ufffd"))


def _decode(body: bytes, name: str, errors: str = "strict") -> str:
    """`body` as browsers decode it: in GB18030 the byte 80 is the euro sign, A3A0 a blank, private letters are read."""
    if name != "gb18030":
        return body.decode(name, errors)
    text = body.decode(name, _EURO if errors == "strict" else _EURO_OR_REPLACE)
    return text.translate(_PRIVATE) if _ANY_PRIVATE.search(text) else text


def _is_mostly_utf8(body: bytes, *, agreed: bool) -> bool:
    """Whether all but a stretch of the bytes are UTF-8: nine in ten of those that are no ASCII, half where header and meta agree."""
    fit = body.decode("utf-8", "ignore").encode("utf-8")
    wide, bad = len(_ASCII.sub(b"", body)), len(body) - len(fit)
    return bad * (2 if agreed else 10) < wide


def _foreign_stretch(error: UnicodeError) -> tuple[str, int]:
    """Error handler: a stretch that is no UTF-8 is an include in GB18030, up to the next ASCII character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stretch = _WIDE.match(error.object, error.start)
    end = stretch.end() if stretch else error.end
    with suppress(UnicodeDecodeError):
        return _decode(error.object[error.start : end], "gb18030"), end
    return "\ufffd", error.end


def _euro(error: UnicodeError) -> tuple[str, int]:
    """Error handler: the byte 80 is the euro sign; any other is an error."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == _EURO_BYTE:
        return "\u20ac", error.start + 1
    raise error


def _euro_or_replace(error: UnicodeError) -> tuple[str, int]:
    """Error handler: as `_euro`, any other byte is U+FFFD."""
    try:
        return _euro(error)
    except UnicodeDecodeError as other:
        return "\ufffd", other.end


codecs.register_error(_EURO, _euro)
codecs.register_error(_EURO_OR_REPLACE, _euro_or_replace)
codecs.register_error(_FOREIGN_STRETCH, _foreign_stretch)


def _codec(label: str | None) -> str | None:
    # Single-byte charsets fit any bytes, so a declaration of one proves nothing and is passed over.
    name = (label or "").lower()
    if name in _GB:
        return "gb18030"
    return {"utf-8": "utf-8", "utf8": "utf-8", "big5": "big5"}.get(name)


@contextmanager
def bounded(site: Site) -> Iterator[None]:
    """Reading one page: raises InvalidPage where it takes more processor seconds than the profile's `limits.page_seconds`."""
    most = site.limits.page_seconds
    try:
        with processor_limit(most):
            yield
    except ProcessorLimitError as error:
        raise InvalidPage(f"took longer than {most:g} s of processor time to read") from error


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
    """Base address of the page's relative addresses."""
    for element in root.iter("base"):
        if href := element.get("href"):
            joined = absolute(page.url, href)
            return joined if joined.startswith(("http://", "https://")) else page.url
    return page.url


def refusal(page: Page) -> str | None:
    """Of a page that is no HTML: why it is a server's error page; None where it is none."""
    return "a server's error page" if _SERVER_ERROR.search(page.text[:_LONGEST]) else None


def unread(page: Page, error: UnknownLayout, root: etree._Element | None, lines: list[Line]) -> PageError:
    """The error for a page that is no article: a soft block, a page that says in few words that it is missing, or `error`."""
    if root is None:
        reason, text, longest = refusal(page), page.text[:_LONGEST], _LONGEST
    else:
        reason, text, longest = soft_block(page, root, lines), _printed(root, lines), _LONGEST_EXCUSE
    if reason:
        return SoftBlock(reason)
    return UnknownLayout(f"no article: {SAYS_MISSING}") if len(text) <= longest and _MISSING.search(text) else error


def check_notice(paragraph: str) -> None:
    """Raise UnknownLayout or InvalidPage where an article's only paragraph says that there is no article, or that its text is withheld."""
    if len(paragraph) > _LONGEST_NOTICE:
        return
    missing, withheld, server = (
        any(2 * len(found[0]) >= len(paragraph) for found in pattern.finditer(paragraph))
        for pattern in (_MISSING, _WITHHELD, _SERVER)
    )
    if missing:
        raise UnknownLayout(f"no article: {SAYS_MISSING}")
    if withheld or server:
        raise InvalidPage(f"a notice in the place of the text: {paragraph}", field_name="text")


def _printed(root: etree._Element, lines: list[Line]) -> str:
    return " ".join([document_title(root), *(line.text for line in lines)])


def _is_article(lines: list[Line]) -> bool:
    """Whether a date, and a paragraph or heading, stand on the page: an article with a login box."""
    dated = any(strength(line.folded, line.words) >= 2 for line in lines)
    return dated and any(is_prose(line) or line.heading_tag for line in lines)


def visible_text(text: str) -> str:
    """The text of a page without tags, scripts and styles; blanks collapsed. For pages that are no article."""
    return " ".join(_MARKUP.sub(" ", text).split())


def says_challenge(page: Page) -> bool:
    """Whether a page of few words says that a firewall has stopped the request: 您的访问被阻断."""
    text = visible_text(page.text)
    return len(text) <= _LONGEST and _CHALLENGE.search(text) is not None


def soft_block(page: Page, root: etree._Element, lines: list[Line]) -> str | None:
    """Why the page is a challenge, login or maintenance page; None where nothing says so.

    Only for pages that could not be read as what they should be: an article about a login is an article.
    """
    crumb = find_breadcrumb(lines)
    text = _printed(root, lines)
    if len(text) > _LONGEST or (crumb and len(crumb.parts) > 1):
        return None  # a page of the site, whatever it says
    if _CHALLENGE.search(text):
        return "a challenge page"
    if _MAINTENANCE.search(text):
        return "a maintenance page"
    if (root.find(".//input[@type='password']") is not None or _LOGIN.search(text)) and not _is_article(lines):
        return "a login page"
    if _SERVER.search(text):
        return "a server's own page"
    by_script = root.find(".//script") is not None and _REDIRECTING_SCRIPT.search(page.text)
    if len(text.strip()) < 40 and by_script and link_target(page) is None:
        return "a challenge page: nothing but a script"
    return None


def link_target(page: Page) -> str | None:
    """The one literal address that a page without content of its own leads its readers to, absolute; None for any other page.

    Both CMSs publish such pages as articles: a `<meta http-equiv=refresh>`, or one `location.href = "…"`. A page that says
    that it is missing, blocks or is under maintenance is none, nor is one whose script computes the address.
    """
    if len(page.text) > _LONGEST_LINK_PAGE or not _LEADS_ON.search(page.text):
        return None
    try:
        root = parse(page)
    except PageError:
        return None
    base, targets = base_url(page, root), _literal_targets(root)
    found = {absolute(base, target) for target in targets or ()}
    if len(found) != 1 or _has_content(root, base, found):
        return None
    return next(iter(found)).partition("#")[0] or None


def _literal_targets(root: etree._Element) -> list[str] | None:
    """The addresses that refreshes and scripts of the page lead to; None where a script does more than that."""
    targets = []
    for element in root.iter("meta"):
        if (element.get("http-equiv") or "").strip().lower() == "refresh":
            refresh = _REFRESH.match(element.get("content") or "")
            targets += [refresh["url"].strip()] if refresh else []
    scripts = ["".join(element.itertext()) for element in root.iter("script")]
    scripts += [element.get("onload") or "" for element in root.iter("body")]
    for script in (_SCRIPT_COMMENT.sub("", text) for text in scripts):
        if _COMPUTES.search(script):
            return None
        for assigned in _LOCATION.finditer(script):
            literal = _LITERAL.match(script, assigned.end())
            if literal is None:
                return None
            targets.append(literal["url"])
    return targets


def _has_content(root: etree._Element, base: str, targets: set[str]) -> bool:
    """Whether the page shows more than that it leads on: words, other links, a form, a frame."""
    text = ""
    for element in root.iter(etree.Element):
        if element.tag in _HAS_CONTENT:
            return True
        if element.tag in ("a", "area") and absolute(base, element.get("href") or "") not in targets:
            return True
        if element.tag not in ("script", "style", "title"):
            text += element.text or ""
        text += element.tail or ""
        if len(text) > _LONGEST_LINK_PAGE:
            return True
    words = " ".join(text.split())
    refused = any(pattern.search(words) for pattern in (_MISSING, _CHALLENGE, _MAINTENANCE, _LOGIN))
    return refused or len(words) > _MOST_LINK_WORDS
