"""Question parser: reads the language of questions and the fields of the search form.

Blanks join by AND and `|` by OR, which binds tighter; `-` excludes; `( )` groups; `"…"` is a phrase; `field:value` and
`field:(value|value)` look in one field; `2019..2020` and `2020-03` are days of publication. Signs are read in their full-width forms,
too. A sign or field that is not understood is an InvalidQuery that names it.
"""

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from panan_spider.core.text import fold
from panan_spider.core.translations import N_, Message
from panan_spider.publish.browse.question import (
    ARTICLE_NUMBER,
    COLUMNS,
    EIGHT_DIGITS,
    FIELDS,
    NO_SECTION,
    STATES,
    AllOf,
    AnyOf,
    ArticleUrl,
    Days,
    Match,
    Node,
    Not,
    Number,
    Question,
    Text,
)

#: Characters of one word, phrase or value; and of a whole question. A longer one is refused, not cut.
LONGEST: Final = 200
_LONGEST_QUESTION: Final = 4_000
_FIELD: Final = re.compile(r"([^\W\d_]{1,20})[:：](.*)", re.DOTALL)
_DAY: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?|(\d{4})(\d\d)(\d\d)")
_RANGE: Final = re.compile(r"([\d/-]{0,20})\.\.([\d/-]{0,20})")
_ALONE: Final = re.compile(r"\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?")
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
#: An address as some browsers copy it.
_BARE_ADDRESS: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,9}[a-z]{2,63}/\S*", re.IGNORECASE)
#: Two dates with another sign between them than `..`.
_LIKE_A_RANGE: Final = re.compile(r"\d{4}(?:[-/]\d{1,2}){0,2}(?:\.{3,}|[-~—–―…至到])+\d{4}(?:[-/]\d{1,2}){0,2}")
_QUOTES: Final = {'"': '"', "“": "”", "「": "」"}
_OR: Final = "|｜"
_NOT: Final = "-－"
_OPEN: Final = "(（"
_CLOSE: Final = ")）"
#: Signs of other languages of questions. A word with one is refused, not looked for without it.
_SIGNS: Final = re.compile(r"^[+!~^&=<>]+|&&|\*|(?<=\w)[~^]")
#: Characters that are not seen, and come along when text is copied.
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_MOST_CLAUSES: Final = 40
_DEEPEST: Final = 4
#: Every spelling of a field or a state → the field or the state.
FIELD_SPELLINGS: Final = {spelling: name for name, (zh, en, more) in FIELDS.items() for spelling in (zh, en, *more)}
STATE_SPELLINGS: Final = {spelling: name for name, spellings in STATES.items() for spelling in spellings}
#: The orders of an answer: the best first where words are looked for, the newest first.
ORDERS: Final = ("", "new")
#: Fields of the search form that are clauses of their own; the others are `q` and `order`.
FORM: Final = ("site", "section", "since", "until", "author", "person", "state")

#: Brackets group clauses alone: within a word they are punctuation.
_BRACKETS: Final = str.maketrans(dict.fromkeys(_OPEN, "，") | dict.fromkeys(_CLOSE, ""))


class InvalidQuery(Exception):
    """A question that makes no sense. `message` says in one line what of it was not understood."""

    def __init__(self, message: str, **values: object) -> None:
        self.message = Message(message, values)
        super().__init__(str(self.message))


