"""Mentions of office-holders in an article: who, with which office, did what, where; and people.jsonl, which holds them.

docs/decisions/people.md describes the grammar. people.jsonl has a line for each line of articles.jsonl, in the same order, and names
the byte that line ends at, so the file goes on from its own last line. It is made anew, aside, where the grammar has changed, where
the articles are not those it was made from, or where many lines are missing.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.files import WriteGuard, naming
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.core.clock import now
from panan_spider.publish.export.export_files import ForeignFileError, built_aside
from panan_spider.publish.export.job import ArchiveLine, ArchiveLines, Position, Record
from panan_spider.publish.people.offices import CLAUSE_END, HAN, RAW, VERB, TitledName, any_of, ends, named, words

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
_LONGEST_LINK: Final = 24 + max(2, *map(len, words("actions", "links")))
_ALSO: Final = re.compile("[,，]并")
_AND: Final = ("、", "和")
_SPEAKS_AFTER: Final = 2

_BEFORE_PLACE: Final = any_of(words("places", "before"))
_KINDS: Final = words("places", "kinds")
_ONE_PLACE: Final = rf"(?:[{HAN}]{{1,12}}{any_of(_KINDS)}|{any_of(kind for kind in _KINDS if len(kind) > 1)}|{any_of(words('places', 'cities'))})"
_PLACE: Final = re.compile(
    rf"{_BEFORE_PLACE}({_ONE_PLACE}(?:、{_ONE_PLACE}){{0,19}})(?=$|等地|等处|一线|实地|专题|开展|进行|就|对|{VERB})"
)

_JOINT: Final = re.compile("(?:、|和|与|及|以及|，|,|;|；)")
_COMMA: Final = re.compile("[，,]")
_OBJECT: Final = re.compile(rf"{any_of(words('actions', 'objects'))}$")
_BEFORE: Final = re.compile(rf"(?:^|[^{HAN}·]|{any_of(words('follow', 'before'))}|{VERB})$")
_LONGEST_BEFORE: Final = 6
#: Raised by hand where the code of the grammar changes what is found; its words count by themselves.
_CODE_VERSION: Final = 2
GRAMMAR: Final = f"{_CODE_VERSION}-" + hashlib.sha256(RAW).hexdigest()[:12]
#: The fields of an article that the grammar reads, in the order a reader meets them.
FIELDS: Final = ("kicker", "title", "subtitle", "text")
FILE: Final = "people.jsonl"
#: Appended one by one, each durable; more at once are cheaper made anew.
_MOST_APPENDED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Actions:
    """Spans of the actions of a group of people in the text, and their place as printed."""

    spans: tuple[Span, ...] = ()
    place: Span | None = None


def actions_after(text: str, at: int, limit: int) -> Actions:
    """Actions of the people whose names end at `at`, from the rest of the clause, before `limit`, where others are named."""
    ending = CLAUSE_END.search(text, at, limit)
    if ending is not None and _ALSO.match(text, ending.start()):
        ending = CLAUSE_END.search(text, ending.end(), limit)
    end = ending.start() if ending else limit
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
    barren = end  # no action begins from there on
    while at < barren:
        opener, action = _OPENER.match(text, at, end), _action_at(text, at, end)
        longer = opener is not None and (action is None or opener.end() >= action[1])  # 带领 before 带; 带队 before 带
        if opener is not None and longer and opener.end() < barren:
            if (
                found := next(filter(None, (_action_at(text, start, end) for start in range(opener.end(), end))), None)
            ) is not None:
                return found
            barren = opener.end()
        if action is not None:
            return action
        filler = _FILLER.match(text, at, end)
        if filler is None:
            return None
        at = filler.end()
    return None


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
    last = min(end, action[1] + _LONGEST_LINK)
    links = (link for start in range(action[1], last) if (link := _LINK.fullmatch(text, action[1], start + 1)))
    return next((found for link in links if (found := _first(text, link.end(), end)) is not None), None)


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
    actions: Actions = field(default_factory=Actions)


def people_in_fields(fields: Mapping[str, str]) -> dict[str, list[Mention]]:
    """The mentions in each field of one article, in order. An office that one field prints holds for the name in the others."""
    printed = {field: named(text) for field, text in fields.items()}
    everywhere = [entry for entries in printed.values() for entry in entries]
    return (
        {field: _mentions(text, printed[field], everywhere) for field, text in fields.items()}
        if everywhere
        else {field: [] for field in fields}
    )


def _mentions(text: str, printed: list[TitledName], everywhere: list[TitledName]) -> list[Mention]:
    mentions = [Mention(p.name, p.start, p.end, p.office, (p.office_start, p.office_end)) for p in printed]
    mentions = sorted([*mentions, *_named_again(text, printed, everywhere)], key=lambda mention: mention.start)
    return [mention for group in _groups(text, mentions) for mention in group] if mentions else []


def _named_again(text: str, printed: list[TitledName], everywhere: list[TitledName]) -> list[Mention]:
    offices = {entry.name: entry.office for entry in reversed([*printed, *everywhere])}  # the first one printed
    ahead, last_end, found = 0, 0, []
    for name, start in _places_of(frozenset(offices), text):
        end = start + len(name)
        while ahead < len(printed) and printed[ahead].start < start:
            offices[printed[ahead].name] = printed[ahead].office  # the office printed last before
            last_end = max(last_end, printed[ahead].end)
            ahead += 1
        if start < last_end or (ahead < len(printed) and printed[ahead].start < end):
            continue
        if ends(text, end) and _BEFORE.search(text[max(0, start - _LONGEST_BEFORE) : start]):
            found.append(Mention(name, start, end, offices[name], None))
    return found


def _places_of(names: frozenset[str], text: str) -> Iterator[tuple[str, int]]:
    """Each place of one of the names in the text, the longest name there; places do not overlap."""
    sizes = sorted({len(name) for name in names}, reverse=True)
    first, start = re.compile(f"[{re.escape(''.join({name[0] for name in names}))}]"), 0
    while (match := first.search(text, start)) is not None:
        start = match.start()
        name = next((name for size in sizes if (name := text[start : start + size]) in names), None)
        if name is not None:
            yield name, start
        start += 1 if name is None else len(name)


def _begins(mention: Mention) -> int:
    """Start of a mention: its office, where that stands before it."""
    return mention.start if mention.office_at is None else min(mention.start, mention.office_at[0])


def _groups(text: str, mentions: list[Mention]) -> list[list[Mention]]:
    """The mentions, those named together with the same actions."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and _together(text, groups[-1], mention):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    limits = [*(_begins(group[0]) for group in groups[1:]), len(text)]
    return [_with_actions(text, group, max(limit, group[-1].end)) for group, limit in zip(groups, limits, strict=True)]


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


