"""Joined export: the archives of many sites as one SQLite or Parquet file. The key of an article is (site, id).

Of each archive the project's own export is made aside, and its rows are taken over with the site before them. TRS numbers
count per installation, so two sites can have one id.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from panan_spider.archive.store.files import ARTICLES_FILE, StoreError, naming
from panan_spider.core.clock import moment, now
from panan_spider.fleet.dataset import part_of
from panan_spider.fleet.fleet_settings import FleetError
from panan_spider.publish.export import sqlite, sqlite_schema
from panan_spider.publish.export.atomic import ForeignFileError, built_aside, only_export_to
from panan_spider.publish.export.bigrams import TOKENIZER
from panan_spider.publish.export.job import ExportJob, MissingLibrary
from panan_spider.sites.profile import Site

#: Articles that one SQLite file takes; beyond, the Parquet files of the dataset are the form to read.
MOST_ARTICLES: Final = 2_000_000

FILES: Final = {"sqlite": "sites.sqlite", "parquet": "sites.parquet"}

#: Table → the columns that, after the site, are its key.
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "articles": ("id",),
    "revisions": ("article_id", "revision"),
    "listed_in": ("article_id", "section"),
    "sections": ("name",),
    "removals": ("article_id",),
}
#: Columns that hold a path below an archive's folder.
_PATHS: Final = ("file", "warc_file")
MADE_BY: Final = "panan_spider, many sites"


@dataclass(frozen=True)
class JoinedResult:
    """Result of a joined export: its sites, articles and revisions."""

    sites: int
    articles: int
    revisions: int


def export_sites(form: str, sites: Sequence[Site], root: Path, out: Path) -> JoinedResult:
    """Make `out` hold the archives `<root>/<key>` of these sites; those without an archive are left out.

    Raises FleetError, ForeignFileError, MissingLibrary, StoreError, LockHeld; `out` is then as it was.
    """
    if form not in FILES:
        raise FleetError(f"--format: many sites are exported as {' or '.join(FILES)}, not as {form}")
    there = [site for site in sites if (root / site.key / ARTICLES_FILE).is_file()]
    if not there:
        raise FleetError(f"there is no archive of these sites in {root}")
    with only_export_to(out), naming(out):
        _refuse_foreign(form, out)
        with TemporaryDirectory(prefix=".joining-", dir=out.parent) as aside:
            return (_sqlite if form == "sqlite" else _parquet)(there, root, out, Path(aside))


def _refuse_foreign(form: str, out: Path) -> None:
    if not out.exists():
        return
    if out.is_file() and out.stat().st_size == 0:
        return
    try:
        head = out.read_bytes()[:4] if out.is_file() else b""
        if form == "parquet" and head == b"PAR1":
            return
        with closing(sqlite3.connect(f"{out.absolute().as_uri()}?mode=ro", uri=True)) as db:
            if db.execute("SELECT value FROM meta WHERE key = 'made_by'").fetchone() == (MADE_BY,):
                return
    except (sqlite3.Error, OSError):
        pass
    raise ForeignFileError(f"{out} exists and is no {form} export of many sites; name another --out")


def _parquet(sites: Sequence[Site], root: Path, out: Path, aside: Path) -> JoinedResult:
    try:
        import duckdb
    except ImportError as error:
        raise MissingLibrary(
            "--format parquet needs duckdb, which is not installed: pip install 'duckdb>=1.4'"
        ) from error
    for site in sites:
        folder = aside / site.key
        folder.mkdir()
        part_of(site, root / site.key, folder / "part.parquet")
    db: Any = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    try:
        rows = db.read_parquet(f"{aside}/*/part.parquet")
        with built_aside(out) as building:
            rows.write_parquet(str(building), compression="zstd")
        revisions = db.read_parquet(str(out)).shape[0]
        articles = db.read_parquet(str(out)).project("site, id").distinct().shape[0]
    except duckdb.Error as error:
        raise StoreError(" ".join(f"{out}: {error}".split())) from error
    finally:
        db.close()
    return JoinedResult(len(sites), articles, revisions)


def _sqlite(sites: Sequence[Site], root: Path, out: Path, aside: Path) -> JoinedResult:
    sizes = archive_sizes(root, sites)  # before they are read: what comes meanwhile is for the next export
    with built_aside(out) as building:
        building.unlink(missing_ok=True)
        with closing(sqlite3.connect(building)) as db:
            _create(db)
            for site in sites:
                one = aside / "one.sqlite"
                one.unlink(missing_ok=True)
                sqlite.export(ExportJob(root / site.key, site, all_revisions=True), one)
                with _attached(db, one):
                    _take(db, site)
            done = _finish(db, out, len(sites), sizes)
    return done


@contextmanager
def _attached(db: sqlite3.Connection, one: Path) -> Iterator[None]:
    db.execute("ATTACH ? AS one", (str(one),))
    try:
        yield
        db.commit()
    finally:
        db.execute("DETACH one")


def _create(db: sqlite3.Connection) -> None:
    names = {str: "TEXT", int: "INTEGER"}
    for table, columns in sqlite_schema.TABLES.items():
        if table == "meta":
            continue
        key = _KEYS.get(table, ("article_id", "position"))
        kinds = ", ".join(f"[{name}] {names[kind]}" for name, kind in columns.items())
        db.execute(f"CREATE TABLE {table} (site TEXT NOT NULL, {kinds}, PRIMARY KEY (site, {', '.join(key)}))")
    db.execute(
        "CREATE TABLE sites (site TEXT PRIMARY KEY, name TEXT, region TEXT, articles INTEGER, first TEXT, last TEXT)"
    )
    db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    searched = ", ".join(sqlite_schema.SEARCHED)
    db.execute(f"CREATE VIRTUAL TABLE search USING fts5({searched}, content='', tokenize='{TOKENIZER}')")


def _take(db: sqlite3.Connection, site: Site) -> None:
    """Take over the rows of one site's export."""
    held = int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    more = int(db.execute("SELECT count(*) FROM one.articles").fetchone()[0])
    if held + more > MOST_ARTICLES:
        raise FleetError(
            f"these sites have more than {MOST_ARTICLES:,} articles: a SQLite file of them takes hours to make and search; "
            "export them as parquet"
        )
    for table, columns in sqlite_schema.TABLES.items():
        if table != "meta":
            names = ", ".join(f"[{name}]" for name in columns)
            db.execute(f"INSERT INTO {table} (site, {names}) SELECT ?, {names} FROM one.{table}", (site.key,))
    # The index knows an article by one number: its place among those of all sites.
    db.execute("UPDATE articles SET docid = rowid WHERE site = ?", (site.key,))
    searched = ", ".join(sqlite_schema.SEARCHED)
    marks = ", ".join("?" for _column in sqlite_schema.SEARCHED)
    db.executemany(f"INSERT INTO search(rowid, {searched}) VALUES (?, {marks})", _searched(db, site))
    db.execute(
        "INSERT INTO sites SELECT ?, ?, ?, count(*), min(day), max(day) FROM articles WHERE site = ?",
        (site.key, site.name, site.region, site.key),
    )


