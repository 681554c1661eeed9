"""Nothing of an article acts, nothing is asked of anybody else, and nobody else is answered."""

import base64
import hashlib
import json
import sqlite3
from urllib.parse import quote

import pytest
from browse_archive import HOSTILE, KEPT_AT, RUNS, SCRIPT, STORY, Pages, build, pages_of, picture
from lxml import html

from panan_spider.core.text import web_address
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.publish.browse.search import article_id
from panan_spider.sites.profile import load_site

EVERY_KIND = (
    "/", "/search", "/search?q=磐安", "/search?since=x", "/section/乡镇", f"/article/{STORY}", f"/article/{HOSTILE}",
    f"/article/{STORY}/revision/1", f"/article/{STORY}/changes/2", f"/article/{HOSTILE}/raw/1", "/calendar", "/calendar/2020-03",
    "/people", "/person/郝虚构", "/authors", "/author/陈测试", "/runs", f"/run/{RUNS[1]}", "/changes", "/offices", "/office/县委书记", "/trend",
    "/trend?q=磐安&q=工地", "/trend?q=foo:bar", "/search?q=磐安&lang=en", f"/article/{HOSTILE}?lang=en", "/section/恶%3Cscript%3Ewindow.hacked%20%3D%201%3C%2Fscript%3E",
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
    data = [one for one in page.iter("script") if one.get("type") == "application/ld+json"]
    assert [one.get("src") for one in page.iter("script") if one not in data] == ["/static/browse.js"]
    assert all(isinstance(json.loads(one.text or ""), dict) and "<" not in (one.text or "") for one in data)
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
def test_no_console_and_no_table_is_reached(pages: Pages, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 404 and "没有这一页" in answer.text and "location" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_is_answered(pages: Pages, method: str) -> None:
    answer = pages.get("/", method)
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8001",
        "127.0.0.1.evil.example",
        "192.0.2.1",
        "",
        "127.0.0.1@evil.example",
        "evil@127.0.0.1",
        "127.0.0.1#x",
        "127.0.0.1/x",
        "[::1",
    ],
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
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        pages.app.live.current().database.rows("DELETE FROM articles")


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_a_question_that_takes_too_long_is_given_up_in_words(
    source: ExportSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = pages_of(source, time_limit_ms=200)
    assert slow.get("/search?q=磐安").status_code == 200
    monkeypatch.setattr(
        "panan_spider.publish.export.sqlite_reader.ExportDatabase.listed", lambda self, _ids: self.rows(ENDLESS)
    )
    answer = slow.get("/search?q=磐安")
    assert answer.status_code == 503 and "查询太久" in answer.text


def test_a_fault_of_a_template_is_one_line_too(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("panan_spider.publish.browse.page_render._WORK", None)
    answer = pages.get(f"/article/{STORY}")
    assert answer.status_code == 500 and "出错了" in answer.text
    assert capsys.readouterr().err.startswith(f"panan: /article/{STORY}: ")


def test_a_fault_of_ours_is_one_line_and_no_page_of_code(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("broken on purpose\nsecond line")

    monkeypatch.setattr("panan_spider.publish.browse.coverage_pages.shade", broken)
    answer = pages.get("/calendar")
    assert answer.status_code == 500 and "RuntimeError" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert capsys.readouterr().err == "panan: /calendar: RuntimeError: broken on purpose?second line\n"


OTHER_FORMS = (
    "/search.json?q=磐安", "/search.csv?q=磐安", "/search.xlsx?q=磐安", "/search.atom?q=磐安", "/search.bib?q=磐安", "/search.txt?q=磐安",
    "/search.csl.json?q=磐安", "/section/乡镇.json", "/person/郝虚构.atom", "/calendar/2020-03.csv", f"/article/{HOSTILE}.json",
    f"/article/{HOSTILE}.bib", "/changes.json", "/changes.csv", "/changes.atom", "/trend.json?q=磐安", "/trend.csv?q=磐安", "/openapi.json",
)  # fmt: skip


@pytest.mark.parametrize("path", OTHER_FORMS)
def test_every_other_form_has_the_headers_and_is_never_html(pages: Pages, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 200 and "html" not in answer.headers["content-type"]
    assert policy(answer.headers["content-security-policy"])["default-src"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert pages.get(path, "POST").status_code == 405 and pages.get(path, host="evil.example").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/search.exe?q=磐安", "/search.json.csv", "/people.json", "/article/../runs.json", "/section/..%2f..%2fsecret.json", "/office/%2e%2e",
        "/trend.xlsx?q=磐安", "/article/000000001.xlsx", "/article/000000009.json", "/article/000000009.bib", "/changes/2", "/changes.xlsx",
    ],
)  # fmt: skip
def test_what_has_no_other_form_is_404(pages: Pages, path: str) -> None:
    assert pages.get(path).status_code == 404


HOSTILE_QUESTIONS = [
    '"', "(((((", ")", "-", "--x", "|", "甲|", "标题:", "标题:*", "rowid:1", "NEAR(磐安 公告)", "{title}: 磐安", "磐安*", "^磐安", "'; DROP TABLE articles; --",
    "\0", "磐安\0公告", "甲" * 201, "-" * 50 + "甲", "(甲 " * 30, "2020-99", "9999..0001", "..", "0000..0001", "javascript:alert(1)", "http://", "http://[::1",
    "\ud800", "%", "_", "<script>window.hacked = 1</script>", '"><img src=x onerror="window.hacked = 2">', "{what}", "{0}", "人物:{name}", "栏目:-",
]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE_QUESTIONS)
@pytest.mark.parametrize(
    "form", ["/search", "/search.json", "/search.atom", "/search.csv", "/trend", "/trend.json", "/search?lang=en&"]
)
def test_whatever_is_asked_is_answered_or_named(
    pages: Pages, form: str, question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = quote(question.encode("utf-8", "surrogatepass"))
    answer = pages.get(f"{form}{'' if '?' in form else '?'}q={given}")
    assert answer.status_code in (200, 400), answer.text[:300]
    assert capsys.readouterr().err == ""
    if answer.headers["content-type"].startswith("text/html"):
        assert "<script>window.hacked" not in answer.text
        page = html.fromstring(answer.text)
        assert not [name for one in page.iter() for name in one.attrib if str(name).startswith("on")]


@pytest.mark.parametrize("name", ["kind", "key", "page", "suffix", "anchor", "place", "query", "self", "lang", "size"])
def test_a_parameter_of_any_name_breaks_nothing(pages: Pages, name: str) -> None:
    for path in ("/search", "/search.json", "/changes", "/changes.json", "/person/郝虚构", "/trend"):
        assert pages.get(f"{path}?q=磐安&{name}=x").status_code in (200, 400, 404)
