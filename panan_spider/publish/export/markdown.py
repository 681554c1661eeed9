"""Markdown with front matter, one file an article: for note-takers and static sites.

A file's name is its day and id, so nothing a page says becomes a path. Front matter is JSON values, which are YAML. Every sign of the
body that Markdown or HTML could read as its own is escaped: what a reader sees is what the article says, and nothing else.
"""

import json
import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from panan_spider.archive.store.files import naming
from panan_spider.publish.export import file_formats
from panan_spider.publish.export.atomic import built_aside
from panan_spider.publish.export.job import (
    ExportJob,
    ExportResult,
    Record,
    SelectedRecords,
    count_articles,
    day_of,
    new_records,
)

FORM: Final = "markdown"
_FRONT: Final = (
    "id", "revision", "title", "kicker", "subtitle", "published", "posted", "section", "listed_in", "authors", "editor", "credits", "source", "url", "pages",
    "fetched_at", "content_hash",
)  # fmt: skip
#: Signs that mean something anywhere in a line, and those that do at its beginning.
_ANYWHERE: Final = re.compile(r"([\\`*_{}\[\]<>|~&$!^:@])")
_AT_FIRST: Final = re.compile(r"^(\d*)([#+\-=.)])")
_WWW: Final = re.compile(r"(?i)(www)\.")
#: What YAML does not take as it is, though JSON does.
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def escaped(text: str) -> str:
    """`text` on one line, as Markdown that shows it."""
    line = _ANYWHERE.sub(r"\\\1", " ".join(text.split()))
    return _WWW.sub(r"\1\\.", _AT_FIRST.sub(r"\1\\\2", line))


def _address(url: str) -> str | None:
    """`url` as it can stand between < and >; None where it is no web address."""
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        return None
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._", errors="replace")


def _link(url: str, title: str, mark: str = "") -> str:
    address = _address(url)
    return escaped(f"{title} ({url})") if address is None else f"{mark}[{escaped(title)}](<{address}>)"


def _block(block: dict[str, Any], local: str | None) -> str:
    kind = block["type"]
    if kind == "heading":
        return f"## {escaped(block['text'])}"
    if kind == "image":
        caption = block["caption"] or ""
        return f"![{escaped(caption)}](<{quote(local)}>)" if local else _link(block["url"], caption, "!")
    if kind == "table":
        return _table(block["rows"])
    if kind == "video":
        return _link(block["url"], block["url"])
    return _link(block["url"], block["title"]) if kind == "attachment" else escaped(block["text"])


def _table(rows: list[list[str]]) -> str:
    width = max((len(row) for row in rows), default=0)
    lines = ["| " + " | ".join([*map(escaped, row), *[""] * (width - len(row))]) + " |" for row in rows]
    return "\n".join([*lines[:1], "|" + " --- |" * width, *lines[1:]]) if width else ""


def front_matter(record: Record) -> str:
    """The article's fields as YAML."""
    return "\n".join(f"{name}: {_yaml(record[name])}" for name in _FRONT)


def _yaml(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def name_of(record: Record, *, with_revision: bool = False) -> str:
    """The article's file, below the folder: `2020/2020-03-07-032299345.md`."""
    day = day_of(record)
    revision = f"-r{record['revision']}" if with_revision else ""
    return f"{day[:4]}/{day}-{record['id']}{revision}.md" if day else f"undated/{record['id']}{revision}.md"


def page(record: Record, job: ExportJob, where: Path) -> str:
    """The article's file as text; `where` it will stand, for the way to pictures kept on this machine."""

    def local(block: dict[str, Any]) -> str | None:
        kept = job.local_copy(block["url"]) if block["type"] == "image" else None
        return None if kept is None else os.path.relpath(job.data.absolute() / kept, where.absolute().parent)

    head = [escaped(line) for line in (record["kicker"], record["subtitle"]) if line]
    blocks = [_block(block, local(block)) for block in record["blocks"]]
    body = "\n\n".join([f"# {escaped(record['title'])}", *head, *filter(None, blocks)])
    return f"---\n{front_matter(record)}\n---\n\n{body}\n"


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make the folder `out` hold what `job` says. Raises NotOurs, UnknownSection, StoreError; `out` is then as it was."""
    with naming(out):
        file_formats.check_folder(FORM, out)
        before = file_formats.earlier_state(FORM, job, out)
        found = new_records(job, before.mark) if before is not None else None
        if before is not None and found is not None:
            records, mark = found
            done = ExportResult(before.articles + count_articles(records), before.revisions + len(records), anew=False)
            if not records:
                return done
        else:
            taken = SelectedRecords.by(job)
            records, mark, done = taken.records(), taken.mark, ExportResult(taken.articles, taken.count, anew=True)  # type: ignore[assignment]
        with built_aside(out) as aside:
            aside.mkdir()
            if not done.anew:
                file_formats.link_files(out, aside)
            for record in records:
                name = name_of(record, with_revision=job.all_revisions)
                file_formats.write_file(aside / name, page(record, job, out / name))
            file_formats.check_files(out, aside, ".md", done.revisions)
            file_formats.sign_folder(FORM, job, aside, mark, done)
    return done
