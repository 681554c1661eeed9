"""Fixture: one page as files, for tests: its bytes, address and content type, and its fields for a person to check.

A page is read from a file, a fixture folder, a WARC record or, by its number, from the archive. No request. Redacted, a
fixture can be published.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from panan_spider.archive.store import warc_file
from panan_spider.archive.store.files import ARTICLES_FILE, QUARANTINE_FILE, StoreError
from panan_spider.archive.store.jsonl import read_lines
from panan_spider.core.outcomes import RefusedError
from panan_spider.doctor.inspection import FIELDS, plain
from panan_spider.extract import words
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, PageError
from panan_spider.extract.section import read_section
from panan_spider.items import WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute

_WARC: Final = re.compile(r"^(?P<path>.+\.warc\.gz):(?P<offset>\d+)$")
_NUMBER: Final = re.compile(r"^\d{1,12}$")
_SAVED_FROM: Final = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_TAG: Final = re.compile(
    r"<(?:!doctype|html|head|body|title|meta|div|p|table|a|ul|h1|section|article|span)\b", re.IGNORECASE
)


class PageNotAvailable(RefusedError):
    """There is no such page, with the reason in one line."""


def local_page(given: str, data: Path, site: Site, url: str | None = None) -> Page:
    """The page `given` names: FILE, fixture folder, `FILE.warc.gz:OFFSET`, or an article's number in the archive `data`.

    `url` is the address of a file that does not hold its own. Raises PageNotAvailable.
    """
    if found := _WARC.match(given):
        return _record(Path(found["path"]), int(found["offset"]), data)
    if _NUMBER.match(given) and not Path(given).exists():
        return _numbered(given, data, site)
    if not given.strip():
        raise PageNotAvailable("an empty name is no page")
    path = Path(given)
    if path.is_dir() and not (path / "page.html").exists():
        raise PageNotAvailable(f"{given}: a folder without page.html")
    return _file(path / "page.html" if path.is_dir() else path, url, site)


def _file(path: Path, url: str | None, site: Site) -> Page:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise PageNotAvailable(f"{path}: {error.strerror}") from error
    came: dict[str, Any] = {}
    beside = path.with_name("page.json")
    if path.name == "page.html" and beside.exists():
        came = json.loads(beside.read_text("utf-8"))
    saved = _SAVED_FROM.search(body[:4096])
    page = Page(
        url or came.get("url") or (saved[1].decode("latin-1") if saved else site.unknown_url),
        body,
        came.get("content_type"),
    )
    if not _TAG.search(page.text):
        raise PageNotAvailable(f"{path}: not HTML")
    return page


def _record(path: Path, offset: int, data: Path) -> Page:
    path = path if path.exists() else data / path
    try:
        response = warc_file.read(path.parent, WarcLocation(file=path.name, offset=offset))
    except StoreError as error:
        raise PageNotAvailable(str(error)) from error
    if response.status != 200:
        raise PageNotAvailable(f"{path}:{offset}: {response.url} with status {response.status}, no page")
    return Page(response.url, response.body, response.content_type)


def _numbered(number: str, data: Path, site: Site) -> Page:
    """The raw page of the newest revision, or of the newest line of quarantine."""
    for name in (ARTICLES_FILE, QUARANTINE_FILE):
        newest = None
        for line in _lines(data / name, number, site):
            newest = line
        if newest is not None:
            if not newest.get("warc"):
                raise PageNotAvailable(f"{number}: the archive kept no raw page of it")
            place = newest["warc"]
            return _record(data / place["file"], int(place["offset"]), data)
    raise PageNotAvailable(
        f"{number}: no such file, and no such article in {data / ARTICLES_FILE} or {QUARANTINE_FILE}"
    )


def _lines(path: Path, number: str, site: Site) -> Iterator[dict[str, Any]]:
    for line in read_lines(path):
        if number.encode() in line.raw and (record := line.record) is not None:
            address = site.urls.understand(str(record.get("url", "")))
            if number in (record.get("id"), address.article_id):
                yield record


def resolved(page: Page, given: str | None, site: Site) -> Page:
    """`page` under another address, where one is given. Raises PageNotAvailable for one that is not the site's."""
    if given is None:
        return page
    if site.urls.understand(absolute(given, "")).kind is UrlKind.OFF_SITE:
        raise PageNotAvailable(f"--url {given}: not an address of the site")
    return Page(given, page.body, page.content_type)


