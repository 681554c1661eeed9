"""Ways in which a page is damaged between the editor and us, and what reading what is left may say.

What is right when part of a page is gone:

* cut short: everything exact, or the page named. A page without its foot cannot tell whether its body is whole.
* one tag lost, doubled or swapped with its neighbour: all words are still there, so every word field is exact and the
  text has the same characters in the same order, or the page is named. Tags that are content themselves (pictures, links,
  films, line ends, cells) or whose loss shows a reader what was hidden (scripts, comments) are left alone.
* a line of the source lost, doubled or swapped: nothing is invented (title, date, source, names, breadcrumb and each line
  of the text are as printed, or missing where their own words are missing) and no long paragraph that the page still
  holds is lost; or the page is named.
"""

import html
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from markup_pages import gold, squeezed

from demo_site.record import Record
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage

LONG_LINE = 26
_TOKEN = re.compile(
    r"<!--.*?-->|<script.*?</script>|<style.*?</style>|<noscript.*?</noscript>|<form.*?</form>|<[^>]+>",
    re.DOTALL | re.IGNORECASE,
)
_CONTENT = re.compile(
    r"</?(img|a|br|td|th|tr|table|video|source|iframe|embed|title|input|textarea|script|style|h1|meta|html|body|!)\b|<!|<form|<noscript|<script|<style",
    re.IGNORECASE,
)


def rebuilt(page: Page, text: str) -> Page:
    """The page with another text, its bytes in a charset truly declared."""
    text = re.sub(r"(?i)charset=[\"']?[\w-]+", "charset=utf-8", text)
    return Page(page.url, text.encode("utf-8"), "text/html; charset=utf-8")


def cut(page: Page, dice: random.Random) -> Page:
    return Page(page.url, page.body[: dice.randrange(len(page.body))], page.content_type)


def tags(text: str) -> list[re.Match[str]]:
    """Tags whose loss takes no word and no thing from the page, nor shows a hidden one."""
    hidden = [m.span() for m in re.finditer(r"<(div|p)[^>]*display:\s*none.*?</\1>", text, re.DOTALL | re.IGNORECASE)]
    return [
        m
        for m in _TOKEN.finditer(text)
        if not _CONTENT.match(m[0]) and not any(start <= m.start() < end for start, end in hidden)
    ]


def lose_tag(text: str, dice: random.Random) -> str:
    m = dice.choice(tags(text))
    return text[: m.start()] + text[m.end() :]


def double_tag(text: str, dice: random.Random) -> str:
    m = dice.choice(tags(text))
    return text[: m.end()] + m[0] + text[m.end() :]


def swap_tags(text: str, dice: random.Random) -> str:
    found = tags(text)
    pairs = [(x, y) for x, y in itertools.pairwise(found) if x.end() == y.start()]
    if not pairs:
        return text
    x, y = dice.choice(pairs)
    return text[: x.start()] + y[0] + x[0] + text[y.end() :]


def whole_lines(text: str) -> list[int]:
    """Numbers of the source lines, below the document's head, that open and close the same tags: whole pieces of the page."""
    lines = text.split("\n")
    head = next(number for number, line in enumerate(lines) if "</head>" in line)
    return [number for number in range(head + 1, len(lines)) if lines[number].strip() and _is_whole(lines[number])]


#: Hidden things, and the line that says where the article ends: a text below it is no longer the article's.
_TELLING = re.compile(r"<!|display|编辑|作者|初审")


def _is_whole(line: str) -> bool:
    found = re.findall(r"<(/?)(\w+)", line.lower())
    depth: Counter[str] = Counter()
    for closing, name in found:
        depth[name] += -1 if closing else 1
    void = {"br", "img", "hr", "input", "embed", "source", "meta"}
    return not any(count for name, count in depth.items() if name not in void) and not _TELLING.search(line)


