"""Tables of the SQLite export, and the rows of one revision of an article. DATA_FORMAT.md documents the names."""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlite_utils import Database

from panan_spider.publish.export.bigrams import TOKENIZER, bigrams
from panan_spider.publish.export.job import Record, Removal, day_of

#: Of these tables. Another number in a file: it is made anew, not brought up to date.
EXPORT_VERSION: Final = 1
#: Raised with each table or column that is added: an older file is made anew.
LAYOUT: Final = 3
MADE_BY: Final = "panan_spider"

_CONTENT: Final[dict[str, type]] = {
    "url": str, "title": str, "kicker": str, "subtitle": str, "published": str, "posted": str, "day": str,
    "section": str, "breadcrumbs": str, "source": str, "header_line": str, "editor": str, "credits": str,
    "text": str, "blocks": str, "pages": int, "template": str, "content_hash": str, "fetched_at": str,
    "warc_file": str, "warc_offset": int,
}  # fmt: skip

#: Table → its columns. Lists and objects are JSON text.
TABLES: Final[dict[str, dict[str, type]]] = {
    "articles": {"id": str, "revision": int, **_CONTENT, "gone": int, "docid": int},
    "revisions": {"article_id": str, "revision": int, **_CONTENT},
    "authors": {"article_id": str, "position": int, "name": str, "title": str, "work": str},
    "images": {"article_id": str, "position": int, "url": str, "caption": str, "file": str},
    "attachments": {"article_id": str, "position": int, "url": str, "title": str},
    "related": {"article_id": str, "position": int, "url": str, "title": str},
    "listed_in": {"article_id": str, "section": str},
    "people": {
        "article_id": str, "position": int, "name": str, "office": str, "action": str, "place": str,
        "start": int, "end": int, "office_start": int, "office_end": int, "action_start": int, "action_end": int,
        "place_start": int, "place_end": int, "field": str,
    },
    "sections": {"name": str, "articles": int, "first": str, "last": str},
    "removals": {"article_id": str, "gone_at": str, "last_seen": str},
    "meta": {"key": str, "value": str},
}  # fmt: skip

_KEYS: Final = {
    "articles": ("id",),
    "revisions": ("article_id", "revision"),
    "listed_in": ("article_id", "section"),
    "sections": ("name",),
    "removals": ("article_id",),
    "meta": ("key",),
}
#: Tables with one row for each part of an article, in page order.
PARTS: Final = ("authors", "images", "attachments", "related", "listed_in", "people")

#: Columns of the full-text index, and how much a hit in each weighs. `lead`: kicker and subtitle; `byline`: authors, editor,
#: credits; `rest`: captions, cells of tables, titles of files.
SEARCHED: Final = {"title": 10.0, "lead": 4.0, "text": 1.0, "byline": 2.0, "rest": 1.0}

_INDEXES: Final = (
    ("articles", ["day", "id", "section", "source", "template", "gone"]),  # all that an index of the articles asks for
    ("articles", ["section", "day", "id"]),
    ("articles", ["url"]),  # a question that is an address
    # These hold all that a list of names asks for, so that counting them reads no table.
    ("authors", ["name", "article_id"]),
    ("listed_in", ["section", "article_id"]),
    ("people", ["name", "article_id", "office", "place", "action"]),
)


#: Every correction, new reading of a stored page, and removal. `at`: when it was first seen, UTC.
CHANGES: Final = """CREATE VIEW changes AS
    SELECT r.article_id, r.revision, r.fetched_at AS at,
        CASE WHEN r.warc_file IS p.warc_file AND r.warc_offset IS p.warc_offset AND r.warc_file IS NOT NULL
            THEN 'rereading' ELSE 'correction' END AS kind
    FROM revisions r JOIN revisions p ON p.article_id = r.article_id AND p.revision = r.revision - 1 WHERE r.revision > 1
    UNION ALL SELECT id, revision, coalesce(gone_at, last_seen), 'removal' FROM articles JOIN removals ON article_id = id"""

