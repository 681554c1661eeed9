"""The article as it is stored: one typed record, no behaviour.

Every line of `articles.jsonl` is one `Article`: one revision of one article.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from panan_spider.core import SCHEMA_VERSION

DATE_PATTERN: Final = r"^\d{4}-\d{2}-\d{2}$"
MOMENT_PATTERN: Final = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}\+08:00)?$"


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True
    )  # built when first used: a command that reads no line needs none


class Author(_Part):
    """One name of the byline."""

    name: str = Field(min_length=1, description="The name as printed.")
    title: str | None = Field(description="`记者`, `特派记者`, `实习记者`, `通讯员`…; null where none is printed.")
    work: str | None = Field(description="`text`, `photo`, `text+photo`, `video`; null where the byline does not say.")


class Image(_Part):
    """One picture of the body."""

    url: str = Field(description="Absolute address; `ni:///sha-256;…` where the page itself holds the bytes.")
    caption: str | None = Field(description="Its caption without the leading ▲; null where it has none.")


class Link(_Part):
    """An attachment or a related article."""

    url: str = Field(description="Absolute address.")
    title: str = Field(description="The link's text.")


class Paragraph(_Part):
    """A paragraph of the body."""

    type: Literal["paragraph"] = "paragraph"
    text: str


class Heading(_Part):
    """A subhead."""

    type: Literal["heading"] = "heading"
    text: str


class ImageBlock(_Part):
    """A picture, where it stands in the body."""

    type: Literal["image"] = "image"
    url: str
    caption: str | None


class Table(_Part):
    """A table that holds data."""

    type: Literal["table"] = "table"
    rows: list[list[str]] = Field(description="Cell texts, row by row.")


class Video(_Part):
    """A film or a player."""

    type: Literal["video"] = "video"
    url: str


class Attachment(_Part):
    """A file to download."""

    type: Literal["attachment"] = "attachment"
    url: str
    title: str


Block = Annotated[
    Paragraph | Heading | ImageBlock | Table | Video | Attachment,
    Field(discriminator="type"),
]


class WarcLocation(_Part):
    """Place of the raw response in the archive."""

    file: str = Field(description="Path below the data folder.")
    offset: int = Field(ge=0, description="Byte offset of the response record in that file.")
    parts: list["WarcLocation"] = Field(
        default_factory=list, description="The places of parts two and on, in order; empty for an article of one part."
    )


class Article(BaseModel):
    """One revision of one article."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    id: str = Field(pattern=r"^\d+$", description="The CMS's number.")
    revision: int = Field(ge=1, description="1 for the first version stored, 2 for the first correction, …")
    url: str = Field(description="Canonical address of page one.")
    title: str = Field(min_length=1, description="The headline.")
    kicker: str | None = Field(description="The line over the headline; null where none.")
    subtitle: str | None = Field(description="The line under the headline; null where none.")
    published: str | None = Field(
        pattern=MOMENT_PATTERN,
        description="Date of the header line, with the time and +08:00 where the page gives one; null where it gives none.",
    )
    posted: str | None = Field(pattern=DATE_PATTERN, description="The date in the address.")
    section: str | None = Field(description="Last part of the breadcrumb; null where the page has none.")
    breadcrumbs: list[str] = Field(description="The breadcrumb's parts, without 正文.")
    listed_in: list[str] = Field(
        description="Every section whose list had named the article when the line was written, sorted; lists read later: `listings` in the ledger."
    )
    source: str | None = Field(description="What follows 来源; null where it is empty or absent.")
    header_line: str | None = Field(description="The line under the headline as printed.")
    authors: list[Author] = Field(
        description="The byline, in page order: of the header line, the tail line, or a line of its own over or under the text."
    )
    editor: str | None = Field(description="What follows 编辑, several joined as printed; null where none.")
    credits: dict[str, str] = Field(description="The other roles of a tail line: 初审, 终审, …")
    text: str = Field(
        description="Paragraphs and headings joined by line feeds; `（记者 甲）` in a paragraph or at the end stays in it; empty where the body is pictures alone."
    )
    blocks: list[Block] = Field(min_length=1, description="The body in order.")
    images: list[Image] = Field(description="The body's pictures in order.")
    attachments: list[Link] = Field(description="Files the body links to.")
    related: list[Link] = Field(description="Links of the 相关阅读 / 相关新闻 block.")
    pages: int = Field(ge=1, description="How many parts were joined.")
    template: Literal["enorth_a", "enorth_b", "trs"] = Field(description="The page template it was read by.")
    content_hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$", description="Hash over the content alone.")
    fetched_at: str = Field(description="When page one was received, UTC, RFC 3339.")
    warc: WarcLocation | None = Field(description="Place of page one's raw response; null only where none was kept.")
    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, description="Version of this table.")
