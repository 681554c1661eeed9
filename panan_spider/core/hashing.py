"""Content hash of an article: equal for pages with the same content, whatever surrounds it."""

import hashlib
import json
from typing import Any, Final
from urllib.parse import urlsplit

_HASHED: Final = (
    "title",
    "kicker",
    "subtitle",
    "published",
    "source",
    "authors",
    "editor",
    "credits",
    "blocks",
    "attachments",
)


def content_hash(content: object) -> str:
    """`sha256:` and the hash of an `Article`, or of a page read as one. Addresses count by their path, so that the other host is no change."""
    plain = {name: _plain(getattr(content, name)) for name in _HASHED}
    data = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if not hasattr(value, "model_dump"):
        return value
    fields = dict(value.__dict__)  # parts of an article are flat: the same as model_dump(), and faster
    if "url" in fields:
        fields["url"] = urlsplit(fields["url"]).path
    return fields
