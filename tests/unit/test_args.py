"""The spider's arguments: what is taken, and the one line about what is not."""

from datetime import date

import pytest
from pydantic import ValidationError

from panan_spider.sites.profile import load_site
from panan_spider.spiders.arguments import Arguments, complaint

ARTICLE = "http://panews.zjol.com.cn/panews/system/2020/03/07/032299345.shtml"


def parsed(given: dict[str, str]) -> Arguments:
    return Arguments.of(given, load_site())


def wrong(**given: str) -> str:
    with pytest.raises(ValidationError) as caught:
        parsed(given)
    return complaint(caught.value)


def test_without_arguments_all_sections_are_read_with_a_look_back_of_30_days() -> None:
    args = Arguments()
    assert (args.sections, args.since, args.until, args.full, args.recheck, args.urls, args.images) == (
        (), None, None, False, None, (), False,
    )  # fmt: skip


@pytest.mark.parametrize("given", ["书记,时政", "书记\uff0c时政", "书记、 时政", " 书记 ,,时政,书记"])
def test_sections_are_split_at_either_comma(given: str) -> None:
    assert parsed({"sections": given}).sections == ("书记", "时政")


def test_what_scrapyd_adds_is_no_argument() -> None:
    assert parsed({"_job": "efdfc23ce7d8", "full": "true"}) == Arguments(full=True)
    assert "unknown argument" in wrong(job="efdfc23ce7d8")


def test_days_are_read() -> None:
    args = parsed({"since": "2020-03-01", "until": "2020-03-01"})
    assert (args.since, args.until) == (date(2020, 3, 1), date(2020, 3, 1))


@pytest.mark.parametrize(("given", "read"), [("true", True), ("False", False)])
def test_switches_are_true_or_false(given: str, read: bool) -> None:
    args = parsed({"full": given, "images": given})
    assert (args.full, args.images) == (read, read)


@pytest.mark.parametrize(("given", "read"), [("0", 0), ("90", 90), ("all", "all")])
def test_recheck_is_days_or_all(given: str, read: int | str) -> None:
    assert parsed({"recheck": given}).recheck == read


def test_addresses_become_canonical_and_parts_their_first() -> None:
    given = f"{ARTICLE.replace('http:', 'https:')}?x=1, {ARTICLE.replace('.shtml', '_02.shtml')}"
    assert parsed({"urls": given}).urls == (ARTICLE,)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "2020-02-30"}, ("since", "'2020-02-30'", "does not exist", "YYYY-MM-DD")),
        ({"until": "20200301"}, ("until", "'20200301'", "not a day", "YYYY-MM-DD")),
        ({"since": "2020-05-01", "until": "2020-04-30"}, ("since=2020-05-01", "until=2020-04-30")),
        ({"full": "yes"}, ("full", "'yes'", "true or false")),
        ({"recheck": "-1"}, ("recheck", "'-1'", "number of days", "all")),
        ({"sections": " , "}, ("sections", "names no section")),
        ({"urls": "http://www.panews.cn/xwzx/"}, ("urls", "'http://www.panews.cn/xwzx/'", "www.panews.cn")),
        ({"urls": "http://example.com/system/2020/03/07/032299345.shtml"}, ("urls", "example.com", "www.panews.cn")),
        ({"urls": ARTICLE, "sections": "书记"}, ("urls=", "sections=")),
        ({"section": "书记"}, ("unknown argument 'section'", "did you mean sections?", "recheck")),
        ({"name": "other"}, ("unknown argument 'name'",)),
    ],
)
def test_a_wrong_argument_is_one_line_that_names_it(given: dict[str, str], said: tuple[str, ...]) -> None:
    line = wrong(**given)
    assert all(piece in line for piece in said), line
    assert "\n" not in line and "pydantic" not in line


def test_several_wrong_arguments_are_one_line() -> None:
    line = wrong(since="x\ny", full="z" * 5000)
    assert "since" in line and "full" in line and "\n" not in line and len(line) < 400
