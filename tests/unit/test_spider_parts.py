"""Articles of several parts, and articles within since= and until=."""

import pytest
from spider_pages import SECTION, Answer, article, link, listing, part, site, url_of
from spider_site import run

from panan_spider.core.outcomes import Outcome


class TestParts:
    """A text of several parts is one article."""

    def test_parts_are_asked_in_order_and_joined(self) -> None:
        # Page one links to part three alone; part two is found on it.
        pages = site(url_of(1)) | {
            url_of(1): article(parts=[part(1, 2), part(1, 1)]),
            part(1, 1): article(parts=[url_of(1), part(1, 2), part(1, 3)]),
            part(1, 2): article(), part(1, 3): article(),
        }  # fmt: skip
        result = run(pages)
        assert result.asked[-4:] == [url_of(1), part(1, 1), part(1, 2), part(1, 3)]
        (item,) = result.items
        assert (item.pages, len(item.blocks)) == (4, 8)
        assert result.outcome(part(1, 1)) is Outcome.READ

    @pytest.mark.parametrize("answer", [404, 500, "<html></html>", None, (url_of(1), article())])
    def test_an_article_short_of_a_part_is_not_stored(self, answer: Answer) -> None:
        result = run(site(url_of(1)) | {url_of(1): article(parts=[part(1, 1)]), part(1, 1): answer})
        assert result.items == []
        assert result.outcome(url_of(1)) is Outcome.FAILED

    def test_a_part_of_another_article_is_no_part(self) -> None:
        result = run(site(url_of(1)) | {url_of(1): article(parts=[part(2, 1)])})
        assert [item.pages for item in result.items] == [1]

    def test_a_part_under_another_headline_makes_no_article(self) -> None:
        result = run(
            site(url_of(1))
            | {url_of(1): article(parts=[part(1, 1)]), part(1, 1): article(title="另一个完全不同的标题")}
        )
        assert (result.items, result.outcome(url_of(1))) == ([], Outcome.INVALID)

    @pytest.mark.parametrize("other", [url_of(1), part(1, 2)])
    def test_a_part_that_shows_what_another_shows_makes_no_article(self, other: str) -> None:
        pages = site(url_of(1)) | {
            url_of(1): article(parts=[part(1, 1), part(1, 2)]), part(1, 1): article(), part(1, 2): article(),
        }  # fmt: skip
        result = run(pages | {part(1, 1): pages[other]})
        assert (result.items, result.outcome(url_of(1))) == ([], Outcome.INVALID)

    def test_parts_without_end_are_no_article(self) -> None:
        endless = {part(1, n): article(parts=[part(1, n + 1)]) for n in range(1, 300)}
        result = run(site(url_of(1)) | endless | {url_of(1): article(parts=[part(1, 1)])})
        assert result.outcome(url_of(1)) is Outcome.INVALID
        assert len(result.requests) < 120


class TestRange:
    """since= and until=, by the date of publication."""

    def test_what_the_address_rules_out_is_not_asked_for(self) -> None:
        old, right, lagging, late = (
            url_of(n, day) for n, day in enumerate(("2020/01/29", "2020/03/05", "2020/04/10", "2020/04/11"), 1)
        )
        pages = site(old, right, lagging, late) | {lagging: article(day="2020/03/10")}
        result = run(pages, since="2020-03-01", until="2020-03-10")
        assert sorted(result.asked_articles) == [right, lagging]
        assert (result.outcome(old), result.outcome(late)) == (Outcome.OUT_OF_RANGE, Outcome.OUT_OF_RANGE)
        assert {item.url for item in result.items} == {right, lagging}

    def test_what_reading_rules_out_is_not_stored(self) -> None:
        result = run(site(url_of(1)) | {url_of(1): article(day="2020/02/20")}, since="2020-03-01")
        assert (result.items, result.outcome(url_of(1))) == ([], Outcome.OUT_OF_RANGE)

    def test_the_days_are_inclusive(self) -> None:
        assert len(run(site(url_of(1)), since="2020-03-07", until="2020-03-07").items) == 1

    @pytest.mark.parametrize(("shown", "asked"), [("2020-02-01", False), ("2020-04-08", True), ("2020-04-01", True)])
    def test_only_what_every_date_rules_out_is_not_asked_for(self, shown: str, asked: bool) -> None:
        """Addresses of this CMS hold a day that can be weeks before the publication."""
        pages = site(url_of(1))
        pages[SECTION] = listing("书记", []) + f"<ul><li>{link(url_of(1))}<span>{shown}</span></li></ul>"
        result = run(pages, since="2020-04-08")
        assert result.asked_articles == ([url_of(1)] if asked else [])
        assert result.outcome(url_of(1)) is Outcome.OUT_OF_RANGE

    def test_an_article_published_after_the_day_of_its_address_is_kept(self) -> None:
        result = run(site(url_of(1)) | {url_of(1): article(day="2020/03/27")}, since="2020-03-20")
        assert len(result.items) == 1
