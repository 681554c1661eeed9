"""What people did, and where: the first action behind their names in the same clause, and those joined to it."""

import re
from dataclasses import dataclass
from typing import Final

from panan_spider.publish.people.people_words import CLAUSE_END, HAN, VERB, any_of, words

Span = tuple[int, int]

_SPEECH: Final = frozenset(words("actions", "speech"))
_PAIRS: Final = frozenset(words("actions", "pairs"))
_WITH_OBJECT: Final = frozenset(words("actions", "with_object"))
_VERB: Final = re.compile(VERB)
_NOUN_AFTER: Final = re.compile(any_of(words("actions", "noun_after")))
_FILLER: Final = re.compile(rf"等[{HAN}]{{0,8}}?领导|{any_of(words('actions', 'fillers'))}|的(?=陪同)")
_OPENER: Final = re.compile(any_of(words("actions", "openers")))
#: 并 leads on even behind a comma.
_LINK: Final = re.compile(rf"[{HAN}、]{{0,24}}?(?:{any_of(words('actions', 'links'))}|[,，]并)")
_ALSO: Final = re.compile("[,，]并")
_AND: Final = ("、", "和")
_SPEAKS_AFTER: Final = 2

_BEFORE_PLACE: Final = any_of(words("places", "before"))
_KINDS: Final = words("places", "kinds")
_ONE_PLACE: Final = rf"(?:[{HAN}]{{1,12}}{any_of(_KINDS)}|{any_of(kind for kind in _KINDS if len(kind) > 1)}|{any_of(words('places', 'cities'))})"
_PLACE: Final = re.compile(
    rf"{_BEFORE_PLACE}({_ONE_PLACE}(?:、{_ONE_PLACE})*)(?=$|等地|等处|一线|实地|专题|开展|进行|就|对|{VERB})"
)


@dataclass(frozen=True, slots=True)
class Actions:
    """Where in the text the actions of a group of people stand, and the place of them as printed."""

    actions: tuple[Span, ...] = ()
    place: Span | None = None


def deeds(text: str, at: int, limit: int) -> Actions:
    """What the people whose names end at `at` did, by the rest of the clause, and before `limit`, where others are named."""
    ending = CLAUSE_END.search(text, at)
    if ending is not None and _ALSO.match(text, ending.start()):
        ending = CLAUSE_END.search(text, ending.end())
    end = min(limit, ending.start() if ending else len(text))
    first = _first(text, at, end)
    actions = _joined(text, first, end) if first else ()
    place = _PLACE.search(text, at, first[0] + _SPEAKS_AFTER if first else end)
    if place is not None and first is not None and place.end(1) > first[0]:
        place = None
    return Actions(actions, place.span(1) if place else None)


def _action_at(text: str, at: int, end: int) -> Span | None:
    """The action whose word begins at `at`, unless the word is part of a name for a thing."""
    match = _VERB.match(text, at, end)
    if match is None or (match[0] not in _WITH_OBJECT and _NOUN_AFTER.match(text, match.end())):
        return None
    return match.span()


def _first(text: str, at: int, end: int) -> Span | None:
    while at < end:
        opener, action = _OPENER.match(text, at, end), _action_at(text, at, end)
        longer = opener is not None and (action is None or opener.end() >= action[1])  # 带领 before 带; 带队 before 带
        if opener is not None and longer and (found := _after_opener(text, opener.end(), end)) is not None:
            return found
        if action is not None:
            return action
        filler = _FILLER.match(text, at, end)
        if filler is None:
            return None
        at = filler.end()
    return None


def _after_opener(text: str, at: int, end: int) -> Span | None:
    return next((found for start in range(at, end) if (found := _action_at(text, start, end)) is not None), None)


def _joined(text: str, first: Span, end: int) -> tuple[Span, ...]:
    actions = [first]
    while text[slice(*actions[-1])] not in _SPEECH:
        found = _next(text, actions[-1], end)
        if found is None:
            break
        actions.append(found)
    return tuple(actions)


def _next(text: str, action: Span, end: int) -> Span | None:
    if text[slice(*action)] in _PAIRS:
        at = action[1] + (text[action[1] : action[1] + 1] in _AND)
        beside = _action_at(text, at, end)
        if beside is not None and text[slice(*beside)] in _PAIRS:
            return beside
    links = (link for start in range(action[1], end) if (link := _LINK.fullmatch(text, action[1], start + 1)))
    return next((found for link in links if (found := _first(text, link.end(), end)) is not None), None)
