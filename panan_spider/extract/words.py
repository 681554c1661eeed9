"""Words of a page: what a line is by its words alone, the words of one site, and the word lists by meaning (words.toml).

A predicate here knows one line and nothing of its neighbours. Which label a line gets in the end is decided in `labels`.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from panan_spider.core.text import fold, remembered
from panan_spider.sites.profile import Site

if TYPE_CHECKING:  # a line knows the words of its site
    from panan_spider.extract.line import Line


_CHINESE: Final = re.compile("[\u3400-\u9fff]+")


@cache
def _lists() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Meaning → its words, and its forms: patterns of words with gaps or endings."""
    record = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    return {
        meaning: (tuple(entry.get("words", ())), tuple(entry.get("forms", ()))) for meaning, entry in record.items()
    }


def meaning(*names: str) -> tuple[str, ...]:
    """The words of these lists, in order. Raises KeyError for a list that there is not."""
    return tuple(word for name in names for word in _lists()[name][0])


def one_of(*names: str) -> str:
    """A pattern of the words of these lists, longest first, and of their forms, in order."""
    forms = (form for name in names for form in _lists()[name][1])
    return "|".join([*sorted(map(re.escape, meaning(*names)), key=len, reverse=True), *forms])


def spaced(word: str) -> str:
    """A pattern of the word with blanks between its characters or none: `编  辑`."""
    return r"\s{0,9}".join(word)


def every_word() -> frozenset[str]:
    """All words of all lists, those within forms included."""
    listed = (word for words, _ in _lists().values() for word in words)
    formed = (word for _, forms in _lists().values() for form in forms for word in _CHINESE.findall(form))
    return frozenset((*listed, *formed))


#: A pattern that matches nothing: stands for a name that the profile does not know.
_NOTHING: Final = "(?!)"


