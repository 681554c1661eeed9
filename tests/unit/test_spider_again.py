"""Articles asked for again: stored ones within the look-back, and what earlier runs could not settle."""

from datetime import date

import pytest
from scrapy import Request
from spider_pages import SECTION, ZJOL, article, link, listing, site, url_of
from spider_site import Notes, run

from panan_spider.archive.ledger.queries import PendingArticle
from panan_spider.archive.ledger.url_outcomes import Recheck
from panan_spider.core.outcomes import Outcome


def request_for(requests: list[Request], url: str) -> Request:
    return next(request for request in requests if request.url == url)


class TestStored:
    """Articles the archive has already, asked again for days back from the newest (recheck=)."""

    NEW, RECENT, OLD = url_of(1, "2020/03/31"), url_of(2, "2020/03/01"), url_of(3, "2020/02/29")

    def memory(self, **more: object) -> Notes:
        memory = Notes()
        memory.store(2, self.RECENT, date(2020, 3, 1), **more)
        memory.store(3, self.OLD, date(2020, 2, 29), **more)
        return memory

    def test_within_the_look_back_they_are_asked_whether_they_changed_and_older_not_at_all(self) -> None:
        result = run(site(self.NEW, self.RECENT, self.OLD) | {self.RECENT: 304}, self.memory(), recheck="30")
        assert sorted(result.asked_articles) == sorted([self.NEW, self.RECENT])
        request = request_for(result.requests, self.RECENT)
        assert request.headers["If-None-Match"] == b'"e"'
        assert (result.outcome(self.RECENT), result.outcome(self.OLD)) == (Outcome.UNCHANGED, Outcome.KNOWN)

    def test_one_that_shows_the_content_of_another_is_asked_for_whole(self) -> None:
        memory = self.memory()
        memory.twins.add("000000002")
        request = request_for(run(site(self.NEW, self.RECENT), memory, recheck="30").requests, self.RECENT)
        assert b"If-None-Match" not in request.headers

    def test_last_modified_is_sent_where_there_is_no_etag(self) -> None:
        memory = self.memory(etag=None, last_modified="Sat, 07 Mar 2020 00:00:00 GMT")
        request = request_for(run(site(self.NEW, self.RECENT), memory, recheck="30").requests, self.RECENT)
        assert b"If-None-Match" not in request.headers
        assert request.headers["If-Modified-Since"] == b"Sat, 07 Mar 2020 00:00:00 GMT"

    def test_a_changed_one_is_handed_on(self) -> None:
        result = run(site(self.NEW, self.RECENT), self.memory(), recheck="30")
        assert {item.url for item in result.items} == {self.NEW, self.RECENT}

    @pytest.mark.parametrize("more", [{"pages": 2}, {"outcome": Outcome.GONE}, {"etag": None}])
    def test_where_304_would_prove_nothing_it_is_asked_plainly(self, more: dict[str, object]) -> None:
        result = run(site(self.NEW, self.RECENT), self.memory(**more), recheck="30")
        assert not [name for name in request_for(result.requests, self.RECENT).headers if name.startswith(b"If-")]

    def test_an_article_of_the_future_does_not_end_the_look_back(self) -> None:
        slip = url_of(9, "2999/01/01")
        assert (
            self.RECENT
            in run(site(self.NEW, self.RECENT, slip) | {self.RECENT: 304}, self.memory(), recheck="30").asked
        )

    def test_a_removed_one_is_gone(self) -> None:
        assert (
            run(site(self.NEW, self.RECENT) | {self.RECENT: 404}, self.memory(), recheck="30").outcome(self.RECENT)
            is Outcome.GONE
        )

    def test_one_that_no_list_names_any_more_is_asked_for_all_the_same(self) -> None:
        """Editors who take an article off the site take its row off the list, too."""
        memory = self.memory()
        memory.all_listed_in = {"书记"}
        result = run(site(self.NEW) | {self.RECENT: 404}, memory, recheck="30")
        assert sorted(result.asked_articles) == sorted([self.NEW, self.RECENT])
        assert (result.outcome(self.RECENT), result.outcome(self.OLD)) == (Outcome.GONE, None)

    def test_one_that_a_list_names_at_another_address_is_asked_for_there_alone(self) -> None:
        memory = self.memory()
        memory.all_listed_in = {"书记"}
        moved = self.RECENT.replace("panews.zjol.com.cn/panews", "www.panews.cn")
        result = run(site(self.NEW, moved), memory, recheck="30")
        assert sorted(result.asked_articles) == sorted([self.NEW, moved])
        assert result.outcome(self.RECENT) is None

    def test_of_another_section_it_is_left_alone(self) -> None:
        memory = self.memory()
        memory.all_listed_in = {"县长"}
        assert run(site(self.NEW) | {self.RECENT: 404}, memory, recheck="30").asked_articles == [self.NEW]

    def test_one_that_is_gone_where_lists_name_it_is_tried_where_it_is_stored(self) -> None:
        """After a move lists name the new address, and the archive knows the old one."""
        moved = self.RECENT.replace("panews.zjol.com.cn/panews", "www.panews.cn")
        assert moved != self.RECENT
        result = run(site(self.NEW, moved) | {moved: 404, self.RECENT: 404}, self.memory(), recheck="30")
        assert (result.outcome(moved), result.outcome(self.RECENT)) == (Outcome.GONE, Outcome.GONE)
        result = run(site(self.NEW, moved) | {moved: 404, self.RECENT: 304}, self.memory(), recheck="30")
        assert (result.outcome(moved), result.outcome(self.RECENT)) == (Outcome.ALIAS, Outcome.UNCHANGED)

    def test_one_that_was_gone_and_is_listed_is_asked_for_by_a_walk_to_the_end(self) -> None:
        memory = self.memory(outcome=Outcome.GONE)
        assert self.OLD not in run(site(self.NEW, self.OLD), memory, recheck="30").asked
        assert (
            self.OLD
            in run(site(self.NEW, self.OLD), self.memory(outcome=Outcome.GONE), full="true", recheck="30").asked
        )

    def test_recheck_widens_the_look_back(self) -> None:
        assert self.OLD in run(site(self.NEW, self.OLD), self.memory(), recheck="31").asked
        assert self.OLD in run(site(self.NEW, self.OLD), self.memory(), recheck="all").asked
        assert self.RECENT not in run(site(self.NEW, self.RECENT), self.memory(), recheck="29").asked

    def test_the_look_back_counts_from_the_newest_of_any_section_that_lists_it(self) -> None:
        sleepy = f"{ZJOL}/panews/zl/index.shtml"
        pages = site(self.NEW, self.OLD) | {sleepy: listing("专栏", [self.OLD])}
        pages[f"{ZJOL}/"] = listing(None, [], link(SECTION, "书记"), link(sleepy, "专栏"))
        assert self.OLD in run(pages, self.memory(), recheck="30").asked

    def test_what_was_settled_otherwise_is_asked_again_within_the_look_back_only(self) -> None:
        memory = Notes()
        memory.settled_numbers = {"000000002", "000000003"}
        result = run(site(self.NEW, self.RECENT, self.OLD), memory, recheck="30")
        assert (self.RECENT in result.asked, self.OLD in result.asked) == (True, False)
        assert result.outcome(self.OLD) is Outcome.KNOWN


