"""Vocabulary of runs in English and Chinese: words for exit codes, verdicts, checks, outcomes and walks, and sentences read back.

Logs, reports and the ledger keep sentences in English. For a reader of Chinese the text is matched against the messages of the
catalogue, its values are put into the translation, and values that are sentences, outcomes or fields are translated, too: so a
report of any age is translated.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.translations import LANGUAGES, N_, Translate, run_messages, translator

if TYPE_CHECKING:  # `status` does without the models of a report
    from panan_spider.core.run_report import CheckResult, State, Verdict

#: Title of each exit code in English and Chinese, and its colour: `good`, `soon` (look at it when you can), `bad`.
ENDINGS: Final[dict[ExitCode, tuple[str, str, str]]] = {
    ExitCode.GOOD: ("All is well", "一切正常", "good"),
    ExitCode.NOT_STARTED: ("Could not start", "无法开始", "bad"),
    ExitCode.INCOMPLETE: ("Incomplete", "尚未取全", "soon"),
    ExitCode.LAYOUT_DRIFT: ("The site has changed", "网站版面已变", "bad"),
    ExitCode.BLOCKED: ("Blocked", "访问被拒", "bad"),
    ExitCode.ROBOTS_UNREACHABLE: ("robots.txt unreachable", "无法读取 robots.txt", "soon"),
    ExitCode.STORE_ERROR: ("The archive cannot be written", "归档无法写入", "bad"),
    ExitCode.LOCKED: ("Another run holds the archive", "另一次运行正在进行", "soon"),
    ExitCode.INTERRUPTED: ("Interrupted", "中途停止", "soon"),
}

STATES: "Final[dict[State, tuple[str, str]]]" = {
    "news": ("there is news", "有新文章"),
    "no_news": ("no news today", "今日无新文章"),
    "broken": ("can no longer be read", "已无法读取"),
    "not_seen": ("not seen whole", "未能看全"),
}

VERDICTS: "Final[dict[Verdict, tuple[str, str]]]" = {
    "ok": ("ok", "正常"),
    "warn": ("warn", "留意"),
    "fail": ("fail", "异常"),
    "none": ("not judged", "未判断"),
}

#: English is the check's own name.
CHECKS: Final[dict[str, str]] = {
    "sections_found": "栏目是否齐全",
    "front_page_links": "首页链接数",
    "unknown_layout": "未知版面",
    "field_coverage": "字段完整度",
    "unknown_labels": "未收录的署名标签",
    "article_count": "文章数量",
    "list_markup": "列表版式是否改变",
    "moved_hosts": "域名是否迁移",
    "section_silence": "栏目沉寂",
    "same_content": "内容雷同",
    "mass_changes": "大量更改",
    "shortened_texts": "正文缩短",
    "lost_pages": "分页减少",
    "redirected_articles": "文章转址",
    "newly_forbidden": "robots 新增禁止",
    "failed_addresses": "失败地址",
    "unwanted_http_codes": "403 与 429",
    "execution_time": "运行时间",
    "peak_memory": "内存峰值",
}

#: English and Chinese of an outcome, said of a count of addresses.
OUTCOMES: Final[dict[Outcome, tuple[str, str]]] = {
    Outcome.STORED: ("stored", "新存入"),
    Outcome.REVISED: ("corrected", "已更正"),
    Outcome.UNCHANGED: ("unchanged", "未变"),
    Outcome.KNOWN: ("stored before", "已有"),
    Outcome.ALIAS: ("other addresses of articles", "别址"),
    Outcome.GONE: ("gone", "已撤下"),
    Outcome.FORBIDDEN: ("forbidden by robots.txt", "robots 禁止"),
    Outcome.BLOCKED: ("blocked", "被拒"),
    Outcome.UNKNOWN_LAYOUT: ("of unknown layout", "未知版面"),
    Outcome.INVALID: ("invalid", "内容无效"),
    Outcome.UNKNOWN_ADDRESS: ("of unknown form of address", "地址格式未知"),
    Outcome.TOO_LARGE: ("too large", "过大"),
    Outcome.OFF_SITE: ("off the site", "离开本站"),
    Outcome.FAILED: ("failed", "失败"),
    Outcome.OUT_OF_RANGE: ("outside the dates asked for", "不在日期内"),
    Outcome.PENDING: ("not reached", "未及"),
    Outcome.LISTED: ("list pages", "列表页"),
    Outcome.NO_LIST: ("pages without a list", "无文章列表"),
    Outcome.READ: ("other pages read", "辅助页"),
}

#: How a section's walk ended.
WALKS: Final = {
    "end": ("last page read", "到末页"), "unproven": ("end not proven", "末页未证实"), "known": ("met known articles", "遇已有文章"),
    "since": ("reached the first date", "到起始日期"), "capped": ("limit of pages", "到页数上限"), "failed": ("failed", "失败"),
    "interrupted": ("interrupted", "中断"),
}  # fmt: skip

#: Why a stored article was asked for again, besides `age 3`.
LOOK_BACK: Final[dict[str, str]] = {
    "listed": "列表有变",
    "changed": "上次有更改",
    "vanished": "上次已消失",
    "sample": "旧文抽查",
    "recheck": "指定复查",
}

FIELDS: Final[dict[str, str]] = {
    "title": "标题",
    "kicker": "引题",
    "subtitle": "副题",
    "published": "日期",
    "source": "来源",
    "editor": "编辑",
    "text": "正文",
    "authors": "作者",
    "credits": "审校",
    "images": "图片",
    "attachments": "附件",
    "tables": "表格",
}

#: Signs between reasons, and within one, with those that stand for them in Chinese.
_BETWEEN_REASONS: Final = ((" · ", " · "), ("; ", "；"))
_WITHIN_REASONS: Final = ((", ", "，"), (": ", "："))
#: A message may contain such a sign: so many parts are tried as one, of a text of so many parts.
_MOST_JOINED: Final = 4
_MOST_PARTS: Final = 60
_ENGLISH: Final = re.compile(r"[A-Za-z]{2,}")
_LONGEST: Final = 4_000  # characters
_DEEPEST: Final = 6
_COUNTED: Final = re.compile(r"\A(\d[\d,]*) (\w.*)")
#: Outcomes with their counts, between the joints of a reason; `3 known missing` is none.
_OUTCOMES: Final = re.compile(rf"(?<![^;,·] )(?<![^ ])(\d+) ({'|'.join(Outcome)})(?=$|[;,]| ·)")
_IN_BRACKETS: Final = re.compile(r"\A([^()]*\S) \((.+)\)")
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


def warnings(checks: "list[CheckResult]") -> "list[CheckResult]":
    """Checks with the verdict `warn` or `fail`, the failed ones first."""
    return sorted((c for c in checks if c.verdict in ("warn", "fail")), key=lambda check: check.verdict != "fail")


def size(count: float) -> str:
    """`1.2 MB`, powers of 1,000."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1_000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1_000
    raise AssertionError("unreachable")


def span(seconds: float, translate: Translate | None = None) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole, translate = round(seconds), translate or translator("en")
    if whole < 60:
        return translate(N_("{seconds} s"), seconds=whole)
    if whole < 3_600:
        return translate(N_("{minutes} min {seconds} s"), minutes=whole // 60, seconds=whole % 60)
    return translate(N_("{hours} h {minutes} min"), hours=whole // 3_600, minutes=whole % 3_600 // 60)


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
    return re.sub(", |，", "、", translated) if name in ("names", "hosts") else translated


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
