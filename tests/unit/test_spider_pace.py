"""How much the spider has under way: enough to keep the downloader busy, and no more."""

import asyncio
from itertools import chain, zip_longest

import pytest
from scrapy import Request
from scrapy.exceptions import DontCloseSpider
from scrapy.utils.test import get_crawler
from spider_pages import url_of
from spider_site import Engine, Notes, Run
from store_helpers import an_article

from panan_spider.spiders.article_crawl import IN_FLIGHT
from panan_spider.spiders.county import CountySpider, spider_class

MANY = IN_FLIGHT + 50


def a_spider(**args: str) -> CountySpider:
    spider = spider_class("panan").from_crawler(get_crawler(spider_class("panan")), **args)
    spider.crawl_state = Notes()
    spider.prepare()
    return spider


def test_answers_dealt_with_at_the_same_time_ask_for_no_more_articles_than_one() -> None:
    spider = a_spider(urls=",".join(url_of(number) for number in range(1, MANY + 1)))
    at_once = zip_longest(spider.session.advance(), spider.session.advance(), spider.session.advance())
    asked = [one for one in chain.from_iterable(at_once) if isinstance(one, Request)]
    assert len(asked) == len(spider.articles.open) == IN_FLIGHT


def test_one_answer_hands_on_a_few_of_the_articles_held_and_the_next_goes_on() -> None:
    spider = a_spider(urls=url_of(1))
    spider.articles.held = [an_article(number) for number in range(10)]
    first, second = list(spider.session.advance()), list(spider.session.advance())
    handed = [one.id for one in (*first, *second) if not isinstance(one, Request)]
    assert handed == [an_article(number).id for number in range(8)]
    assert [one.id for one in spider.articles.held] == [an_article(8).id, an_article(9).id]


def test_an_idle_spider_hands_on_all_that_is_held_at_once() -> None:
    spider = a_spider(urls=url_of(1))
    spider.articles.held = [an_article(number) for number in range(30)]
    run = Run(spider, Notes())
    spider.crawler.engine = Engine(run)  # type: ignore[assignment]

    async def idle() -> None:
        with pytest.raises(DontCloseSpider):
            spider.on_idle()
        await asyncio.sleep(0)

    asyncio.run(idle())
    assert len(run.items) == 30
    assert spider.articles.held == []
