"""Template A: enorth WebPublisher, 2013–2016. Date and source under the headline, byline and editors in a tail line."""

import re
from typing import Final

from panan_spider.extract.template import Template

ENORTH_A: Final = Template(
    name="enorth_a",
    marks=(
        ("panews", re.compile(r"www\.panews\.cn\s*磐安新闻网"), 6),
        ("改变文字大小", re.compile(r"改变文字大小"), 2),
        ("正文", re.compile(r"位置\s*:[^\n]{0,120}?正文\s*(?:\n|$)"), 2),
        ("编", re.compile(r"作\s*者\s*:[^\n]*\n?[^\n]*编\s*辑\s*:"), 2),
        ("审", re.compile(r"(?:初|终)\s*审\s*:"), 1),
        ("-", re.compile(r"\d{4}-\d{2}-\d{2}\s+\d{2}:\d{2}"), 1),
    ),
    title_paths=(("artTitle", "//h1[contains(@class, 'artTitle')]"),),
)
