"""The words the pages use: Chinese terms with English beside them."""

from typing import Final

from panan_spider.core.outcomes import ExitCode
from panan_spider.report.page.page_words import ENDINGS

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


def ending(code: object) -> tuple[str, str, str]:
    """How a run with that exit code ended: English, Chinese, colour. An unknown code is named as it stands."""
    known = code if isinstance(code, int) and code in set(ExitCode) else None
    return ENDINGS[ExitCode(known)] if known is not None else (f"Exit code {code}", "未知退出码", "soon")
