"""Articles: each once, under whatever addresses; asked again when due; parts joined; never stored short."""

from datetime import date

import pytest
from scrapy import Request
from spider_site import OWN, ZJOL, Answer, Notes, article, link, listing, run, url_of

from panan_spider.memory import Unsettled
from panan_spider.outcomes import Outcome

SECTION = f"{ZJOL}/panews/pazf/sj/index.shtml"
HOME = listing(None, [], link(SECTION, "书记"))


def site(*urls: str, **more: Answer) -> dict[str, Answer]:
    """One section that lists `urls`, each an article."""
    pages: dict[str, Answer] = {url: article() for url in urls}
    return {f"{ZJOL}/": HOME, f"{OWN}/": HOME, SECTION: listing("书记", urls)} | pages


def twins(**answers: Answer) -> dict[str, Answer]:
    """Article 1 listed by one section at its address on the own host, by another at that on the first."""
    own, other = url_of(1, host=OWN), f"{ZJOL}/panews/zl/index.shtml"
    pages = site(own) | {other: listing("专栏", [url_of(1)]), url_of(1): article()}
    pages[f"{ZJOL}/"] = listing(None, [], link(SECTION, "书记"), link(other, "专栏"))
    return pages | {own: answers.get("own", article()), url_of(1): answers.get("first", article())}


def part(number: int, n: int) -> str:
    return url_of(number).replace(".shtml", f"_{n:02d}.shtml")


def request_for(requests: list[Request], url: str) -> Request:
    return next(request for request in requests if request.url == url)


def test_every_listed_article_is_asked_for_once_and_handed_on() -> None:
    urls = [url_of(n) for n in range(1, 6)]
    result = run(site(*urls))
    assert sorted(item.url for item in result.items) == urls
    assert len(set(result.asked)) == len(result.asked)
    item = result.items[0]
    assert (item.id, item.listed_in, item.section, item.published, item.pages) == (
        "000000001",
        ["书记"],
        "书记",
        "2020-03-07",
        1,
    )


def test_an_article_on_both_hosts_is_asked_for_at_the_first_and_the_other_is_an_alias() -> None:
    result = run(twins())
    assert [item.url for item in result.items] == [url_of(1)]
    assert result.outcome(url_of(1, host=OWN)) is Outcome.ALIAS
    assert result.items[0].listed_in == ["专栏", "书记"]


def test_the_address_it_is_stored_under_is_asked_before_the_first_host() -> None:
    memory = Notes()
    memory.store(1, url_of(1, host=OWN), date(2020, 3, 7))
    result = run(twins(), memory)
    assert result.asked_articles == [url_of(1, host=OWN)]


def test_an_article_gone_at_one_address_is_read_at_the_other() -> None:
    result = run(twins(first=404))
    assert [item.url for item in result.items] == [url_of(1, host=OWN)]
    assert result.outcome(url_of(1)) is Outcome.ALIAS


def test_an_article_gone_at_every_address_is_gone() -> None:
    result = run(twins(first=404, own=410))
    assert {result.outcome(url_of(1)), result.outcome(url_of(1, host=OWN))} == {Outcome.GONE}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (404, Outcome.GONE), (410, Outcome.GONE), (403, Outcome.BLOCKED), (429, Outcome.BLOCKED), (500, Outcome.FAILED),
        (ConnectionRefusedError("no"), Outcome.FAILED), ("<html><body><p>无</p></body></html>", Outcome.UNKNOWN_LAYOUT),
        ((SECTION, listing("书记", [])), Outcome.INVALID),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_its_named_fate_and_stops_nothing(answer: Answer, outcome: Outcome) -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(1): answer})
    assert result.outcome(url_of(1)) is outcome
    assert [item.url for item in result.items] == [url_of(2)]


