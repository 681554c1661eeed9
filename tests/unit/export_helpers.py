"""What the tests of exports share: archives of invented articles, and the command called in this process."""

import argparse
import json
import sqlite3
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from store_helpers import an_article

from panan_spider.commands.export import Command
from panan_spider.items import Article
from panan_spider.publish.export.bigrams import expression, phrases

AN_IMAGE = {"type": "image", "url": "http://www.panews.cn/pic/1.jpg", "caption": "采茶图"}


def a_full_article(number: int = 1, revision: int = 1, **other: Any) -> Article:
    """An article that has something in every field."""
    text = "样例镇的磐安药材长势喜人。\n3月5日,甲镇长到场。"
    values: dict[str, Any] = {
        "kicker": "甲调研时强调",
        "subtitle": "——药材侧记",
        "source": "磐安新闻网",
        "editor": "钱校样",
        "credits": {"初审": "蒋初例"},
        "text": text,
        "authors": [
            {"name": "王示例", "title": "记者", "work": "text"},
            {"name": "陈测试", "title": None, "work": None},
        ],
        "blocks": [
            *({"type": "paragraph", "text": line} for line in text.split("\n")),
            AN_IMAGE,
            {"type": "table", "rows": [["品名", "产量"], ["白术", "3吨"]]},
            {"type": "attachment", "url": "http://www.panews.cn/pic/2.doc", "title": "安排表"},
        ],
        "images": [{"url": AN_IMAGE["url"], "caption": AN_IMAGE["caption"]}],
        "attachments": [{"url": "http://www.panews.cn/pic/2.doc", "title": "安排表"}],
        "related": [{"url": "http://www.panews.cn/system/2020/03/01/000000009.shtml", "title": "茶农"}],
        "listed_in": ["书记", "时政"],
    }
    return an_article(number, revision, **(values | other))


def put(data: Path, *articles: Article) -> Path:
    """Append the lines of these articles to the archive in `data`."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(article.model_dump_json() + "\n" for article in articles)
    return data


def call(command: ScrapyCommand, data: Path, *words: str) -> int:
    """Call a command of the project in this process; its exit code. Raises SystemExit where the call is refused."""
    command.settings = Settings({"PANAN_DATA_DIR": str(data)})
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    command.run([], parser.parse_args(list(words)))
    return command.exitcode


def export(data: Path, *words: str) -> int:
    """`scrapy export` with these words; its exit code. Raises SystemExit where the call is refused."""
    return call(Command(), data, *words)


def rows(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What `sql` finds in a SQLite file, which it leaves as it is."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def table(path: Path, name: str) -> list[dict[str, Any]]:
    """A whole table of a SQLite file, in the order of its rows."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in db.execute(f"SELECT * FROM {name}")]
    finally:
        db.close()


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def match_query(query: str) -> str | None:
    """The FTS5 MATCH expression that finds what holds all phrases of `query`; None where there is nothing to look for."""
    return " AND ".join(map(expression, phrases(query))) or None
