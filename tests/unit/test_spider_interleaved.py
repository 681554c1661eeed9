"""Callbacks interleaved: Scrapy takes the results of several answers in turn, whichever comes next.

A callback has done all its work when it returns: no order in which its results are taken changes what the run does.
"""

import asyncio
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DontCloseSpider
from scrapy.utils.test import get_crawler
from spider_pages import ZJOL, Answer, article, link, listing, url_of
from spider_site import Engine, Notes, Run, answer_of

from panan_spider.items import Article
from panan_spider.spiders.county import spider_class

SECTIONS = 60


def site_of_sixty() -> dict[str, Answer]:
    """Sixty sections of two pages each, one article a page; every article's breadcrumb names its section."""
    firsts = [f"{ZJOL}/panews/s{n}/index.shtml" for n in range(SECTIONS)]
    pages: dict[str, Answer] = {f"{ZJOL}/": listing(None, [], *(link(url, f"栏目{n}") for n, url in enumerate(firsts)))}
    for n, first in enumerate(firsts):
        second = first.replace("index", "index_1")
        pages[first] = listing(f"栏目{n}", [url_of(2 * n + 1)], link(second, "下一页"))
        pages[second] = listing(f"栏目{n}", [url_of(2 * n + 2)])
        for number in (2 * n + 1, 2 * n + 2):
            pages[url_of(number)] = article(link(first, f"栏目{n}"))
    return pages


@pytest.mark.parametrize("seed", range(8))
def test_results_taken_in_any_order_make_the_same_run(seed: int) -> None:
    """Every step takes one result of one answer, chosen at random among all that are under way."""
    dice, site = random.Random(seed), site_of_sixty()
    crawler = get_crawler(spider_class("panan"))
    spider = spider_class("panan").from_crawler(crawler)
    spider.crawl_state = memory = Notes()
    run = Run(spider, memory)
    crawler.engine = engine = Engine(run)  # type: ignore[assignment]
    asyncio.run(drive(run, engine, site, dice))
    run.check_books()
    assert run.errors == []
    assert sorted(item.id for item in run.items) == [f"{n:09d}" for n in range(1, 2 * SECTIONS + 1)]
    assert sorted(state for _url, state in memory.walks) == ["end"] * SECTIONS
    assert len(memory.walks) == len(dict(memory.walks)) == SECTIONS


async def drive(run: Run, engine: Engine, site: dict[str, Answer], dice: random.Random) -> None:
    under_way: list[Iterator[Any]] = [iter([request async for request in run.spider.start()])]
    while True:
        while under_way or engine.queue:
            if engine.queue and (not under_way or dice.random() < 0.5):
                request = engine.queue.pop(dice.randrange(len(engine.queue)))
                run.requests.append(request)
                under_way.append(iter(results(request, site)))
                continue
            taken = dice.choice(under_way)
            try:
                result = next(taken)
            except StopIteration:
                under_way.remove(taken)
                continue
            if isinstance(result, Request):
                engine.queue.append(result)
            else:
                run.items.append(result)
        try:
            run.spider.on_idle()
        except DontCloseSpider:
            await asyncio.sleep(0)
            continue
        return


def results(request: Request, site: dict[str, Answer]) -> Iterable[Request | Article]:
    answer = site.get(request.url, 404)
    assert not isinstance(answer, list) and answer is not None
    return answer_of(request, answer)
