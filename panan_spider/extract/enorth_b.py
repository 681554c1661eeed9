"""Template B: enorth WebPublisher, 2019–2020. Date, source and byline in the header line, the editor after the body."""

import re
from typing import Final

from panan_spider.extract.template import Template, has_class

ENORTH_B: Final = Template(
    name="enorth_b",
    marks=(
        ("浙江在线", re.compile(r"位置\s*:\s*浙江在线"), 3),
        (">", re.compile(r">>|>\s>"), 1),
        ("/", re.compile(r"\d{4}/\d{2}/\d{2}"), 2),
        ("版权声明", re.compile(r"磐安新闻网简介\s*[|]\s*版权声明"), 1),
        ("便民", re.compile(r"新闻聚焦[\s\S]*便民"), 1),
    ),
    title_paths=(
        ("detail-title", f"//div[{has_class('detail-title')}]"),
        ("artTitle", "//h1[contains(@class, 'artTitle')]"),
    ),
)
