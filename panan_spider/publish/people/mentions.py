"""Office-holders of one article: who, with which office, did what, where. docs/decisions/people.md tells the grammar."""

import re
from dataclasses import dataclass, field
from typing import Final

from panan_spider.publish.people.actions import Actions, Span, deeds
from panan_spider.publish.people.offices import TitledName, named
from panan_spider.publish.people.people_words import HAN, VERB, any_of, words
from panan_spider.publish.people.person_names import ends

_JOINT: Final = re.compile("(?:、|和|与|及|以及|，|,|;|；)")
_COMMA: Final = re.compile("[，,]")
_OBJECT: Final = re.compile(rf"{any_of(words('actions', 'objects'))}$")
_BEFORE: Final = re.compile(rf"(?:^|[^{HAN}·]|{any_of(words('follow', 'before'))}|{VERB})$")
_LONGEST_BEFORE: Final = 6


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in the text where an office-holder is named: `text[start:end] == name`.

    `office` is as printed, here or, where `office_at` is None, elsewhere in the article.
    """

    name: str
    start: int
    end: int
    office: str
    office_at: Span | None
    deeds: Actions = field(default_factory=Actions)


def people_of(text: str) -> list[Mention]:
    """All mentions of office-holders in `text`, in order. Whoever's office the article does not print is left out."""
    printed = named(text)
    if not printed:
        return []
    mentions = [Mention(p.name, p.start, p.end, p.office, (p.office_start, p.office_end)) for p in printed]
    mentions = sorted([*mentions, *_named_again(text, printed)], key=lambda mention: mention.start)
    return [mention for group in _groups(text, mentions) for mention in group]


def _named_again(text: str, printed: list[TitledName]) -> list[Mention]:
    taken = {entry.start for entry in printed}
    inside = [(entry.start, entry.end) for entry in printed]
    names = sorted({entry.name for entry in printed}, key=len, reverse=True)
    found = []
    for match in re.finditer(any_of(names), text):
        start, end = match.span()
        if start in taken or any(first < end and start < last for first, last in inside):
            continue
        if ends(text, end) and _BEFORE.search(text[max(0, start - _LONGEST_BEFORE) : start]):
            found.append(Mention(match[0], start, end, _office_of(match[0], start, printed), None))
    return found


def _office_of(name: str, at: int, printed: list[TitledName]) -> str:
    """The office printed last before `at` with that name; the first one where it is printed later only."""
    of_it = [entry for entry in printed if entry.name == name]
    before = [entry for entry in of_it if entry.start < at]
    return (before[-1] if before else of_it[0]).office


def _begins(mention: Mention) -> int:
    """Where what belongs to the mention begins: its office, where that stands before it."""
    return mention.start if mention.office_at is None else min(mention.start, mention.office_at[0])


def _groups(text: str, mentions: list[Mention]) -> list[list[Mention]]:
    """The mentions, those named together with the same deeds."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and _together(text, groups[-1], mention):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    limits = [*(_begins(group[0]) for group in groups[1:]), len(text)]
    return [_with_deeds(text, group, max(limit, group[-1].end)) for group, limit in zip(groups, limits, strict=True)]


def _together(text: str, group: list[Mention], mention: Mention) -> bool:
    between = text[group[-1].end : max(group[-1].end, _begins(mention))]
    if mention.office_at is not None and mention.office_at == group[-1].office_at:
        between = text[group[-1].end : mention.start]
    if _COMMA.fullmatch(between):  # `县长甲，副县长乙参加`, but not `会见了厅长甲，副县长乙参加`
        return mention.office_at is not None and not _is_object(text, group)
    return _JOINT.fullmatch(between) is not None


def _is_object(text: str, group: list[Mention]) -> bool:
    start = _begins(group[0])
    return _OBJECT.search(text[max(0, start - _LONGEST_BEFORE) : start]) is not None


def _with_deeds(text: str, group: list[Mention], limit: int) -> list[Mention]:
    if _is_object(text, group):
        return group
    done = deeds(text, group[-1].end, limit)
    return [Mention(m.name, m.start, m.end, m.office, m.office_at, done) for m in group]
