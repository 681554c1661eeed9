"""Sentences of runs in the reader's language, read back from the English that logs, reports and the ledger keep.

A report of any age is translated: the text is matched against the messages of the catalogue, its values are put into the
translation, and values that are sentences, outcomes or fields are translated, too.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.translations import LANGUAGES, run_messages
from panan_spider.report.vocabulary import FIELDS, OUTCOMES

#: Signs between reasons, and within one, with those that stand for them in Chinese.
_BETWEEN_REASONS: Final = ((" · ", " · "), ("; ", "；"))
_WITHIN_REASONS: Final = ((", ", "，"), (": ", "："))
#: A message may contain such a sign: so many parts are tried as one, of a text of so many parts.
_MOST_JOINED: Final = 4
_MOST_PARTS: Final = 60
_ENGLISH: Final = re.compile(r"[A-Za-z]{2,}")
_LONGEST: Final = 4_000  # characters
_DEEPEST: Final = 6
_COUNTED: Final = re.compile(r"(\d[\d,]*) (\w.*)")
#: Outcomes with their counts, between the joints of a reason; `3 known missing` is none.
_OUTCOMES: Final = re.compile(rf"(?<![^;,·] )(?<![^ ])(\d+) ({'|'.join(Outcome)})(?=$|[;,]| ·)")
_IN_BRACKETS: Final = re.compile(r"([^()]*\S) \((.+)\)")
#: Placeholders of figures. All others stand for any text.
_FIGURES: Final = frozenset({"count", "total", "most", "usual", "days", "runs", "share", "warn", "fail"})
_PLACE: Final = re.compile(r"{(\w+)(?::[^}]*)?}")
#: Errors of Scrapy, Twisted and Python that a request ends with, by the class's name; the rest of the line is theirs.
_ERRORS: Final = {
    "CannotResolveHostError": "无法解析域名", "ConnectError": "无法建立连接", "ConnectionDone": "连接中途关闭",
    "ConnectionLost": "连接中断", "ConnectionRefusedError": "连接被拒绝", "DNSLookupError": "无法解析域名",
    "DownloadCancelledError": "下载已取消", "DownloadConnectionRefusedError": "连接被拒绝", "DownloadFailedError": "下载失败",
    "DownloadTimeoutError": "请求超时", "NoRouteError": "网络不可达", "ResponseDataLossError": "应答内容不完整",
    "ResponseFailed": "应答中断", "ResponseNeverReceived": "没有收到应答", "SSLError": "安全连接失败", "TCPTimedOutError": "连接超时",
    "TimeoutError": "请求超时", "TunnelError": "代理连接失败", "UnsupportedURLSchemeError": "不支持的地址类型",
}  # fmt: skip
_ERROR: Final = re.compile(rf"({'|'.join(_ERRORS)})(?:: .*)?", re.DOTALL)


def worded(text: str, language: str) -> str:
    """A sentence of a run in one language. English has words for the names of outcomes: `14 pages without a list`."""
    if language == "en":
        return _OUTCOMES.sub(lambda found: f"{found[1]} {OUTCOMES[Outcome(found[2])][0]}", text)
    return _translated(text, language) if len(text) <= _LONGEST else text


def is_english(text: str) -> bool:
    """True for a text with English words and without Chinese ones: a message of another program, say."""
    return _ENGLISH.search(text) is not None and re.search(r"[\u3400-\u9fff]", text) is None


@lru_cache(maxsize=4_096)
def _translated(text: str, language: str, depth: int = 0) -> str:
    """The reading of a text with the fewest English words left: as one message, or as parts that are messages each."""
    if depth > _DEEPEST or not _ENGLISH.search(text):
        return text
    readings = [_joined(text, joint, sign, language, depth) for joint, sign in _BETWEEN_REASONS]
    readings.append(_whole(text, language, depth))
    if (found := _IN_BRACKETS.fullmatch(text)) is not None:
        readings.append(f"{_translated(found[1], language, depth + 1)}（{_translated(found[2], language, depth + 1)}）")
    readings += [_joined(text, joint, sign, language, depth) for joint, sign in _WITHIN_REASONS]
    return min((reading for reading in readings if reading is not None), key=_left, default=text)


def _left(text: str) -> int:
    """Number of English words."""
    return len(_ENGLISH.findall(text))


def _split(text: str, joint: str) -> list[str]:
    """The parts of a text between the joints that are not in brackets."""
    parts = [""]
    for piece in text.split(joint):
        if parts[-1].count("(") > parts[-1].count(")"):
            parts[-1] += joint + piece
        else:
            parts.append(piece)
    return parts[1:]


def _joined(text: str, joint: str, sign: str, language: str, depth: int) -> str | None:
    """The parts of a text, translated, neighbours together where they are one message; None for a single part."""
    parts = _split(text, joint)
    if len(parts) < 2:
        return None
    most = _MOST_JOINED if len(parts) <= _MOST_PARTS else 1
    best: list[tuple[int, str]] = [(0, "")]  # of the first n parts: English words left, and the translation
    for end in range(1, len(parts) + 1):
        found = []
        for start in range(end - 1, max(-1, end - 1 - most), -1):
            piece = joint.join(parts[start:end])
            own = _translated(piece, language, depth + 1) if start == end - 1 else _whole(piece, language, depth)
            if own is not None:
                left, before = best[start]
                found.append((left + _left(own), f"{before}{sign}{own}" if start else own))
        best.append(min(found, key=lambda reading: reading[0]))
    return best[-1][1]


def _whole(text: str, language: str, depth: int) -> str | None:
    """The translation of a text that is one message, one word or one error; None for any other."""
    words, patterns = _phrases(language)
    if (word := words.get(text)) is not None:
        return word
    if (counted := _COUNTED.fullmatch(text)) is not None and counted[2] in words:
        return f"{words[counted[2]]} {counted[1]}"
    if (error := _ERROR.fullmatch(text)) is not None:
        return _ERRORS[error[1]]
    for match, translation in patterns:
        if (found := match(text)) is not None:
            values = {name: _value(name, value, language, depth + 1) for name, value in found.groupdict().items()}
            return translation.format_map(values)
    return None


def _value(name: str, value: str, language: str, depth: int) -> str:
    translated = _translated(value, language, depth)
    return translated.replace(", ", "、") if name == "names" else translated


@cache
def _phrases(language: str) -> tuple[Mapping[str, str], list[tuple[Callable[[str], re.Match[str] | None], str]]]:
    """Words by their English form, and messages with values: a matcher each, and the translation; the most exact first."""
    messages = run_messages(language)
    number = LANGUAGES.index(language)
    words = {str(outcome): pair[1 - number] for outcome, pair in OUTCOMES.items()} | FIELDS
    words |= {text: translation for text, translation in messages.items() if "{" not in text}
    patterns = sorted((text for text in messages if "{" in text), key=lambda text: -len(_PLACE.sub("", text)))
    return words, [(re.compile(_pattern(text), re.DOTALL).fullmatch, messages[text]) for text in patterns]


def _pattern(message: str) -> str:
    """A regular expression for a message with its values put in."""
    parts, last = [], 0
    for place in _PLACE.finditer(message):
        value = r"[\d.,]+(?: ?%)?" if place[1] in _FIGURES else ".+?"
        parts += [re.escape(message[last : place.start()]), f"(?P<{place[1]}>{value})"]
        last = place.end()
    return "".join([*parts, re.escape(message[last:])])
