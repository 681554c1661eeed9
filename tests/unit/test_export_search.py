"""Chinese search: what is found, what a query may hold, where the hits stand."""

import sqlite3
from collections.abc import Iterator

import pytest
from export_helpers import match_query
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.publish.export.bigrams import TOKENIZER, bigrams, hit_spans, marked, phrases, snippet

TEXT = "3月5日,磐安县样例镇《江南药镇》规划通过,项目G6023沿线有COVID-19检测点。"


class Index:
    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute(f"CREATE VIRTUAL TABLE s USING fts5(t, content='', tokenize='{TOKENIZER}')")

    def finds(self, text: str, query: str) -> bool:
        self.db.execute("INSERT INTO s(rowid, t) VALUES (1, ?)", [bigrams(text)])
        try:
            asked = match_query(query)
            assert asked is not None
            return bool(self.db.execute("SELECT 1 FROM s WHERE s MATCH ?", [asked]).fetchall())
        finally:
            self.db.execute("INSERT INTO s(s, rowid, t) VALUES ('delete', 1, ?)", [bigrams(text)])


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    made = Index()
    yield made
    made.db.close()


def test_every_chinese_character_begins_one_token() -> None:
    assert bigrams("磐安药镇、G6高速") == "磐安 安药 药镇 镇 g6 高速 速"


@pytest.mark.parametrize(
    "query",
    [
        "磐安",
        "磐",
        "镇",
        "江南药镇",
        "3月5日",
        "月5",
        "g6023",
        "COVID-19",
        "药镇 磐安",
        '"样例镇《江南"',
        "３月",
        "药镇》",
    ],
)
def test_what_stands_in_the_text_is_found(index: Index, query: str) -> None:
    assert index.finds(TEXT, query)


@pytest.mark.parametrize("query", ["安磐", "盘", "南镇", "3月15日", "g60", "磐安 缺", '"磐安 江南"', "镇规", "covid19"])
def test_what_does_not_stand_in_it_is_not(index: Index, query: str) -> None:
    assert not index.finds(TEXT, query)


def test_a_character_outside_the_basic_plane_is_found(index: Index) -> None:
    assert index.finds("王\U00020bb7例说", "\U00020bb7例") and index.finds("王\U00020bb7例说", "\U00020bb7")


@pytest.mark.parametrize("query", ["", " ", "\u3000", "《》", '"', '""', "…—", "- * ^"])
def test_nothing_to_look_for_is_none(query: str) -> None:
    assert match_query(query) is None
    assert hit_spans(TEXT, phrases(query)) == []


@pytest.mark.parametrize(
    "query", ["磐安 AND", "NOT 磐安", "title:磐安", "磐*", "^磐安", "磐安 OR (", 'a"b', "NEAR(磐 安)", "磐安'; --"]
)
def test_nothing_a_reader_types_is_syntax(index: Index, query: str) -> None:
    assert index.finds(f"{TEXT} and not title or near a b", query)


@given(st.text(alphabet=st.sampled_from('磐安药镇ab19 "*():^-+\u3000、\x00\U00020bb7ÅßiİＡ'), max_size=30))
def test_any_query_is_valid_and_finds_a_text_that_is_the_query(query: str) -> None:
    index = Index()
    if match_query(query) is not None:
        assert index.finds(query, query)


@given(st.text(alphabet="磐安药镇a1、 ", max_size=25), st.text(alphabet="磐安药镇a1", min_size=1, max_size=4))
def test_the_index_finds_a_word_where_and_only_where_hits_are_marked(text: str, query: str) -> None:
    assert Index().finds(text, query) == bool(hit_spans(text, phrases(query)))


def test_a_thousand_words_are_a_query_too(index: Index) -> None:
    words = [chr(0x4E00 + n) + chr(0x5E00 + n) for n in range(1000)]
    assert index.finds("、".join(words), " ".join(words))


def test_hits_are_spans_of_the_text_as_it_is() -> None:
    spans = hit_spans(TEXT, phrases("磐安 镇 ｇ6023"))
    assert [TEXT[start:end] for start, end in spans] == ["磐安", "镇", "镇", "G6023"]


def test_hits_that_overlap_or_touch_are_one() -> None:
    assert hit_spans("江南药镇江南", phrases("江南 南药镇 镇江")) == [(0, 6)]


def test_marked_pieces_are_the_text_and_escape_nothing() -> None:
    text = "<b>磐安</b>&磐安"
    assert marked(text, phrases("磐安")) == [("<b>", False), ("磐安", True), ("</b>&", False), ("磐安", True)]


@given(st.text(max_size=40), st.text(max_size=6))
def test_marked_pieces_together_are_the_text(text: str, query: str) -> None:
    assert "".join(piece for piece, _hit in marked(text, phrases(query))) == text


def test_a_snippet_shows_the_first_hit_within_its_width() -> None:
    text = "甲" * 200 + "磐安" + "乙" * 200
    pieces = snippet(text, phrases("磐安"), 60)
    assert ("磐安", True) in pieces
    assert pieces[0] == pieces[-1] == ("…", False)
    assert len("".join(piece for piece, _hit in pieces)) == 62


def test_without_a_hit_a_snippet_is_the_beginning() -> None:
    assert snippet("样例" * 50, phrases("磐安"), 10) == [("样例样例样例样例样例", False), ("…", False)]