def lose_line(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    del lines[dice.choice(whole_lines(text))]
    return "\n".join(lines)


def double_line(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    at = dice.choice(whole_lines(text))
    return "\n".join([*lines[:at], lines[at], *lines[at:]])


def swap_lines(text: str, dice: random.Random) -> str:
    lines, whole = text.split("\n"), whole_lines(text)
    pairs = [at for at in whole if at + 1 in whole]
    if pairs:
        at = dice.choice(pairs)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


TAG_DAMAGE: dict[str, Callable[[str, random.Random], str]] = {
    "lose_tag": lose_tag,
    "double_tag": double_tag,
    "swap_tags": swap_tags,
}
LINE_DAMAGE: dict[str, Callable[[str, random.Random], str]] = {
    "lose_line": lose_line,
    "double_line": double_line,
    "swap_lines": swap_lines,
}
WORD_FIELDS = ("title", "published", "breadcrumbs", "source", "authors", "editor", "credits")


def after_tag_damage(record: Record, read: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is wrong with a page read in spite of a damaged tag."""
    want = gold(record)
    out = {field: (want[field], read[field]) for field in WORD_FIELDS if want[field] != read[field]}
    # Two paragraphs run into one, and a picture cut off from its caption, leave lines that a reader takes for text, too.
    beside = _lines_beside(record, want)
    if _without(want["text"], beside) != _without(read["text"], beside):
        out["text"] = (want["text"], read["text"])
    return out


def after_line_damage(record: Record, text: str, read: ArticlePage) -> dict[str, tuple[Any, Any]]:
    """What a page read in spite of a damaged line invents or loses."""
    left = squeezed(visible(text))
    want = gold(record)
    out: dict[str, tuple[Any, Any]] = {}
    names = [author.name for author in record.authors]
    if not _made_of(read.title, [record.title]) and squeezed(record.title) in left + squeezed(document_title(text)):
        out["title"] = (record.title, read.title)
    if read.published not in (record.published, None):
        out["published"] = (record.published, read.published)
    if read.source not in (record.source, None):
        out["source"] = (record.source, read.source)
    if not {author.name for author in read.authors} <= set(names):
        out["authors"] = (names, read.authors)
    if not set(read.breadcrumbs) <= set(record.breadcrumbs):
        out["breadcrumbs"] = (record.breadcrumbs, read.breadcrumbs)
    known = [*want["text"].split("\n"), *_lines_beside(record, want)]
    invented = [line for line in read.text.split("\n") if not _made_of(line, known)]
    if invented:
        out["invented"] = ([], invented)
    held = squeezed(read.text)
    lost = [
        line
        for line in want["text"].split("\n")
        if len(line) >= LONG_LINE and squeezed(line) in left and squeezed(line) not in held
    ]
    if lost:
        out["lost"] = (lost, [])
    return out


def _lines_beside(record: Record, want: dict[str, Any]) -> list[str]:
    """Lines that a reader may take for text once what made them something else is gone."""
    captions = [image["caption"] for image in want["images"] if image["caption"]]
    marked = [f"▲{caption}" for caption in captions]
    titles = [attachment["title"] for attachment in want["attachments"]]
    cells = [cell for block in want["blocks"] if block["type"] == "table" for row in block["rows"] for cell in row]
    heads = [
        part for line in (record.kicker, record.subtitle, record.title) if line for part in (line, *line.split(" "))
    ]
    return [*captions, *marked, *titles, *cells, *heads]


def _made_of(line: str, known: list[str]) -> bool:
    """Whether a line is one of the known, or several that ran together."""
    return not _without(line, known)


def _without(line: str, pieces: list[str]) -> str:
    """What is left of a line when the pieces are taken out."""
    left = squeezed(line)
    for piece in sorted({squeezed(one) for one in pieces}, key=len, reverse=True):
        left = left.replace(piece, "")
    return left


def document_title(text: str) -> str:
    """What the document's head names it."""
    m = re.search(r"<title>(.*?)</title>", text, re.DOTALL | re.IGNORECASE)
    return html.unescape(m[1]) if m else ""


def visible(text: str) -> str:
    """Words a browser shows, roughly: comments, scripts and tags taken away."""
    text = re.sub(r"<!--.*?-->|<(script|style|title|noscript)\b.*?</\1>", "", text, flags=re.DOTALL | re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]+>", "", text))
