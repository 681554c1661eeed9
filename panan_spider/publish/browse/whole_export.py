"""What those ask the SQLite export who want all of it: the folder of files, and its index."""

from collections.abc import AsyncIterator
from typing import Final

from panan_spider.publish.browse.article_queries import ExportReader, Row

#: The year of articles without a date.
UNDATED: Final = "undated"

#: Articles whose revisions are held at a time.
_BATCH: Final = 1_000

_NAMES: Final = "(SELECT group_concat(DISTINCT name) FROM {} WHERE article_id = a.id)"


async def pictures(reader: ExportReader) -> list[str]:
    """The pictures kept, by their path below the data folder, each once."""
    return [row["file"] for row in await reader.rows("SELECT DISTINCT file FROM images WHERE file IS NOT NULL")]


async def revisions(reader: ExportReader) -> AsyncIterator[list[Row]]:
    """`article_id`, `revision` and `warc_file` of all revisions, some articles at a time, in the order of their numbers."""
    last = ""
    batch = f"SELECT id FROM articles WHERE id > :last ORDER BY id LIMIT {_BATCH}"
    sql = f"SELECT article_id, revision, warc_file FROM revisions WHERE article_id IN ({batch}) ORDER BY article_id, revision"
    while rows := await reader.rows(sql, last=last):
        yield rows
        last = rows[-1]["article_id"]


async def headlines(reader: ExportReader, year: str) -> list[Row]:
    """`id`, `day`, `section`, `title`, `kicker`, `subtitle` of a year's articles, newest first; `people` and `authors`
    as names with commas, `listed` likewise: the sections that listed it.
    """
    names = ", ".join(f"{_NAMES.format(table)} AS {table}" for table in ("people", "authors"))
    listed = "(SELECT group_concat(section, char(10)) FROM listed_in WHERE article_id = a.id) AS listed"
    sql = f"SELECT a.id, a.day, a.section, a.title, a.kicker, a.subtitle, {names}, {listed} FROM articles a"
    when = f"ifnull(substr(a.day, 1, 4), '{UNDATED}') = :year"
    return await reader.rows(f"{sql} WHERE {when} ORDER BY a.day DESC, a.id DESC", year=year)
