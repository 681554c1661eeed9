"""What lets a line pass at one glance never lets one pass that a closer look would have stopped at."""

from hypothesis import given
from hypothesis import strategies as st
from variants import variant

from panan_spider.core.text import fold
from panan_spider.extract.byline import is_tail_line
from panan_spider.extract.document import parse
from panan_spider.extract.header_line import could_say_some, is_label, strength
from panan_spider.extract.lines import flatten
from panan_spider.extract.words import FURNITURE, cleared, words_of
from panan_spider.sites.profile import load_site

PANAN = words_of(load_site())

_WORDS = st.sampled_from([
    "2020", "2020/03/07", "来源", "来 源", "转自", ":", "\uff1a", "记者", "记 者", "通讯员", "作 者", "作者", "编辑", "初 审",
    "磐安新闻网", "www.panews.cn", "打印", "分享到", "字号", "大", "[", "(", "\uff08", "】", "综合", "甲", " ", "\u3000", "时间", "丨", "/", "。",
])  # fmt: skip
_LINES = st.lists(_WORDS, max_size=8).map("".join)


@given(_LINES)
def test_a_line_of_a_header_line_is_never_passed_over(text: str) -> None:
    assert could_say_some("".join(text.split()), PANAN) or not (strength(text, PANAN) or is_label(text))


@given(_LINES)
def test_furniture_is_found_wherever_it_stands(text: str) -> None:
    assert cleared(fold(text)) == FURNITURE.sub(" ", fold(text))


@given(_LINES)
def test_brackets_of_full_width_before_a_label_hide_no_tail_line(text: str) -> None:
    assert is_tail_line(text) == is_tail_line(fold(text))


def test_most_lines_of_a_page_are_passed_over() -> None:
    lines = [line for seed in range(30) for line in flatten(parse(variant(seed).page), PANAN) if line.kind == "text"]
    assert len(lines) > 300
    assert sum(could_say_some(line.bare, PANAN) for line in lines) * 2 < len(lines)


@given(st.text(alphabet=st.characters(min_codepoint=0xFF00, max_codepoint=0xFF60) | st.sampled_from("a \n、。")))
def test_folding_is_character_by_character(text: str) -> None:
    assert fold(text) == "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
