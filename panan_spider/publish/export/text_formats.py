"""Text formats of an article: Markdown with front matter, schema.org JSON-LD, and citations as GB/T 7714, BibTeX and CSL-JSON.

Markdown is one file an article; its name is the article's day and id, so nothing that a page says becomes a path. Front matter is
JSON values, which are YAML. Every sign of the body that Markdown or HTML could read as its own is escaped. JSON-LD is one object a line.
"""

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from panan_spider.archive.store.files import naming
from panan_spider.core.clock import local_time
from panan_spider.publish.export import export_files
from panan_spider.publish.export.export_files import built_aside, export_lines
from panan_spider.publish.export.job import ExportJob, ExportResult, Record, day_of
from panan_spider.sites.profile import Site

_FRONT: Final = (
    "id", "revision", "title", "kicker", "subtitle", "published", "posted", "section", "listed_in", "authors", "editor", "credits", "source", "url", "pages",
    "fetched_at", "content_hash",
)  # fmt: skip
#: Signs that mean something anywhere in a line, and those that do at its beginning.
_ANYWHERE: Final = re.compile(r"([\\`*_{}\[\]<>|~&$!^:@])")
_AT_FIRST: Final = re.compile(r"^(\d*)([#+\-=.)])")
_WWW: Final = re.compile(r"(?i)(www)\.")
#: Characters that YAML does not take as they are, though JSON does.
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

_CONTEXT: Final = "https://schema.org"
#: Signs that mean something to BibTeX, with what prints each.
_BIBTEX: Final = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
})  # fmt: skip
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: Authors that a GB/T 7714 entry names before 等.
_NAMED: Final = 3


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


def export_markdown(job: ExportJob, out: Path) -> ExportResult:
    """Make the folder `out` hold what `job` says as Markdown. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""
    with naming(out):
        export_files.check_folder("markdown", out)
        records, mark, done = export_files.pending_records("markdown", job, out)
        if not records:
            return done
        with built_aside(out) as aside:
            aside.mkdir()
            if not done.anew:
                export_files.link_files(out, aside)
            for record in records:
                name = name_of(record, with_revision=job.all_revisions)
                export_files.write_file(aside / name, page(record, job, out / name))
            export_files.check_files(out, aside, ".md", done.revisions)
            export_files.sign_folder("markdown", job, aside, mark, done)
    return done


def news_article(record: Record, site: Site) -> dict[str, Any]:
    """The article as schema.org has it; what is not known is not there. Dates are the site's: a day, or a time with +08:00."""
    found = {
        "@context": _CONTEXT,
        "@type": "NewsArticle",
        "@id": record["url"],
        "url": record["url"],
        "identifier": record["id"],
        "headline": record["title"],
        "alternativeHeadline": [line for line in (record["kicker"], record["subtitle"]) if line],
        "datePublished": record["published"] or record["posted"],
        "inLanguage": "zh-CN",
        "articleSection": record["section"],
        "articleBody": record["text"],
        "author": [_person(author["name"], author["title"]) for author in record["authors"]],
        "editor": _person(record["editor"]) if record["editor"] else None,
        "image": [_image(image) for image in record["images"]],
        "video": [{"@type": "VideoObject", "url": b["url"]} for b in record["blocks"] if b["type"] == "video"],
        "associatedMedia": [_attachment(link) for link in record["attachments"]],
        "sourceOrganization": {"@type": "Organization", "name": record["source"]} if record["source"] else None,
        "publisher": {"@type": "NewsMediaOrganization", "name": site.title},
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.entry_pages[0]},
        "version": record["revision"],
        **_correction(record),
    }
    return {key: value for key, value in found.items() if value not in (None, [])}


def _correction(record: Record) -> dict[str, Any]:
    """Time a correction was first seen: the site does not say when it was made."""
    if record["revision"] == 1:
        return {}
    comment = {
        "@type": "CorrectionComment",
        "datePublished": record["fetched_at"],
        "text": f"revision {record['revision']}",
    }
    return {"dateModified": record["fetched_at"], "correction": comment}