#: The FTS5 expression of `:words` in Datasette: the bigrams of a Chinese word as a phrase, or what begins with one character.
_MATCH: Final = """CASE WHEN length(replace(:words, '"', '')) < 2 THEN '"' || replace(:words, '"', '') || '" *' ELSE '"' || (
    WITH RECURSIVE place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i < length(replace(:words, '"', '')) - 1)
    SELECT group_concat(substr(replace(:words, '"', ''), i, 2), ' ') FROM place) || '"' END"""
#: Queries of Datasette: name → title, description and SQL.
_QUERIES: Final = {
    "find": (
        "Articles that hold a word",
        "One Chinese word or phrase of any length, as it stands.",
        f"SELECT a.id, a.day, a.section, a.title, a.revision, a.gone, a.url FROM search s JOIN articles a ON a.docid = s.rowid"
        f" WHERE s.search MATCH {_MATCH} ORDER BY s.rank LIMIT 1000",
    ),
    "corrections": (
        "Corrections and removals",
        "The newest first.",
        "SELECT c.at, c.kind, c.revision, a.id, a.day, a.section, a.title FROM changes c JOIN articles a ON a.id = c.article_id"
        " WHERE c.kind <> 'rereading' ORDER BY c.at DESC, a.id LIMIT 1000",
    ),
}
Row = dict[str, Any]
_AS_JSON: Final = ("breadcrumbs", "credits", "blocks")
_AS_IS: Final = (
    "url", "title", "kicker", "subtitle", "published", "posted", "section", "source", "header_line", "editor",
    "text", "pages", "template", "content_hash", "fetched_at",
)  # fmt: skip


def create(db: Database) -> None:
    """Make the tables in an empty database. Indexes come last: `create_indexes`."""
    for name, columns in TABLES.items():
        db.table(name).create(
            columns,
            pk=_KEYS.get(name, ("article_id", "position"))
            if name not in ("articles", "sections", "removals", "meta")
            else _KEYS[name][0],
            foreign_keys=[("article_id", "articles", "id")] if "article_id" in columns else [],
        )
    db.table("articles").create_index(["docid"], unique=True)
    db.execute(f"CREATE VIRTUAL TABLE search USING fts5({', '.join(SEARCHED)}, content='', tokenize='{TOKENIZER}')")
    db.execute(CHANGES)
    weights = ", ".join(map(str, SEARCHED.values()))
    db.execute("INSERT INTO search(search, rank) VALUES ('rank', ?)", [f"bm25({weights})"])


def create_indexes(db: Database) -> None:
    """Make the indexes that are missing, once the rows are in: sorting them once is cheaper than finding each one's place.

    An export of an older version gets its new indexes with its next lines.
    """
    for table, columns in _INDEXES:
        db.table(table).create_index(columns, if_not_exists=True)
    db.execute(
        "CREATE INDEX IF NOT EXISTS idx_revisions_later ON revisions (fetched_at, article_id, revision) WHERE revision > 1"
    )
    # Looked at whole by every export, and few.
    db.execute("CREATE INDEX IF NOT EXISTS idx_articles_gone ON articles (id) WHERE gone = 1")


def fill_sections(db: Database) -> None:
    """Make `sections` of the rows there are. An article counts in its own section and in all that list it."""
    db.execute("DELETE FROM sections")
    db.execute(
        """INSERT INTO sections SELECT section, count(*), min(day), max(day) FROM (
            SELECT id, section, day FROM articles WHERE section IS NOT NULL
            UNION SELECT a.id, l.section, a.day FROM listed_in l JOIN articles a ON a.id = l.article_id
        ) GROUP BY section"""
    )


def mark_removed(db: Database, removals: Mapping[str, Removal] | None) -> None:
    """Make `gone` and the table `removals` say these articles and no other; where None, leave them as they are."""
    if removals is None:
        return
    marked = {row[0] for row in db.execute("SELECT id FROM articles WHERE gone = 1").fetchall()}
    for ids, value in ((marked - removals.keys(), 0), (removals.keys() - marked, 1)):
        db.conn.executemany("UPDATE articles SET gone = ? WHERE id = ?", [(value, number) for number in sorted(ids)])
    db.execute("DELETE FROM removals")
    sql = "INSERT INTO removals SELECT id, ?, ? FROM articles WHERE id = ?"
    db.conn.executemany(sql, [(*times, number) for number, times in sorted(removals.items())])