def _searched(db: sqlite3.Connection, site: Site) -> Iterator[list[Any]]:
    """Full-text rows of a site's articles, each after its number."""
    names = ("docid", "id", "title", "kicker", "subtitle", "text", "editor", "credits", "blocks")
    authors: dict[str, list[dict[str, Any]]] = {}
    for number, name in db.execute(
        "SELECT article_id, name FROM authors WHERE site = ? ORDER BY position", (site.key,)
    ):
        authors.setdefault(number, []).append({"name": name})
    for row in db.execute(f"SELECT {', '.join(names)} FROM articles WHERE site = ?", (site.key,)).fetchall():
        record = dict(zip(names, row, strict=True))
        record |= {name: json.loads(record[name]) for name in ("credits", "blocks")}
        yield [record["docid"], *sqlite_schema.searched(record | {"authors": authors.get(record["id"], [])})]


def archive_sizes(root: Path, sites: Sequence[Site]) -> dict[str, int]:
    """Site → bytes of its articles.jsonl: what tells whether an archive has gone on."""
    return {site.key: (root / site.key / ARTICLES_FILE).stat().st_size for site in sites}


def _index_keys(db: sqlite3.Connection) -> None:
    """Index the ids that `scrapy browse --sites` gives to articles: the site's key, a hyphen, the number."""
    for table, columns in sqlite_schema.TABLES.items():
        if "article_id" in columns:
            rest = next((f", [{name}]" for name in ("revision", "position", "section") if name in columns), "")
            db.execute(f"CREATE INDEX {table}_key ON {table} (site || '-' || article_id{rest})")
    db.execute("CREATE INDEX articles_key ON articles (site || '-' || id)")
    # All that an index of the articles asks for, so that no text is read for it.
    db.execute("CREATE INDEX articles_facets ON articles (day, site, id, docid, section, source, template, gone)")
    db.execute("CREATE INDEX revisions_later ON revisions (fetched_at, site, article_id, revision) WHERE revision > 1")
    for column in ("name", "office", "place"):
        db.execute(f"CREATE INDEX people_{column} ON people ({column}, site, article_id, action)")
    db.execute("CREATE INDEX authors_name ON authors (name, site, article_id)")
    db.execute("CREATE INDEX listed_in_section ON listed_in (section, site, article_id)")


