"""site.json: an archive belongs to one site; another site's crawl writes nothing to it."""

import json
from pathlib import Path

import pytest
from store_helpers import an_archive, an_article, lines_of

from panan_spider.archive.data_folder import site_of
from panan_spider.archive.store.files import ForeignArchive, StoreError
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.archive.verify.repair import repair_archive
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.assemble import content_hash
from panan_spider.sites.profile import load_site, site_keys

PANAN = load_site()
OTHER = load_site(next(key for key in site_keys() if key != PANAN.key))


def every_file(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_first_crawl_binds_the_archive_and_later_ones_leave_the_file(tmp_path: Path) -> None:
    an_archive(tmp_path, site=OTHER).close({})
    assert json.loads((tmp_path / "site.json").read_text()) == {"site": OTHER.key}
    assert site_of(tmp_path).key == OTHER.key
    before = (tmp_path / "site.json").stat().st_mtime_ns
    an_archive(tmp_path, "r2", site=OTHER).close({})
    assert (tmp_path / "site.json").stat().st_mtime_ns == before


def test_an_archive_without_the_file_is_the_default_profiles_and_no_reader_writes_it(tmp_path: Path) -> None:
    an_archive(tmp_path).close({})
    assert site_of(tmp_path).key == PANAN.key
    assert not (tmp_path / "site.json").exists()


def test_an_older_archive_is_bound_to_the_site_of_its_lines_alone(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    archive.store_all([(an_article(1), Outcome.STORED)])
    archive.close({})
    before = every_file(tmp_path)
    with pytest.raises(ForeignArchive, match=f"which is not of the site {OTHER.key}"):
        an_archive(tmp_path, "r2", site=OTHER)
    assert every_file(tmp_path) == before
    an_archive(tmp_path, "r2", site=PANAN).close({})
    assert site_of(tmp_path).key == PANAN.key and (tmp_path / "site.json").exists()


def test_another_sites_crawl_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    an_archive(tmp_path, site=OTHER).close({})
    before = every_file(tmp_path)
    with pytest.raises(ForeignArchive, match=f"belongs to the site {OTHER.key}; this is a crawl of panan"):
        an_archive(tmp_path, "r2", site=PANAN)
    assert every_file(tmp_path) == before


@pytest.mark.parametrize("raw", ["", "{", "[]", '{"site": 5}', '{"site": "nowhere"}'])
def test_a_file_that_names_no_site_is_an_error_and_repaired_from_the_lines(tmp_path: Path, raw: str) -> None:
    archive = an_archive(tmp_path, site=PANAN)
    article = an_article(1)
    archive.store_all([(article.model_copy(update={"content_hash": content_hash(article)}), Outcome.STORED)])
    archive.close({})
    (tmp_path / "site.json").write_text(raw)
    with pytest.raises(StoreError, match=r"site\.json"):
        site_of(tmp_path)
    assert "site.json" in {finding.file for finding in ArchiveCheck(tmp_path).findings()}
    repair_archive(tmp_path)
    assert site_of(tmp_path).key == PANAN.key
    assert [path.read_text() for path in tmp_path.glob("site.json.damaged-*")] == [raw]
    assert len(lines_of(tmp_path / "articles.jsonl")) == 1


def test_without_a_site_no_line_is_judged(tmp_path: Path) -> None:
    an_archive(tmp_path, site=PANAN).close({})
    (tmp_path / "site.json").write_text("{")
    with pytest.raises(StoreError):
        list(ArchiveCheck(tmp_path).findings())
