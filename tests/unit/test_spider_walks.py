"""Walks as the spider drives them, and the flags a run's end is judged by."""

from datetime import date

import pytest
from scrapy.http import Response
from spider_pages import OWN, ZJOL, Answer, article, link, listing, url_of
from spider_sections import FRONT, PAXW, SJ, ZL, reports, site
from spider_site import Notes, run

from panan_spider.archive.ledger.runs_and_walks import KnownSection
from panan_spider.core.outcomes import Outcome
from panan_spider.sites.profile import load_site
from panan_spider.spiders.session import CrawlSession


class TestWalks:
    """Walks as the spider drives them."""

    def test_all_pages_are_read_and_the_walk_is_on_record(self) -> None:
        second = SJ.replace("index", "index_1")
        memory = Notes()
        result = run(
            site({SJ: listing("书记", [url_of(1)], link(second, "下一页")), second: listing("书记", [url_of(4)])}),
            memory,
        )
        assert (SJ, "end") in memory.walks
        assert reports(result)["书记"] == {
            "name": "书记", "url": SJ, "pages": 2, "rows": 2, "new": 2, "state": "end", "pager": "next_link",
            "front": 1, "newest": "2020-03-07", "by_words": True, "unknown": 0, "off_site": 0,
        }  # fmt: skip
        assert result.outcome(second) is Outcome.LISTED
        assert {item.id for item in result.items} >= {"000000001", "000000004"}

    @pytest.mark.parametrize("elsewhere", [f"{ZJOL}/", ZL, f"{ZJOL}/404.html"])
    def test_a_page_that_leads_elsewhere_is_lost_and_its_rows_are_not_this_sections(self, elsewhere: str) -> None:
        second, other = SJ.replace("index", "index_1"), url_of(8)
        pages = site(
            {SJ: listing("书记", [url_of(1)], link(second, "下一页")), second: (elsewhere, listing("专栏", [other]))}
        )
        memory = Notes()
        result = run(pages, memory)
        assert (SJ, "failed") in memory.walks
        assert result.outcome(second) is Outcome.INVALID
        assert "书记" not in memory.listed_in("000000008")

    @pytest.mark.parametrize(
        "landed",
        [
            SJ.replace("index", "index_1").replace(old, new)
            for old, new in (("http:", "https:"), (ZJOL + "/panews", OWN))
        ],
    )
    def test_a_page_that_leads_to_itself_at_another_host_or_scheme_is_read(self, landed: str) -> None:
        second, memory = SJ.replace("index", "index_1"), Notes()
        first = listing("书记", [url_of(1)], link(second, "下一页"))
        run(site({SJ: first, second: (landed, listing("书记", [url_of(4)]))}), memory)
        assert (SJ, "end") in memory.walks

    @pytest.mark.parametrize(
        "landed", [SJ, SJ.replace(ZJOL + "/panews", OWN), SJ.replace("index", "index_2"), SJ.replace("http:", "https:")]
    )
    def test_a_page_that_leads_to_another_of_its_list_is_lost(self, landed: str) -> None:
        second, memory = SJ.replace("index", "index_1"), Notes()
        first = listing("书记", [url_of(1)], link(second, "下一页"))
        run(site({SJ: first, second: (landed, listing("书记", [url_of(4)]))}), memory)
        assert (SJ, "failed") in memory.walks

    @pytest.mark.parametrize("printed", ["/", "//"])
    def test_numbered_pages_are_asked_for_with_one_slash_or_two_whichever_answers(self, printed: str) -> None:
        """Pager scripts print one slash after `count`, the pages of most sites have two."""
        stands = f"{ZJOL}/panews/system/count{'//' if printed == '/' else '/'}0003001/000000001000/"
        script = f"{ZJOL}/panews/system/count{printed}0003001/000000001000/count_page_list_0003001000000001000.js"
        pages = {
            f"{stands}000/000/c0003001000000001000_{n:09d}.shtml": listing("书记", [url_of(9 - n)]) for n in (1, 2, 3)
        }
        first = listing("书记", [url_of(1)], f'<script src="{script}"></script>')
        memory = Notes()
        result = run(
            site({SJ: first, script: "var maxpage = 3;"} | pages | {url_of(n): article() for n in (6, 7, 8)}), memory
        )
        assert (SJ, "end") in memory.walks
        assert {"000000006", "000000007", "000000008"} <= {item.id for item in result.items}
        gone = [url for url in result.asked if "/c0003001" in url and url not in pages]
        assert [url.count("_000000003") for url in gone] == [
            1,
            0,
        ]  # the first page in its other spelling; the one behind
        assert result.outcome(gone[0]) is Outcome.ALIAS
        # The next run asks in the spelling that answered.
        later = Notes()
        later.spellings = memory.spellings
        assert later.spellings == {"panews.zjol.com.cn": "//" if printed == "/" else "/"}
        again = run(
            site({SJ: first, script: "var maxpage = 3;"} | pages | {url_of(n): article() for n in (6, 7, 8)}), later
        )
        assert (SJ, "end") in later.walks
        assert [url for url in again.asked if "/c0003001" in url and url not in pages] == [gone[1]]

    def test_a_site_that_spells_its_list_pages_otherwise_since_is_read_all_the_same(self) -> None:
        folder = f"{ZJOL}/panews/system/count//0003001/000000001000/"
        script = f"{folder}count_page_list_0003001000000001000.js"
        page = f"{folder}000/000/c0003001000000001000_000000001.shtml"
        first = listing("书记", [url_of(1)], f'<script src="{script}"></script>')
        memory = Notes()
        memory.spellings = {"panews.zjol.com.cn": "/"}
        result = run(site({SJ: first, script: "var maxpage = 1;", page: listing("书记", [url_of(4)])}), memory)
        assert "000000004" in {item.id for item in result.items}
        assert memory.spellings == {"panews.zjol.com.cn": "//"}

    def test_a_page_behind_the_last_is_asked_for_in_one_spelling_where_that_is_known(self) -> None:
        script = f"{ZJOL}/panews/system/count//0003001/000000001000/count_page_list_0003001000000001000.js"
        first = listing("书记", [url_of(1)], f'<script src="{script}"></script>')
        memory = Notes()
        memory.spellings = {"panews.zjol.com.cn": "//"}
        result = run(site({SJ: first, script: "var maxpage = 0;"}), memory)
        assert reports(result)["书记"]["state"] == "end"
        assert sum("/c0003001" in url for url in result.asked) == 1

    def test_a_pager_script_is_read(self) -> None:
        folder = f"{ZJOL}/panews/system/count//0003001/000000001000/"
        script = f"{folder}count_page_list_0003001000000001000.js"
        page = f"{folder}000/000/c0003001000000001000_000000001.shtml"
        pages = {
            SJ: listing("书记", [url_of(1)], f'<script src="{script}"></script>'),
            script: "var maxpage = 1;",
            page: listing("书记", [url_of(4)]),
        }
        result = run(site(pages))
        assert result.outcome(script) is Outcome.READ
        assert "000000004" in {item.id for item in result.items}

    @pytest.mark.parametrize("answer", [500, None, "", ConnectionResetError("x")])
    def test_a_failing_page_is_named_and_its_section_not_at_its_end(self, answer: Answer) -> None:
        second = SJ.replace("index", "index_1")
        memory = Notes()
        result = run(site({SJ: listing("书记", [url_of(1)], link(second, "下一页")), second: answer}), memory)
        assert (SJ, "failed") in memory.walks
        assert result.spider.session.failed_sections == ["书记"]
        assert {item.id for item in result.items} == {"000000001", "000000002"}

    def test_a_newest_number_that_stands_nowhere_is_no_failure(self) -> None:
        folder = f"{ZJOL}/panews/system/count//0003001/000000001000/"
        script = f"{folder}count_page_list_0003001000000001000.js"
        one = f"{folder}000/000/c0003001000000001000_000000001.shtml"
        first = listing("书记", [url_of(1)], f'<script src="{script}"></script>')
        result = run(site({SJ: first, script: "var maxpage = 2;", one: listing("书记", [url_of(4)])}))
        assert reports(result)["书记"]["state"] == "end"

    @pytest.mark.parametrize("reached_end", [True, False])
    def test_it_stops_at_known_articles_only_where_an_earlier_walk_reached_the_end(self, reached_end: bool) -> None:
        new, old, second = url_of(1, "2020/03/31"), url_of(2, "2020/01/01"), SJ.replace("index", "index_1")
        third, memory = SJ.replace("index", "index_2"), Notes()
        memory.known_sections = [KnownSection(SJ, "书记", reached_end)]
        memory.store(2, old, date(2020, 1, 1))
        pages = {
            SJ: listing("书记", [new], link(second, "下一页")),
            second: listing("书记", [old], link(third, "下一页")),
        }
        result = run(site(pages | {third: listing("书记", [url_of(3)]), new: article()}), memory)
        assert (third in result.asked) is not reached_end

    def test_an_endless_pager_costs_a_handful_of_requests(self) -> None:
        pages = {
            SJ.replace("index", f"index_{n}"): listing("书记", [url_of(1)], link(f"index_{n + 1}.shtml", "下一页"))
            for n in range(1, 999)
        }
        result = run(site({SJ: listing("书记", [url_of(1)], link("index_1.shtml", "下一页"))} | pages))
        assert sum("index_" in url for url in result.asked) == load_site().limits.stale_pages

    def test_a_bug_in_reading_a_list_fails_its_section_and_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sound = CrawlSession.read_section

        def unsound(session: CrawlSession, response: Response) -> object:
            if response.url == SJ:
                raise KeyError("a bug")
            return sound(session, response)

        monkeypatch.setattr(CrawlSession, "read_section", unsound)
        result = run(site())
        assert result.outcome(SJ) is Outcome.FAILED
        assert [type(error) for error in result.errors] == [KeyError]
        assert [item.id for item in result.items] == ["000000002"]


