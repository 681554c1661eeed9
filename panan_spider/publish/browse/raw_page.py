"""The raw page of an article, from the WARC, as text: what the server sent, to be read and never to act."""

from dataclasses import dataclass
from pathlib import Path

from panan_spider.archive.store.errors import StoreError
from panan_spider.archive.store.warc_reader import read
from panan_spider.extract.document import Page
from panan_spider.items import WarcLocation


@dataclass(frozen=True)
class RawPage:
    """One response. `source` is its body as text; `fault` says why there is none, else None."""

    file: str
    offset: int
    url: str = ""
    at: str = ""
    status: int = 0
    charset: str = ""
    size: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    source: str = ""
    fault: str | None = None


def raw_page(data: Path, place: WarcLocation) -> RawPage:
    """The response at `place`. Where the WARC is gone, or does not hold it there, the answer says so."""
    try:
        if not (data / place.file).resolve().is_relative_to(data.resolve()):
            raise StoreError(f"{place.file}: not in the archive")
        found = read(data, place)
    except StoreError as error:
        return RawPage(place.file, place.offset, fault=str(error).replace(f"{data}/", ""))
    page = Page(found.url, found.body, found.content_type)
    return RawPage(
        place.file,
        place.offset,
        found.url,
        found.at,
        found.status,
        page.charset,
        len(found.body),
        found.headers,
        page.text,
    )