#: What a folder of each kind lies in, below tests/pages.
FOLDERS: Final = {"article": "fixtures", "list": "list_fixtures"}
LIST_FIELDS: Final = ("breadcrumbs", "rows", "sections", "pager")


class FixtureRefused(RefusedError):
    """Nothing was written, with the reason in one line."""


def kind_of(page: Page, site: Site) -> str:
    """`article` or `list`: by the address, where it tells; else an article if it can be read as one."""
    kind = site.urls.understand(page.url).kind
    if kind in (UrlKind.ARTICLE, UrlKind.PART):
        return "article"
    if kind in (UrlKind.SECTION, UrlKind.LIST_PAGE):
        return "list"
    try:
        read_article(page, site)
    except PageError:
        return "list" if _lists(page, site) else "article"
    return "article"


def _lists(page: Page, site: Site) -> bool:
    try:
        return bool(read_section(page, site).rows)
    except PageError:
        return False


def expected(page: Page, kind: str, site: Site) -> dict[str, Any]:
    """The page's fields as JSON values, read as `kind`. Raises PageError where it cannot be read."""
    read = read_article(page, site) if kind == "article" else read_section(page, site)
    names = FIELDS if isinstance(read, ArticlePage) else LIST_FIELDS
    return {name: plain(getattr(read, name)) for name in names}


