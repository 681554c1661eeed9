"""The language of questions: what is understood, how it is printed back, and that nothing is dropped without a word."""

import browse_extra  # noqa: F401  # skips where the extra is not installed
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.core.translations import translator
from panan_spider.publish.browse.question import (
    AllOf,
    AnyOf,
    ArticleUrl,
    Days,
    Match,
    Node,
    Not,
    Number,
    Question,
    Text,
)
from panan_spider.publish.browse.question_parser import InvalidQuery, day_range, parse, question_of

A, B, C = Text("甲"), Text("乙"), Text("丙")


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("甲 乙", (A, B)),
        ("甲 -乙", (A, Not(B))),
        ("甲 －乙", (A, Not(B))),
        ("甲 NOT 乙", (A, Not(B))),
        ("甲|乙", (AnyOf((A, B)),)),
        ("甲 | 乙", (AnyOf((A, B)),)),
        ("甲｜乙", (AnyOf((A, B)),)),
        ("甲 OR 乙", (AnyOf((A, B)),)),
        ("甲 AND 乙", (A, B)),
        ("甲 乙|丙", (A, AnyOf((B, C)))),
        ("-(甲 乙)", (Not(AllOf((A, B))),)),
        ("(甲 乙)|丙", (AnyOf((AllOf((A, B)), C)),)),
        ('"甲 乙"', (Text("甲 乙", phrase=True),)),
        ("“甲乙”", (Text("甲乙", phrase=True),)),
        ('"甲', (Text("甲", phrase=True),)),
        ("标题:甲", (Text("甲", "title"),)),
        ("标题：甲", (Text("甲", "title"),)),
        ("TITLE:甲", (Text("甲", "title"),)),
        ('标题:"甲 乙"', (Text("甲 乙", "title", True),)),
        ("记者:甲 人物:乙", (Match("author", "甲"), Match("person", "乙"))),
        ("栏目:书记 来源:丙", (Match("section", "书记"), Match("source", "丙"))),
        ("栏目:-", (Match("section", "-"),)),
        ('来源:"甲 乙"', (Match("source", "甲 乙"),)),
        ("状态:撤下 is:revised", (Match("state", "removed"), Match("state", "revised"))),
        ("2019..2020", (Days("2019-01-01", "2020-12-31"),)),
        ("2020-03", (Days("2020-03-01", "2020-03-31"),)),
        ("2020-02-29", (Days("2020-02-29", "2020-02-29"),)),
        ("2020-03..", (Days("2020-03-01", ""),)),
        ("..2020", (Days("", "2020-12-31"),)),
        ("日期:2020", (Days("2020-01-01", "2020-12-31"),)),
        ("自:2020-03 至:2020-05", (Days("2020-03-01", ""), Days("", "2020-05-31"))),
        ("20200307", (Days("2020-03-07", "2020-03-07"),)),
        ("20200301..20200307", (Days("2020-03-01", "2020-03-07"),)),
        ("自:20200301", (Days("2020-03-01", ""),)),
        ("编号:20200307", (Number("20200307"),)),
        ("20201307", (Number("20201307"),)),
        ("2020", (Text("2020"),)),
        ("016183287", (Number("016183287"),)),
        ("http://a.example/b.shtml", (ArticleUrl("http://a.example/b.shtml"),)),
        ("3月5日", (Text("3月5日"),)),
        ("9:30", (Text("9:30"),)),
        ("——样例镇", (Text("——样例镇"),)),
        ("磐安(第一)", (Text("磐安，第一"),)),
        ("磐安（第一）", (Text("磐安，第一"),)),
        ("（甲|乙）　丙", (AnyOf((A, B)), C)),
        ("－（甲｜乙）", (Not(AnyOf((A, B))),)),
        ("(甲(第一) 乙)|丙", (AnyOf((AllOf((Text("甲，第一"), B)), C)),)),
        ("标题:(甲|乙)", (AnyOf((Text("甲", "title"), Text("乙", "title"))),)),
        (
            "标题：（甲 -“乙 丙” 正文:丙）",
            (AllOf((Text("甲", "title"), Not(Text("乙 丙", "title", True)), Text("丙", "text"))),),
        ),
        ("栏目:(书记|时政) 甲", (AnyOf((Match("section", "书记"), Match("section", "时政"))), A)),
        ("-状态:(更正|撤下)", (Not(AnyOf((Match("state", "revised"), Match("state", "removed")))),)),
        ("日期:(2019|2020-03)", (AnyOf((Days("2019-01-01", "2019-12-31"), Days("2020-03-01", "2020-03-31"))),)),
        ("栏目:党建（人才）", (Match("section", "党建（人才）"),)),
        ("２０２０－０３", (Days("2020-03-01", "2020-03-31"),)),
        ("２０１９．．２０２０", (Days("2019-01-01", "2020-12-31"),)),
        ("日期：２０２０", (Days("2020-01-01", "2020-12-31"),)),
        ("０１６１８３２８７", (Number("016183287"),)),
        (
            "www.panews.cn/system/2020/03/07/000000001.shtml",
            (ArticleUrl("http://www.panews.cn/system/2020/03/07/000000001.shtml"),),
        ),
        (
            "標題:甲 欄目:乙 狀態:撤下 記者:丙",
            (Text("甲", "title"), Match("section", "乙"), Match("state", "removed"), Match("author", "丙")),
        ),
        ("\ufeff甲\u200b 乙", (A, B)),
    ],
)
def test_what_is_written_is_understood(text: str, nodes: tuple[Node, ...]) -> None:
    assert parse(text) == nodes


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("甲 -", "-"), ("甲 - 乙", "-"), ("甲 --乙", "-"), ("甲 |", "|"), ("| 甲", "|"), ("甲 OR", "|"), ("foo:甲", "foo"), ("编者按:甲", "编者按"),
        ("标题:", "标题:"), ("甲*", "*"), ("+甲", "+"), ("!甲", "!"), ("甲~2", "~"), ("(甲", "("), (") 甲", ")"), ("()", "()"), ("，。", "，。"), ('""', '""'),
        ("2020-13", "2020-13"), ("2020-02-30", "2020-02-30"), ("2021..2020", "2021"), ("..", ".."), ("状态:好", "好"), ("日期:昨天", "昨天"),
        ("AND", "AND"), ("甲 AND", "AND"), ("甲 AND |乙", "AND"), ("OR", "OR"), ("甲|OR", "OR"), ("NOT", "NOT"), ("甲 NOT", "NOT"), ("（甲", "("), ("甲 ）", "）"),
        ("标题:甲*", "*"), ("标题:-甲", "-"), ("栏目:－甲", "-"), ('"甲 -乙', '"'), ("甲 “乙 丙", "“"), ('标题:"甲|乙', '"'), ("甲&&乙", "&&"), ("标题:^甲", "^"), ("2019-2020", ".."), ("2019～2020", ".."), ("2019至2020", ".."),
        ("2020-01—2020-03", ".."), ("2020...2021", ".."), ("编号:abc", "abc"), ("标题:()", "()"), ("foo:(甲|乙)", "foo"), ("２０２０－１３", "2020-13"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_understood_is_named(text: str, named: str, language: str) -> None:
    with pytest.raises(InvalidQuery) as error:
        parse(text)
    assert named in translator(language).message(error.value.message)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("磐安 -公告 2019..2020", "磐安，不含公告，2019至2020", "磐安, without 公告, from 2019 to 2020"),
        ("甲|乙", "（甲或乙）", "(甲 or 乙)"),
        ('标题:"甲乙"', "标题中有“甲乙”", "“甲乙” in the title"),
        ("栏目:书记 记者:甲", "栏目 书记，作者 甲", "section 书记, byline 甲"),
        ("2020-03", "2020-03", "2020-03"),
        ("2020-03..", "2020-03起", "from 2020-03"),
        ("..2020", "至2020", "until 2020"),
        ("2020-03-05..2020-12-31", "2020-03-05至2020-12-31", "from 2020-03-05 to 2020-12-31"),
        ("状态:撤下", "已撤下", "removed from the site"),
    ],
)
def test_a_question_is_printed_back_in_words(text: str, zh: str, en: str) -> None:
    question = question_of({"q": text})
    assert (question.words(translator("zh")), question.words(translator("en"))) == (zh, en)


def test_form_and_words_are_one_question() -> None:
    form = {
        "q": "茶",
        "section": "书记",
        "since": "2020",
        "until": "2020-03",
        "author": "甲",
        "person": "乙",
        "state": "revised",
    }
    question = question_of(form)
    assert question == question_of({"q": question.source("zh")}) == question_of({"q": question.source("en")})
    assert question.source("en") == "茶 2020-01..2020-03 section:书记 byline:甲 person:乙 state:revised"


words = st.text(st.sampled_from('磐安甲乙 -|"():：.2019*“”，。a/～'), max_size=30)


@given(words, st.sampled_from(["zh", "en"]))
def test_a_question_parsed_again_is_the_same_question(text: str, language: str) -> None:
    try:
        question = Question(parse(text))
    except InvalidQuery as error:
        assert str(error)
        return
    assert Question(parse(question.source(language))) == question


@given(st.text(max_size=60))
def test_any_text_is_a_question_or_named(text: str) -> None:
    try:
        Question(parse(text)).words(translator("zh"))
    except InvalidQuery as error:
        assert str(error) and "\n" not in str(error).replace(text, "")


@given(st.dates())
def test_a_day_is_its_own_range(day: object) -> None:
    assert day_range(str(day)) == (str(day), str(day))
