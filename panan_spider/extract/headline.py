"""Headline, kicker and subtitle: which lines over the header line, and which is which by the document's title, by markup, by the body's first lines."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Final

from lxml import etree

from panan_spider.core.text import fold
from panan_spider.extract.line import Line
from panan_spider.extract.results import UnknownLayout
from panan_spider.extract.words import SiteWords, is_prose, one_of
from panan_spider.sites.profile import ArticleTemplate

_xpath: Final = cache(etree.XPath)
_PUNCTUATION: Final = re.compile(r"[\s\W_]+")
#: Words that a site's, a portal's or a section's name holds, and no article's.
_SITE_WORDS: Final = re.compile(one_of("site_words"))
_CLAIM: Final = re.compile(one_of("claims"))
_NAME_OF_SITE: Final = "{name}"
#: Characters: a `<title>` that can contradict, a part of it that names an article, and a beginning that is alike.
_SHORTEST_CALLED: Final = 6
_SHORTEST_NAME: Final = 4
_ALIKE: Final = 10
_SURE_TITLE: Final = 8  # characters; a shorter name of a document can be a section's

_TITLE_CUTS: Final = re.compile(r"\s{0,9}(?:--+|——|[-_|–])\s{0,9}")
#: The portal's and the site's name before an article's.
_SITE_FIRST: Final = r"(?:\s{0,9}{names}\s{0,9}(?:--+|[-_|–>»:]+))+\s{0,9}"
_SHORTEST_END: Final = 6  # characters; what is shorter can be a section
_MOST_CUTS: Final = 20  # of one title; each is a candidate that every line is held against

#: `甲在乙地调研时勉励`: a verb after 时, whatever it is.
_SAID_AT: Final = r"在[^,，。]{2,40}时(?![间代候光刻尚机期段评事速下常而隔])[\u3400-\u9fff]{1,3}"
_KICKER_END: Final = re.compile(rf"(?:{_SAID_AT}|{one_of('kicker_verbs', 'kicker_deeds')}):?$")
_SURE_KICKER_END: Final = re.compile(rf"(?:{_SAID_AT}|{one_of('kicker_verbs')}):?$")
_DASHED: Final = re.compile(r"\s{0,9}(?:——|--)\s{0,9}\w")
_SENTENCE: Final = re.compile(r"[。!?;]")
_LONGEST_HEADLINE: Final = 120
_WORD: Final = re.compile(r"[^\W\d_]")
_LONGEST_KICKER: Final = 45


def plain(text: str) -> str:
    """Letters and digits alone, for comparing headlines printed with other blanks and punctuation."""
    return _PUNCTUATION.sub("", text)


def names_the_article(called: str, body: Sequence[Line], like_kicker: bool, words: SiteWords) -> bool:
    """Whether the document's title is no site's and no section's: the article speaks of the same, or awaits a headline."""
    if len(called) < _SURE_TITLE or words.pattern(_NAME_OF_SITE).search(called) or _SITE_WORDS.search(called):
        return False
    return like_kicker or any(share_words(called, plain(line.prose), 4) for line in body)


