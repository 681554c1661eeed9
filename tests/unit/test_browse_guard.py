"""Nothing of an article acts, nothing is asked of anybody else, and nobody else is answered."""

import base64
import hashlib
import sqlite3

import pytest
from browse_archive import HOSTILE, KEPT_AT, RUNS, SCRIPT, STORY, Pages, build, pages_of, picture
from lxml import html

from panan_spider.publish.browse.fresh_export import ExportSource
from panan_spider.publish.links import article_id, web_address
from panan_spider.sites.profile import load_site

EVERY_KIND = (
    "/", "/search", "/search?q=磐安", "/search?since=x", "/section/乡镇", f"/article/{STORY}", f"/article/{HOSTILE}",
    f"/article/{STORY}/revision/1", f"/article/{STORY}/changes/2", f"/article/{HOSTILE}/raw/1", "/calendar", "/calendar/2020-03",
    "/people", "/person/郝虚构", "/authors", "/author/陈测试", "/runs", f"/run/{RUNS[1]}",
)  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ExportSource:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def pages(source: ExportSource) -> Pages:
    return pages_of(source)


def policy(header: str) -> dict[str, str]:
    """Directive → its sources."""
    return {name: rest for name, _blank, rest in (part.strip().partition(" ") for part in header.split(";"))}


@pytest.mark.parametrize(
    "path", [*EVERY_KIND, "/nothing", "/static/browse.css", f"/{KEPT_AT}", f"/runs/{RUNS[1]}.html"]
)
def test_every_answer_has_the_headers(pages: Pages, path: str) -> None:
    headers = pages.get(path).headers
    allowed = policy(headers["content-security-policy"])
    assert (
        allowed["default-src"] == "'none'"
        and allowed["frame-ancestors"] == "'none'"
        and allowed["base-uri"] == "'none'"
    )
    assert "unsafe" not in " ".join(allowed.values()) and "http" not in " ".join(allowed.values())
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers and "access-control-allow-origin" not in headers


