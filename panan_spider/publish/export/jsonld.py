"""JSON-LD: each article as a schema.org NewsArticle, one object a line."""

import json
from pathlib import Path
from typing import Any, Final

from panan_spider.publish.export.file_formats import SingleFileFormat
from panan_spider.publish.export.job import Record
from panan_spider.sites.profile import Site

_CONTEXT: Final = "https://schema.org"


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
        "associatedMedia": [_file(link) for link in record["attachments"]],
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
    said = {
        "@type": "CorrectionComment",
        "datePublished": record["fetched_at"],
        "text": f"revision {record['revision']}",
    }
    return {"dateModified": record["fetched_at"], "correction": said}


def _person(name: str, title: str | None = None) -> dict[str, str]:
    return {"@type": "Person", "name": name} | ({"jobTitle": title} if title else {})


def _image(image: dict[str, Any]) -> dict[str, str]:
    found = {"@type": "ImageObject", "url": image["url"]}
    return found | ({"caption": image["caption"]} if image["caption"] else {})


def _file(link: dict[str, str]) -> dict[str, str]:
    return {"@type": "MediaObject", "url": link["url"], "name": link["title"]}


def _line_of(record: Record, site: Site) -> bytes:
    text = json.dumps(news_article(record, site), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def _records_in(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(json.loads(line)["@type"] == "NewsArticle" for line in lines)


def _is_ours(first: bytes) -> bool:
    return first.startswith(f'{{"@context":"{_CONTEXT}","@type":"NewsArticle"'.encode())


FORM: Final = SingleFileFormat("jsonld", b"", _line_of, _records_in, _is_ours)
export = FORM.export
