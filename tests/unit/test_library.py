"""`panan_spider.read`: a page in, the article of the archive out; with and without an address."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import panan_spider
from demo_site.counties import PROFILES
from demo_site.county_lichuan import LICHUAN
from demo_site.record import Record
from demo_site.response import Response
from demo_site.site import Site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site() -> Site:
    return Site.build(1, 120)


def answer(site: Site, record: Record) -> Response:
    parts = urlsplit(record.url)
    return site.respond("GET", parts.netloc, parts.path, {})


def whole(site: Site) -> list[Record]:
    return [record for record in site.records if not record.parts]


def test_every_field_is_that_of_the_archive(site: Site) -> None:
    for record in whole(site)[::7]:
        page = answer(site, record)
        article = panan_spider.read(page.body, record.url, content_type=page.headers["Content-Type"])
        gold = site.expected(record) | {"listed_in": []}
        found = article.model_dump(mode="json")
        assert {name: found[name] for name in gold} == gold
        assert (article.revision, article.warc) == (1, None) and article.fetched_at.endswith("Z")


def test_without_an_address_all_but_the_address_is_read(site: Site) -> None:
    record = next(r for r in whole(site) if r.template == "enorth_b")
    page = answer(site, record)
    for url in (None, "", "  "):
        article = panan_spider.read(page.body, url)
        assert (article.id, article.posted, article.url) == ("0", None, "http://panews.zjol.com.cn/unknown")
        assert (article.title, article.published) == (record.title, record.published)
    assert panan_spider.read(page.body, "file:///tmp/page.html").url == "file:///tmp/page.html"


def test_text_is_read_like_bytes(site: Site) -> None:
    record = next(r for r in whole(site) if r.template == "enorth_a")
    body = answer(site, record).body
    assert panan_spider.read(body.decode("gb18030"), record.url).text == panan_spider.read(body, record.url).text


@pytest.mark.parametrize("html", ["", b"", "<p>nothing</p>", b"\xff\xfe\x00", "<html>" * 3, "\ud800"])
def test_what_is_no_article_is_a_named_error(html: bytes | str) -> None:
    with pytest.raises(panan_spider.PageError) as raised:
        panan_spider.read(html)
    assert str(raised.value) and "\n" not in str(raised.value)
    assert isinstance(raised.value, panan_spider.UnknownLayout | panan_spider.InvalidPage | panan_spider.SoftBlock)


def test_another_site_is_read_by_its_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANAN_SITES_DIR", str(PROFILES))
    demo = Site.build(1, 120, LICHUAN)
    record = next(r for r in whole(demo) if r.template == "enorth_b")
    article = panan_spider.read(answer(demo, record).body, record.url, site="lichuan")
    assert article.breadcrumbs == list(record.breadcrumbs) and article.id == record.id


def test_importing_the_package_loads_nothing() -> None:
    program = "import sys; before = set(sys.modules); import panan_spider; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert not [
        name for name in done.stdout.split() if name.startswith(("panan_spider.", "pydantic", "lxml", "scrapy"))
    ]
    assert "read" in dir(panan_spider) or "read" in panan_spider.__all__
    with pytest.raises(AttributeError):
        panan_spider.nothing  # noqa: B018


def inspected(*words: object) -> "subprocess.CompletedProcess[str]":
    """`panan inspect WORDS… --article`, in a process of its own: Scrapy configures the log of the one it runs in."""
    return subprocess.run(
        [sys.executable, "-m", "panan_spider", "inspect", *map(str, words), "--article"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_inspect_prints_the_article_as_a_line(site: Site, tmp_path: Path) -> None:
    record = whole(site)[3]
    path = tmp_path / "page.html"
    path.write_bytes(answer(site, record).body)
    call = inspected(path, "--url", record.url)
    assert call.returncode == 0 and call.stdout.count("\n") == 1
    line = json.loads(call.stdout)
    assert {name: line[name] for name in ("id", "title", "text")} == {
        name: site.expected(record)[name] for name in ("id", "title", "text")
    }
    path.write_text("<p>nothing</p>", "utf-8")
    call = inspected(path)
    assert (call.returncode, call.stdout, call.stderr.count("\n")) == (11, "", 1)
