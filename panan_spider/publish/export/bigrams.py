"""Chinese full-text search on stock FTS5: text split into bigrams here, queries likewise, hits found again in the text.

Every Chinese character begins one token: itself and the next one, or itself alone where no Chinese character follows.
Words and numbers of other scripts are tokens as a whole, in small letters. So two characters are one look-up, a longer
word is a phrase, and a single character is the beginning of tokens.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
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
#: One word as printed, of several runs: `3月5日` is one word of four runs, `王、李` are two words.
_WORD: Final = re.compile(r"[^\W_]+")

#: CJK characters that a simplified form can replace.
_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF

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


@cache
def simplified_forms() -> dict[int, str]:
    """Traditional character → its simplified form, one character each; for str.translate."""
    from opencc import OpenCC  # late: an export indexes the text as printed

    characters = [chr(code) for code in range(_FIRST_HAN, _LAST_HAN + 1)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(old): new for old, new in pairs if old != new and len(new) == 1}


def variants(phrase: Phrase) -> list[Phrase]:
    """The phrase as typed and, where it holds traditional characters, in simplified ones."""
    simplified = tuple(run.translate(simplified_forms()) for run in phrase)
    return [phrase] if simplified == phrase else [phrase, simplified]


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
    for number, run in enumerate(phrase):
        chinese = _is_chinese(run)
        both = number > 0 and chinese == _is_chinese(phrase[number - 1])
        pieces.append("" if number == 0 else r"[\W_]+" if both else r"[\W_]*")
        edge = "" if chinese else rf"[^\W_{_HAN}]"
        pieces.append(re.escape(run) if chinese else f"(?<!{edge}){re.escape(run)}(?!{edge})")
    return "".join(pieces)


def hit_spans(text: str, asked: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Spans of the phrases in `text`: (start, end) in order, none touching the next."""
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


def marked(text: str, asked: Sequence[Phrase]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is a hit. Together they are `text`; escaping them is the template's work."""
    return list(_pieces(text, 0, len(text), hit_spans(text, asked)))


def snippet(text: str, asked: Sequence[Phrase], width: int = 80) -> list[tuple[str, bool]]:
    """Some `width` characters of `text` around its first hit, or its beginning, as `marked` gives them; `…` where cut."""
    spans = hit_spans(text, asked)
    start = max(0, spans[0][0] - width // 3) if spans else 0
    start = max(0, min(start, len(text) - width))
    end = min(len(text), start + width)
    pieces = list(_pieces(text, start, end, spans))
    return [*([("…", False)] if start else []), *pieces, *([("…", False)] if end < len(text) else [])]


def _pieces(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    position = start
    for span in spans:
        first, last = max(span[0], position), min(span[1], end)
        if first >= last:
            continue
        if position < first:
            yield text[position:first], False
        yield text[first:last], True
        position = last
    if position < end:
        yield text[position:end], False
