"""Static index: what a folder of files is searched by, as scripts that a page from the disk may load (read by static/find.js).

`index/archive.js`: days, facets and the characters that have terms. `index/articles/<n>.js`: what a list shows of 200 articles.
`index/terms/<character>.js`: the bigrams that begin with a character, each with its articles and its positions in them. `index/ids.js`: ids.
Articles are numbered as in the article index. A list of postings is base64 of varints: for each article its distance to the one before,
how many positions, and each position's distance to the one before. A position is 8 times the token's number in its field, plus the field.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from panan_spider.publish.browse.answer import simplified_forms
from panan_spider.publish.browse.article_index import FACETS, Bits
from panan_spider.publish.browse.list_pages import value_label
from panan_spider.publish.browse.page_render import RenderContext
from panan_spider.publish.browse.question import COLUMNS, FIELDS, STATES, field_name
from panan_spider.publish.browse.question_parser import field_spellings, state_spellings
from panan_spider.publish.export.sqlite_schema import SEARCHED, searched

#: Articles of one script of rows.
ROWS_OF_A_FILE: Final = 200
#: Articles read at a time.
_BATCH: Final = 500
#: Characters of text shown under a headline.
_SUMMARY: Final = 96
#: Line ends to a script, though not to JSON.
_LINE_ENDS: Final = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "<": "\\u003c"})


def index_files(context: RenderContext) -> Iterator[tuple[str, bytes]]:
    """Each file's path below the folder, and its bytes."""
    terms = _Terms()
    for start in range(0, len(context.index.ids), _BATCH):
        records = list(context.database.records(context.index.ids[start : start + _BATCH]))
        for number, record in enumerate(records, start):
            terms.add(number, searched(record))
        for first in range(0, len(records), ROWS_OF_A_FILE):
            rows = [_row(record) for record in records[first : first + ROWS_OF_A_FILE]]
            yield f"index/articles/{start + first}.js", script("pananArticles", start + first, rows)
    yield "index/ids.js", script("pananIds", context.index.ids)
    for character, tokens in terms.by_character():
        encoded = {token: _base64(postings) for token, postings in tokens}
        yield f"index/terms/{ord(character):x}.js", script("pananTerms", encoded)
    yield "index/archive.js", script("pananArchive", _archive(context, terms.characters()))


def script(function: str, *values: object) -> bytes:
    """A script that calls `function`. Nothing in the values can end the line or the script."""
    texts = [json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS) for value in values]
    return f"{function}({','.join(texts)});\n".encode("utf-8", "replace")


def _row(record: dict[str, Any]) -> list[object]:
    summary = (record["text"] or "").replace("\n", " ")
    texts = [record[name] for name in ("id", "day", "section", "kicker", "title", "subtitle")]
    return [
        *texts,
        summary[:_SUMMARY] + ("…" if len(summary) > _SUMMARY else ""),
        int(record["gone"]),
        record["revision"],
    ]


class _Terms:
    """Postings of every token, made article after article."""

    def __init__(self) -> None:
        self._postings: dict[str, bytearray] = defaultdict(bytearray)
        self._last: dict[str, int] = {}

    def add(self, number: int, fields: Sequence[str]) -> None:
        """One article: the tokens of each field, blanks between them."""
        positions: dict[str, list[int]] = defaultdict(list)
        for field, text in enumerate(fields):
            for at, token in enumerate(text.split()):
                positions[token].append(8 * at + field)
        for token, found in positions.items():
            found.sort()
            postings = self._postings[token]
            _varint(postings, number - self._last.get(token, -1))
            _varint(postings, len(found))
            before = 0
            for position in found:
                _varint(postings, position - before)
                before = position
            self._last[token] = number

    def characters(self) -> str:
        """The characters that tokens begin with."""
        return "".join(sorted({token[0] for token in self._postings}))

    def by_character(self) -> Iterator[tuple[str, list[tuple[str, bytearray]]]]:
        """First character → its tokens and their postings."""
        for character, tokens in groupby(sorted(self._postings), key=lambda token: token[0]):
            yield character, [(token, self._postings[token]) for token in tokens]


def _varint(target: bytearray, value: int) -> None:
    while value > 127:
        target.append(value & 127 | 128)
        value >>= 7
    target.append(value)


def _base64(data: bytes | bytearray) -> str:
    return base64.b64encode(data).decode("ascii")


def _numbers(bits: Bits | Iterable[int]) -> str:
    """Article numbers as distances to the one before, in base64."""
    made, before = bytearray(), -1
    for number in bits:
        _varint(made, number - before)
        before = number
    return _base64(made)


def _archive(context: RenderContext, characters: str) -> dict[str, Any]:
    index = context.index
    days = [(day, len(list(of_day))) for day, of_day in groupby(map(index.day_of, range(len(index.ids))))]
    pairs = sorted(simplified_forms().items())
    return {
        "articles": len(index.ids),
        "rows": ROWS_OF_A_FILE,
        "days": days,
        "characters": characters,
        "hosts": list(context.site.hosts),
        "fields": field_spellings(),
        "states": state_spellings(),
        "names": {name: FIELDS[name][0 if context.language == "zh" else 1] for name in FIELDS},
        "stateNames": {name: names[0 if context.language == "zh" else 1] for name, names in STATES.items()},
        "labels": {name: field_name(name, context.translate) for name in FACETS},
        "columns": {field: list(SEARCHED).index(column) for field, column in COLUMNS.items()},
        "facets": {
            facet: [
                [one.value, value_label(context, facet, one.value), _numbers(index.facets[facet][one.value])]
                for one in index.counts(facet, index.all)
            ]
            for facet in FACETS
        },
        "traditional": "".join(chr(code) for code, _new in pairs),
        "simplified": "".join(new for _code, new in pairs),
    }