def test_whoever_fails_a_request_can_say_its_fate() -> None:
    refusal = RuntimeError("x")
    refusal.outcome, refusal.reason = Outcome.FORBIDDEN, "robots.txt says no"  # type: ignore[attr-defined]
    result = run(site(url_of(1)) | {url_of(1): refusal})
    assert result.memory.outcomes[url_of(1)] == (Outcome.FORBIDDEN, "robots.txt says no")


def test_an_address_that_leads_to_an_article_in_hand_is_its_alias() -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(2): (url_of(1), article())})
    assert [item.url for item in result.items] == [url_of(1)]
    assert result.outcome(url_of(2)) is Outcome.ALIAS


def test_an_address_that_leads_to_an_unmet_article_is_read_as_that() -> None:
    result = run(site(url_of(2)) | {url_of(2): (url_of(9), article())})
    assert [(item.id, item.url) for item in result.items] == [("000000009", url_of(9))]
    assert result.outcome(url_of(2)) is Outcome.ALIAS


def test_an_error_in_reading_is_told_counted_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from panan_spider.spiders import articles

    sound = articles.read_article

    def unsound(page: object) -> object:
        if page.url == url_of(1):  # type: ignore[attr-defined]
            raise KeyError("a bug")
        return sound(page)  # type: ignore[arg-type]

    monkeypatch.setattr(articles, "read_article", unsound)
    result = run(site(url_of(1), url_of(2)))
    assert result.outcome(url_of(1)) is Outcome.FAILED
    assert [type(error) for error in result.errors] == [KeyError]
    assert [item.url for item in result.items] == [url_of(2)]


def test_a_request_without_any_answer_fails_and_nothing_hangs() -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(1): None})
    assert result.outcome(url_of(1)) is Outcome.FAILED
    assert [item.url for item in result.items] == [url_of(2)]


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

    def test_parts_without_end_are_no_article(self) -> None:
        endless = {part(1, n): article(parts=[part(1, n + 1)]) for n in range(1, 300)}
        result = run(site(url_of(1)) | endless | {url_of(1): article(parts=[part(1, 1)])})
        assert result.outcome(url_of(1)) is Outcome.INVALID
        assert len(result.requests) < 120


