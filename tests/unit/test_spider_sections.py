"""Sections: discovered from the pages and from articles, and named truly."""

import pytest
from spider_pages import OWN, ZJOL, Answer, article, link, listing, url_of
from spider_sections import FRONT, PAXW, SJ, ZL, reports, site
from spider_site import Notes, run

from panan_spider.archive.ledger.runs_and_walks import KnownSection
from panan_spider.core.outcomes import Outcome
from panan_spider.sites.profile import load_site
from panan_spider.spiders.discovery import MAX_CANDIDATES


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
        assert set(run(site()).asked[:3]) == {f"{ZJOL}/", f"{OWN}/", load_site().known_sections[0]}

    @pytest.mark.parametrize(
        "answer", [404, listing("专栏", []), (f"{ZJOL}/", str(FRONT[f"{ZJOL}/"])), (SJ, listing("书记", [url_of(1)]))]
    )
    def test_a_link_of_the_navigation_that_leads_to_no_list_is_named(self, answer: Answer) -> None:
        session = run(site({ZL: answer})).spider.session
        (line,) = session.failed_sections
        assert line.startswith(f"专栏 ({ZL}): ") and session.drift == []

    @pytest.mark.parametrize("chosen", ["书记", None])
    def test_no_other_dead_link_is_missed(self, chosen: str | None) -> None:
        """Behind a link that only a section's page shows, nobody knows of a list; with sections= nobody asked."""
        pages = site({SJ: listing("书记", [url_of(1)], link(PAXW, "磐安新闻")), **({ZL: 404} if chosen else {})})
        session = (run(pages, sections=chosen) if chosen else run(pages)).spider.session
        assert (session.failed_sections, session.drift) == ([], [])

    def test_a_dead_link_is_not_missed_where_another_host_shows_the_list_at_its_path(self) -> None:
        """Two hosts show one front page, and its link is relative."""
        twin = SJ.replace(ZJOL, OWN)
        session = run(site({f"{OWN}/": listing(None, [], link(twin, "书记")), twin: 404})).spider.session
        assert (session.failed_sections, session.drift) == ([], [])

    @pytest.mark.parametrize(
        ("front", "drift"),
        [
            ("<html><head><title>磐安新闻网</title></head><body><ul></ul></body></html>", 0),
            ("<html><head><title>磐安新闻网</title></head><body><script src='/nav.js'></script></body></html>", 1),
            ("<html><head><title>域名出售</title></head><body><h1>该域名正在出售</h1></body></html>", 1),
            ("<html><body></body></html>", 1),
        ],
    )
    def test_an_entry_page_without_links_is_drift_unless_nothing_of_the_site_stands_on_its_host(
        self, front: str, drift: int
    ) -> None:
        assert len(run(site({f"{OWN}/": front})).spider.session.drift) == drift
        memory = Notes()
        memory.known_sections = [KnownSection(f"{OWN}/zl/index.shtml", "专栏", True)]
        known = site({f"{OWN}/": front, f"{OWN}/zl/index.shtml": listing("专栏", [url_of(2)])})
        assert len(run(known, memory).spider.session.drift) == 1

    @pytest.mark.parametrize(
        "navigation",
        [
            '<select onchange="go(this)"><option>选择栏目</option><option value="{zl}">专栏</option><option value="1">1</option></select>',
            '<iframe src="/panews/nav/index.shtml"></iframe>',
        ],
    )
    def test_a_navigation_in_a_select_or_a_frame_beside_other_links_leads_to_its_sections(
        self, navigation: str
    ) -> None:
        front = listing(None, [], link(SJ, "书记"), navigation.format(zl=ZL))
        pages = {f"{ZJOL}/": front, f"{ZJOL}/panews/nav/index.shtml": listing(None, [], link(ZL, "专栏"))}
        result = run(site({ZL: listing("专栏", [url_of(2)]), **pages}))
        assert set(reports(result)) == {"书记", "专栏"}
        assert result.spider.session.failed_sections == []

    def test_a_frame_that_lists_nothing_is_no_dead_link(self) -> None:
        front = listing(None, [], link(SJ, "书记"), '<iframe src="/panews/weather/index.shtml"></iframe>')
        result = run(site({f"{ZJOL}/": front, f"{ZJOL}/panews/weather/index.shtml": "<p>晴</p>"}))
        assert (result.spider.session.failed_sections, result.spider.session.drift) == ([], [])

    @pytest.mark.parametrize("is_known", [False, True])
    def test_a_list_in_whose_place_the_front_page_stands_is_missing_and_its_rows_are_not_of_the_section(
        self, is_known: bool
    ) -> None:
        front = listing(None, [url_of(1)], link(SJ, "书记"), link(ZL, "专栏"))
        front = front.replace("<html>", "<html><head><title>磐安新闻网</title></head>")
        memory = Notes()
        memory.known_sections = [KnownSection(ZL, "专栏", True)] if is_known else []
        result = run(site({f"{ZJOL}/": front, ZL: front}), memory)
        assert set(reports(result)) == {"书记"} and result.outcome(ZL) is Outcome.ALIAS
        (line,) = result.spider.session.drift if is_known else result.spider.session.failed_sections
        assert "shows the front page" in line
        assert all("专栏" not in item.listed_in for item in result.items)

    def test_a_list_that_breaks_off_is_drift_where_other_pages_reach_their_end_and_its_rows_are_read(self) -> None:
        cut = listing("专栏", [url_of(2)]).partition("</ul>")[0]
        result = run(site({ZL: cut}))
        assert [line for line in result.spider.session.drift if ZL in line and "breaks off" in line]
        assert reports(result)["专栏"]["rows"] == 1
        footed = cut + '</ul><div class="footer">版权所有 样例县</div>'
        result = run(site({ZL: footed}))
        assert set(reports(result)) == {"书记", "专栏"} and not result.spider.session.drift

    def test_a_front_page_that_breaks_off_is_drift(self) -> None:
        cut = str(FRONT[f"{ZJOL}/"]).partition(link(ZL, "专栏"))[0]
        assert any("breaks off" in line for line in run(site({f"{ZJOL}/": cut})).spider.session.drift)

    def test_a_site_that_leaves_out_the_end_of_every_page_is_read(self) -> None:
        pages = {url: text.replace("</body></html>", "") for url, text in site().items() if isinstance(text, str)}
        lists = {url: text for url, text in pages.items() if "/system/" not in url}
        result = run({**site(), **lists})
        assert set(reports(result)) == {"书记", "专栏"} and result.spider.session.failed_sections == []

    def test_a_link_off_the_site_is_no_gap(self) -> None:
        refusal = RuntimeError("redirected off the site")
        refusal.outcome = Outcome.OFF_SITE  # type: ignore[attr-defined]
        result = run(site({ZL: refusal}))
        assert result.outcome(ZL) is Outcome.OFF_SITE
        assert result.spider.session.failed_sections == []

    def test_a_page_that_lists_nothing_leads_on_but_is_no_section(self) -> None:
        result = run(site({ZL: listing("专栏", [], link(PAXW)), PAXW: listing("磐安新闻", [url_of(3)])}))
        # Not barren: the next run would not find the section behind it.
        assert result.outcome(ZL) is Outcome.READ
        assert set(reports(result)) == {"书记", "磐安新闻"}

    @pytest.mark.parametrize("child", [f"{ZJOL}/panews/zl/paxw/index.shtml", PAXW])
    def test_a_page_of_links_to_sections_is_no_missing_section_on_any_night(self, child: str) -> None:
        """Later runs know the sections behind it by themselves, and find none of them through it."""
        hub = listing("专栏", [], link(child, "磐安新闻"))
        pages = site({ZL: hub, child: listing("磐安新闻", [url_of(3)])})
        memory = Notes()
        assert run(pages, memory).outcome(ZL) is Outcome.READ
        memory = Notes()
        memory.known_sections = [KnownSection(SJ, "书记", True), KnownSection(child, "磐安新闻", True)]
        memory.hub_urls = frozenset({ZL})
        second = run(pages, memory)
        assert second.outcome(ZL) is Outcome.READ
        assert (second.spider.session.failed_sections, second.spider.session.drift) == ([], [])

    def test_an_empty_section_is_no_page_of_links_because_it_shows_the_navigation(self) -> None:
        navigation = link(SJ, "书记") + link(ZL, "专栏")
        memory = Notes()
        memory.hub_urls = frozenset({ZL})
        result = run(site({ZL: listing("专栏", [], navigation)}), memory)
        assert result.outcome(ZL) is Outcome.NO_LIST
        (line,) = result.spider.session.failed_sections
        assert line.startswith(f"专栏 ({ZL}): ")

    def test_a_section_that_listed_articles_is_missed_though_it_now_leads_on(self) -> None:
        memory = Notes()
        memory.known_sections = [KnownSection(ZL, "专栏", True)]
        result = run(site({ZL: listing("专栏", [], link(PAXW)), PAXW: listing("磐安新闻", [url_of(3)])}), memory)
        (line,) = result.spider.session.drift
        assert ZL in line

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
        assert sorted(
            report["url"] for report in result.spider.session.section_reports if report["name"] == "书记"
        ) == [
            SJ,
            own,
        ]
        assert {item.id: item.listed_in for item in result.items}["000000005"] == ["书记"]

    def test_a_link_that_leads_to_another_section_is_an_alias(self) -> None:
        result = run(site({ZL: (SJ, listing("书记", [url_of(1)]))}))
        assert result.outcome(ZL) is Outcome.ALIAS
        assert list(reports(result)) == ["书记"]

    @pytest.mark.parametrize("moved", [True, False])
    def test_a_known_section_at_its_path_on_another_host_is_missing_unless_its_whole_host_has_moved(
        self, moved: bool
    ) -> None:
        """Two hosts can have a section each at one path: that one leads to the other is no move of its host."""
        own = f"{OWN}/pazf/sj/index.shtml"
        memory = Notes()
        memory.known_sections = [KnownSection(SJ, "书记", True), KnownSection(own, "书记", True)]
        twin = listing("书记", [url_of(5, host=OWN)])
        front = listing(None, [], link(own, "书记"))
        pages: dict[str, Answer] = {f"{OWN}/": front, own: twin, SJ: (own, twin), url_of(5, host=OWN): article()}
        pages[f"{ZJOL}/"] = (f"{OWN}/", front) if moved else front
        result = run(pages, memory)
        assert result.outcome(SJ) is Outcome.ALIAS
        assert ([SJ in line for line in result.spider.session.drift] == [True]) is not moved
        assert result.spider.session.failed_sections == []

    def test_a_link_of_the_navigation_to_the_section_of_that_name_at_the_other_host_is_no_gap(self) -> None:
        own = f"{OWN}/pazf/sj/index.shtml"
        twin = listing("书记", [url_of(5, host=OWN)])
        front = listing(None, [], link(own, "书记"))
        result = run({f"{ZJOL}/": listing(None, [], link(SJ, "书记")), f"{OWN}/": front, own: twin, SJ: (own, twin),
            url_of(5, host=OWN): article()})  # fmt: skip
        assert (result.spider.session.failed_sections, result.spider.session.drift) == ([], [])

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
        lists = result.spider.lists
        assert lists is not None and lists.search.discovery.over >= 2 * MAX_CANDIDATES - 10

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
