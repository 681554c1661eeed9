"""Parts joined to one article, the article made from them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from panan_spider.core.hashing import content_hash
from panan_spider.extract.results import ArticlePage, InvalidPage
from panan_spider.extract.subheads import opens_section
from panan_spider.items import Article, Block, Heading, Paragraph, WarcLocation
from panan_spider.sites.urls import Address


def join(parts: Sequence[ArticlePage]) -> ArticlePage:
    """One page of all parts, in order: the first part's fields, every part's body. Raises InvalidPage for other articles' parts."""
    first, last = parts[0], parts[-1]
    for part in parts[1:]:
        if part.title != first.title:
            raise InvalidPage(f"part {part.url} is headed {part.title!r}, part one {first.title!r}", field_name="title")
    return replace(
        first,
        blocks=_joined_blocks(parts),
        attachments=tuple(link for part in parts for link in part.attachments),
        authors=max((part.authors for part in parts), key=len),
        editor=next((part.editor for part in parts if part.editor), None),
        credits={name: value for part in parts for name, value in part.credits.items()},
        related=first.related or last.related,
        discarded=tuple(pair for part in parts for pair in part.discarded),
    )


def _joined_blocks(parts: Sequence[ArticlePage]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for part in parts:
        if blocks and isinstance(blocks[-1], Paragraph) and opens_section(blocks[-1].text, part.blocks[0]):
            # A plain subhead at a page's end shows itself only by the paragraph on the next page.
            blocks[-1] = Heading(text=blocks[-1].text)
        blocks.extend(part.blocks)
    return tuple(blocks)


def to_article(
    page: ArticlePage,
    *,
    address: Address,
    pages: int,
    listed_in: Iterable[str],
    fetched_at: str,
    warc: WarcLocation | None,
) -> Article:
    """The stored form of a whole article, as revision 1. Raises pydantic.ValidationError where a field is impossible."""
    return Article(
        id=address.article_id or "",
        revision=1,
        url=address.url,
        title=page.title,
        kicker=page.kicker,
        subtitle=page.subtitle,
        published=page.published,
        posted=address.posted.isoformat() if address.posted else None,
        section=page.section,
        breadcrumbs=list(page.breadcrumbs),
        listed_in=sorted(listed_in),
        source=page.source,
        header_line=page.header_line,
        authors=list(page.authors),
        editor=page.editor,
        credits=page.credits,
        text=page.text,
        blocks=list(page.blocks),
        images=list(page.images),
        attachments=list(page.attachments),
        related=list(page.related),
        pages=pages,
        template=page.template,  # type: ignore[arg-type]
        content_hash=content_hash(page),
        fetched_at=fetched_at,
        warc=warc,
    )