class TestFlags:
    """What a run's end is judged by."""

    def known(self) -> Notes:
        memory = Notes()
        memory.known_sections = [KnownSection(ZL, "专栏", True)]
        return memory

    @pytest.mark.parametrize("answer", [404, listing("专栏", []), (f"{ZJOL}/", str(FRONT[f"{ZJOL}/"]))])
    def test_a_section_of_old_that_lists_nothing_any_more_is_drift(self, answer: Answer) -> None:
        result = run(site({ZL: answer}), self.known())
        assert len(result.spider.session.drift) == 1
        assert "专栏" in result.spider.session.drift[0] and ZL in result.spider.session.drift[0]

    def test_a_section_that_moved_is_no_drift(self) -> None:
        front = listing(None, [], link(SJ, "书记"), link(PAXW))
        result = run(site({f"{ZJOL}/": front, ZL: 404, PAXW: listing("专栏", [url_of(2)])}), self.known())
        assert result.spider.session.drift == []

    def test_of_two_sections_of_one_name_each_is_missed_by_itself(self) -> None:
        memory, twin = self.known(), f"{OWN}/zl/index.shtml"
        memory.known_sections.append(KnownSection(twin, "专栏", True))
        front = {f"{OWN}/": listing(None, [], link(twin, "专栏")), twin: listing("专栏", [url_of(5, host=OWN)])}
        result = run(site(front | {url_of(5, host=OWN): article(), ZL: 404}), memory)
        (line,) = result.spider.session.drift
        assert ZL in line

    @pytest.mark.parametrize(
        "answer", [404, "<html><body><p>域名出售</p></body></html>", (f"{ZJOL}/x.html", "<html></html>")]
    )
    def test_an_entry_page_that_leads_nowhere_is_drift(self, answer: Answer) -> None:
        result = run(site({f"{OWN}/": answer}))
        (line,) = result.spider.session.drift
        assert line.startswith(f"entry page {OWN}/")

    def test_a_site_without_any_section_is_drift(self) -> None:
        result = run({f"{ZJOL}/": listing(None, []), f"{OWN}/": listing(None, [])})
        assert result.spider.session.drift == ["no section found from the entry pages on"]

    @pytest.mark.parametrize("outcome", [Outcome.FORBIDDEN, Outcome.GONE, Outcome.OFF_SITE])
    def test_entry_pages_that_lead_nowhere_are_drift(self, outcome: Outcome) -> None:
        refusal = RuntimeError("x")
        refusal.outcome = outcome  # type: ignore[attr-defined]
        result = run({f"{ZJOL}/": refusal, f"{OWN}/": refusal})
        assert result.spider.session.drift == [f"no section found from the entry pages on ({outcome})"]

    def test_a_site_that_cannot_be_reached_is_no_drift(self) -> None:
        refused = ConnectionRefusedError("refused")
        result = run({f"{ZJOL}/": refused, f"{OWN}/": refused, load_site().known_sections[0]: refused})
        assert result.spider.session.drift == []
        assert len(result.spider.session.failed_sections) == 3

    def test_a_section_of_old_that_fails_is_a_failed_walk(self) -> None:
        memory = self.known()
        result = run(site({ZL: 500}), memory)
        assert result.spider.session.failed_sections == ["专栏"]
        assert (ZL, "failed") in memory.walks
        assert reports(result)["专栏"]["state"] == "failed"

    def test_a_blocking_page_is_blocked(self) -> None:
        result = run(site({ZL: "<html><body>请完成安全验证</body></html>"}))
        assert result.outcome(ZL) is Outcome.BLOCKED
