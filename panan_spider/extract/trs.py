"""Template C: TRS WCM, 2021–2022. Known by its address; the header line holds date, source and byline."""

import re
from typing import Final

from panan_spider.extract.template import Template

TRS: Final = Template(
    name="trs",
    marks=(
        ("融磐安客户端", re.compile(r"融磐安客户端"), 2),
        ("图片", re.compile(r"^图片$", re.MULTILINE), 1),
        ("位置", re.compile(r"位置\s*:\s*磐安新闻网"), 1),
    ),
    title_paths=(("artTitle", "//h1[contains(@class, 'artTitle')]"),),
    meta_titles=("articletitle",),
)
