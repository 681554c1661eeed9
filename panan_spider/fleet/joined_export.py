"""Joined export: the archives of many sites as one SQLite or Parquet file, or as the dataset in the object store.

Of each archive the project's own export is made aside, and its rows are taken over with the site before them. The key of
an article is (site, id): TRS numbers count per installation, so two sites can have one id. `scrapy browse --sites` makes
its pages from the SQLite file, with the site as a facet.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from panan_spider.archive.store.files import ARTICLES_FILE, StoreError, naming
from panan_spider.core.clock import moment, now
from panan_spider.fleet.fleet_database import FleetError
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Manifest
from panan_spider.publish.browse.page_render import ArchiveNotFound, ExportSource
from panan_spider.publish.export import sqlite, sqlite_schema
from panan_spider.publish.export.bigrams import TOKENIZER
from panan_spider.publish.export.export_files import ForeignFileError, built_aside, only_export_to
from panan_spider.publish.export.job import ExportJob, ExportResult
from panan_spider.publish.export.tabular_formats import export_parquet
from panan_spider.sites.profile import Site, load_site

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
#: Columns before those of the Parquet export; `region` is the 行政区划代码.
COLUMNS: Final = ("site", "site_name", "region")
#: Stands for all sites where a page has one: its title, its feeds.
ALL_SITES: Final = Site(
    key="sites", name="各地新闻网", hosts=("sites.invalid",), entry_pages=("http://sites.invalid/",)
)


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
            return (_export_sqlite if form == "sqlite" else _export_parquet)(there, root, out, Path(aside))


def _refuse_foreign(form: str, out: Path) -> None:
    if not out.exists():
        return
    with suppress(sqlite3.Error, OSError):
        with out.open("rb") as file:
            head = file.read(4)
        if not head or (form == "parquet" and head == b"PAR1"):
            return
        with closing(_read_only(out)) as db:
            if db.execute("SELECT value FROM meta WHERE key = 'made_by'").fetchone() == (MADE_BY,):
                return
    raise ForeignFileError(f"{out} exists and is no {form} export of many sites; name another --out")


def _read_only(out: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{out.absolute().as_uri()}?mode=ro", uri=True)


def _export_parquet(sites: Sequence[Site], root: Path, out: Path, aside: Path) -> JoinedResult:
    for site in sites:
        folder = aside / site.key
        folder.mkdir()
        part_of(site, root / site.key, folder / "part.parquet")
    with _duckdb(out) as db:
        rows = db.read_parquet(f"{aside}/*/part.parquet")
        with built_aside(out) as building:
            rows.write_parquet(str(building), compression="zstd")
        revisions = db.read_parquet(str(out)).shape[0]
        articles = db.read_parquet(str(out)).project("site, id").distinct().shape[0]
    return JoinedResult(len(sites), articles, revisions)


def publish_dataset(store: ObjectStore, site: str, folder: Path, manifest: Manifest | None) -> str | None:
    """Store the site's part of the dataset, made from the lines in `folder`, which are publication `manifest`.

    The name of its object, `dataset/site=<key>/part-<publication>.parquet`; None where there are no lines. Raises
    StoreError, MissingLibrary.
    """
    if manifest is None or not (folder / ARTICLES_FILE).is_file():
        return None
    prefix = f"dataset/site={site}"
    with naming(folder), TemporaryDirectory(prefix=".dataset-", dir=folder) as aside:
        part = Path(aside) / "part.parquet"
        part_of(load_site(site), folder, part)
        store.put(f"{prefix}/part-{manifest.number:08d}.parquet", part.read_bytes())
    parts = sorted(store.names(prefix))
    # Readers take every part: of two writers the one of the newest publication stays.
    store.delete(parts[:-1])
    return parts[-1]


def part_of(site: Site, folder: Path, out: Path) -> None:
    """Write the rows of one archive, every revision, with the columns of the site before them, to `out`."""
    plain = out.with_name("plain.parquet")
    export_parquet(ExportJob(folder, site, all_revisions=True), plain)
    with _duckdb(out) as db:
        values = dict(zip(COLUMNS, (site.key, site.name, site.region), strict=True))
        columns = ", ".join(f"CAST({_literal(value)} AS VARCHAR) AS {name}" for name, value in values.items())
        rows = db.read_parquet(str(plain)).project(f"{columns}, *")
        rows.write_parquet(str(out), compression="zstd")


@contextmanager
def _duckdb(out: Path) -> Iterator[Any]:
    """A connection, for the writing of `out`. Raises StoreError."""
    import duckdb  # there, for the export of one archive has needed it

    db = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    try:
        yield db
    except duckdb.Error as error:
        raise StoreError(" ".join(f"{out}: {error}".split())) from error
    finally:
        db.close()


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def _export_sqlite(sites: Sequence[Site], root: Path, out: Path, aside: Path) -> JoinedResult:
    sizes = archive_sizes(root, sites)  # before they are read: what comes meanwhile is for the next export
    with built_aside(out) as building:
        building.unlink(missing_ok=True)
        with closing(sqlite3.connect(building)) as db:
            _create_tables(db)
            for site in sites:
                one = aside / "one.sqlite"
                one.unlink(missing_ok=True)
                sqlite.export(ExportJob(root / site.key, site, all_revisions=True), one)
                db.execute("ATTACH ? AS one", (str(one),))
                _copy_rows(db, site)
                db.commit()
                db.execute("DETACH one")
            return _write_indexes(db, out, len(sites), sizes)


def _create_tables(db: sqlite3.Connection) -> None:
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


def _copy_rows(db: sqlite3.Connection, site: Site) -> None:
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
    db.executemany(f"INSERT INTO search(rowid, {searched}) VALUES (?, {marks})", _search_rows(db, site))
    db.execute(
        "INSERT INTO sites SELECT ?, ?, ?, count(*), min(day), max(day) FROM articles WHERE site = ?",
        (site.key, site.name, site.region, site.key),
    )


def _search_rows(db: sqlite3.Connection, site: Site) -> Iterator[list[Any]]:
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
    """Site → bytes of its articles.jsonl, which grows with the archive."""
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


def _write_indexes(db: sqlite3.Connection, out: Path, sites: int, sizes: dict[str, int]) -> JoinedResult:
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
    views = []
    for table, columns in sqlite_schema.TABLES.items():
        if table in ("meta", "sections"):
            continue
        identity = "id" if table == "articles" else "article_id"
        shown = ", ".join(_column(name, identity) for name in columns)
        views.append(f"CREATE TEMP VIEW {table} AS SELECT {shown}, site FROM main.{table}")  # names of our own tables
    return (*views, sqlite_schema.CHANGES.replace("CREATE VIEW", "CREATE TEMP VIEW"))


def _column(name: str, identity: str) -> str:
    if name == identity:
        return f"site || '-' || {name} AS {name}"
    return f"site || '/' || [{name}] AS [{name}]" if name in _PATHS else f"[{name}]"


def read_meta(out: Path) -> dict[str, str]:
    """The table `meta` of a joined export. Raises ForeignFileError where the file is none."""
    meta: dict[str, str] = {}
    with suppress(sqlite3.DatabaseError), closing(_read_only(out)) as db:
        meta = dict(db.execute("SELECT key, value FROM meta"))
    if meta.get("made_by") != MADE_BY:
        raise ForeignFileError(f"{out} exists and is no sqlite export of many sites; move it away")
    return meta


class JoinedSource(ExportSource):
    """The archives `<root>/<key>` of these sites as one source of pages; the paths of the export begin from `data`, the root."""

    every = 3_600.0  # the joined export is made anew each time

    def __init__(self, root: Path, chosen: Sequence[Site]) -> None:
        """`chosen`: the sites to show; those without an archive are left out."""
        super().__init__(root, ALL_SITES)
        self.chosen, self.views = chosen, joined_views()

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """The sites that have an archive, by key. Raises ArchiveNotFound where none has."""
        found = {site.key: site for site in self.chosen if (self.data / site.key / ARTICLES_FILE).is_file()}
        if not found:
            raise ArchiveNotFound(f"there is no archive of these sites in {self.data}")
        return found

    @property
    def export(self) -> Path:
        """Path of the export, the same as that of `scrapy export --sites`."""
        return self.data / FILES["sqlite"]

    def is_stale(self) -> bool:
        """True where an archive has grown since the export, or the export holds other sites. Raises ArchiveNotFound, ForeignFileError."""
        meta = self._meta()
        due = archive_sizes(self.data, list(self.sites.values()))
        return not self.is_readable() or json.loads(meta.get("archives", "{}")) != due

    def is_readable(self) -> bool:
        """True where there is an export that pages can be made from. Raises ForeignFileError."""
        return self._meta().get("layout") == str(sqlite_schema.LAYOUT)

    def refresh(self) -> ExportResult | None:
        """Make the export anew where it is stale. Raises what `export_sites` raises."""
        if not self.is_stale():
            return None
        done = export_sites("sqlite", list(self.sites.values()), self.data, self.export)
        return ExportResult(done.articles, done.revisions, anew=True)

    def _meta(self) -> dict[str, str]:
        return read_meta(self.export) if self.export.exists() else {}