def other_names(document_title: str, headline: str, own: Collection[str], words: SiteWords) -> list[str]:
    """Name in `<title>`, letters alone, where it contradicts the headline (kicker and subtitle included).

    `own` are names of the site's that `<title>` can hold besides: the breadcrumb's parts.
    """
    names = {plain(name) for name in (*own, *words.site.names)}
    parts = [plain(part) for part in _TITLE_CUTS.split(fold(document_title))]
    site = words.pattern(_NAME_OF_SITE)
    called = [p for p in parts if p and p not in names and not _SITE_WORDS.search(p) and not site.search(p)]
    whole, block = "".join(called), plain(fold(headline))
    if len(whole) < _SHORTEST_CALLED or len(block) < 2 or block[:_ALIKE] in whole:
        return []
    if any(len(part) >= _SHORTEST_NAME and part[:_ALIKE] in block for part in called):
        return []
    return [] if share_words(whole, block, max(4, min(len(whole), len(block)) * 2 // 5)) else called


def is_headed(lines: Sequence[Line], names: Collection[str]) -> bool:
    """Whether a heading of the page begins with one of these names, letters alone."""
    heads = [plain(line.folded) for line in lines if line.kind == "text" and line.heading_tag]
    return any(len(name) >= _SHORTEST_CALLED and head.startswith(name[:_ALIKE]) for name in names for head in heads)


def is_claim(kicker: str) -> bool:
    """Whether the line over the headline is a claim of the page's, such as 本网独家, and no kicker."""
    return _CLAIM.fullmatch(plain(kicker)) is not None


def is_lost(lines: Sequence[Line], titles: Sequence[str], body: Sequence[Line]) -> bool:
    """Whether the headline is gone from a page: no line beside it, a kicker first, shares a word with what the document is called."""
    called = min(map(plain, titles), key=len, default="")
    if not names_the_article(called, body, True, lines[0].words):
        return False
    return not any(share_words(called, plain(line.prose), 3) for line in lines)


def without_repetition(line: Line) -> Line:
    """The line; its first half where it says the same twice."""
    bare, half = line.bare, len(line.bare) // 2
    if half < _SURE_TITLE or bare[:half] != bare[half:]:
        return line
    return replace(line, raw=line.prose[: (len(line.prose) + 1) // 2].strip())


def share_words(text: str, other: str, length: int) -> bool:
    """Whether some `length` characters in a row stand in both."""
    return any(text[start : start + length] in other for start in range(len(text) - length + 1))


def known_titles(
    template: ArticleTemplate, root: etree._Element, document_title: str, source: str, words: SiteWords
) -> list[str]:
    """Candidates for the headline, the surest first: by a meta tag, by `<title>`, by the template's selectors.

    `source` is the page's text. A selector's element can hold the lines over and under the headline, too, so it comes last.
    """
    nodes = [node for word, path in template.title_paths if word in source for node in _xpath(path)(root)]
    # An element of several lines does not tell which of them is the headline.
    nodes = [node for node in nodes if all(node.find(f".//{tag}") is None for tag in ("br", "p", "div"))]
    found = [" ".join("".join(node.itertext()).split()) for node in nodes]
    metas = [
        node.get("content", "")
        for node in (root.iter("meta") if template.meta_titles else ())
        if (node.get("name") or "").lower() in template.meta_titles
    ]
    return [text for text in (*metas, *title_candidates(document_title, words), *found) if text]


def title_candidates(document_title: str, words: SiteWords) -> list[str]:
    """Candidates for the headline in `<title>`: all of it, then shorter ones with parts cut off its end.

    Where the site's name comes first, that goes, and parts are cut off the beginning, too. Cut at the first dashes alone.
    """
    folded = fold(document_title)
    cuts = [match.span() for match in islice(_TITLE_CUTS.finditer(folded), _MOST_CUTS)]
    if first := words.pattern(_SITE_FIRST).match(folded):
        ends = (document_title[end:] for start, end in cuts if start > first.end())
        named = title_candidates(document_title[first.end() :], words)
        return [document_title, *named, *(end for end in ends if len(end) >= _SHORTEST_END)]
    return [document_title, *(document_title[:cut] for cut, _ in reversed(cuts) if cut)]


@dataclass(frozen=True)
class Headline:
    """`title` is `""` where none was found; the lines are those each was read from."""

    title: str
    kicker: str | None
    subtitle: str | None
    lines: tuple[Line, ...]
    rule: str  # by which the title was chosen among them


def split_headline(headline: Headline) -> tuple[list[Line], list[Line], list[Line]]:
    """The headline's lines: the title's, those over it, those under it."""
    lines = list(headline.lines)
    for first in range(len(lines)):
        for end in range(first + 1, len(lines) + 1):
            if " ".join(line.prose for line in lines[first:end]) == headline.title:
                return lines[first:end], lines[:first], lines[end:]
    return lines, [], []


def read_headline(candidates: Sequence[Line], document_titles: Sequence[str], body: Sequence[Line]) -> Headline:
    """Choose among the lines over the header line; `body` holds the first text lines under it.

    Raises UnknownLayout where the line over the header line can only be a kicker, and nothing says what the title is.
    """
    if not candidates:
        return Headline("", None, None, (), "")
    candidates = [without_repetition(line) for line in candidates]
    if span := _by_document_title(candidates, document_titles):
        return _cut(candidates, span, "title of the document")
    if len(candidates) == 1 and (below := _below_the_header_line(candidates[0], document_titles, body)):
        return below
    if _SURE_KICKER_END.search(fold(candidates[0].prose)) and is_lost(candidates, document_titles, body):
        raise UnknownLayout(f"the document is called otherwise than the headline: {candidates[-1].prose}")
    if span := _by_repetition(candidates, body):
        return _cut(candidates, span, "repeated in the body")
    if span := _by_markup(candidates):
        return _cut(candidates, span, "markup")
    return _cut(candidates, _by_order(candidates), "order of the lines")


def _below_the_header_line(line: Line, titles: Sequence[str], body: Sequence[Line]) -> Headline | None:
    """The headline of a page that prints its kicker over the header line and its title under it."""
    for first, end in _spans(min(len(body), 3)):
        title = " ".join(below.prose for below in body[first:end])
        if len(plain(title)) >= 6 and plain(title) in map(plain, titles):
            return Headline(title, line.prose, None, (line, *body[first:end]), "order of the lines")
    could_be_title = body and could_be_kicker(body[0]) and len(body[0].bare) >= 8
    if _DASHED.match(line.prose) or (could_be_title and _SURE_KICKER_END.search(fold(line.prose))):
        raise UnknownLayout(f"a line beside the headline, and no headline: {line.prose}")
    called = min(map(plain, titles), key=len, default="")
    like_kicker = _KICKER_END.search(fold(line.prose)) is not None
    if names_the_article(called, body, like_kicker, line.words) and not share_words(called, plain(line.prose), 3):
        raise UnknownLayout(f"the document is called otherwise than the headline: {line.prose}")
    return None


def _cut(lines: Sequence[Line], span: tuple[int, int], rule: str) -> Headline:
    first, end = span
    while end - first > 1 and _DASHED.match(lines[end - 1].prose):
        end -= 1
    kicker, title, subtitle = (
        " ".join(line.prose for line in part) for part in (lines[:first], lines[first:end], lines[end:])
    )
    return Headline(title, kicker or None, subtitle or None, tuple(lines), rule)


def _spans(count: int) -> list[tuple[int, int]]:
    return sorted(((a, b) for a in range(count) for b in range(a + 1, count + 1)), key=lambda s: s[0] - s[1])


def _by_document_title(lines: Sequence[Line], titles: Sequence[str]) -> tuple[int, int] | None:
    for title in map(plain, titles):
        for first, end in _spans(len(lines)):
            joined = plain("".join(line.prose for line in lines[first:end]))
            if len(joined) >= 4 and (title == joined or (title.startswith(joined) and len(joined) > len(title) * 0.3)):
                return first, end
    return None


def _by_repetition(lines: Sequence[Line], body: Sequence[Line]) -> tuple[int, int] | None:
    opening = [plain(line.prose) for line in body[:2]]  # the headline again, or a kicker and the headline
    spans = [
        (first, end)
        for first, end in _spans(len(lines))
        if len(joined := plain("".join(line.prose for line in lines[first:end]))) >= 6 and joined in opening
    ]
    if len(spans) > 1 and spans[0] == (0, 1) and _KICKER_END.search(fold(lines[0].prose)):
        return spans[1]  # it says the kicker again, too
    return spans[0] if spans and len(lines) > 1 else None


def _rank(line: Line) -> float:
    """Rank of a line as a heading: its heading tag, its letters' size, its class name."""
    rank = {"h1": 6.0, "h2": 5.0, "h3": 4.0, "h4": 3.0}.get(line.heading_tag or "", 0.0)
    inside = islice(line.block.iter("font", "span", "strong", "b"), 4)
    for element in (line.block, *islice(line.block.iterancestors(), 2), *inside):
        words = f"{element.get('class', '')} {element.get('id', '')}".lower()
        if re.search(r"sub-?title|futi|fubiao|f_title|yinti|shoulder|kicker|jianti", words):
            return -1.0
        if re.search(r"title|headline|biaoti", words):
            rank = max(rank, 5.5 if element is line.block and "detail-title" in words else 3.5)
        if size := re.search(r"font-size\s*:\s*(\d+)", element.get("style", "")):
            rank = max(rank, min(int(size[1]) / 10, 3.4))
        if (element.get("size") or "").strip("+").isdigit():
            rank = max(rank, min(int(element.get("size", "0").strip("+")) / 2, 3.4))
    return rank + (0.5 if line.bold else 0)


def _by_markup(lines: Sequence[Line]) -> tuple[int, int] | None:
    ranks = [_rank(line) for line in lines]
    best = max(ranks)
    chosen = [index for index, rank in enumerate(ranks) if rank == best]
    if len(chosen) == len(lines) or best <= 0 or chosen[-1] - chosen[0] + 1 != len(chosen):
        return None
    return chosen[0], chosen[-1] + 1


def _by_order(lines: Sequence[Line]) -> tuple[int, int]:
    first = 1 if len(lines) > 1 and _KICKER_END.search(fold(lines[0].prose)) else 0
    same = [line.block is lines[first].block and line.breaks != "block" for line in lines[first + 1 :]]
    end = first + 1
    if len(lines) == 2 and first == 0 and same == [True] and not lines[1].prose.startswith(("—", "-")):
        end = 2
    if first and end == 2 and all(line.block is lines[0].block for line in lines):
        end = len(lines)  # under a kicker in the same element, what is not dashed is one headline
    return first, end


@dataclass(frozen=True)
class Opening:
    """Opening of the body before its text: kicker, repeated headline, subtitle; None where it has none."""

    kicker: str | None
    subtitle: str | None
    lines: tuple[Line, ...]


def read_opening(body: Sequence[Line], headline: Headline, *, first_part: bool) -> Opening:
    """The body's first text lines that belong to the headline; they are no text of the article."""
    longest = 2 * len(f"{headline.kicker}{headline.title}{headline.subtitle}")  # a longer line says none of them again
    texts = [plain(line.prose) if len(line.bare) <= longest else line.bare for line in body[:6]]
    start, end = _repeated(body, texts, headline)
    kicker = body[0].prose if start else None
    if end == 0 and body and (first_part or headline.kicker) and _opens_with_kicker(body[0], texts[0], headline):
        kicker, end = None if headline.kicker else body[0].prose, 1
    subtitle = None
    if end < len(texts):
        if headline.subtitle and texts[end] == plain(headline.subtitle):
            end += 1
        elif headline.subtitle is None and first_part and _is_subtitle(body, end):
            subtitle, end = body[end].prose, end + 1
    return Opening(kicker, subtitle, tuple(body[:end]))


def _repeated(body: Sequence[Line], texts: Sequence[str], headline: Headline) -> tuple[int, int]:
    """The lines that say the headline again, after a kicker or not; (0, 0) where none do."""
    title, whole = plain(headline.title), plain((headline.kicker or "") + headline.title)
    for start in (0, 1):
        for end in range(start + 1, min(start + 4, len(texts)) + 1):
            # Though its words are the headline's, a line can end as a text's sentence does.
            is_sentence = body[end - 1].prose.endswith("。") and not headline.title.endswith("。")
            again = "".join(texts[start:end]) in (title, whole) and not is_sentence
            if again and (start == 0 or could_be_kicker(body[0])):
                return start, end
    return 0, 0


def _opens_with_kicker(line: Line, text: str, headline: Headline) -> bool:
    if headline.kicker:
        return text == plain(headline.kicker)
    prose = fold(line.prose)  # with a comma in it, it is a text's own short paragraph
    return could_be_kicker(line) and "," not in prose and _KICKER_END.search(prose) is not None


def _is_subtitle(body: Sequence[Line], index: int) -> bool:
    """Whether the line is no sentence and marked by its dash, or the one heading element of the body, before its text."""
    line, rest = body[index], body[index + 1 :]
    if not could_be_kicker(line):
        return False
    heads_alone = line.heading_tag is not None and not any(other.heading_tag for other in rest)
    return _DASHED.match(line.prose) is not None or (heads_alone and any(map(is_prose, rest)))


def could_be_kicker(line: Line) -> bool:
    """Whether the line is short and no sentence."""
    return len(line.bare) <= _LONGEST_KICKER and not _SENTENCE.search(fold(line.prose))


def could_be_headline(line: Line) -> bool:
    """Whether a line over the header line can be (part of) the headline block."""
    return line.kind == "text" and 1 < len(line.bare) <= _LONGEST_HEADLINE and _WORD.search(line.bare) is not None