class Parser:
    """Parser of one question, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth, self._count = text, 0, 0, 0
        self._field = ""  # of the group that is being read

    def nodes(self) -> tuple[Node, ...]:
        """The clauses. Raises InvalidQuery."""
        found: list[Node] = []
        while sign := self._peek():
            if sign in _CLOSE:
                if not self._depth:
                    raise InvalidQuery(N_("{sign} closes what nothing opened"), sign=sign)
                break
            if self._word("AND"):
                if not found or self._peek() in ("", *_OR, *_CLOSE):
                    raise InvalidQuery(N_("{sign} stands between two words"), sign="AND")
                continue
            found.append(self._any_of())
        return tuple(found)

    def _peek(self) -> str:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _word(self, word: str) -> bool:
        end = self._at + len(word)
        if self._text[self._at : end] != word or self._text[end : end + 1].strip():
            return False
        self._at = end
        return True

    def _any_of(self) -> Node:
        found = [self._clause()]
        while (sign := self._peek()) and (sign in _OR or self._word("OR")):
            self._at += len(sign) if sign in _OR else 0
            self._peek()
            found.append(self._clause())
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def _clause(self) -> Node:
        sign = self._peek()
        self._count += 1
        if self._count > _MOST_CLAUSES:
            raise InvalidQuery(N_("more than {count} words"), count=_MOST_CLAUSES)
        if not sign or sign in _OR or sign in _CLOSE:
            raise InvalidQuery(N_("{sign} stands between two words"), sign="|")
        if self._word("OR"):
            raise InvalidQuery(N_("{sign} stands between two words"), sign="OR")
        if sign in _NOT:
            self._at += 1
            if not self._text[self._at : self._at + 1].strip() or self._text[self._at] in _NOT:
                raise InvalidQuery(N_("{sign} stands right before the word it excludes"), sign="-")
            return Not(self._clause())
        if self._word("NOT"):
            if self._peek() in ("", *_OR, *_CLOSE):
                raise InvalidQuery(N_("{sign} stands right before the word it excludes"), sign="NOT")
            return Not(self._clause())
        return self._group(self._field) if sign in _OPEN else self._atom()

    def _group(self, field: str) -> Node:
        """A group, whose words are values of `field` where they name none themselves."""
        outer, self._field = self._field, field
        self._at += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidQuery(N_("brackets within brackets, more than {count} deep"), count=_DEEPEST)
        found = self.nodes()
        if self._peek() not in tuple(_CLOSE):
            raise InvalidQuery(N_("{sign} is never closed"), sign="(")
        self._at += 1
        self._depth -= 1
        self._field = outer
        if not found:
            raise InvalidQuery(N_("there is no word in {given} to look for"), given="()")
        return found[0] if len(found) == 1 else AllOf(found)

    def _atom(self) -> Node:
        if (quoted := self._quote()) is not None:
            return _in_field(self._field, quoted, phrase=True) if self._field else _text(quoted, phrase=True)
        word = self._bare_word()
        if (found := _FIELD.fullmatch(word)) and not _ADDRESS.match(word):
            if not found[2] and self._text[self._at : self._at + 1] in tuple(_OPEN):
                return self._group(found[1])
            value = found[2] or self._quote()
            return _in_field(found[1], value, phrase=not found[2])
        return _in_field(self._field, word, phrase=False) if self._field else _plain(word)

    def _bare_word(self) -> str:
        """The characters up to a sign that ends a word; brackets that open and close within it belong to it."""
        start, opened = self._at, 0
        while sign := self._text[self._at : self._at + 1]:
            if sign.isspace() or sign in _OR or sign in _QUOTES or (sign in _CLOSE and self._depth and not opened):
                break
            if sign in _OPEN and _FIELD.fullmatch(before := self._text[start : self._at]) and before[-1] in ":：":
                break
            opened = max(0, opened + (sign in _OPEN) - (sign in _CLOSE))
            self._at += 1
        return _short(self._text[start : self._at])

    def _quote(self) -> str | None:
        close = _QUOTES.get(self._text[self._at : self._at + 1])
        if close is None:
            return None
        start, end = self._at + 1, self._text.find(close, self._at + 1)
        while (
            close == '"' and end >= 0 and self._text[end + 1 : end + 2] == '"'
        ):  # doubled: a quotation mark of the phrase
            end = self._text.find(close, end + 2)
        if end < 0 and re.search(r"[\s|｜]", self._text[start:]):  # the signs in it would be words of the phrase
            raise InvalidQuery(N_("{sign} is never closed"), sign=self._text[start - 1])
        self._at = len(self._text) if end < 0 else end + 1
        found = self._text[start : end if end >= 0 else None]
        return _short(found.replace('""', '"') if close == '"' else found)


def _short(word: str) -> str:
    if len(word) > LONGEST:
        raise InvalidQuery(N_("longer than {count} characters"), count=LONGEST)
    return word


def _text(words: str, column: str | None = None, *, phrase: bool = False) -> Text:
    words = " ".join(words.split())
    words = words if phrase else words.translate(_BRACKETS)
    found = Text(words, column, phrase)
    if not found.phrases:
        raise InvalidQuery(N_("there is no word in {given} to look for"), given=words or '""')
    return found


def _plain(word: str) -> Node:
    """A word without a field: a date, a number, an address, or text."""
    folded = fold(word)
    if found := _RANGE.fullmatch(folded):
        if not found[1] and not found[2]:
            raise InvalidQuery(N_("{sign} stands between two dates"), sign="..")
        return _days(found[1], found[2])
    if _ALONE.fullmatch(folded) or (EIGHT_DIGITS.fullmatch(folded) and day_range(folded)):
        return _days(folded, folded)
    if _LIKE_A_RANGE.fullmatch(folded):
        raise InvalidQuery(N_("{sign} stands between two dates"), sign="..")
    if ARTICLE_NUMBER.fullmatch(folded):
        return Number(folded)
    if _ADDRESS.fullmatch(word):
        return ArticleUrl(word)
    return ArticleUrl(f"http://{word}") if _BARE_ADDRESS.fullmatch(word) else _text(_without_signs(word))


def _without_signs(word: str) -> str:
    """The word. Raises InvalidQuery that names a sign in it which means something elsewhere."""
    if sign := _SIGNS.search(word):
        raise InvalidQuery(
            N_("{sign} in {given} has no meaning here; in quotation marks it is looked for as printed"),
            sign=sign[0],
            given=word,
        )
    return word


def _in_field(name: str, value: str | None, *, phrase: bool) -> Node:
    """A value of one field. Raises InvalidQuery that names the field where there is none of that name."""
    field = FIELD_SPELLINGS.get(name.lower()) or FIELD_SPELLINGS.get(fold(name).lower())
    if field is None:
        raise InvalidQuery(N_("no field is called {name}; in quotation marks it is looked for as printed"), name=name)
    if not value or not value.strip():
        raise InvalidQuery(N_("{name} stands without a value"), name=f"{name}:")
    value = value.strip()
    if not phrase and value[0] in _NOT and value != NO_SECTION:
        raise InvalidQuery(N_("{sign} stands right before the word it excludes"), sign="-")
    if field in COLUMNS:
        return _text(value if phrase else _without_signs(value), field, phrase=phrase)
    if field in ("day", "since", "until"):
        return _day_clause(field, fold(value))
    if field == "number":
        if not re.fullmatch(r"[0-9]{1,20}", fold(value)):
            raise InvalidQuery(N_("{given} is no number of an article"), given=value)
        return Number(fold(value))
    if field == "state":
        state = STATE_SPELLINGS.get(value.lower())
        if state is None:
            raise InvalidQuery(N_("no state is called {given}"), given=value)
        return Match(field, state)
    return Match(field, value)


def _day_clause(field: str, value: str) -> Days:
    if found := _RANGE.fullmatch(value):
        return _days(found[1], found[2])
    return _days("" if field == "until" else value, "" if field == "since" else value)


def day_range(given: str) -> tuple[str, str] | None:
    """The first and last day of `2020`, `2020-03`, `2020-03-05` or `20200305`; None where it is no date."""
    if (found := _DAY.fullmatch(given)) is None:
        return None
    year, month, day = (
        int(part) if part else None for part in (found.groups()[3:] if found[4] else found.groups()[:3])
    )
    assert year is not None
    try:
        if month is None:
            return date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
        if day is None:
            return date(year, month, 1).isoformat(), date(year, month, calendar.monthrange(year, month)[1]).isoformat()
        return date(year, month, day).isoformat(), date(year, month, day).isoformat()
    except (ValueError, calendar.IllegalMonthError):
        return None


def _days(first: str, last: str) -> Days:
    ends = []
    for given, index in ((first, 0), (last, 1)):
        found = day_range(given) if given else ("", "")
        if found is None:
            raise InvalidQuery(N_("{given} is no date such as 2020, 2020-03 or 2020-03-05"), given=given)
        ends.append(found[index])
    if ends[0] and ends[1] and ends[0] > ends[1]:
        raise InvalidQuery(N_("{first} is later than {last}"), first=first, last=last)
    return Days(ends[0], ends[1])


def parse(text: str) -> tuple[Node, ...]:
    """The clauses of a question. Raises InvalidQuery."""
    if len(text) > _LONGEST_QUESTION:
        raise InvalidQuery(N_("longer than {count} characters"), count=_LONGEST_QUESTION)
    return Parser(_UNSEEN.sub("", text)).nodes()


def question_of(args: Mapping[str, str]) -> Question:
    """The question of a form: `q` in the language of questions, `site`, `section`, `since`, `until`, `author`, `person`, `state`, `order`.

    Raises InvalidQuery.
    """
    nodes = list(parse(args.get("q", "").strip()))
    given = {name: value for name in FORM if (value := args.get(name, "").strip())}
    if too_long := [name for name, value in given.items() if len(value) > LONGEST]:
        raise InvalidQuery(N_("{name}: longer than {count} characters"), name=too_long[0], count=LONGEST)
    if since_or_until := (given.pop("since", ""), given.pop("until", "")):
        nodes += [_days(*since_or_until)] if any(since_or_until) else []
    nodes += [_in_field(name, value, phrase=True) for name, value in given.items()]
    order = args.get("order", "")
    if order not in ORDERS:
        raise InvalidQuery(N_("no order is called {given}"), given=order)
    return Question(tuple(dict.fromkeys(nodes)), order)
