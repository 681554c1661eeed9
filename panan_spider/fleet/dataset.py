"""Dataset: every site's articles as Parquet files in the object store, one a site, for a reader that takes them all as one table.

`dataset/site=<key>/part-<publication>.parquet`; the key of a row is (site, id, revision).
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from panan_spider.archive.store.files import ARTICLES_FILE, StoreError, naming
from panan_spider.fleet.manifest import Manifest
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.publish.export import parquet
from panan_spider.publish.export.job import ExportJob, MissingLibrary
from panan_spider.sites.profile import Site, load_site

#: Columns before those of the Parquet export.
COLUMNS: Final = ("site", "site_name", "region")


def publish_dataset(store: ObjectStore, site: str, folder: Path, manifest: Manifest | None) -> str | None:
    """Make the site's part from the lines in `folder`, which are publication `manifest`; its name, None where there are no lines.

    Raises StoreError, MissingLibrary.
    """
    if manifest is None or not (folder / ARTICLES_FILE).is_file():
        return None
    prefix = f"dataset/site={site}"
    name = f"{prefix}/part-{manifest.number:08d}.parquet"
    with naming(folder), TemporaryDirectory(prefix=".dataset-", dir=folder) as aside:
        part = Path(aside) / "part.parquet"
        part_of(load_site(site), folder, part)
        store.put(name, part.read_bytes())
    parts = sorted(store.names(prefix))
    # Readers take every part: of two writers the one of the newest publication stays.
    store.delete(parts[:-1])
    return parts[-1]


def part_of(site: Site, folder: Path, out: Path) -> None:
    """Write the rows of one archive, every revision, with the columns of the site before them, to `out`."""
    plain = out.with_name("plain.parquet")
    parquet.export(ExportJob(folder, site, all_revisions=True), plain)
    with_site(site, plain, out)


def with_site(site: Site, plain: Path, out: Path) -> None:
    """Copy a Parquet export with the site's key, name and region (行政区划代码) as its first columns."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingLibrary("the dataset needs duckdb, which is not installed: pip install 'duckdb>=1.4'") from error
    db: Any = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    try:
        rows = db.read_parquet(str(plain))
        values = dict(zip(COLUMNS, (site.key, site.name, site.region), strict=True))
        columns = ", ".join(f"CAST({_literal(value)} AS VARCHAR) AS {name}" for name, value in values.items())
        rows.project(f"{columns}, *").write_parquet(str(out), compression="zstd")
    except duckdb.Error as error:
        raise StoreError(" ".join(f"{out}: {error}".split())) from error
    finally:
        db.close()


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