def complaint(db: Database) -> str | None:
    """Damage that SQLite and its full-text index report; None for a sound file."""
    answer = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if answer != "ok":
        return " ".join(str(answer).split())
    if (indexed := db.table("search").count) != (articles := db.table("articles").count):
        return f"the full-text index holds {indexed} articles of {articles}"
    db.execute("INSERT INTO search(search) VALUES ('integrity-check')")  # raises where it contradicts itself
    return None


def datasette_metadata(database: str, title: str) -> dict[str, Any]:
    """metadata.json for `datasette <database>.sqlite --metadata metadata.json`: search, facets, labels, order, queries.

    A search of the table itself finds words of two Chinese characters, since its words are not split; the query `find` splits them.
    """
    facets = {
        "articles": ["section", "source", "template", "gone"],
        "people": ["name", "office", "place"],
        "authors": ["name", "title"],
        "changes": ["kind"],
        "listed_in": ["section"],
    }
    tables: dict[str, Any] = {name: {"facets": columns} for name, columns in facets.items()}
    tables["articles"] |= {"fts_table": "search", "fts_pk": "docid", "label_column": "title", "sort_desc": "day"}
    tables["articles"]["size"] = 20
    tables["changes"]["sort_desc"] = "at"
    tables["sections"] = {"label_column": "name", "sort_desc": "articles"}
    tables["meta"] = {"hidden": True}
    queries = {
        name: {"title": head, "description": about, "sql": " ".join(sql.split())}
        for name, (head, about, sql) in _QUERIES.items()
    }
    return {"title": title, "about": "panan_spider", "databases": {database: {"tables": tables, "queries": queries}}}


def docid(article_id: str) -> int:
    """The article's number in the full-text index: `1` and its id, so that leading zeros count. Articles' `docid`."""
    return int("1" + article_id)


def compact(value: object) -> str:
    """`value` as JSON text, Chinese readable, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def content_row(record: Record) -> Row:
    """The columns that `articles` and `revisions` share."""
    warc = record["warc"] or {"file": None, "offset": None}
    row = {name: record[name] for name in _AS_IS} | {name: compact(record[name]) for name in _AS_JSON}
    return row | {"day": day_of(record), "warc_file": warc["file"], "warc_offset": warc["offset"]}


def part_rows(record: Record) -> dict[str, list[Row]]:
    """Table → the rows of what the article is made of, but for pictures' files and people."""
    article = {"article_id": record["id"]}
    found = {
        table: [article | {"position": position, **part} for position, part in enumerate(record[table], 1)]
        for table in ("authors", "images", "attachments", "related")
    }
    found["listed_in"] = [article | {"section": name} for name in dict.fromkeys(record["listed_in"])]
    return found


def searched(record: Record) -> list[str]:
    """Full-text columns of a record's fields."""
    texts = {
        "title": [record["title"]],
        "lead": [record["kicker"], record["subtitle"]],
        "text": [record["text"]],
        "byline": [*(author["name"] for author in record["authors"]), record["editor"], *record["credits"].values()],
        "rest": captions_and_cells(record["blocks"]),
    }
    return [bigrams("\n".join(filter(None, texts[column]))) for column in SEARCHED]


def captions_and_cells(blocks: list[dict[str, Any]]) -> list[str | None]:
    """Texts of an article beside its prose: captions, titles of attached files, cells of tables."""
    found: list[str | None] = []
    for block in blocks:
        if block["type"] == "image":
            found.append(block["caption"])
        elif block["type"] == "attachment":
            found.append(block["title"])
        elif block["type"] == "table":
            found += [cell for cells in block["rows"] for cell in cells]
    return found