def test_refusals_have_the_headers_too(pages: Pages) -> None:
    for answer in (pages.get("/", "POST"), pages.get("/", host="evil.example")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_report_of_a_run_may_do_nothing_but_look_as_it_does(pages: Pages) -> None:
    answer = pages.get(f"/runs/{RUNS[1]}.html")
    allowed = policy(answer.headers["content-security-policy"])
    assert "sandbox" in allowed and "script-src" not in allowed and "报告" in answer.text
    digest = base64.b64encode(hashlib.sha256(b"p{color:red}").digest()).decode()
    assert allowed["style-src"] == f"'sha256-{digest}'"
    assert pages.get(f"/runs/{RUNS[1]}.json").headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("path", EVERY_KIND)
def test_pages_hold_no_script_handler_or_style_of_their_own(pages: Pages, path: str) -> None:
    page = html.fromstring(pages.get(path).text)
    assert [one.get("src") for one in page.iter("script")] == ["/static/browse.js"]
    assert not page.xpath("//style | //iframe | //object | //embed | //base | //*[@style] | //meta[@http-equiv]")
    assert not [name for one in page.iter() for name in one.attrib if str(name).startswith("on")]
    assert not [
        href for href in page.xpath("//@href | //@src | //@action") if "javascript" in href.lower() or "data:" in href
    ]


def test_a_hostile_article_is_shown_as_text(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{HOSTILE}"))
    assert (page.findtext(".//h1") or "").startswith(f"磐安{SCRIPT}")
    body = page.xpath("//div[@class='story-body']")[0]
    assert SCRIPT in body.text_content() and "javascript:window.hacked=3" in body.text_content()
    assert not body.xpath(".//img | .//a")
    assert not page.xpath("//section[@aria-labelledby='related']//a")


@pytest.mark.parametrize(
    "path",
    [
        "/author/王%3Cscript%3Ewindow.hacked%20%3D%201%3C%2Fscript%3E%2F..%2F..%2Fx",
        "/section/恶%3Cscript%3Ewindow.hacked%20%3D%201%3C%2Fscript%3E",
    ],
)
def test_hostile_names_have_pages_of_their_own(pages: Pages, path: str) -> None:
    assert SCRIPT in (html.fromstring(pages.text(path)).findtext(".//h1") or "")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
        "vbscript:x", "file:///etc/passwd", "ftp://a/", "//evil.example/", "/a", "", None, "http:", "http://", "http://a b/",
        "http://user:pw@evil.example/", "http://evil.example/\" onerror=\"x", "http://evil.example\\@good/", "http://[::1/",
        "http://a:99999/",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_never_linked(url: str | None) -> None:
    assert web_address(url) is None


def test_a_web_address_is_linked_as_it_is() -> None:
    for url in ("http://www.panews.cn/a.shtml", "https://panews.zjol.com.cn:8080/图/1.jpg?x=1#y"):
        assert web_address(url) == url
    assert article_id(load_site(), "http://www.panews.cn/system/2019/01/02/012345678.shtml") == "012345678"
    assert article_id(load_site(), "http://elsewhere.example/system/2019/01/02/012345678.shtml") is None


@pytest.mark.parametrize(
    "path",
    [
        "/-/metadata",
        "/-/plugins",
        "/-/databases.json",
        "/-/settings",
        "/archive1",
        "/archive1/articles.json",
        "/archive1?sql=select+1",
        "/_internal",
        "/_memory.json?sql=select+1",
        "/-/static/app.css",
        "/favicon.ico",
        "/-/logout",
        "http://127.0.0.1:8001//evil.example/",
        "/-/allow-debug",
    ],
)
def test_nothing_of_datasettes_own_is_reached(pages: Pages, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 404 and "没有这一页" in answer.text and "location" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_is_answered(pages: Pages, method: str) -> None:
    answer = pages.get("/", method)
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", "192.0.2.1", "", "127.0.0.1@evil.example", "[::1"],
)
def test_who_asks_by_another_name_is_refused(pages: Pages, host: str) -> None:
    assert pages.get("/", host=host).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost", "[::1]:8001", "LOCALHOST:1"])
def test_who_asks_by_this_machines_name_is_answered(pages: Pages, host: str) -> None:
    assert pages.get("/calendar", host=host).status_code == 200


def test_a_public_page_is_answered_by_any_name(source: ExportSource) -> None:
    public = pages_of(source, loopback_only=False)
    assert public.get("/calendar", host="paper.example").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/images/..%2f..%2fsecret.png",
        "/images/..%2fsecret.png",
        "/images/%2e%2e/secret.png",
        "/images/%2fetc%2fpasswd",
        "/static/..%2fplugin.py",
        "/runs/..%2fsecret.html",
        "/runs/metrics.prom",
        "/runs/.hidden.json",
    ],
)
def test_no_address_leads_out_of_its_folder(pages: Pages, source: ExportSource, path: str) -> None:
    """To nothing else that lies there, were it a picture or a page."""
    for folder in (source.data, source.data.parent):
        (folder / "secret.png").write_bytes(picture())
        (folder / "secret.html").write_text("secret")
    (source.data / "runs" / "metrics.prom").write_text("secret")
    (source.data / "runs" / ".hidden.json").write_text("{}")
    assert pages.get(path).status_code == 404


def test_what_is_no_picture_is_not_shown_as_one(source: ExportSource, pages: Pages) -> None:
    other = source.data / f"images/fa/{'fa' * 32}.png"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(b"<svg onload=alert(1)>")
    assert pages.get(f"/{other.relative_to(source.data)}").status_code == 404
    other.write_bytes(picture())
    assert pages.get(f"/{other.relative_to(source.data)}").status_code == 200


def test_the_export_is_opened_for_reading_alone(pages: Pages) -> None:
    pages.text("/")
    database = pages.datasette.get_database("archive1")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.connect().execute("DELETE FROM articles")


def test_a_question_that_takes_too_long_is_given_up_in_words(
    source: ExportSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = pages_of(source, time_limit_ms=20)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS month, 1 AS articles FROM n"
    )
    monkeypatch.setattr(
        "panan_spider.publish.browse.article_queries.ExportReader.months", lambda self: self.rows(endless)
    )
    answer = slow.get("/calendar")
    assert answer.status_code == 503 and "That took too long" in answer.text


def test_a_fault_of_a_template_is_one_line_too(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("panan_spider.publish.browse.views.WORK", None)
    answer = pages.get(f"/article/{STORY}")
    assert answer.status_code == 500 and "出错了" in answer.text
    assert capsys.readouterr().err.startswith(f"panan: /article/{STORY}: ")


def test_a_fault_of_ours_is_one_line_and_no_page_of_code(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(self: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("panan_spider.publish.browse.article_queries.ExportReader.months", broken)
    answer = pages.get("/calendar")
    assert (
        answer.status_code == 500
        and "RuntimeError" not in answer.text
        and "default-src 'none'" in answer.headers["content-security-policy"]
    )
    assert capsys.readouterr().err == "panan: /calendar: RuntimeError: broken on purpose\n"