def _person(name: str, title: str | None = None) -> dict[str, str]:
    return {"@type": "Person", "name": name} | ({"jobTitle": title} if title else {})


def _image(image: dict[str, Any]) -> dict[str, str]:
    found = {"@type": "ImageObject", "url": image["url"]}
    return found | ({"caption": image["caption"]} if image["caption"] else {})


def _attachment(link: dict[str, str]) -> dict[str, str]:
    return {"@type": "MediaObject", "url": link["url"], "name": link["title"]}


def export_jsonld(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says as JSON-LD. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""
    head = f'{{"@context":"{_CONTEXT}","@type":"NewsArticle"'.encode()

    def line_of(record: Record) -> bytes:
        text = json.dumps(news_article(record, job.site), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace") + b"\n"

    return export_lines(
        "jsonld",
        job,
        out,
        head=b"",
        line_of=line_of,
        records_in=_articles_in,
        is_ours=lambda first: first.startswith(head),
    )


def _articles_in(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(json.loads(line)["@type"] == "NewsArticle" for line in lines)


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _authors(record: Record) -> list[str]:
    return [_one_line(author["name"]) for author in record["authors"] if _one_line(author["name"])]


def provenance(record: Record) -> str:
    """The content's hash and the place of the raw page in the archive."""
    warc = record["warc"]
    return f"{record['content_hash']}" + (f"; WARC {warc['file']}@{warc['offset']}" if warc else "")


def gb_t_7714(record: Record, site: Site) -> str:
    """One entry of a list of references: `陈测试, 李样例. 题名[N/OL]. 报名, 2020-03-06[2026-11-24]. 地址.`, as text."""
    names = _authors(record)
    authors = (
        ", ".join(names[:_NAMED]) + (", 等" if len(names) > _NAMED else "")
        if names
        else _one_line(record["source"] or site.title)
    )
    cited = local_time(record["fetched_at"])[:10]
    day = day_of(record) or "n.d."
    return f"{authors}. {_one_line(record['title'])}[N/OL]. {site.title}, {day}[{cited}]. {record['url']}."


def bibtex(record: Record, site: Site) -> str:
    """One @article entry; its key is the site's key and the article's number."""
    day = day_of(record)
    fields = {
        "author": " and ".join(f"{{{name.translate(_BIBTEX)}}}" for name in _authors(record)),
        "title": f"{{{_one_line(record['title']).translate(_BIBTEX)}}}",
        "journal": site.title.translate(_BIBTEX),
        "date": day or "",
        "year": (day or "")[:4],
        "urldate": local_time(record["fetched_at"])[:10],
        "url": _one_line(record["url"]).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
        "langid": "chinese",
        "note": provenance(record).translate(_BIBTEX),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@article{{{site.key}-{record['id']},\n{lines}\n}}"


def csl_item(record: Record, site: Site) -> dict[str, Any]:
    """The article as an item of CSL-JSON."""
    item: dict[str, Any] = {
        "id": f"{site.key}-{record['id']}",
        "type": "article-newspaper",
        "title": _one_line(record["title"]),
        "author": [{"literal": name} for name in _authors(record)],
        "container-title": site.title,
        "section": record["section"],
        "URL": record["url"],
        "language": "zh-CN",
        "accessed": {"date-parts": [_date_parts(local_time(record["fetched_at"])[:10])]},
        "note": provenance(record),
    }
    if day := day_of(record):
        item["issued"] = {"date-parts": [_date_parts(day)]}
    return {name: value for name, value in item.items() if value not in (None, [])}


def _date_parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]


def csl_json(records: Iterable[Record], site: Site) -> str:
    """Articles as a list of CSL-JSON."""
    return json.dumps([csl_item(record, site) for record in records], ensure_ascii=False, indent=1)
