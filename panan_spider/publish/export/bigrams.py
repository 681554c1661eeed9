"""Chinese full-text search on stock FTS5: text split into bigrams here, queries likewise, hits found again in the text.

Every Chinese character begins one token: itself and the next one, or itself alone where no Chinese character follows.
Words and numbers of other scripts are tokens as a whole, in small letters. So two characters are one look-up, a longer
word is a phrase, and a single character is the beginning of tokens.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import add
from typing import Final

from panan_spider.core.text import fold

#: FTS5's tokenizer: parts at blanks, and looks at no table of characters that a later Unicode would outgrow.
TOKENIZER: Final = "ascii"

_HAN: Final = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_CHINESE: Final = re.compile(rf"[{_HAN}]")
#: A stretch in quotation marks, or one without blanks.
_PART: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')
#: What joins runs of one word as printed: `3月5日` is one word of four runs, `王、李` are two words.
_WORD: Final = re.compile(r"[^\W_]+")

#: Runs of characters that follow each other in the text.
Phrase = tuple[str, ...]


def runs(text: str) -> list[str]:
    """The stretches of Chinese characters and the words of other scripts in `text`, in small letters."""
    return _RUN.findall(fold(text).lower())


def _is_chinese(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff" or _CHINESE.match(run) is not None


def _tokens(run: str) -> list[str]:
    if not _is_chinese(run):
        return [run]
    return [*[first + second for first, second in pairwise(run)], run[-1]]


def bigrams(text: str) -> str:
    """`text` as the index takes it: its tokens, a blank between them."""
    return " ".join([_spaced(run) if len(run) > 1 and _is_chinese(run) else run for run in runs(text)])


def _spaced(run: str) -> str:
    # What `_tokens` gives, joined; without a step of Python's own for each character of an archive.
    return f"{' '.join(map(add, run, run[1:]))} {run[-1]}"


def phrases(query: str) -> list[Phrase]:
    """Phrases of a query, each once: `"…"` is one phrase, everything else its single words."""
    found = []
    for quoted, plain in _PART.findall(fold(query)):
        parts = [quoted] if quoted else _WORD.findall(plain)
        found += [found_runs for part in parts if (found_runs := tuple(runs(part)))]
    return list(dict.fromkeys(found))


def match_query(query: str) -> str | None:
    """The FTS5 MATCH expression that finds what holds all phrases of `query`; None where there is nothing to look for.

    Whatever a reader types gives a valid expression: nothing of it is read as FTS5's syntax.
    """
    asked = [expression(phrase) for phrase in phrases(query)]
    return " AND ".join(asked) if asked else None


def expression(phrase: Phrase) -> str:
    """The FTS5 expression that finds one phrase."""
    tokens = [token for run in phrase for token in _tokens(run)]
    if not _is_chinese(phrase[-1]):
        return f'"{" ".join(tokens)}"'
    if len(phrase[-1]) == 1:  # a lone character: whatever begins with it
        return f'"{" ".join(tokens)}" *'
    return f'"{" ".join(tokens[:-1])}"'


def _pattern(phrase: Phrase) -> str:
    pieces = []
    for at, run in enumerate(phrase):
        chinese = _is_chinese(run)
        both = at > 0 and chinese == _is_chinese(phrase[at - 1])
        pieces.append("" if at == 0 else r"[\W_]+" if both else r"[\W_]*")
        edge = "" if chinese else rf"[^\W_{_HAN}]"
        pieces.append(re.escape(run) if chinese else f"(?<!{edge}){re.escape(run)}(?!{edge})")
    return "".join(pieces)


def hit_spans(text: str, query: str | Sequence[Phrase]) -> list[tuple[int, int]]:
    """Spans of the query's phrases in `text`: (start, end) in order, none touching the next."""
    asked = phrases(query) if isinstance(query, str) else query
    if not asked:
        return []
    folded = fold(text)
    found = sorted(
        match.span() for phrase in asked for match in re.finditer(_pattern(phrase), folded, flags=re.IGNORECASE)
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def marked(text: str, query: str | Sequence[Phrase]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is a hit. Together they are `text`; escaping them is the template's work."""
    return list(_pieces(text, 0, len(text), hit_spans(text, query)))


def snippet(text: str, query: str | Sequence[Phrase], width: int = 80) -> list[tuple[str, bool]]:
    """Some `width` characters of `text` around its first hit, or its beginning, as `marked` gives them; `…` where cut."""
    spans = hit_spans(text, query)
    start = max(0, spans[0][0] - width // 3) if spans else 0
    start = max(0, min(start, len(text) - width))
    end = min(len(text), start + width)
    pieces = list(_pieces(text, start, end, spans))
    return [*([("…", False)] if start else []), *pieces, *([("…", False)] if end < len(text) else [])]


def _pieces(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = start
    for span in spans:
        first, last = max(span[0], at), min(span[1], end)
        if first >= last:
            continue
        if at < first:
            yield text[at:first], False
        yield text[first:last], True
        at = last
    if at < end:
        yield text[at:end], False
