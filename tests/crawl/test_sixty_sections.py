"""A healthy site of sixty sections: three nights end with 0, every section is walked to its end once."""

from harness import Crawler

from demo_site.counties import COUNTIES
from demo_site.proxy import serve
from demo_site.site import Site

SECTIONS = 60


def test_three_nights_over_a_site_of_sixty_sections_end_with_0(crawl: Crawler) -> None:
    site = Site.build(1, 600, COUNTIES["panan"].with_sections(SECTIONS))
    assert len(site.county.sections) == SECTIONS
    with serve(site, []) as server:
        asked = []
        for night in range(3):
            before = len(server.requests)
            run = crawl(server)
            asked.append(len(server.requests) - before)
            assert run.code == 0, (night, run.said)
            assert {walk["state"] for walk in run.report["sections"]} <= {"end", "known"}
            assert len({walk["url"] for walk in run.report["sections"]}) == SECTIONS
            assert sorted(article["id"] for article in run.articles) == sorted(site.slots)
    assert max(asked[1:]) <= 1.1 * min(asked[1:]) < asked[0] / 2
