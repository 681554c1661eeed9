"""The one real article there is: who is in it."""

from pathlib import Path

import pytest
from gold import people_of

from panan_spider.publish.people.mentions import Mention

SEED = Path(__file__).resolve().parents[3] / "shared" / "site" / "seed-article.txt"


@pytest.fixture(scope="module")
def text() -> str:
    """The body as a line of the archive has it."""
    if not SEED.exists():
        pytest.skip("the seed article lies beside the checkout, not in it")
    lines = [line.strip() for line in SEED.read_text("utf-8").splitlines() if line.strip()]
    first = next(at for at, line in enumerate(lines) if line.startswith("3月5日"))
    last = next(at for at, line in enumerate(lines) if line.startswith("编辑"))
    return "\n".join(lines[first:last])


@pytest.fixture(scope="module")
def found(text: str) -> list[Mention]:
    return people_of(text)


def test_one_secretary_and_three_leaders(found: list[Mention]) -> None:
    offices = {(mention.name, mention.office) for mention in found}
    assert len(offices) == 4
    secretary = {name for name, office in offices if office == "县委书记"}
    leaders = [mention for mention in found if mention.office == "县领导"]
    assert {len(name) for name in secretary} == {3}
    assert [len(mention.name) for mention in leaders] == [2, 2, 3]


def test_the_leaders_took_part(found: list[Mention], text: str) -> None:
    for mention in found:
        if mention.office == "县领导":
            assert [text[slice(*span)] for span in mention.actions.spans] == ["参加"]


def test_the_secretary_is_named_again_without_office_and_acts_each_time(found: list[Mention], text: str) -> None:
    his = [mention for mention in found if mention.office == "县委书记"]
    assert his[0].office_at is not None and {mention.office_at for mention in his[1:]} == {None}
    assert len(his) == text.count(his[0].name)
    deeds = [text[slice(*span)] for mention in his for span in mention.actions.spans]
    assert deeds == ["调研", "察看", "肯定", "指出", "要求", "要求"]
