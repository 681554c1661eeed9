"""What the log says of downloads and items: a line for a person, an address for an article."""

import logging
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler
from store_helpers import an_article, url_of
from twisted.python.failure import Failure

from panan_spider.extensions.log_formatter import OneLineLogFormatter
from panan_spider.spiders.county import CountySpider, spider_class

LINES = OneLineLogFormatter()


def spider() -> CountySpider:
    return spider_class("panan").from_crawler(get_crawler(spider_class("panan")))


def test_a_failed_download_is_one_line_and_its_traceback_is_for_debug(caplog: pytest.LogCaptureFixture) -> None:
    failure = Failure(ConnectionRefusedError("refused\nby 127.0.0.1"))  # type: ignore[no-untyped-call]
    rest = LINES.download_error(failure, Request(url_of(1)), spider())
    (line,) = [record.getMessage() for record in caplog.records]
    assert url_of(1) in line and "ConnectionRefusedError: refused by 127.0.0.1" in line
    assert "\n" not in line
    assert rest["level"] == logging.DEBUG


def test_an_article_that_breaks_a_pipeline_is_named_and_not_printed() -> None:
    said = LINES.item_error(an_article(), ValueError(), None, spider())
    assert said["level"] == logging.ERROR
    assert said["msg"] % said["args"] == f"Error processing {url_of(1)}"


@pytest.mark.parametrize(("item", "level"), [(an_article(), logging.DEBUG), ({"title": "x"}, logging.WARNING)])
def test_a_dropped_article_is_no_news_and_another_item_is(item: Any, level: int) -> None:
    one = spider()
    one._set_crawler(get_crawler(spider_class("panan")))
    assert LINES.dropped(item, DropItem("why"), None, one)["level"] == level