def _with_actions(text: str, group: list[Mention], limit: int) -> list[Mention]:
    if _is_object(text, group):
        return group
    done = actions_after(text, group[-1].end, limit)
    return [Mention(m.name, m.start, m.end, m.office, m.office_at, done) for m in group]


def _place(text: str, name: str, span: tuple[int, int] | None) -> dict[str, Any]:
    start, end = span if span is not None else (None, None)
    return {name: None if span is None else text[slice(*span)], f"{name}_start": start, f"{name}_end": end}


def people_rows(record: Record) -> list[dict[str, Any]]:
    """The office-holders of an article: a row for each action of each mention, and one for a mention without any; field by field.

    All `…_start` and `…_end` are characters of the row's `field`; those of the office are null where it is printed elsewhere in the article.
    """
    fields = {field: record[field] or "" for field in FIELDS}
    found = people_in_fields(fields)
    return [row for field in FIELDS for mention in found[field] for row in _rows(field, fields[field], mention)]


def _rows(field: str, text: str, mention: Mention) -> list[dict[str, Any]]:
    office = mention.office_at if mention.office_at is not None else (None, None)
    row = {
        "field": field,
        "name": mention.name,
        "start": mention.start,
        "end": mention.end,
        "office": mention.office,
        "office_start": office[0],
        "office_end": office[1],
        **_place(text, "place", mention.actions.place),
    }
    return [row | _place(text, "action", action) for action in mention.actions.spans or (None,)]


@dataclass
class PeopleFileResult:
    """Result of a call: articles read, mentions found in them, and whether the file was made anew."""

    articles: int = 0
    mentions: int = 0
    anew: bool = False


def entry(line: ArchiveLine) -> dict[str, Any]:
    """The line of people.jsonl for a line of articles.jsonl."""
    record = line.record
    return {
        "article_id": record["id"],
        "revision": record["revision"],
        "people": people_rows(record),
        "grammar": GRAMMAR,
        "source_start": line.start,
        "source_end": line.end,
        "source_sha256": line.digest,
    }


def update_people_file(data: Path) -> PeopleFileResult:
    """Make people.jsonl hold a line for each article line there is. Raises ForeignFileError, StoreError; it is then as it was."""
    out = data / FILE
    if (mark := _mark(data, out)) is not None:
        lines = list(islice(ArchiveLines(data, mark).read(), _MOST_APPENDED))
        if len(lines) < _MOST_APPENDED:
            return _append(out, lines)
    result = PeopleFileResult(anew=True)
    with built_aside(out) as aside, aside.open("w", encoding="utf-8") as file:
        for line in ArchiveLines(data).read():
            file.write(_counted(result, line) + "\n")
    return result


def _append(out: Path, lines: list[ArchiveLine]) -> PeopleFileResult:
    result = PeopleFileResult()
    file = LineFile(out, WriteGuard(), now())
    try:
        for line in lines:
            file.append(_counted(result, line))
    finally:
        file.close()
    return result


def _counted(result: PeopleFileResult, line: ArchiveLine) -> str:
    """The line of people.jsonl for an article's line, counted in `result`."""
    value = entry(line)
    result.articles += 1
    result.mentions += len({(row["field"], row["start"]) for row in value["people"]})
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _mark(data: Path, out: Path) -> Position | None:
    """Position from which the file is continued; None where it is to be made anew. Raises ForeignFileError."""
    with naming(out):
        if not out.exists():
            return None
        file = LineFile(out, WriteGuard(), now())
        try:
            raw = file.line_before(file.size) if file.size else None
        finally:
            file.close()
    if raw is None:
        return None
    last = json.loads(raw)
    if "grammar" not in last:
        raise ForeignFileError(f"{out} exists and is no file of this program; move it away")
    if last["grammar"] != GRAMMAR:
        return None
    mark = Position(last["source_end"], last["source_start"], last["source_sha256"])
    return mark if ArchiveLines(data).goes_on_from(mark) else None
