"""The grammar rule by rule."""

import pytest
from gold import people_of
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.publish.people.mentions import Mention, people_rows


def who(text: str) -> list[tuple[str, str]]:
    return [(mention.name, mention.office) for mention in people_of(text)]


def deeds(text: str) -> dict[str, list[str]]:
    return {m.name: [text[a:b] for a, b in m.actions.spans] for m in people_of(text)}


def place(text: str) -> str | None:
    (mention,) = people_of(text)
    return None if mention.actions.place is None else text[slice(*mention.actions.place)]


@pytest.mark.parametrize(
    "office",
    ["县委书记", "县委副书记、县长", "市委常委、县委书记", "样例镇党委书记", "县教育局局长", "县教育局长", "县领导", "副县长", "县人大常委会副主任",
     "县委常委、宣传部长", "县公安局党委副书记、政委", "省农业农村厅副厅长", "样岭村党支部书记", "原县委书记", "磐安县委书记", "江样管委会主任"],
)  # fmt: skip
def test_an_office_is_as_printed(office: str) -> None:
    assert who(f"昨日，{office}李样例到场。") == [("李样例", office)]
    assert who(f"昨日，由{office}李样例主持。") == [("李样例", office)]


@pytest.mark.parametrize("name", ["李样", "李样例", "欧阳测", "欧阳测试", "阿里木·样例", "方志强", "何斌测"])
@pytest.mark.parametrize(
    "behind", ["调研", "强调，", "、王示例参加", "带领大家", "一行来到", "。", "说", "和王示例", "\n", ""]
)
def test_a_name_ends_where_something_else_begins(name: str, behind: str) -> None:
    assert who(f"县长{name}{behind}")[0] == (name, "县长")


@pytest.mark.parametrize(
    "text",
    ["县领导高度重视", "县长安排专人", "县委书记、县长到场", "县领导干部学习", "县长热线开通", "县长李", "书记员李样例记录", "样例公司总经理李样例说", "样例小学校长李样例说",
     "村民小组长李样例说", "市人大代表李样例说", "李样例指出", "县委书记向群众说明", "镇长时刻关注", "外地县委书记李样例说"],
)  # fmt: skip
def test_what_is_not_surely_an_office_holder_is_left_out(text: str) -> None:
    assert who(text) == []


def test_everybody_of_a_list_has_its_office() -> None:
    assert who("县领导李样例、何测和卢模拟参加活动。") == [(name, "县领导") for name in ("李样例", "何测", "卢模拟")]


def test_an_office_of_several_can_stand_behind_them() -> None:
    assert who("李样例、何测等县领导参加活动。") == [("李样例", "县领导"), ("何测", "县领导")]
    assert who("今天李样例、何测等县领导参加") == []


def test_a_later_mention_has_the_office_given_before_it() -> None:
    text = "李样例来了。县委副书记李样例出席。李样例说。县长李样例走了。李样例指出。"
    assert [office for _name, office in who(text)] == ["县委副书记", "县委副书记", "县委副书记", "县长", "县长"]
    assert [m.office_at is None for m in people_of(text)] == [True, False, True, False, True]


def test_a_name_within_another_word_is_no_mention() -> None:
    text = "县长何测出席。任何测试都要做。何测试了试。何测一行离开。"
    assert [mention.start for mention in people_of(text)] == [2, text.index("何测一行")]


@pytest.mark.parametrize(
    ("behind", "actions"),
    [
        ("调研。", ["调研"]),
        ("带领有关人员到样例镇调研。", ["调研"]),
        ("在样例镇调研时强调，要参加。", ["调研", "强调"]),
        ("出席会议并讲话。", ["出席", "讲话"]),
        ("走访慰问困难户。", ["走访", "慰问"]),
        ("要求各部门参加会议。", ["要求"]),
        ("参加调研。", ["参加"]),
        ("在检查站督查。", ["督查"]),
        ("作了工作报告。", ["报告"]),
        ("的父亲参加了会议。", []),
        ("，听取汇报。", []),
        ("来了。", []),
    ],
)
def test_what_somebody_did(behind: str, actions: list[str]) -> None:
    assert deeds(f"县长李样例{behind}") == {"李样例": actions}


def test_people_named_together_did_it_together() -> None:
    text = "县委书记李样例、县长何测，副县长卢模拟出席会议。"
    assert deeds(text) == {name: ["出席"] for name in ("李样例", "何测", "卢模拟")}


def test_who_is_met_does_not_act() -> None:
    text = "县长李样例会见了副市长何测，副县长卢模拟参加会见。"
    assert deeds(text) == {"李样例": ["会见"], "何测": [], "卢模拟": ["参加"]}


@pytest.mark.parametrize(
    ("behind", "where"),
    [("到样例镇调研。", "样例镇"), ("先后来到双演乡、云样镇等地督查。", "双演乡、云样镇"), ("赴杭州考察。", "杭州"), ("在全县大会上指出，", None), ("调研样例镇。", None)],
)  # fmt: skip
def test_where_it_was(behind: str, where: str | None) -> None:
    assert place(f"县长李样例{behind}") == where


def test_rows_name_each_action_with_its_place_in_the_text() -> None:
    text = "昨日，县长李样例在样例镇调研时强调，要抓实。李样例走了。"
    made = people_rows(dict.fromkeys(("kicker", "title", "subtitle")) | {"text": text})
    assert [(row["name"], row["action"], row["place"]) for row in made] == [
        ("李样例", "调研", "样例镇"),
        ("李样例", "强调", "样例镇"),
        ("李样例", None, None),
    ]
    for row in made:
        for what in ("action", "place", "office"):
            if row[f"{what}_start"] is not None:
                assert text[row[f"{what}_start"] : row[f"{what}_end"]] == row[what]
        assert text[row["start"] : row["end"]] == row["name"]
    assert made[2]["office"] == "县长" and made[2]["office_start"] is None


@given(st.text(alphabet="县委书记副长局镇李样例王何参加调研、，。和等领导在到时并的·\n", max_size=60))
def test_any_text_gives_spans_within_it_in_order(text: str) -> None:
    found: list[Mention] = people_of(text)
    assert [m.start for m in found] == sorted({m.start for m in found})
    for mention in found:
        assert text[mention.start : mention.end] == mention.name and mention.office in text
        assert all(mention.end <= a < b <= len(text) for a, b in mention.actions.spans)


def test_a_long_text_without_clauses_costs_little() -> None:
    assert people_of("县委县政府" * 4_000 + "，县长李样例说") != []
