"""From article to archive, against a real one: cleaned, judged, numbered, stored; and what happens when it refuses."""

import asyncio
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler
from store_helpers import an_article, an_exchange, lines_of, recorded, url_of

from panan_spider.archive.revision_review import HeldReview
from panan_spider.archive.store.files import StoreError
from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.items import Article, Author
from panan_spider.pipelines import CleanPipeline, RevisePipeline, StorePipeline, ValidatePipeline
from panan_spider.sites.thresholds import Thresholds
from panan_spider.spiders.county import spider_class


class Line:
    """The four pipelines over an archive in `folder`, as settings.py puts them in a row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        crawler: Crawler = get_crawler(spider_class("panan"), {"PANAN_DATA_DIR": str(folder)})
        crawler.spider = spider_class("panan").from_crawler(crawler)
        crawler.engine = SimpleNamespace(spider=None)  # type: ignore[assignment]  # none to be closed
        self.extension = ArchiveRunExtension.from_crawler(crawler)
        self.archive = self.extension.archive
        self._pipelines = [
            CleanPipeline(),
            *(kind(self.extension) for kind in (ValidatePipeline, RevisePipeline, StorePipeline)),
        ]

    def take(self, item: Any) -> Any:
        return self.take_together(item)[0]

    def take_together(self, *items: Any) -> list[Any]:
        """Several items on their way at a time, as a crawl has them. Raises what the first that fails raised."""

        async def one(item: Any) -> Any:
            for pipeline in self._pipelines:
                item = pipeline.process_item(item)
                item = await item if asyncio.iscoroutine(item) else item
            return item

        async def together() -> list[Any]:
            return await asyncio.gather(*map(one, items))

        return asyncio.run(together())

    @property
    def lines(self) -> list[dict[str, Any]]:
        return lines_of(self.folder / "articles.jsonl")

    @property
    def quarantined(self) -> list[dict[str, Any]]:
        return lines_of(self.folder / "quarantine.jsonl")


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    processes = count(1)  # every run is another process, and its id says so
    monkeypatch.setattr("panan_spider.core.clock.os.getpid", lambda: next(processes))
    made = Line(tmp_path / "data")
    yield made
    made.archive.close({})


def again(line: Line) -> Line:
    """The next run over the same archive."""
    line.archive.close({})
    return Line(line.folder)


def test_what_is_clean_and_what_is_no_article_pass_as_they_are(line: Line) -> None:
    item, other = an_article(), {"text": "\x00"}
    assert CleanPipeline().process_item(item) is item
    assert line.take(other) is other
    assert line.lines == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("posted", None), ("published", "2020-13-45"), ("published", "yesterday"), ("title", ""), ("title", "\x00"), ("blocks", []),
        ("content_hash", "sha256:0"), ("id", "x1"), ("pages", 0), ("authors", [Author(name="\x00", title=None, work=None)]),
    ],
)  # fmt: skip
def test_an_impossible_article_is_quarantined_as_invalid_and_named(line: Line, field: str, value: Any) -> None:
    place = line.archive.write_response(an_exchange())
    item = an_article(warc=place).model_copy(update={field: value})
    with pytest.raises(DropItem):
        line.take(item)
    assert line.lines == []
    (told,) = line.quarantined
    assert (told["url"], told["outcome"]) == (item.url, "invalid")
    assert told["field"].split(".")[0] == field
    assert told["reason"]
    assert told["warc"] == place.model_dump(exclude={"parts"})
    assert line.archive.memory.counts == {Outcome.INVALID: 1}


def test_what_is_quarantined_is_said_in_one_line(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DropItem):
        line.take(an_article().model_copy(update={"text": "另一段正文"}))
    (told,) = line.quarantined
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert all(word in said for word in ("invalid", told["url"], "text", told["reason"], "enorth_b"))


def test_a_new_article_is_revision_one_and_stored(line: Line) -> None:
    stored = line.take(an_article())
    assert stored.revision == 1
    assert [(told["id"], told["revision"]) for told in line.lines] == [("000000001", 1)]
    assert line.archive.memory.counts == {Outcome.STORED: 1}


def test_the_line_is_the_whole_article(line: Line) -> None:
    stored: Article = line.take(an_article())
    assert Article.model_validate(line.lines[0]) == stored
    assert "样例标题1" in (line.folder / "articles.jsonl").read_text("utf-8")
    assert line.lines[0] == json.loads(stored.model_dump_json())


def test_the_same_content_again_is_unchanged_and_no_line(line: Line) -> None:
    line.take(an_article())
    line = again(line)
    with pytest.raises(DropItem):
        line.take(an_article(fetched_at="2027-01-01T00:00:00Z"))
    assert len(line.lines) == 1
    assert line.archive.memory.counts == {Outcome.UNCHANGED: 1}
    line.archive.close({})


def held(line: Line, article: Article) -> None:
    with pytest.raises(DropItem, match="held until the run's end"):
        line.take(article)


def test_changed_content_is_the_next_revision(line: Line) -> None:
    line.take(an_article(version=1))
    for version in (2, 3):
        line = again(line)
        held(line, an_article(version=version))
        assert len(line.lines) == version - 1 and line.archive.memory.counts == {}
        assert HeldReview(line.archive, Thresholds()).run() == (1, 0)
        assert line.archive.memory.counts == {Outcome.REVISED: 1}
    assert [(told["revision"], told["text"]) for told in line.lines] == [(n, f"第{n}版正文") for n in (1, 2, 3)]
    line.archive.close({})


def test_content_changed_back_is_a_revision_too(line: Line) -> None:
    line.take(an_article(version=1))
    for version in (2, 1):
        line = again(line)
        held(line, an_article(version=version))
        assert HeldReview(line.archive, Thresholds()).run() == (1, 0)
    assert [told["revision"] for told in line.lines] == [1, 2, 3]
    line.archive.close({})


def test_the_line_is_durable_before_the_ledgers_mark(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = recorded(monkeypatch, "write", "fsync")
    marks: list[list[str]] = []
    mark = line.archive.ledger.articles.mark

    def marking(*args: Any) -> None:
        marks.append([*calls])
        mark(*args)

    monkeypatch.setattr(line.archive.ledger.articles, "mark", marking)
    line.take(an_article())
    assert marks == [["write", "fsync"]]


def test_articles_that_arrive_together_are_one_write_and_one_sync(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = recorded(monkeypatch, "write", "fsync")
    stored = line.take_together(*(an_article(number) for number in range(1, 6)))
    assert [item.id for item in stored] == [told["id"] for told in line.lines]
    assert len(line.lines) == 5
    assert calls == ["write", "fsync"]
    assert line.archive.memory.counts == {Outcome.STORED: 5}


def test_no_more_wait_for_each_other_than_are_said(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panan_spider.pipelines.MOST_TOGETHER", 2)
    calls = recorded(monkeypatch, "write", "fsync")
    line.take_together(*(an_article(number) for number in range(1, 5)))
    assert calls == ["write", "fsync"] * 2


def test_one_article_out_of_turn_costs_the_others_nothing(line: Line) -> None:
    async def told() -> list[Any]:
        keep = StorePipeline(line.extension).process_item
        wrong = an_article(2, revision=7)
        return [*await asyncio.gather(keep(an_article(1)), keep(wrong), keep(an_article(3)), return_exceptions=True)]

    outcomes = asyncio.run(told())
    assert [type(one) for one in outcomes] == [Article, ValueError, Article]
    assert [told["id"] for told in line.lines] == ["000000001", "000000003"]


def test_what_the_disk_refuses_is_refused_to_all_that_waited(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    async def told() -> list[Any]:
        keep = StorePipeline(line.extension).process_item
        return await asyncio.gather(*(keep(an_article(number)) for number in (1, 2)), return_exceptions=True)

    with monkeypatch.context() as disk:
        disk.setattr("os.write", full)
        outcomes = asyncio.run(told())
    assert [type(one) for one in outcomes] == [StoreError, StoreError]
    assert line.lines == []


def test_validators_of_the_response_go_into_the_mark(line: Line) -> None:
    line.archive.validators[url_of(1)] = ('"e1"', "Sat, 07 Mar 2020 00:00:00 GMT")
    line.take(an_article())
    known = line.archive.ledger.articles.latest("000000001")
    assert known is not None
    assert (known.etag, known.last_modified) == ('"e1"', "Sat, 07 Mar 2020 00:00:00 GMT")


def test_an_archive_that_refuses_ends_the_run_and_nothing_more_is_written(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.write", full)
        with pytest.raises(StoreError):
            line.take(an_article(1))
    assert line.extension.store_error is not None
    assert "No space left" in str(line.extension.store_error)
    with pytest.raises(StoreError):
        line.take(an_article(2))
    assert line.lines == []
