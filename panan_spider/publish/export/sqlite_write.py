"""Revisions of articles into the tables of the SQLite export, batch by batch."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlite_utils import Database

from panan_spider.publish.export.archive_lines import Record
from panan_spider.publish.export.sqlite_rows import Row, content_row, docid, part_rows, searched
from panan_spider.publish.export.sqlite_schema import PARTS, SEARCHED, TABLES
from panan_spider.publish.people.people_record import rows as people_rows

#: Revisions in memory at a time.
BATCH: Final = 500

#: The address of a picture → the path of its local copy below the data folder; None where there is none.
Files = Callable[[str], str | None]


class SqliteWriter:
    """Puts revisions into `db`, inside the caller's transaction. `revisions` and `articles` count what was new."""

    def __init__(self, db: Database, files: Files, *, keep_revisions: bool = True) -> None:
        self._db, self._files, self._keep = db, files, keep_revisions
        self.revisions = self.articles = 0

    def write(self, records: list[Record]) -> None:
        """Take these revisions, in the order of their lines: `articles` and its parts end up with the newest of each."""
        newest = {record["id"]: record for record in records}
        known = self._take_out(list(newest))
        kept = records if self._keep else list(newest.values())
        rows = [content_row(record) for record in kept]
        self._insert(
            "revisions",
            [{"article_id": r["id"], "revision": r["revision"], **row} for r, row in zip(kept, rows, strict=True)],
        )
        last = {record["id"]: row for record, row in zip(kept, rows, strict=True)}
        self._insert("articles", [_article_row(newest[number], row) for number, row in last.items()])
        self._parts(newest.values())
        self._search("INSERT INTO search(rowid, {}) VALUES (?, {})", newest.values())
        self.revisions += len(kept)
        self.articles += len(newest) - known

    def _take_out(self, ids: list[str]) -> int:
        """Take out what newer revisions replace; how many articles that were."""
        which, values = _among("id", ids)
        old = [_as_record(row) for row in self._db.table("articles").rows_where(which, values)]
        if not old:
            return 0
        authors = {record["id"]: record["authors"] for record in old}
        which, values = _among("article_id", authors)
        for author in self._db.table("authors").rows_where(which, values, order_by="article_id, position"):
            authors[author["article_id"]].append(author)
        # An index without a copy of the text must be told what it had taken in, to take it out.
        self._search("INSERT INTO search(search, rowid, {}) VALUES ('delete', ?, {})", old)
        for table in (*PARTS, *(() if self._keep else ("revisions",))):
            self._db.table(table).delete_where(which, values)
        self._db.table("articles").delete_where(*_among("id", authors))
        return len(old)

    def _parts(self, records: Iterable[Record]) -> None:
        rows: dict[str, list[Row]] = {table: [] for table in PARTS}
        for record in records:
            for table, found in part_rows(record).items():
                rows[table] += found
            people = enumerate(people_rows(record["text"]), 1)
            rows["people"] += [{"article_id": record["id"], "position": at, **row} for at, row in people]
        for image in rows["images"]:
            image["file"] = self._files(image["url"])
        for table, found in rows.items():
            self._insert(table, found)

    def _search(self, sql: str, records: Iterable[Record]) -> None:
        sql = sql.format(", ".join(SEARCHED), ", ".join("?" for _column in SEARCHED))
        self._db.conn.executemany(sql, ([docid(record["id"]), *searched(record)] for record in records))

    def _insert(self, table: str, rows: list[Row]) -> None:
        # Not by insert_all: it looks at each value, which for rows of known columns is half the time of an export.
        columns = TABLES[table]
        names, marks = ", ".join(f"[{name}]" for name in columns), ", ".join("?" for _name in columns)
        values = ([row.get(name) for name in columns] for row in rows)
        self._db.conn.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


def _article_row(record: Record, content: Row) -> Row:
    numbers = {"id": record["id"], "revision": record["revision"]}
    return numbers | content | {"gone": 0, "docid": docid(record["id"])}


def _as_record(row: Row) -> Record:
    """A row of `articles` with what the full-text index needs of a record; authors are another table's."""
    return row | {name: json.loads(row[name]) for name in ("credits", "blocks")} | {"authors": []}


def _among(column: str, values: Iterable[str]) -> tuple[str, list[Any]]:
    found = list(values)
    return f"{column} IN ({', '.join('?' for _value in found)})", found
