"""Sections: discovered from the pages, walked to their end, named truly; and the flags a run's end is judged by."""

import pytest
from scrapy.http import HtmlResponse
from spider_site import OWN, ZJOL, Answer, Notes, article, link, listing, run, url_of

from panan_spider.memory import KnownSection
from panan_spider.outcomes import Outcome
from panan_spider.site import KNOWN_SECTIONS, MAX_STALE_PAGES
from panan_spider.spiders.discovery import MAX_CANDIDATES

SJ, ZL, PAXW = (f"{ZJOL}/panews/{path}/index.shtml" for path in ("pazf/sj", "zl", "xwzx/paxw"))
FRONT = {f"{ZJOL}/": listing(None, [], link(SJ, "书记"), link(ZL, "专栏")), f"{OWN}/": listing(None, [])}


def site(more: dict[str, Answer] | None = None) -> dict[str, Answer]:
    """Two sections in the navigation, 书记 with article 1, 专栏 with article 2."""
    lists = {SJ: listing("书记", [url_of(1)]), ZL: listing("专栏", [url_of(2)])}
    return FRONT | lists | {url_of(n): article() for n in range(1, 9)} | (more or {})


def reports(result: object) -> dict[str, dict[str, object]]:
    return {report["name"]: report for report in result.spider.section_reports}  # type: ignore[attr-defined]


class TestDiscovery:
    def test_sections_are_found_from_navigation_and_from_each_other(self) -> None:
        pages = site({ZL: listing("专栏", [url_of(2)], link(PAXW, "磐安新闻")), PAXW: listing("磐安新闻", [url_of(3)])})
        result = run(pages)
        assert set(reports(result)) == {"书记", "专栏", "磐安新闻"}
        assert {item.id for item in result.items} == {"000000001", "000000002", "000000003"}

    def test_a_section_is_named_by_its_breadcrumb_else_by_the_link(self) -> None:
        pages = site({SJ: listing("县委书记", [url_of(1)]), ZL: listing(None, [url_of(2)])})
        assert set(reports(run(pages))) == {"县委书记", "专栏"}

    def test_every_entry_page_and_known_section_is_asked_first(self) -> None:
        assert set(run(site()).asked[:3]) == {f"{ZJOL}/", f"{OWN}/", KNOWN_SECTIONS[0]}

    def test_a_dead_link_is_noted_and_harmless(self) -> None:
        result = run(site({ZL: 404}))
        assert result.outcome(ZL) is Outcome.GONE
        assert (result.spider.failed_sections, result.spider.drift) == ([], [])

    def test_a_page_that_lists_nothing_leads_on_but_is_no_section(self) -> None:
        result = run(site({ZL: listing("专栏", [], link(PAXW)), PAXW: listing("磐安新闻", [url_of(3)])}))
        # Not barren: the next run would not find the section behind it.
        assert result.outcome(ZL) is Outcome.READ
        assert set(reports(result)) == {"书记", "磐安新闻"}

    def test_a_page_that_leads_to_nothing_is_barren(self) -> None:
        result = run(site({ZL: listing("专栏", [], link(PAXW)), PAXW: listing("磐安新闻", [])}))
        assert {result.outcome(ZL), result.outcome(PAXW)} == {Outcome.NO_LIST}

    def test_the_spellings_of_one_list_are_one_section(self) -> None:
        folder = SJ.removesuffix("index.shtml")
        twin = f"{folder}index.html"
        front = listing(None, [], link(SJ), link(folder), link(twin))
        result = run(site({f"{ZJOL}/": front, twin: listing("书记", [url_of(1)])}))
        assert folder not in result.asked
        assert result.outcome(twin) is Outcome.ALIAS
        assert list(reports(result)) == ["书记"]

    def test_two_lists_of_both_cmss_in_one_folder_are_both_walked(self) -> None:
        twin = SJ.replace("shtml", "html")
        result = run(site({f"{ZJOL}/": listing(None, [], link(SJ), link(twin)), twin: listing("书记", [url_of(5)])}))
        assert {item.id for item in result.items} == {"000000001", "000000005"}

    def test_a_section_on_both_hosts_is_walked_on_both(self) -> None:
        own = f"{OWN}/pazf/sj/index.shtml"
        result = run(site({f"{OWN}/": listing(None, [], link(own)), own: listing("书记", [url_of(5, host=OWN)])}) | {
            url_of(5, host=OWN): article()
        })  # fmt: skip
        assert sorted(report["url"] for report in result.spider.section_reports if report["name"] == "书记") == [
            SJ,
            own,
        ]
        assert {item.id: item.listed_in for item in result.items}["000000005"] == ["书记"]

    def test_a_link_that_leads_to_another_section_is_an_alias(self) -> None:
        result = run(site({ZL: (SJ, listing("书记", [url_of(1)]))}))
        assert result.outcome(ZL) is Outcome.ALIAS
        assert list(reports(result)) == ["书记"]

    def test_barren_addresses_are_left_alone_but_in_a_full_run(self) -> None:
        for full in ("false", "true"):
            memory = Notes()
            memory.barren_urls = frozenset({ZL})
            assert (ZL in run(site(), memory, full=full).asked) is (full == "true")

    def test_a_flood_of_section_like_links_is_capped_and_known_sections_are_not(self) -> None:
        memory = Notes()
        memory.known_sections = [KnownSection(PAXW, "磐安新闻", True)]
        flood = "".join(link(f"{ZJOL}/panews/x{n}/") for n in range(3 * MAX_CANDIDATES))
        result = run(site({f"{ZJOL}/": flood, PAXW: listing("磐安新闻", [url_of(3)])}), memory)
        assert len(result.requests) <= MAX_CANDIDATES + 10
        assert PAXW in result.asked
        assert result.spider.discovery.over >= 2 * MAX_CANDIDATES - 10

    @pytest.mark.parametrize("rows", [[], [url_of(1)]])
    def test_a_maze_of_pages_that_lead_to_more_pages_is_left_soon(self, rows: list[str]) -> None:
        def month(n: int) -> str:
            return f"{ZJOL}/panews/rl/{n}/"

        maze = {month(n): listing("日历", rows, *(link(month(3 * n + i)) for i in (1, 2, 3))) for n in range(500)}
        result = run(site({f"{ZJOL}/": str(FRONT[f"{ZJOL}/"]).replace("</body>", link(month(0)) + "</body>")}) | maze)
        assert 1 <= sum("/rl/" in url for url in result.asked) <= 50

    def test_articles_of_an_entry_page_are_read_but_listed_nowhere(self) -> None:
        result = run(site({f"{ZJOL}/": str(FRONT[f"{ZJOL}/"]) + listing(None, [url_of(6)])}))
        assert {item.id: item.listed_in for item in result.items}["000000006"] == []
        assert "磐安新闻网" not in reports(result)