class TestScheduled:
    """Stored articles that the ledger's schedule asks for again."""

    NEW, DUE, OTHER = url_of(1, "2020/03/31"), url_of(2, "2020/03/01"), url_of(3, "2020/02/29")

    def memory(self) -> Notes:
        memory = Notes()
        memory.store(2, self.DUE, date(2020, 3, 1))
        memory.store(3, self.OTHER, date(2020, 2, 29))
        memory.planned = [Recheck("000000002", self.DUE, "age 30")]
        return memory

    def test_what_is_due_is_asked_and_nothing_else(self) -> None:
        result = run(site(self.NEW, self.DUE, self.OTHER) | {self.DUE: 304}, self.memory())
        assert sorted(result.asked_articles) == sorted([self.NEW, self.DUE])
        assert (result.outcome(self.DUE), result.outcome(self.OTHER)) == (Outcome.UNCHANGED, Outcome.KNOWN)

    def test_what_is_due_is_asked_though_no_list_names_it(self) -> None:
        assert run(site(self.NEW) | {self.DUE: 404}, self.memory()).outcome(self.DUE) is Outcome.GONE

    def test_one_that_a_list_names_at_another_address_is_asked_for_there_alone(self) -> None:
        moved = self.DUE.replace("panews.zjol.com.cn/panews", "www.panews.cn")
        result = run(site(self.NEW, moved), self.memory())
        assert sorted(result.asked_articles) == sorted([self.NEW, moved])

    def test_the_sample_is_asked_unless_the_run_is_for_a_part_of_the_site(self) -> None:
        memory = self.memory()
        memory.sampled = [Recheck("000000003", self.OTHER, "sample")]
        pages = site(self.NEW) | {self.DUE: 304, self.OTHER: 304}
        assert self.OTHER in run(pages, memory).asked
        for args in ({"sections": "书记"}, {"since": "2019-01-01"}, {"urls": self.NEW}, {"recheck": "1"}):
            memory = self.memory()
            memory.sampled = [Recheck("000000003", self.OTHER, "sample")]
            assert self.OTHER not in run(pages, memory, **args).asked, args

    def test_a_site_that_shows_no_list_is_asked_for_no_article(self) -> None:
        result = run({self.DUE: 304}, self.memory())
        assert result.asked_articles == [] and result.outcome(self.DUE) is None

    def test_of_another_section_or_out_of_range_it_keeps_its_turn(self) -> None:
        memory = self.memory()
        memory.all_listed_in = {"县长"}
        assert self.DUE not in run(site(self.NEW) | {self.DUE: 304}, memory, sections="书记").asked
        assert self.DUE not in run(site(self.NEW) | {self.DUE: 304}, self.memory(), since="2020-05-08").asked


class TestTakenUp:
    """What earlier runs could not settle."""

    LEFT = PendingArticle(url_of(7), "000000007", date(2020, 3, 7), Outcome.FAILED, 1, ("书记",))

    def memory(self) -> Notes:
        memory = Notes()
        memory.left = [self.LEFT]
        return memory

    def test_it_is_asked_for_though_no_list_names_it(self) -> None:
        result = run(site(url_of(1)) | {url_of(7): article()}, self.memory())
        assert {item.url for item in result.items} == {url_of(1), url_of(7)}

    def test_it_is_asked_for_once_where_a_list_names_it(self) -> None:
        assert run(site(url_of(7)), self.memory()).asked.count(url_of(7)) == 1

    @pytest.mark.parametrize(("args", "asked"), [
        ({"sections": "书记"}, True), ({"sections": "专栏"}, False), ({"since": "2020-05-08"}, False),
        ({"until": "2020-01-01"}, False), ({"urls": url_of(1)}, False),
    ])  # fmt: skip
    def test_it_is_left_alone_outside_what_the_run_was_asked_for(self, args: dict[str, str], asked: bool) -> None:
        other = f"{ZJOL}/panews/zl/index.shtml"
        pages = site(url_of(1)) | {other: listing("专栏", [url_of(1)]), url_of(7): article()}
        pages[f"{ZJOL}/"] = listing(None, [], link(SECTION, "书记"), link(other, "专栏"))
        assert (url_of(7) in run(pages, self.memory(), **args).asked) is asked
