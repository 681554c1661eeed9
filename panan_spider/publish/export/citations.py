"""Citations of articles: GB/T 7714, BibTeX and CSL-JSON, each with the content's hash and its place in the archive."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from panan_spider.core.clock import local_time
from panan_spider.publish.export.job import Record, day_of
from panan_spider.sites.profile import Site

#: Signs that mean something to BibTeX, with what prints each.
_BIBTEX: Final = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
})  # fmt: skip
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: Authors that a GB/T 7714 entry names before 等.
_NAMED: Final = 3


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _authors(record: Record) -> list[str]:
    return [_line(author["name"]) for author in record["authors"] if _line(author["name"])]


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
        else _line(record["source"] or site.title)
    )
    cited = local_time(record["fetched_at"])[:10]
    day = day_of(record) or "n.d."
    return f"{authors}. {_line(record['title'])}[N/OL]. {site.title}, {day}[{cited}]. {record['url']}."


def bibtex(record: Record, site: Site) -> str:
    """One @article entry; its key is the site's key and the article's number."""
    day = day_of(record)
    fields = {
        "author": " and ".join(f"{{{name.translate(_BIBTEX)}}}" for name in _authors(record)),
        "title": f"{{{_line(record['title']).translate(_BIBTEX)}}}",
        "journal": site.title.translate(_BIBTEX),
        "date": day or "",
        "year": (day or "")[:4],
        "urldate": local_time(record["fetched_at"])[:10],
        "url": _line(record["url"]).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
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
        "title": _line(record["title"]),
        "author": [{"literal": name} for name in _authors(record)],
        "container-title": site.title,
        "section": record["section"],
        "URL": record["url"],
        "language": "zh-CN",
        "accessed": {"date-parts": [_parts(local_time(record["fetched_at"])[:10])]},
        "note": provenance(record),
    }
    if day := day_of(record):
        item["issued"] = {"date-parts": [_parts(day)]}
    return {name: value for name, value in item.items() if value not in (None, [])}


def _parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]


def csl_json(records: Iterable[Record], site: Site) -> str:
    """Articles as a list of CSL-JSON."""
    return json.dumps([csl_item(record, site) for record in records], ensure_ascii=False, indent=1)