class TestThroughArticles:
    """Sections that only the breadcrumb of an article leads to."""

    def pages(self) -> dict[str, Answer]:
        crumb = link(PAXW, "磐安新闻")
        return site(
            {url_of(1): article(crumb), url_of(2): article(crumb), PAXW: listing("磐安新闻", [url_of(1), url_of(3)])}
        )

    def test_they_are_walked_before_the_article_is_handed_on(self) -> None:
        result = run(self.pages())
        assert {item.id: item.listed_in for item in result.items} == {
            "000000001": ["书记", "磐安新闻"], "000000002": ["专栏"], "000000003": ["磐安新闻"],
        }  # fmt: skip
        assert result.asked.count(PAXW) == 1

    def test_they_are_not_looked_for_where_sections_are_named(self) -> None:
        assert PAXW not in run(self.pages(), sections="书记").asked

    @pytest.mark.parametrize("answer", [500, None, "<html></html>"])
    def test_one_that_cannot_be_read_keeps_no_article_back(self, answer: Answer) -> None:
        assert {item.id for item in run(self.pages() | {PAXW: answer}).items} == {"000000001", "000000002"}


class TestChosen:
    """Runs with sections=."""

    @pytest.mark.parametrize(
        "given",
        ["书记", "pazf/sj", "/panews/pazf/sj/index.shtml", "/pazf/sj/", "http://panews.zjol.com.cn/panews/pazf/sj/"],
    )
    def test_a_section_goes_by_name_or_path(self, given: str) -> None:
        result = run(site(), sections=given)
        assert [item.id for item in result.items] == ["000000001"]
        assert list(reports(result)) == ["书记"]

    def test_several_are_walked(self) -> None:
        assert set(reports(run(site(), sections="书记、专栏"))) == {"书记", "专栏"}

    def test_entry_pages_bring_no_articles(self) -> None:
        pages = site({f"{ZJOL}/": str(FRONT[f"{ZJOL}/"]) + listing(None, [url_of(6)])})
        assert url_of(6) not in run(pages, sections="书记").asked

    def test_a_path_no_navigation_names_is_tried(self) -> None:
        folder = PAXW.removesuffix("index.shtml")
        result = run(site({folder: listing("磐安新闻", [url_of(3)])}), sections="xwzx/paxw")
        assert [item.id for item in result.items] == ["000000003"]

    @pytest.mark.parametrize("given", ["没有", "书记,没有", "没/有"])
    def test_an_unknown_one_ends_the_run_in_one_line_without_an_article_request(self, given: str) -> None:
        result = run(site(), sections=given)
        refusal = result.spider.refusal
        assert result.closed == "refused"
        assert refusal is not None
        assert "\n" not in refusal and "书记, 专栏" in refusal and repr(given.rsplit(",", maxsplit=1)[-1]) in refusal
        assert result.asked_articles == []
        assert result.spider.section_reports == []

    def test_it_is_no_refusal_where_pages_could_not_be_read(self) -> None:
        result = run(site({ZL: 500}), sections="书记,专栏")
        assert result.spider.refusal is None
        assert "专栏" in result.spider.failed_sections
        assert [item.id for item in result.items] == ["000000001"]


