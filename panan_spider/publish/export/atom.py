"""Atom feeds, one a section, by feedgen: the newest articles of each, for feed readers."""

import heapq
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from lxml import etree

from panan_spider.archive.store.errors import StoreError, naming
from panan_spider.publish.export import file_formats
from panan_spider.publish.export.archive_lines import ArchiveLines, Record
from panan_spider.publish.export.atomic import built_aside
from panan_spider.publish.export.job import ExportJob, ExportResult, SelectedRecords, day_of, new_records, sections_of
from panan_spider.sites.panan import ENTRY_PAGES, SITE_NAME

FORM: Final = "atom"
#: Entries of a feed at most: as many as a reader who looks in once a month will want.
NEWEST: Final = 100
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_HERE: Final = timezone(timedelta(hours=8))
#: Characters that XML 1.0 cannot hold in any spelling.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_NAME: Final = re.compile(r"[^\w-]")
#: (day, id, byte of the line): what the newest are chosen by.
Place = tuple[str, str, int]


def file_name(section: str) -> str:
    """The feed's file for a section: its name without any sign that means something to a file system or a web server."""
    name = _NO_NAME.sub("_", section)[:60]
    return f"{name}.xml" if name == section else f"{name}-{sha256(section.encode()).hexdigest()[:8]}.xml"


def clean(text: str) -> str:
    """`text` without characters that XML cannot hold."""
    return _NO_XML.sub("", text)


def moment(day_or_time: str) -> datetime:
    """A date, or a time with its zone, of a line; a date is the day's beginning on the site's clock."""
    found = datetime.fromisoformat(day_or_time)
    return found if found.tzinfo is not None else found.replace(tzinfo=_HERE)


def feed(section: str, records: list[Record]) -> bytes:
    """The section's feed, newest entry first, as XML."""
    made: Any = FeedGenerator()
    made.id(f"tag:{_host()},2013:section:{quote(section)}")
    made.title(clean(f"{SITE_NAME}: {section}"))
    made.author({"name": SITE_NAME})
    made.link(href=ENTRY_PAGES[0], rel="alternate")
    made.language("zh-CN")
    made.updated(max((moment(r["fetched_at"]) for r in records), default=datetime(2013, 1, 1, tzinfo=UTC)))
    for record in records:
        _entry(made.add_entry(order="append"), record)
    return bytes(made.atom_str(pretty=True))


def _host() -> str:
    return ENTRY_PAGES[0].split("/")[2]


def _entry(entry: Any, record: Record) -> None:
    entry.id(record["url"])
    entry.title(clean(record["title"]) or record["url"])
    entry.link(href=record["url"], rel="alternate")
    entry.updated(moment(record["fetched_at"]))
    if day := record["published"] or record["posted"]:
        entry.published(moment(day))
    for name in filter(None, (clean(author["name"]) for author in record["authors"])):
        entry.author({"name": name})
    for term in filter(None, map(clean, sorted(sections_of(record)))):
        entry.category({"term": term})
    paragraphs = (f"<p>{escape(clean(line))}</p>" for line in record["text"].split("\n") if line)
    entry.content("".join(paragraphs), type="html")


def _newest(job: ExportJob, taken: SelectedRecords) -> dict[str, list[int]]:
    """Section → where the lines of its newest articles begin, newest first."""
    wanted = set(job.selection.sections)
    places: dict[str, list[Place]] = defaultdict(list)
    starts = sorted(taken.chosen.newest.values())
    for start, record in zip(starts, ArchiveLines(job.data).at_each(starts), strict=True):
        for section in sections_of(record):
            if not wanted or section in wanted:
                kept, place = places[section], (day_of(record) or "", record["id"], start)
                heapq.heappush(kept, place) if len(kept) < NEWEST else heapq.heappushpop(kept, place)
    return {section: [start for *_by, start in sorted(kept, reverse=True)] for section, kept in places.items()}


def _check(out: Path, made: bytes, count: int) -> None:
    found = etree.fromstring(made, etree.XMLParser(resolve_entities=False))
    if (held := len(found.findall(f"{_ATOM}entry"))) != count:
        raise StoreError(f"{out}: a feed holds {held} entries of {count}; the folder built aside is thrown away")


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make the folder `out` hold what `job` says. Raises NotOurs, UnknownSection, StoreError; `out` is then as it was."""
    with naming(out):
        file_formats.check_folder(FORM, out)
        before = file_formats.earlier_state(FORM, job, out)
        if before is not None and (found := new_records(job, before.mark)) is not None and not found[0]:
            return ExportResult(before.articles, before.revisions, anew=False)
        taken = SelectedRecords.by(job)
        newest = _newest(job, taken)
        with built_aside(out) as aside:
            aside.mkdir()
            for section, starts in sorted(newest.items()):
                made = feed(section, list(ArchiveLines(job.data).at_each(starts)))
                _check(out, made, len(starts))
                file_formats.write_file(aside / file_name(section), made.decode("utf-8"))
            file_formats.check_files(out, aside, ".xml", len(newest))
            done = ExportResult(taken.articles, taken.count, anew=True)
            file_formats.sign_folder(FORM, job, aside, taken.mark, done)
    return done