class TestRange:
    """since= and until=, by the date of publication."""

    def test_what_the_address_rules_out_is_not_asked_for(self) -> None:
        old, right, lagging, late = (
            url_of(n, day) for n, day in enumerate(("2020/02/29", "2020/03/05", "2020/04/10", "2020/04/11"), 1)
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

    def test_the_date_a_list_shows_rules_out_too(self) -> None:
        pages = site(url_of(1))
        pages[SECTION] = listing("书记", []) + f"<ul><li>{link(url_of(1))}<span>2020-02-01</span></li></ul>"
        assert run(pages, since="2020-03-01").asked_articles == []


class TestStored:
    """Articles the archive has already."""

    NEW, RECENT, OLD = url_of(1, "2020/03/31"), url_of(2, "2020/03/01"), url_of(3, "2020/02/29")

    def memory(self, **more: object) -> Notes:
        memory = Notes()
        memory.store(2, self.RECENT, date(2020, 3, 1), **more)
        memory.store(3, self.OLD, date(2020, 2, 29), **more)
        return memory

    def test_within_the_look_back_they_are_asked_whether_they_changed_and_older_not_at_all(self) -> None:
        result = run(site(self.NEW, self.RECENT, self.OLD) | {self.RECENT: 304}, self.memory())
        assert sorted(result.asked_articles) == sorted([self.NEW, self.RECENT])
        request = request_for(result.requests, self.RECENT)
        assert request.headers["If-None-Match"] == b'"e"'
        assert (result.outcome(self.RECENT), result.outcome(self.OLD)) == (Outcome.UNCHANGED, Outcome.KNOWN)

    def test_last_modified_is_sent_where_there_is_no_etag(self) -> None:
        memory = self.memory(etag=None, last_modified="Sat, 07 Mar 2020 00:00:00 GMT")
        request = request_for(run(site(self.NEW, self.RECENT), memory).requests, self.RECENT)
        assert b"If-None-Match" not in request.headers
        assert request.headers["If-Modified-Since"] == b"Sat, 07 Mar 2020 00:00:00 GMT"

    def test_a_changed_one_is_handed_on(self) -> None:
        result = run(site(self.NEW, self.RECENT), self.memory())
        assert {item.url for item in result.items} == {self.NEW, self.RECENT}

    @pytest.mark.parametrize("more", [{"pages": 2}, {"outcome": Outcome.GONE}, {"etag": None}])
    def test_where_304_would_prove_nothing_it_is_asked_plainly(self, more: dict[str, object]) -> None:
        result = run(site(self.NEW, self.RECENT), self.memory(**more))
        assert not [name for name in request_for(result.requests, self.RECENT).headers if name.startswith(b"If-")]

    def test_a_removed_one_is_gone(self) -> None:
        assert run(site(self.NEW, self.RECENT) | {self.RECENT: 404}, self.memory()).outcome(self.RECENT) is Outcome.GONE

    def test_recheck_widens_the_look_back(self) -> None:
        assert self.OLD in run(site(self.NEW, self.OLD), self.memory(), recheck="31").asked
        assert self.OLD in run(site(self.NEW, self.OLD), self.memory(), recheck="all").asked
        assert self.RECENT not in run(site(self.NEW, self.RECENT), self.memory(), recheck="29").asked

    def test_the_look_back_counts_from_the_newest_of_any_section_that_lists_it(self) -> None:
        sleepy = f"{ZJOL}/panews/zl/index.shtml"
        pages = site(self.NEW, self.OLD) | {sleepy: listing("专栏", [self.OLD])}
        pages[f"{ZJOL}/"] = listing(None, [], link(SECTION, "书记"), link(sleepy, "专栏"))
        assert self.OLD in run(pages, self.memory()).asked

    def test_what_was_settled_otherwise_is_asked_again_within_the_look_back_only(self) -> None:
        memory = Notes()
        memory.settled_numbers = {"000000002", "000000003"}
        result = run(site(self.NEW, self.RECENT, self.OLD), memory)
        assert (self.RECENT in result.asked, self.OLD in result.asked) == (True, False)
        assert result.outcome(self.OLD) is Outcome.KNOWN


class TestTakenUp:
    """What earlier runs could not settle."""

    LEFT = Unsettled(url_of(7), "000000007", date(2020, 3, 7), Outcome.FAILED, 1, ("书记",))

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
        ({"sections": "书记"}, True), ({"sections": "专栏"}, False), ({"since": "2020-03-08"}, False),
        ({"until": "2020-01-01"}, False), ({"urls": url_of(1)}, False),
    ])  # fmt: skip
    def test_it_is_left_alone_outside_what_the_run_was_asked_for(self, args: dict[str, str], asked: bool) -> None:
        other = f"{ZJOL}/panews/zl/index.shtml"
        pages = site(url_of(1)) | {other: listing("专栏", [url_of(1)]), url_of(7): article()}
        pages[f"{ZJOL}/"] = listing(None, [], link(SECTION, "书记"), link(other, "专栏"))
        assert (url_of(7) in run(pages, self.memory(), **args).asked) is asked


def test_urls_are_asked_for_and_nothing_else() -> None:
    memory = Notes()
    memory.store(2, url_of(2, "2000/01/01"), date(2000, 1, 1), etag=None)
    pages = site(url_of(1), url_of(2, "2000/01/01")) | {url_of(1): article("没人见过") + link(SECTION)}
    result = run(pages, memory, urls=f"{url_of(1)},{url_of(2, '2000/01/01')}")
    assert sorted(result.asked) == sorted([url_of(1), url_of(2, "2000/01/01")])
    assert len(result.items) == 2
