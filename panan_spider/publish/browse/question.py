"""Question: the clauses that a list of articles is asked for by; printed in the language of questions, and in words."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from panan_spider.core.translations import N_, Translate
from panan_spider.publish.export.bigrams import phrases, runs

#: Stands for the articles whose page names no section.
NO_SECTION: Final = "-"

#: Field → its Chinese and English name in a question, and further spellings.
FIELDS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "title": ("标题", "title", ("headline", "题", "標題")),
    "kicker": ("引题", "kicker", ("副题", "subtitle", "引題", "副題")),
    "text": ("正文", "text", ("body",)),
    "site": ("网站", "site", ("網站",)),
    "section": ("栏目", "section", ("欄目",)),
    "author": ("作者", "byline", ("记者", "通讯员", "author", "記者", "通訊員")),
    "person": ("人物", "person", ()),
    "office": ("职务", "office", ("職務",)),
    "place": ("地点", "place", ("地點",)),
    "source": ("来源", "source", ("來源",)),
    "template": ("版式", "template", ("版面",)),
    "state": ("状态", "state", ("is", "狀態")),
    "day": ("日期", "date", ("day", "年", "year", "月", "month")),
    "since": ("自", "since", ("from",)),
    "until": ("至", "until", ("to",)),
    "number": ("编号", "number", ("id", "編號")),
}
#: Columns of the full-text index behind a field of text.
COLUMNS: Final = {"title": "title", "kicker": "lead", "text": "text"}
#: Values of `state:`, Chinese and English.
STATES: Final = {"revised": ("更正", "revised"), "removed": ("撤下", "removed"), "pictures": ("有图", "pictures")}

ARTICLE_NUMBER: Final = re.compile(r"\d{7,12}")
#: A day as eight digits; other numbers are those of articles.
EIGHT_DIGITS: Final = re.compile(r"(?:19|20)\d{6}")
_WORDS: Final = {"OR": "|", "NOT": "-", "AND": ""}
_PLAIN: Final = re.compile(r"[^\s|｜()（）\"“”「」:：*~^+!&=<>－-][^\s|｜()（）\"“”「」:：*~^]*")


@dataclass(frozen=True)
class Text:
    """Words to look for: in all text, or in the one `field`. A phrase is looked for as it stands."""

    words: str
    field: str | None = None
    phrase: bool = False

    @property
    def phrases(self) -> list[tuple[str, ...]]:
        """The runs of characters to look for, each as it stands."""
        if not self.phrase:
            return phrases(self.words)
        found = tuple(runs(self.words))
        return [found] if found else []


@dataclass(frozen=True)
class Match:
    """Articles whose `field` (section, author, person, …) is `value`; one that ends in `*`: begins with it."""

    field: str
    value: str


@dataclass(frozen=True)
class Days:
    """Articles published from `first` to `last`, inclusive, as YYYY-MM-DD; empty: open. `words`: as asked for."""

    first: str
    last: str


@dataclass(frozen=True)
class Number:
    """The article of that number; where there is none, the articles that hold it as text."""

    number: str


@dataclass(frozen=True)
class ArticleUrl:
    """The article at that address."""

    url: str


@dataclass(frozen=True)
class Not:
    """Articles that `node` does not hold for."""

    node: "Node"


@dataclass(frozen=True)
class AllOf:
    """Articles that every one of `nodes` holds for; none of them: all articles."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """Articles that at least one of `nodes` holds for."""

    nodes: tuple["Node", ...]


Node = Text | Match | Days | Number | ArticleUrl | Not | AllOf | AnyOf


@dataclass(frozen=True)
class Question:
    """Clauses that all must hold, and an order: `new` for the newest first, else the best first."""

    nodes: tuple[Node, ...] = ()
    order: str = ""

    def also(self, *nodes: Node) -> "Question":
        """The question with these clauses added, each once."""
        return replace(self, nodes=tuple(dict.fromkeys([*self.nodes, *nodes])))

    def without(self, node: Node) -> "Question":
        """The question with that clause taken out."""
        return replace(self, nodes=tuple(clause for clause in self.nodes if clause != node))

    @property
    def texts(self) -> list[Text]:
        """The words that an article of the answer can hold: those to mark in it."""
        return [text for node in self.nodes for text in _texts(node)]

    def source(self, language: str) -> str:
        """The question in its own language, field names in `zh` or `en`. Parsed again it is the same question."""
        return " ".join(source(node, language) for node in self.nodes)

    def words(self, translate: Translate) -> str:
        """The question as a sentence a reader understands."""
        return translate("comma", "，").join(in_words(node, translate) for node in self.nodes)


def _texts(node: Node) -> list[Text]:
    if isinstance(node, Text):
        return [node]
    if isinstance(node, Number):
        return [Text(node.number)]
    return [text for clause in node.nodes for text in _texts(clause)] if isinstance(node, AllOf | AnyOf) else []


def source(node: Node, language: str) -> str:
    """One clause in the language of questions."""
    spelling = 0 if language == "zh" else 1
    if isinstance(node, Not):
        excluded = source(node.node, language)
        return f"-({excluded})" if isinstance(node.node, AnyOf | Not) else f"-{excluded}"
    if isinstance(node, AllOf):
        return f"({' '.join(source(clause, language) for clause in node.nodes)})"
    if isinstance(node, AnyOf):
        return "|".join(
            f"({source(clause, language)})" if isinstance(clause, AnyOf) else source(clause, language)
            for clause in node.nodes
        )
    if isinstance(node, Days):
        first, last = short_days(node.first, node.last)
        return first if first == last and len(first) > len("2020") else f"{first}..{last}"
    if isinstance(node, Number):
        is_plain = ARTICLE_NUMBER.fullmatch(node.number) and not EIGHT_DIGITS.fullmatch(node.number)
        return node.number if is_plain else f"{FIELDS['number'][spelling]}:{node.number}"
    if isinstance(node, ArticleUrl):
        return node.url
    if isinstance(node, Match):
        value = STATES[node.value][spelling] if node.field == "state" else node.value
        return f"{FIELDS[node.field][spelling]}:{_quoted(value)}"
    prefix = f"{FIELDS[node.field][spelling]}:" if node.field else ""
    return prefix + (_in_quotes(node.words) if node.phrase else node.words)


def _quoted(value: str) -> str:
    plain = (
        _PLAIN.fullmatch(value) and not ARTICLE_NUMBER.fullmatch(value) and ".." not in value and value not in _WORDS
    )
    return value if plain or value == NO_SECTION else _in_quotes(value)


def _in_quotes(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def in_words(node: Node, translate: Translate) -> str:
    """One clause as part of a sentence."""
    if isinstance(node, Not):
        return translate(N_("without {what}"), what=in_words(node.node, translate))
    if isinstance(node, AllOf | AnyOf):
        joint = translate(N_(" and ")) if isinstance(node, AllOf) else translate(N_(" or "))
        return translate(
            "brackets", "（{what}）", what=joint.join(in_words(clause, translate) for clause in node.nodes)
        )
    if isinstance(node, Days):
        return _days_in_words(node, translate)
    if isinstance(node, Number):
        return translate(N_("the number {number}"), number=node.number)
    if isinstance(node, ArticleUrl):
        return translate(N_("the address {url}"), url=node.url)
    if isinstance(node, Match):
        return _match_in_words(node, translate)
    shown = translate("quoted", "“{what}”", what=node.words) if node.phrase else node.words
    return (
        shown
        if node.field is None
        else translate(N_("{what} in the {field}"), what=shown, field=field_name(node.field, translate))
    )


def _match_in_words(node: Match, translate: Translate) -> str:
    if node.field == "state":
        return state_name(node.value, translate)
    value = translate(N_("none printed")) if (node.field, node.value) == ("section", NO_SECTION) else node.value
    return translate("labelled", "{name}：{value}", name=field_name(node.field, translate), value=value)


def _days_in_words(node: Days, translate: Translate) -> str:
    first, last = short_days(node.first, node.last)
    if first == last:
        return first
    if not last:
        return translate(N_("from {day}"), day=first)
    return (
        translate(N_("from {first} to {last}"), first=first, last=last)
        if first
        else translate(N_("until {day}"), day=last)
    )


def short_days(first: str, last: str) -> tuple[str, str]:
    """Two days without what a whole year or month makes needless: 2019-01-01 and 2019-12-31 are 2019 and 2019."""
    short_first = (
        first.removesuffix("-01").removesuffix("-01") if first.endswith("-01-01") else first.removesuffix("-01")
    )
    short_last = last
    if last and (end := date.fromisoformat(last)).day == calendar.monthrange(end.year, end.month)[1]:
        short_last = last[:4] if end.month == 12 and len(short_first) in (0, 4) else last[:7]
    if first and last and len(short_first) != len(short_last):
        return (first[:7], last[:7]) if short_first != first and short_last != last else (first, last)
    return short_first, short_last


def field_name(name: str, translate: Translate) -> str:
    """The name of a field in the reader's language."""
    return translate(FIELDS[name][1], zh=FIELDS[name][0])


def state_name(name: str, translate: Translate) -> str:
    """The name of a state in the reader's language."""
    return {
        "revised": translate(N_("corrected")),
        "removed": translate(N_("removed from the site")),
        "pictures": translate(N_("with pictures")),
    }[name]