class SiteWords:
    """Compiles pattern templates: `{name}` is the site's own name, `{names}` that or its portal's."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.patterns: dict[str, re.Pattern[str]] = {}
        own = (site.name,) if site.name else ()
        self._places = {"{names}": _any_of(site.names), "{name}": _any_of(own)}

    def pattern(self, template: str) -> re.Pattern[str]:
        """The template as a pattern of this site, letters of any case. Compiled at the first call."""
        known = self.patterns.get(template)
        if known is None:
            source = template
            for placeholder, names in self._places.items():
                source = source.replace(placeholder, names)
            known = self.patterns[template] = re.compile(source, re.IGNORECASE)
        return known


def _any_of(names: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, names))})" if names else _NOTHING


@lru_cache(maxsize=128)
def words_of(site: Site) -> SiteWords:
    """The words of a site, the same object each time."""
    return SiteWords(site)


_SHARED_TO: Final = rf"(?:{one_of('shared_to')}|[\s/|,、:0-9])*"
#: No word of a name's: `人民网评论`. Between a name and a link `lines` sets a gap.
_ALONE: Final = "(?<![\u4e00-\u9fff·])"
_TOOL: Final = f"(?:{_ALONE}(?:{one_of('service_links')})|{one_of('service_signs')})"
#: What follows where 文字 means the letters' size, and not who wrote: 文字 甲.
_SIZE: Final = one_of("letter_sizes")
_SIZES: Final = rf"{one_of('letter_size')}|\s*:?[\s\[【(]*(?:{_SIZE}){{1,3}}(?![\u4e00-\u9fff])"
_BARS: Final = rf"(?:{one_of('change')})(?:{one_of('letters')})"
_LETTERS_ALONE, *_LETTERS = meaning("letters")
_COUNTED: Final = f"(?:{one_of('counted')})"
FURNITURE: Final = re.compile(
    rf"(?:[\[【(]\s{{0,9}})?(?:{_BARS}|{_LETTERS_ALONE}(?={_SIZES})|{'|'.join(_LETTERS)})(?:{one_of('letter_size')})?"
    rf"\s*:?[\s\[【(]*(?:(?:{_SIZE})[\s|/\[\]【】()]*){{0,6}}(?=$|(?<=[\s|\[\]【】)])|[\s|\[【])"
    rf"|(?:[\[【(]\s{{0,9}})?{_TOOL}(?:\s*:?\s*\d{{0,6}}\s*(?:{one_of('service_links', 'service_signs')})){{0,9}}"
    rf"\s*:?\s*(?:[(\[]?\d{{1,6}}(?=[\s)\]】]|人|$)(?:{_COUNTED})?)?[\]】)]?(?!\w)"
    rf"|(?:[\[【(]\s{{0,9}})?{_ALONE}(?:{one_of('share')})(?:\s*:?{_SHARED_TO}(?=$|[\s|\[【])|\s*:?)\s*[\]】)]?(?!\w)"
    rf"|(?:{one_of('counters')})\s*:\s*[\[(]?\s*(?:\d[\d.]{{0,9}}\s*万?\+?)?\s*[\])]?\s*(?:次|人)?"
    r"|(?<!\w)赞\s*[(]\d+[)](?!\w)|(?<![A-Za-z])(?:T\s?[大中小](?![\u4e00-\u9fff])\s?){2,3}"
    rf"|(?:{one_of('counters_alone')})\s*\d+\s*次?"
)
#: One of these stands in every stretch of furniture, and in few other lines.
_FURNITURE_WORD: Final = re.compile(one_of("furniture_signs"))

_BARE_NAME: Final = re.compile(rf"(?:{one_of('surnames')})[\u3400-\u9fff]{{1,2}}")
_SHORT_NAME: Final = 2  # characters: two such words can say something else
_BETWEEN_LABELS: Final = re.compile(r";(?=\s{0,9}(?:[\u3400-\u9fff]{2,6}\s?:|\d{4}[-/.年]\d))")
_BAR: Final = re.compile(rf"\s{{0,9}}{_BARS}(?:{one_of('letter_size')})\s*:")
_SIGNS_BETWEEN: Final = re.compile(r"[\s|\[\]]*")


def cleared(folded: str, by: str = " ") -> str:
    """A folded line with `by` in the place of each stretch of furniture, and a blank for a semicolon between two labels."""
    if ";" in folded:
        folded = _BETWEEN_LABELS.sub(" ", folded)
    return FURNITURE.sub(by, folded) if _FURNITURE_WORD.search(folded) else folded


def bare_names(text: str) -> tuple[str, ...]:
    """The names on a line of names alone, told by their family names, one of three characters at least; none of any other line."""
    names = re.split(r"[\s、,，]+", text.strip())
    are_names = all(_BARE_NAME.fullmatch(name) for name in names) and max(map(len, names)) > _SHORT_NAME
    return tuple(names) if are_names else ()


@remembered
def without_furniture(text: str) -> str:
    """The line as printed, less what counts views or changes the size of letters."""
    printed, at, folded = "", 0, fold(text)
    for found in FURNITURE.finditer(folded) if _FURNITURE_WORD.search(folded) else ():
        printed, at = printed + text[at : found.start()] + " ", found.end()
    return (printed + text[at:]).strip(" |\uff5c\u3000")


@remembered
def without_bar(text: str) -> str:
    """The line as printed, less the bar of letter sizes and print before its first words: `改变文字大小:[ ] [打印] | [关闭]`."""
    folded, end = fold(text), 0
    if not _BAR.match(folded):
        return text
    while found := FURNITURE.match(folded, _SIGNS_BETWEEN.match(folded, end).end()):  # type: ignore[union-attr]
        end = found.end()
    return text[_SIGNS_BETWEEN.match(folded, end).end() :]  # type: ignore[union-attr]


RELATED_HEADINGS: Final = meaning("related_headings")
#: Over lists of what others read.
RANKINGS: Final = meaning("rankings")
_MORE: Final = rf"(?:{one_of('more')}|更\s多)?[\s>>»+\[\]::.…|]*"
_SIDE: Final = re.compile(
    rf"^[\s■◆●□▪·|【\[]*({one_of('related_headings', 'rankings', 'side_headings')})[】\]\s]*{_MORE}$", re.IGNORECASE
)

#: The footer, and the lines at the page's head that no article holds.
_FOOTER: Final = re.compile(f"©|{one_of('licences')}")
_FOOTER_OPENS: Final = re.compile(rf"\s{{0,9}}(?:Copyright(?!\w)|{one_of('footer_openings')})", re.IGNORECASE)
_FOOTER_WORDS: Final = one_of("footer_words")
_RIGHTS: Final = re.compile(one_of("rights"))
_LICENCE: Final = re.compile(rf"{one_of('licence_words')}|Copyright(?!\w)|©|\d{{6,}}|Reserved", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[。!?…][”’」』)]*\s*$")
_HEAD_FURNITURE: Final = re.compile(
    rf"(?<!\w)(?:{one_of('head_words')})(?!\w)|(?:{one_of('today')})\s*:?\s*(?:\d|$)"
    rf"|(?:\d\s*日?|{one_of('today')})\s*(?:{one_of('weekdays')})\s*$"
)
_WALK_WORD: Final = one_of("pager_words")
PAGER: Final = re.compile(rf"^[\s\d\[\]()【】|<>»«:/.]*(?:(?:{_WALK_WORD})[\s\d\[\]()【】|<>»«:/.]*)+$")
NEIGHBOUR: Final = re.compile(rf"^\s{{0,9}}[\[【]?\s{{0,9}}(?:{one_of('neighbours')})\s{{0,9}}[\]】]?\s{{0,9}}:?")
_SHARE: Final = re.compile(rf"^\s*(?:{one_of('share_lines')})")
LONGEST_SHARE: Final = 40
#: Where a row of links takes the page to, and nothing else: `微信 QQ空间 新浪微博`.
SHARE_ROW: Final = re.compile(rf"(?:(?:{one_of('share_row')})[\s|/,、]*){{2,12}}")
_SIGNS: Final = re.compile(r"[\s|\[\]【】()-]*")
_CODE: Final = re.compile(one_of("code_words"))
_SAYS_WHENCE: Final = re.compile(r"来\s{0,9}源|\d{4}[-/.年]\d")
_SENTENCE_SIGN: Final = re.compile(r"[。!?;]")
NUMBERS: Final = re.compile(r"[\s\d\[\]【】()|]+")
#: Lines that open what other sites of these systems print below an article.
_BELOW: Final = re.compile(
    rf"^\s*[【\[]?(?:(?:{one_of('below')})(?:{one_of('below_goes_on')}|(?!\w))|{one_of('notices')})"
)
KEYWORDS: Final = re.compile(rf"^\s*[【\[]?(?:{one_of('keyword_labels')})\s*[】\]]?\s*:", re.IGNORECASE)
_LEAD: Final = re.compile(
    rf"[\s(【\[]{{0,9}}(?:{one_of('lead_labels')})\s{{0,9}}[】\])]?\s{{0,9}}[:|]?\s{{0,9}}(?<=[:|】\]\s])\S"
)
#: Words of toolbars: letter size, print, sharing, comments. A line of nothing else, before the text or behind it, serves the reader.
_TOOLS: Final = one_of("tools")
_TOOL_SIGNS: Final = r"[\s\d\[\]()【】|/:,、.·+<>«»-]{0,20}"
TOOLBAR: Final = re.compile(rf"{_TOOL_SIGNS}(?:(?:{_TOOLS}){_TOOL_SIGNS}){{1,12}}", re.IGNORECASE)
INVITATION: Final = re.compile(
    rf"(?:{one_of('invitations')})[^。!?;]{{1,30}}(?:>+|»)\s*$|(?:{one_of('follow')})[\u3400-\u9fffA-Za-z]{{2,8}}$"
)
SIZES_ALONE: Final = re.compile(r"(?:\s?[ATat]?\s?[+-]\s?\d{0,6}){1,4}")
LONGEST_TOOLBAR: Final = 40  # characters
LEFTOVERS: Final = re.compile(
    rf"^(?:{one_of('leftovers')}|404NotFound|(?:nginx|openresty|tengine|apache)(?:/[\d.]+)?)$", re.IGNORECASE
)
_SHORTEST_PROSE: Final = 30  # characters
LONGEST_LEFTOVER: Final = 40  # characters


@remembered
def side_heading(text: str) -> str | None:
    """The side block a line opens (`相关阅读`, `新闻导读 更多>>>`); None where it opens none."""
    found = _SIDE.match(fold(text))
    return found[1] if found else None


@remembered
def is_footer(text: str, words: SiteWords) -> bool:
    """Whether the line belongs to the page's foot (or its head, which prints the same licences)."""
    if len(text) > 200 or is_statement(text):
        return False
    folded = fold(text)
    claims = _RIGHTS.search(folded) is not None and _LICENCE.search(folded) is not None
    named = claims or words.pattern(_FOOTER_WORDS).search(folded) is not None
    return named or _FOOTER_OPENS.match(folded) is not None or _FOOTER.search(folded) is not None


