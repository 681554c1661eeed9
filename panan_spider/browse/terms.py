"""The words the pages use: Chinese terms with English beside them."""

from typing import Final

from panan_spider.outcomes import ExitCode

#: Stands for the section of articles whose page names none.
NO_SECTION: Final = "-"

#: Fields of an article whose changes are shown, in the order a reader meets them: Chinese and English name.
FIELDS: Final = {
    "kicker": ("引题", "kicker"),
    "title": ("标题", "headline"),
    "subtitle": ("副题", "subtitle"),
    "published": ("日期", "published"),
    "source": ("来源", "source"),
    "header_line": ("署名行", "line under the headline"),
    "blocks": ("正文", "body"),
    "editor": ("编辑", "editor"),
    "credits": ("审稿", "credits"),
}

#: What an author did, as the site prints it.
WORK: Final = {"text": "文", "photo": "摄", "text+photo": "文/摄", "video": "视频"}

#: An exit code in one word, and how it is coloured.
VERDICTS: Final = {
    ExitCode.GOOD: ("good", "good"),
    ExitCode.NOT_STARTED: ("not started", "bad"),
    ExitCode.INCOMPLETE: ("incomplete", "warn"),
    ExitCode.LAYOUT_DRIFT: ("layout drift", "bad"),
    ExitCode.BLOCKED: ("blocked", "bad"),
    ExitCode.ROBOTS_UNREACHABLE: ("robots.txt unreachable", "bad"),
    ExitCode.STORE_ERROR: ("store error", "bad"),
    ExitCode.LOCKED: ("locked", "warn"),
    ExitCode.INTERRUPTED: ("interrupted", "warn"),
}


def verdict(code: object) -> tuple[str, str]:
    """One word for an exit code and its colour; an unknown code is named as it stands."""
    known = code if isinstance(code, int) and code in set(ExitCode) else None
    return VERDICTS[ExitCode(known)] if known is not None else (f"code {code}", "warn")
