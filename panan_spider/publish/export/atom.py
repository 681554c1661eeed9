"""Atom feeds by feedgen: one a section as an export, and one of any list of articles for the served pages."""

import heapq
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from lxml import etree

from panan_spider.archive.store.files import StoreError, naming
from panan_spider.core.clock import SITE_TIME
from panan_spider.core.text import web_address
from panan_spider.publish.export import export_files
from panan_spider.publish.export.export_files import built_aside
from panan_spider.publish.export.job import (
    ArchiveLines,
    ExportJob,
    ExportResult,
    Record,
    Removal,
    SelectedRecords,
    day_of,
    sections_of,
)
from panan_spider.sites.profile import Site

FORM: Final = "atom"
#: Entries of a feed at most: as many as a reader who looks in once a month will want.
NEWEST: Final = 100
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
#: Characters that XML 1.0 cannot hold in any spelling.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_NAME: Final = re.compile(r"[^\w-]")
#: Categories of an entry that was corrected, or removed from the site.
CORRECTED, REMOVED = "更正", "已撤下"
#: (day, id, byte of the line): the order of the newest.
SortKey = tuple[str, str, int]


@dataclass(frozen=True)
class FeedHead:
    """Head of a feed: its id, its title, its own address and the address of its page."""

    id: str
    title: str
    self_url: str
    page_url: str


@dataclass(frozen=True)
class FeedEntry:
    """One article: its newest record, when a correction of it was first seen, and whether it is gone from the site, since when."""

    record: Record
    corrected_at: str | None = None
    gone: bool = False
    gone_at: str | None = None
    change: "ChangeNote | None" = None  # where the entry is about one change, and not about the article


@dataclass(frozen=True)
class ChangeNote:
    """One change of an article as an entry of its own: what makes its id unique, its title, and HTML that shows it, escaped."""

    fragment: str
    title: str
    html: str


def file_name(section: str) -> str:
    """The feed's file for a section: its name without any sign that means something to a file system or a web server."""
    name = _NO_NAME.sub("_", section)[:60]
    return f"{name}.xml" if name == section else f"{name}-{sha256(section.encode()).hexdigest()[:8]}.xml"


def clean(text: str) -> str:
    """`text` without characters that XML cannot hold."""
    return _NO_XML.sub("", text)


def parse_time(day_or_time: str) -> datetime:
    """A date, or a time with its zone, of a line; a date is the day's beginning on the site's clock."""
    found = datetime.fromisoformat(day_or_time)
    return found if found.tzinfo is not None else found.replace(tzinfo=SITE_TIME)


def tag_uri(site: Site, *parts: str) -> str:
    """A feed's id, the same on every machine: `tag:<host>,<first year>:<parts>`."""
    return f"tag:{site.hosts[0]},{site.first_year or 2000}:{':'.join(map(quote, parts))}"


def section_head(site: Site, section: str) -> FeedHead:
    """The head of a section's feed in a folder of feeds."""
    title = f"{site.title}: {section}"
    return FeedHead(tag_uri(site, "section", section), title, quote(file_name(section)), site.entry_pages[0])


def feed(site: Site, head: FeedHead, entries: list[FeedEntry]) -> bytes:
    """A feed as XML, its entries in the order given."""
    generator: Any = FeedGenerator()
    generator.id(head.id)
    generator.title(clean(head.title))
    generator.author({"name": site.title})
    generator.link(href=head.page_url, rel="alternate")
    generator.link(href=head.self_url, rel="self")
    generator.language("zh-CN")
    generator.updated(
        max((updated(entry) for entry in entries), default=datetime(site.first_year or 2000, 1, 1, tzinfo=UTC))
    )
    for entry in entries:
        _add_entry(generator.add_entry(order="append"), entry)
    return bytes(generator.atom_str(pretty=True))


def updated(entry: FeedEntry) -> datetime:
    """Time of the entry's last change: its removal, its correction, else its publication."""
    record = entry.record
    times = [entry.gone_at if entry.gone else None, entry.corrected_at, record["published"] or record["posted"]]
    return max(map(parse_time, filter(None, times)), default=parse_time(record["fetched_at"]))


