"""Stored articles of several parts, asked whether they have changed: each part for itself, the article as a whole."""

from datetime import date

import pytest
from spider_pages import Answer, article, part, site, url_of
from spider_site import Notes, Run, run

from panan_spider.archive.ledger.stored_articles import KnownPart
from panan_spider.core.outcomes import Outcome

ONE, TWO, THREE = url_of(1), part(1, 1), part(1, 2)
PARTS = (KnownPart(TWO, '"2"', None, ""), KnownPart(THREE, None, "Sat, 07 Mar 2020 00:00:00 GMT", ""))


def again(one: Answer, two: Answer = 404, three: Answer = 404, parts: tuple[KnownPart, ...] = PARTS) -> Run:
    memory = Notes()
    memory.store(1, ONE, date(2020, 3, 7), pages=3, parts=parts)
    return run(site(ONE) | {ONE: one, TWO: two, THREE: three}, memory, recheck="30")


def conditions(result: Run) -> list[tuple[str, bool]]:
    """The article's requests in order: the address, and whether it was asked only if it has changed."""
    requests = [request for request in result.requests if request.url in (ONE, TWO, THREE)]
    return [(r.url, "If-None-Match" in r.headers or "If-Modified-Since" in r.headers) for r in requests]


def test_each_part_is_asked_with_its_own_validators_and_all_the_same_is_unchanged() -> None:
    result = again(304, 304, 304)
    assert conditions(result) == [(ONE, True), (TWO, True), (THREE, True)]
    headers = {request.url: request.headers for request in result.requests}
    assert headers[TWO]["If-None-Match"] == b'"2"'
    assert headers[THREE]["If-Modified-Since"] == b"Sat, 07 Mar 2020 00:00:00 GMT"
    assert (result.outcome(ONE), result.outcome(TWO), result.outcome(THREE)) == (
        Outcome.UNCHANGED,
        Outcome.READ,
        Outcome.READ,
    )
    assert result.items == []


def test_where_a_later_part_has_changed_the_article_is_read_again_as_a_whole() -> None:
    whole = article(parts=[TWO, THREE])
    result = again([304, whole], [304, article()], article())
    assert conditions(result) == [(ONE, True), (TWO, True), (THREE, True), (ONE, False), (TWO, False), (THREE, False)]
    (item,) = result.items
    assert (item.url, item.pages) == (ONE, 3)


def test_where_part_one_has_changed_nothing_is_asked_twice() -> None:
    result = again(article(parts=[TWO, THREE]), article(), article())
    assert conditions(result) == [(ONE, True), (TWO, False), (THREE, False)]
    assert [item.pages for item in result.items] == [3]


def test_an_article_that_has_become_shorter_is_read_as_it_is_now() -> None:
    result = again([304, article(parts=[TWO])], [304, article()], article())
    assert [item.pages for item in result.items] == [2]
    assert result.outcome(THREE) is Outcome.READ


@pytest.mark.parametrize("answer", [404, 500, None])
def test_a_part_that_does_not_answer_fails_the_article(answer: Answer) -> None:
    result = again(304, 304, answer)
    assert result.outcome(ONE) is Outcome.FAILED
    assert result.outcome(TWO) is Outcome.READ
    assert result.items == []


def test_an_article_that_fails_when_it_is_read_again_leaves_no_part_without_a_fate() -> None:
    result = again([304, 500], article())
    assert (result.outcome(ONE), result.outcome(TWO)) == (Outcome.FAILED, Outcome.READ)


@pytest.mark.parametrize("parts", [(), PARTS[:1], (PARTS[0], KnownPart(THREE, None, None, ""))])
def test_without_something_to_ask_every_part_with_none_is_asked_whether_it_has_changed(
    parts: tuple[KnownPart, ...],
) -> None:
    result = again(article(parts=[TWO, THREE]), article(), article(), parts)
    assert conditions(result) == [(ONE, False), (TWO, False), (THREE, False)]


def test_a_part_that_leads_to_another_articles_part_is_none_of_this_one() -> None:
    result = again([304, article(parts=[TWO])], (part(2, 1), article()))
    assert (result.items, result.outcome(ONE)) == ([], Outcome.FAILED)
