"""An archive to look at: a whole run's worth of invented articles, raw pages, pictures and people, and its pages in this process."""

import asyncio
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import browse_extra  # noqa: F401  # skips where the extra is not installed
import httpx
import pytest
from store_helpers import an_archive, an_article, an_exchange, url_of

from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article
from panan_spider.publish.browse.app import BrowseApp, LiveLibrary
from panan_spider.publish.browse.page_render import TIME_LIMIT_MS, ExportSource
from panan_spider.sites.profile import load_site

HOST: Final = "http://127.0.0.1:8001"
KEPT: Final = "http://www.panews.cn/pic/0/1.png"
NOT_KEPT: Final = "http://www.panews.cn/pic/0/2.jpg"
KEPT_AT: Final = f"images/ab/{'ab' * 32}.png"
FIRST_TEXT: Final = "3月5日，县委书记郝虚构到样例镇调研春茶生产。县领导田样例、石示例参加活动。"
LAST_TEXT: Final = "郝虚构指出，磐安的药材是一张名片。\n“今年收成比去年好。”村民老样说。"

#: The article with something of everything, and its number.
STORY: Final = "000000001"
#: The one whose every field holds what must never act.
HOSTILE: Final = "000000002"
#: The one that is gone from the site; the ones without a section, without a day.
GONE, NO_SECTION, NO_DAY = "000000003", "000000004", "000000005"
#: Runs, oldest first.
RUNS: Final = ("20200307T010203Z-1", "20200308T010203Z-2", "20200309T010203Z-3")
#: In the section of many pages.
MANY: Final = 65

SCRIPT: Final = "<script>window.hacked = 1</script>"
HANDLER: Final = '"><img src=x onerror="window.hacked = 2">'
JAVASCRIPT: Final = "javascript:window.hacked=3"