def _add_entry(target: Any, entry: FeedEntry) -> None:
    record = entry.record
    change = entry.change
    target.id(record["url"] + (f"#{change.fragment}" if change else ""))
    target.title(clean(change.title if change else record["title"]) or record["url"])
    target.link(href=record["url"], rel="alternate")
    target.updated(updated(entry))
    if day := record["published"] or record["posted"]:
        target.published(parse_time(day))
    for name in filter(None, (clean(author["name"]) for author in record["authors"])):
        target.author({"name": name})
    marks = [mark for mark, is_set in ((CORRECTED, entry.corrected_at), (REMOVED, entry.gone)) if is_set]
    for term in filter(None, map(clean, [*sorted(sections_of(record)), *marks])):
        target.category({"term": term})
    target.content(clean(change.html if change else content_html(entry)), type="html")


def content_html(entry: FeedEntry) -> str:
    """The article as HTML of its blocks: every text escaped, every address a plain web address."""
    record = entry.record
    notes = []
    if entry.gone:
        notes.append(f"{REMOVED}：此文已从网站撤下" + (f"（{_local(entry.gone_at)} 发现）" if entry.gone_at else ""))
    if entry.corrected_at:
        notes.append(f"{CORRECTED}：{_local(entry.corrected_at)} 发现第 {record['revision']} 版")
    head = [
        f"<p><strong>{escape(line)}</strong></p>" for line in [*notes, record["kicker"], record["subtitle"]] if line
    ]
    return "".join([*head, *map(_block_html, record["blocks"])])


def _local(time: str) -> str:
    return parse_time(time).astimezone(SITE_TIME).strftime("%Y-%m-%d %H:%M")


def _block_html(block: dict[str, Any]) -> str:
    kind = block["type"]
    if kind in ("paragraph", "heading"):
        tag = "p" if kind == "paragraph" else "h2"
        return f"<{tag}>{escape(block['text'])}</{tag}>"
    if kind == "table":
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block["rows"])
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
    url = web_address(block["url"])
    if kind == "image":
        caption = escape(block["caption"] or "")
        image = f'<img src="{escape(url)}" alt="{caption}">' if url else escape(block["url"])
        return f"<figure>{image}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"
    words = escape(block.get("title") or block["url"])
    return f'<p><a href="{escape(url)}">{words}</a></p>' if url else f"<p>{words}</p>"


def _newest(job: ExportJob, taken: SelectedRecords) -> dict[str, list[int]]:
    """Section → where the lines of its newest articles begin, newest first."""
    wanted = set(job.selection.sections)
    keys: dict[str, list[SortKey]] = defaultdict(list)
    starts = sorted(taken.newest.values())
    for start, record in zip(starts, ArchiveLines(job.data).at_each(starts), strict=True):
        for section in sections_of(record):
            if not wanted or section in wanted:
                kept, key = keys[section], (day_of(record) or "", record["id"], start)
                heapq.heappush(kept, key) if len(kept) < NEWEST else heapq.heappushpop(kept, key)
    return {section: [start for *_by, start in sorted(kept, reverse=True)] for section, kept in keys.items()}


def _entries(job: ExportJob, taken: SelectedRecords, gone: dict[str, Removal], starts: list[int]) -> list[FeedEntry]:
    corrected = taken.corrected

    def gone_at(number: str) -> str | None:
        return gone[number].gone_at if number in gone else None

    return [
        FeedEntry(record, corrected.get(record["id"]), record["id"] in gone, gone_at(record["id"]))
        for record in ArchiveLines(job.data).at_each(starts)
    ]


def _check(out: Path, xml: bytes, count: int) -> None:
    found = etree.fromstring(xml, etree.XMLParser(resolve_entities=False))
    if (held := len(found.findall(f"{_ATOM}entry"))) != count:
        raise StoreError(f"{out}: a feed holds {held} entries of {count}; the folder built aside is thrown away")


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make the folder `out` hold what `job` says. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""
    with naming(out):
        export_files.check_folder(FORM, out)
        gone = job.removals() or {}
        before = export_files.earlier_state(FORM, job, out)
        if not gone and (unchanged := export_files.nothing_new(job, before)) is not None:
            return unchanged
        taken = SelectedRecords.by(job)
        newest = _newest(job, taken)
        with built_aside(out) as aside:
            aside.mkdir()
            for section, starts in sorted(newest.items()):
                xml = feed(job.site, section_head(job.site, section), _entries(job, taken, gone, starts))
                _check(out, xml, len(starts))
                export_files.write_file(aside / file_name(section), xml.decode("utf-8"))
            export_files.check_files(out, aside, ".xml", len(newest))
            done = ExportResult(taken.articles, taken.count, anew=True)
            export_files.sign_folder(FORM, job, aside, taken.mark, done)
    return done
