"""Scores of a page's reading against its gold record. Every measure is a share from 0 to 1."""

import itertools
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from evaluation.cases import Case

#: The measures, in the order of the table. All but the last: more is better.
MEASURES: Final = (
    "body_precision", "body_recall", "body_f1", "body_f1_long", "body_exact", "paragraphs_f1", "title", "date", "source", "authors", "editor", "images_f1", "leaks",
)  # fmt: skip

_GRAM: Final = 4
_EDGE: Final = 4

#: Letters from which on a body is a long one.
LONG: Final = 400


@dataclass(frozen=True)
class Reading:
    """An extractor's reading of a page; empty where it gave nothing.

    `body` has a line a paragraph; `date` is YYYY-MM-DD; `images` are (absolute address, caption).
    """

    body: str = ""
    title: str | None = None
    date: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    editor: str | None = None
    images: tuple[tuple[str, str | None], ...] = field(default=())


def words(text: str) -> str:
    """Letters and digits alone: what is left of a text where blanks and punctuation do not count."""
    return re.sub(r"[\W_]+", "", text)


def score(case: Case, reading: Reading) -> dict[str, float | None]:
    """Measure → share; None where the page says nothing about it (no editor on it, and none claimed)."""
    gold = case.gold
    return {
        **_body(case, reading),
        "paragraphs_f1": _overlap(_edges(case.paragraphs), _edges(_own_lines(case, reading.body)))[2],
        "title": _same(gold["title"], reading.title),
        "date": _same((gold["published"] or "")[:10], reading.date),
        "source": _same(gold["source"], reading.source),
        "authors": _same([author["name"] for author in gold["authors"]], list(reading.authors)),
        "editor": _same(gold["editor"], reading.editor),
        "images_f1": _overlap(_pictures(case.images), _pictures(reading.images))[2],
        "leaks": float(bool(leaked(case, reading.body))),
    }


def mean(scores: Sequence[dict[str, float | None]]) -> dict[str, float]:
    """The mean of each measure over the pages that say something about it, in per cent, to a hundredth."""
    found = {}
    for measure in MEASURES:
        told = [value for one in scores if (value := one[measure]) is not None]
        found[measure] = round(100 * sum(told) / len(told), 2)
    return found


def leaked(case: Case, body: str) -> list[str]:
    """Lines of the page around the article that stand in `body`."""
    got, own = words(body), words("\n".join([*case.paragraphs, *case.either_way]))
    return [line for line in case.gold["furniture"] if words(line) in got and words(line) not in own]


def _body(case: Case, reading: Reading) -> dict[str, float | None]:
    gold = words("".join(case.paragraphs))
    precision, recall, f1 = _overlap(_grams(gold), _grams(_without(words(reading.body), gold, case.either_way)))
    lines = [line for raw in reading.body.splitlines() if (line := " ".join(raw.split()))]
    exact = float(lines == [" ".join(text.split()) for text in case.paragraphs])
    return {
        "body_precision": precision,
        "body_recall": recall,
        "body_f1": f1,
        "body_f1_long": f1 if len(gold) >= LONG else None,
        "body_exact": exact,
    }


def _without(got: str, gold: str, either_way: Iterable[str]) -> str:
    """`got` less what it may hold or leave out, each as often as it is there beyond the gold text."""
    for text in sorted(set(map(words, either_way)), key=len, reverse=True):
        while len(text) > 1 and got.count(text) > gold.count(text):
            got = got.replace(text, "", 1)
    return got


def _grams(text: str) -> Counter[Hashable]:
    return Counter(text[at : at + _GRAM] for at in range(max(len(text) - _GRAM + 1, 0)))


def _own_lines(case: Case, body: str) -> list[str]:
    either_way = set(map(words, case.either_way)) - set(map(words, case.paragraphs))
    return [line for line in body.splitlines() if words(line) and words(line) not in either_way]


def _edges(lines: Sequence[str]) -> Counter[Hashable]:
    """The places where a paragraph ends and the next begins, each by the letters on both sides of it."""
    plain = [words(line) for line in lines]
    return Counter((before[-_EDGE:], after[:_EDGE]) for before, after in itertools.pairwise(plain))


def _pictures(images: Iterable[tuple[str, str | None]]) -> Counter[Hashable]:
    return Counter((urlsplit(url).path, " ".join(caption.split()) if caption else None) for url, caption in images)


def _overlap(gold: Counter[Hashable], got: Counter[Hashable]) -> tuple[float | None, float | None, float | None]:
    """Precision, recall and F1; None where there is nothing to find and nothing was found."""
    if not gold and not got:
        return None, None, None
    common = (gold & got).total()
    precision = common / got.total() if got else 0.0
    recall = common / gold.total() if gold else 0.0
    return precision, recall, 2 * common / (gold.total() + got.total())


def _same(gold: object, got: object) -> float | None:
    if not gold and not got:
        return None
    return float(_blanks(gold) == _blanks(got))


def _blanks(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value