def picture() -> bytes:
    """A PNG of hills at dawn, so that a page with it looks like one."""
    width, height = 480, 300

    def row(y: int) -> bytes:
        hills = [150 + 40 * ((x // 60) % 2) + abs(x % 60 - 30) for x in range(width)]
        sky = (235 - y // 4, 190 - y // 5, 150 + y // 6)
        return b"\0" + b"".join(bytes((46, 84, 62) if y > hills[x] else sky) for x in range(width))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(map(row, range(height))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _paragraphs(text: str) -> list[dict[str, Any]]:
    return [{"type": "paragraph", "text": line} for line in text.split("\n")]


def story(revision: int) -> Article:
    """The article with something of everything: in its second revision some words and a number are corrected."""
    middle = (
        "全县已有春茶基地3.5万亩，产值比去年增长12%。"
        if revision > 1
        else "全县现有春茶基地3.2万亩，产值比上年增长12%。"
    )
    values: dict[str, Any] = {
        "kicker": "郝虚构在样例镇调研时强调",
        "title": "守好绿水青山 做强春茶产业",
        "subtitle": "——样例镇春茶生产侧记",
        "source": "磐安新闻网",
        "published": "2020-03-06T08:23:00+08:00",
        "editor": "钱校样",
        "credits": {"初审": "蒋初例", "终审": "孙终样"},
        "header_line": "2020-03-06 08:23 来源:磐安新闻网 记者 陈测试/文 李样例/摄",
        "text": f"{FIRST_TEXT}\n{middle}\n春茶开采\n{LAST_TEXT}",
        "authors": [
            {"name": "陈测试", "title": "记者", "work": "text"},
            {"name": "李样例", "title": "记者", "work": "photo"},
        ],
        "blocks": [
            *_paragraphs(FIRST_TEXT),
            {"type": "image", "url": KEPT, "caption": "郝虚构在茶园察看长势。"},
            *_paragraphs(middle),
            {"type": "heading", "text": "春茶开采"},
            *_paragraphs(LAST_TEXT),
            {"type": "image", "url": NOT_KEPT, "caption": None},
            {"type": "table", "rows": [["品名", "亩产"], ["白术", "300公斤"]]},
            {"type": "video", "url": "http://www.panews.cn/video/3.mp4"},
            {"type": "attachment", "url": "http://www.panews.cn/pic/4.doc", "title": "采茶安排表"},
        ],
        "images": [{"url": KEPT, "caption": "郝虚构在茶园察看长势。"}, {"url": NOT_KEPT, "caption": None}],
        "attachments": [{"url": "http://www.panews.cn/pic/4.doc", "title": "采茶安排表"}],
        "related": [
            {"url": "http://www.panews.cn/system/2020/03/07/000000003.shtml", "title": "茶农学新招"},
            {"url": "http://www.panews.cn/system/2020/03/01/000009999.shtml", "title": "不在档案里的一篇"},
        ],
        "listed_in": ["书记", "时政"],
    }
    return an_article(1, revision, revision, **values)


def hostile() -> Article:
    """Scripts, handlers, addresses that act: in every field that holds text."""
    bad = f"磐安{SCRIPT}{HANDLER}"
    values: dict[str, Any] = dict.fromkeys(("title", "kicker", "subtitle", "source", "editor", "header_line"), bad)
    values |= {
        "section": f"恶{SCRIPT}",
        "breadcrumbs": [bad],
        "listed_in": [],
        "credits": {bad: bad},
        "text": bad,
        "authors": [{"name": f"王{SCRIPT}/../../x", "title": bad, "work": bad}],
        "blocks": [
            *_paragraphs(bad),
            {"type": "heading", "text": bad},
            {"type": "image", "url": JAVASCRIPT, "caption": bad},
            {"type": "image", "url": 'http://evil.example/a.png" onerror="window.hacked=4', "caption": bad},
            {"type": "table", "rows": [[bad]]},
            {"type": "video", "url": "data:text/html,<script>1</script>"},
            {"type": "attachment", "url": " javascript:window.hacked=5", "title": bad},
            {"type": "attachment", "url": "http://user:pw@evil.example/", "title": bad},
        ],
        "images": [{"url": JAVASCRIPT, "caption": bad}],
        "related": [{"url": "JaVaScRiPt:window.hacked=6", "title": bad}],
    }
    return an_article(2, published="2020-04-01", **values)


def _others() -> list[Article]:
    made = [
        an_article(3, title="茶农学新招", published="2020-03-07", section="乡镇", listed_in=["乡镇"]),
        an_article(4, title="没有栏目的一篇", published="2014-05-01", section=None, listed_in=[], breadcrumbs=[]),
        an_article(5, title="没有日期的一篇", published=None, posted=None, section="时政", listed_in=[]),
    ]
    for number in range(MANY):
        day, text = f"2019-{1 + number % 12:02}-{1 + number % 28:02}", f"副县长石示例到样例村察看第{number}处工地。"
        article = an_article(
            100 + number, title=f"样例新闻第{number}号", published=day, section="乡镇", listed_in=["乡镇"], text=text
        )
        made.append(article.model_copy(update={"blocks": an_article(1, blocks=_paragraphs(text)).blocks}))
    return made


def build(data: Path) -> ExportSource:
    """The archive in `data`, of two whole runs and one whose report is torn, with its export."""
    first = [story(1), hostile(), *_others()]
    _run(data, RUNS[0], first, Outcome.STORED, 0, "all is well")
    _run(data, RUNS[1], [story(2)], Outcome.REVISED, 10, f"1 failed {SCRIPT}")
    (data / "runs" / f"{RUNS[1]}.html").write_text(
        f'<!doctype html><title>r</title><style>p{{color:red}}</style><p>报告 <a href="{RUNS[1]}.json">all of it</a>',
        "utf-8",
    )
    (data / "runs" / f"{RUNS[2]}.json").write_text("{torn", "utf-8")
    path = data / KEPT_AT
    path.parent.mkdir(parents=True)
    path.write_bytes(picture())
    index = {"url": KEPT, "path": KEPT_AT, "at": "2026-03-07T01:02:03Z"}
    (data / "images" / "index.jsonl").write_text(json.dumps(index) + "\n", "utf-8")
    source = ExportSource(data, load_site())
    source.refresh()
    return source


def _run(data: Path, name: str, articles: list[Article], outcome: Outcome, code: int, reason: str) -> None:
    archive = an_archive(data, name)
    for article in articles:
        body = f"<html><meta charset=utf-8><h1>{article.title}</h1>{SCRIPT}<p>{article.text}".encode()
        place = archive.write_response(an_exchange(article.url, body))
        archive.store_all([(article.model_copy(update={"warc": place}), outcome)])
    if outcome is Outcome.REVISED:
        gone = url_of(int(GONE))
        archive.memory.discovered(gone, "article", GONE)
        archive.memory.settle(gone, Outcome.GONE)
    archive.close(_report(name, code, reason))


def _report(name: str, code: int, reason: str) -> dict[str, Any]:
    walk = {"name": "书记", "url": "http://www.panews.cn/sj/", "state": "end", "pages": 3, "rows": 60, "new": 2}
    gap = {"url": JAVASCRIPT, "kind": "article", "outcome": "failed", "reason": reason, "tries": 1}
    return {
        "run": name, "arguments": {"full": "true"}, "exit_code": code, "reason": reason, "finish_reason": "finished",
        "started": "2020-03-07T01:02:03Z", "finished": "2020-03-07T04:07:03Z", "requests": 1234, "bytes_received": 99999,
        "discovered": 70, "outcomes": {"stored": 69, "failed": 1}, "sums_match": True, "sections": [walk],
        "gaps_count": 1, "gaps": [gap],
    }  # fmt: skip


@dataclass(frozen=True)
class Pages:
    """The pages of an archive, asked for without a socket."""

    app: BrowseApp

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """The answer to a request of this machine's."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())

    def text(self, path: str) -> str:
        """The page, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


def pages_of(source: ExportSource, *, loopback_only: bool = True, time_limit_ms: int = TIME_LIMIT_MS) -> Pages:
    """The pages of an archive."""
    return Pages(BrowseApp(LiveLibrary(source, time_limit_ms), loopback_only=loopback_only))


def plans_of(pages: Pages, monkeypatch: pytest.MonkeyPatch, path: str) -> list[str]:
    """The steps of SQLite's plan for each statement that a page's first visit runs."""
    database = pages.app.live.current().database
    plans: list[str] = []
    column = database.column

    def planned(sql: str, *values: object) -> list[Any]:
        plans.extend(str(row["detail"]) for row in database.rows(f"EXPLAIN QUERY PLAN {sql}", *values))
        return column(sql, *values)

    monkeypatch.setattr(database, "column", planned)
    pages.text(path)
    return plans