def _finish(db: sqlite3.Connection, out: Path, sites: int, sizes: dict[str, int]) -> JoinedResult:
    weights = ", ".join(map(str, sqlite_schema.SEARCHED.values()))
    db.execute("INSERT INTO search(search, rank) VALUES ('rank', ?)", (f"bm25({weights})",))
    db.execute("CREATE UNIQUE INDEX articles_docid ON articles (docid)")
    db.execute("CREATE INDEX articles_site_day ON articles (site, day)")
    db.execute("CREATE INDEX articles_day ON articles (day)")
    db.execute("CREATE INDEX articles_url ON articles (url)")
    _index_keys(db)
    values = {
        "made_by": MADE_BY, "schema_version": sqlite_schema.EXPORT_VERSION, "layout": sqlite_schema.LAYOUT,
        "made_at": moment(now()), "archives": json.dumps(sizes),
    }  # fmt: skip
    db.executemany("INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in values.items()])
    db.commit()
    articles, revisions, indexed = (
        int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in ("articles", "revisions", "search")
    )
    if indexed != articles:
        raise StoreError(f"{out}: the full-text index holds {indexed} articles of {articles}")
    return JoinedResult(sites, articles, revisions)


def joined_views() -> tuple[str, ...]:
    """SQL of the temporary views: the tables of one archive, ids and paths behind the key of their site."""
    made = []
    for table, columns in sqlite_schema.TABLES.items():
        if table in ("meta", "sections"):
            continue
        identity = "id" if table == "articles" else "article_id"
        shown = ", ".join(_column(name, identity) for name in columns)
        made.append(f"CREATE TEMP VIEW {table} AS SELECT {shown}, site FROM main.{table}")  # names of our own tables
    return (*made, sqlite_schema.CHANGES.replace("CREATE VIEW", "CREATE TEMP VIEW"))


def _column(name: str, identity: str) -> str:
    if name == identity:
        return f"site || '-' || {name} AS {name}"
    return f"site || '/' || [{name}] AS [{name}]" if name in _PATHS else f"[{name}]"


def read_meta(out: Path) -> dict[str, str]:
    """The table `meta` of a joined export. Raises ForeignFileError where the file is none."""
    try:
        with closing(sqlite3.connect(f"{out.absolute().as_uri()}?mode=ro", uri=True)) as db:
            meta = dict(db.execute("SELECT key, value FROM meta"))
    except sqlite3.DatabaseError as error:
        raise ForeignFileError(f"{out} exists and is no sqlite export of many sites; move it away") from error
    if meta.get("made_by") != MADE_BY:
        raise ForeignFileError(f"{out} exists and is no sqlite export of many sites; move it away")
    return meta