def default_name(page: Page, kind: str, site: Site) -> str:
    """`b-032299345` for an article, `list-pazf-sj-index` for a list."""
    address = site.urls.understand(page.url)
    if kind == "list":
        words = re.sub(r"\.s?html?$", "", urlsplit(page.url).path).strip("/")
        return "list-" + (re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-") or "front")
    try:
        letter = {"enorth_a": "a", "enorth_b": "b"}.get(template := read_article(page, site).template, template)
    except PageError:
        letter = "unread"
    return f"{letter}-{address.article_id or 'page'}" + (f"-{address.part}" if address.part > 1 else "")


def save(folder: Path, page: Page, kind: str, site: Site) -> str | None:
    """Write the three files. Returns None, or why the page could not be read: then a person fills in every field.

    Raises FixtureRefused where `folder` exists: nothing is overwritten.
    """
    names, unread = FIELDS if kind == "article" else LIST_FIELDS, None
    try:
        fields = expected(page, kind, site)
    except PageError as error:
        fields, unread = dict.fromkeys(names), f"{error.outcome}: {error.reason}"
    came = {"url": page.url, "content_type": page.content_type, "draft": _draft(unread)}
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise FixtureRefused(f"{folder} exists, and nothing is overwritten; --name gives another") from None
    except OSError as error:
        raise FixtureRefused(f"{folder}: {error.strerror}") from error
    (folder / "page.html").write_bytes(page.body)
    for name, content in (("page.json", came), ("expected.json", fields)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return unread


def _draft(unread: str | None) -> str:
    state = f"it could not be read ({unread}): fill in" if unread else "drafted by reading the page: check"
    return f"{state} every field of expected.json by what a reader sees, then remove this line"


#: Plain characters of everyday lists: heavenly stems, seasons, plants, colours. None is a number, a title or an office.
_POOL: Final = (
    "甲乙丙丁戊己庚辛壬癸春夏秋冬梅兰竹菊松柏桃李杏杉枫桂荷莲茶麦豆禾苗红橙黄绿蓝紫青灰云雨风雪霜露山川江湖溪泉岩石"
)

#: Signs of one character and words that serve only here: roles, dates, typefaces. All others are those of `extract/words.toml`.
_ANCHORS: Final = (
    "您当前的位置", "您所在的位置", "发布时间", "特派记者", "实习记者", "见习记者", "本报记者", "摄", "文", "图", "次", "人", "【大 中 小】", "[大 中 小]",
    "大", "中", "小", "改变文字大小", "上一页", "年", "月", "日", "共", "第", "页", "宋体", "黑体", "微软雅黑", "仿宋", "楷体",
)  # fmt: skip
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+")
#: Telephone numbers, numbers of identity cards, addresses of people.
_NUMBERS: Final = re.compile(r"(?<![A-Za-z0-9/._-])(?:0\d{2,3}-)?\d{7,18}(?![A-Za-z0-9/._-])")
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")


class RedactionError(RefusedError):
    """The page cannot be redacted, with the reason in one line."""


def kept_words(site: Site) -> re.Pattern[str]:
    """The words that stay: those of the extraction, and the names of the site."""
    kept = {*_ANCHORS, *(word for word in words.every_word() if len(word) > 1), *site.names, *site.apps}
    return re.compile("|".join(map(re.escape, sorted(kept, key=len, reverse=True))))


def redacted(page: Page, kind: str, site: Site) -> Page:
    """The page with invented words, in its own charset. Raises RedactionError where it would be read differently.

    Replaced is every Chinese character of the source, in text, attributes, comments and scripts, except the words that the
    extraction depends on. A character becomes the same one throughout the page, so that repetitions stay. Thousands of characters
    share sixty, and the mapping is drawn anew for each page, so that it cannot be undone.
    """
    if "\ufffd" in page.text:
        raise RedactionError("not redacted: bytes of the page fit no charset")
    salt, keep = secrets.token_bytes(16), kept_words(site)
    text = _CHINESE.sub(lambda run: _invented(run[0], keep, salt), page.text)
    text = _MAIL.sub("name@example.org", _NUMBERS.sub(lambda n: re.sub(r"\d", "0", n[0]), text))
    bom = page.body[: len(page.body) - len(page.body.lstrip(b"\xef\xbb\xbf"))]
    try:
        after = Page(page.url, bom + text.encode(page.charset), page.content_type)
        before_shape, after_shape = (_shape(expected(one, kind, site)) for one in (page, after))
    except UnicodeEncodeError as error:
        raise RedactionError(f"not redacted: {page.charset} has no invented words") from error
    except PageError as error:
        raise RedactionError(
            f"not redacted: the page cannot be read ({error.reason}), so nothing shows that its shape stays"
        ) from error
    if before_shape != after_shape:
        raise RedactionError(
            f"not redacted: it would be read differently ({_differs(before_shape, after_shape)}); replace its words by hand"
        )
    return after


def _invented(run: str, keep: re.Pattern[str], salt: bytes) -> str:
    """The run with its kept words, and every other character replaced."""
    pieces, at = [], 0
    for kept in keep.finditer(run):
        pieces += [_other(run[at : kept.start()], salt), kept[0]]
        at = kept.end()
    return "".join([*pieces, _other(run[at:], salt)])


def _other(stretch: str, salt: bytes) -> str:
    return "".join(_POOL[hashlib.sha256(salt + sign.encode()).digest()[0] % len(_POOL)] for sign in stretch)


def _shape(fields: Any) -> Any:
    """Values with every text replaced by its length: what must not change."""
    if isinstance(fields, dict):
        return {
            name: value if name in ("type", "work", "template", "published", "kind") else _shape(value)
            for name, value in fields.items()
        }
    if isinstance(fields, list):
        return [_shape(value) for value in fields]
    return len(fields) if isinstance(fields, str) else fields


def _differs(before: dict[str, Any], after: dict[str, Any]) -> str:
    return ", ".join(name for name in before if before[name] != after.get(name))