@remembered
def is_statement(text: str) -> bool:
    """Whether the line is a sentence that claims no rights: the text of an article, whatever words it begins with."""
    return _SENTENCE_END.search(fold(text[-12:])) is not None and _LICENCE.search(fold(text)) is None


def is_prose(line: "Line") -> bool:
    """Whether the line is a sentence of some length: a paragraph of an article."""
    return line.kind == "text" and len(line.bare) >= _SHORTEST_PROSE and is_statement(line.folded)


def is_head_furniture(text: str, words: SiteWords) -> bool:
    """Whether the line is one of the page's head."""
    return len(text) <= 120 and (_HEAD_FURNITURE.search(fold(text)) is not None or is_footer(text, words))


def is_tools(text: str) -> bool:
    """Whether nothing is left of a folded line but signs when print, letter size and counters are taken out."""
    first = _SIGNS.match(text).end()  # type: ignore[union-attr]
    if first == len(text):
        return True
    return FURNITURE.match(text, first) is not None and _SIGNS.fullmatch(FURNITURE.sub("", text)) is not None


def is_sharing(line: "Line") -> bool:
    """Whether the line offers to share, scan or comment: `分享到`, `扫一扫`."""
    text = line.folded
    if line.kind != "text" or len(text) > LONGEST_SHARE:
        return False
    return _SHARE.match(text) is not None and not _SENTENCE_SIGN.search(text) and not _SAYS_WHENCE.search(text)


def is_lead(line: "Line") -> bool:
    """Whether the line is the text's lead by its label: `导语：…`, `核心提示：…`."""
    return line.kind == "text" and _LEAD.match(line.folded) is not None


def names_code(line: "Line") -> bool:
    """Whether the line stands beside a code to be scanned: 扫一扫在手机打开当前页."""
    return _CODE.search(line.text) is not None


def names_keywords(line: "Line") -> bool:
    """Whether the line is keywords alone, linked or not: `标签：交通 红绿灯`; the last line of a page's text can be that."""
    return len(line.bare) <= 60 and KEYWORDS.match(line.folded) is not None and not _SENTENCE_SIGN.search(line.folded)


def is_notice(line: "Line") -> bool:
    """Whether the line opens a notice of rights, comments or links that sites print below an article."""
    return _BELOW.match(line.folded) is not None
