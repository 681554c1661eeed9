"""Running one errand with Scrapy's engine and the crawl's settings."""

from scrapy.crawler import CrawlerProcessBase

from panan_spider.diagnosis.visitor import Errand, Visitor


def run(process: CrawlerProcessBase, errand: Errand) -> Visitor:
    """Run `errand` to its end, or until the user stops it (then it is not `done`). Raises what the errand raised."""
    crawler = process.create_crawler(Visitor)
    process.crawl(crawler, errand=errand)
    process.start()
    visitor = crawler.spider
    if not isinstance(visitor, Visitor):
        raise RuntimeError("the visit could not start; -L DEBUG says why")
    if visitor.error is not None:
        raise visitor.error
    return visitor