class TestFlags:
    """What a run's end is judged by."""

    def known(self) -> Notes:
        memory = Notes()
        memory.known_sections = [KnownSection(ZL, "专栏", True)]
        return memory

    @pytest.mark.parametrize("answer", [404, listing("专栏", []), (f"{ZJOL}/", str(FRONT[f"{ZJOL}/"]))])
    def test_a_section_of_old_that_lists_nothing_any_more_is_drift(self, answer: Answer) -> None:
        result = run(site({ZL: answer}), self.known())
        assert len(result.spider.drift) == 1
        assert "专栏" in result.spider.drift[0] and ZL in result.spider.drift[0]

    def test_a_section_that_moved_is_no_drift(self) -> None:
        front = listing(None, [], link(SJ, "书记"), link(PAXW))
        result = run(site({f"{ZJOL}/": front, ZL: 404, PAXW: listing("专栏", [url_of(2)])}), self.known())
        assert result.spider.drift == []

    def test_a_site_without_any_section_is_drift(self) -> None:
        result = run({f"{ZJOL}/": listing(None, []), f"{OWN}/": listing(None, [])})
        assert result.spider.drift == ["no section found from the entry pages on"]

    @pytest.mark.parametrize("outcome", [Outcome.FORBIDDEN, Outcome.GONE, Outcome.OFF_SITE])
    def test_entry_pages_that_lead_nowhere_are_drift(self, outcome: Outcome) -> None:
        refusal = RuntimeError("x")
        refusal.outcome = outcome  # type: ignore[attr-defined]
        result = run({f"{ZJOL}/": refusal, f"{OWN}/": refusal})
        assert result.spider.drift == [f"no section found from the entry pages on ({outcome})"]

    def test_a_site_that_cannot_be_reached_is_no_drift(self) -> None:
        refused = ConnectionRefusedError("refused")
        result = run({f"{ZJOL}/": refused, f"{OWN}/": refused, KNOWN_SECTIONS[0]: refused})
        assert result.spider.drift == []
        assert len(result.spider.failed_sections) == 3

    def test_a_section_of_old_that_fails_is_a_failed_walk(self) -> None:
        memory = self.known()
        result = run(site({ZL: 500}), memory)
        assert result.spider.failed_sections == ["专栏"]
        assert (ZL, "failed") in memory.walks
        assert reports(result)["专栏"]["state"] == "failed"

    def test_a_blocking_page_is_blocked(self) -> None:
        result = run(site({ZL: "<html><body>请完成安全验证</body></html>"}))
        assert result.outcome(ZL) is Outcome.BLOCKED


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
        }  # fmt: skip
        assert result.outcome(second) is Outcome.LISTED
        assert {item.id for item in result.items} >= {"000000001", "000000004"}

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
        assert result.spider.failed_sections == ["书记"]
        assert {item.id for item in result.items} == {"000000001", "000000002"}

    def test_an_endless_pager_costs_a_handful_of_requests(self) -> None:
        pages = {
            SJ.replace("index", f"index_{n}"): listing("书记", [url_of(1)], link(f"index_{n + 1}.shtml", "下一页"))
            for n in range(1, 999)
        }
        result = run(site({SJ: listing("书记", [url_of(1)], link("index_1.shtml", "下一页"))} | pages))
        assert sum("index_" in url for url in result.asked) == MAX_STALE_PAGES

    def test_a_bug_in_reading_a_list_fails_its_section_and_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from panan_spider.spiders import sections

        sound = sections.read_section

        def unsound(page: HtmlResponse) -> object:
            if page.url == SJ:
                raise KeyError("a bug")
            return sound(page)  # type: ignore[arg-type]

        monkeypatch.setattr(sections, "read_section", unsound)
        result = run(site())
        assert result.outcome(SJ) is Outcome.FAILED
        assert [type(error) for error in result.errors] == [KeyError]
        assert [item.id for item in result.items] == ["000000002"]
