"""Ledger schema: the tables, and the migrations from each version to the next."""

import sqlite3
from typing import Final

#: One entry a version: the statements that make it of the version before. Entries are only ever added;
#: the number of the newest is what `PRAGMA user_version` says.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        # Single values: `articles_offset`, bytes of articles.jsonl already marked here, and the like.
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
        # `finished` without `exit_code`: the run died and a later one found it so.
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, args TEXT NOT NULL, started TEXT NOT NULL,
            finished TEXT, exit_code INTEGER, report TEXT)""",
        # Every address ever met, with its newest outcome; NULL: listed, and never yet in a run's books.
        # `quarantined`, `body_hash`: as what, and with which bytes, it was last quarantined.
        """CREATE TABLE addresses (
            number INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, article_id TEXT, posted TEXT,
            outcome TEXT, reason TEXT, settled_at TEXT, tries INTEGER NOT NULL DEFAULT 0,
            first_seen TEXT NOT NULL, last_run INTEGER,
            quarantined TEXT, body_hash TEXT)""",
        "CREATE INDEX addresses_by_article ON addresses (article_id) WHERE article_id IS NOT NULL",
        "CREATE INDEX addresses_by_outcome ON addresses (outcome)",
        # The newest revision of every stored article.
        """CREATE TABLE articles (
            id TEXT PRIMARY KEY, url TEXT NOT NULL, revision INTEGER NOT NULL, content_hash TEXT NOT NULL,
            posted TEXT, pages INTEGER NOT NULL, etag TEXT, last_modified TEXT, outcome TEXT NOT NULL,
            fetched_at TEXT NOT NULL, template TEXT, warc_file TEXT, warc_offset INTEGER,
            line_offset INTEGER NOT NULL) WITHOUT ROWID""",
        # Which sections' lists have named which article.
        """CREATE TABLE listings (
            article_id TEXT NOT NULL, section TEXT NOT NULL, PRIMARY KEY (article_id, section)) WITHOUT ROWID""",
        # `state` NULL: under way, or the run died in it.
        """CREATE TABLE walks (
            number INTEGER PRIMARY KEY, run INTEGER NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL, state TEXT,
            pages INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0, new INTEGER NOT NULL DEFAULT 0,
            began TEXT NOT NULL, ended TEXT)""",
        "CREATE INDEX walks_by_url ON walks (url)",
        "CREATE INDEX walks_open ON walks (run) WHERE state IS NULL",
        # The books of a run: each address it met and what became of it there; NULL: nothing yet.
        """CREATE TABLE fates (
            run INTEGER NOT NULL, address INTEGER NOT NULL, outcome TEXT, reason TEXT,
            PRIMARY KEY (run, address)) WITHOUT ROWID""",
        "CREATE INDEX fates_open ON fates (run) WHERE outcome IS NULL",
        # WARC files known to be whole at that size, so that opening the archive reads none of them again.
        "CREATE TABLE warcs (file TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        # Parts two and on of stored articles, as their newest answers left them: what to ask each again with.
        """CREATE TABLE parts (
            article_id TEXT NOT NULL, number INTEGER NOT NULL, url TEXT NOT NULL, etag TEXT, last_modified TEXT,
            fetched_at TEXT NOT NULL, PRIMARY KEY (article_id, number)) WITHOUT ROWID""",
        # When the answer came that `etag` and `last_modified` are of; NULL: with the newest line, at `fetched_at`.
        "ALTER TABLE articles ADD COLUMN validated_at TEXT",
    ),
    (
        # Every picture's address that a run with images=true asked for, with its newest outcome; `path` where it is kept.
        """CREATE TABLE images (
            url TEXT PRIMARY KEY, outcome TEXT NOT NULL, reason TEXT, path TEXT, tries INTEGER NOT NULL,
            settled_at TEXT NOT NULL, last_run INTEGER) WITHOUT ROWID""",
    ),
    (
        # Faults that runs have seen and none has found resolved: `code`, the exit code; `days`, on how many days it was seen.
        """CREATE TABLE faults (
            key TEXT PRIMARY KEY, code INTEGER NOT NULL, url TEXT, outcome TEXT, reason TEXT NOT NULL,
            first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, days INTEGER NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX faults_by_url ON faults (url) WHERE url IS NOT NULL",
    ),
    (
        # Evidence of a walk's end. `proven` 0: recorded by a version that did not ask for any.
        "ALTER TABLE walks ADD COLUMN proven INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE walks ADD COLUMN oldest TEXT",
        "ALTER TABLE walks ADD COLUMN last_page TEXT",
    ),
    (
        # A changed reading of a stored article, held until the checks of a run have judged it; see HeldState.
        """CREATE TABLE held (
            article_id TEXT PRIMARY KEY, url TEXT NOT NULL, run INTEGER NOT NULL, state TEXT NOT NULL,
            content_hash TEXT NOT NULL, record TEXT NOT NULL, etag TEXT, last_modified TEXT, parts TEXT NOT NULL,
            warc_file TEXT, warc_offset INTEGER, at TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX held_by_content ON held (content_hash)",
        "CREATE INDEX articles_by_content ON articles (content_hash)",
    ),
)


def version(connection: sqlite3.Connection) -> int:
    """The version of the tables in an open database; 0 where there are none yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Bring the tables to the newest version, all or nothing. The caller has ruled out a newer one."""
    if version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in migrations[version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
