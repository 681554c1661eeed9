"""Characters that no text holds, taken out; nothing else is touched."""

import re
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from panan_spider.core.hashing import content_hash
from panan_spider.items import Article

#: Control characters but for tab and line feed, lone surrogates, and the two noncharacters XML forbids.
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: What each of them is, or begins with, in JSON text. Others can begin so, too: then a closer look is taken.
_IN_JSON: Final = re.compile(r"\\[ubfr]|[\x7f-\x9f\ufffe\uffff]")


def cleaned(value: Any) -> Any:
    """`value` with every string in it, at any depth, without them."""
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    return [cleaned(item) for item in value] if isinstance(value, list) else value


def _is_clean(item: Article) -> bool:
    """Whether the article surely is: told from its JSON text at once, where every such character stands as itself or escaped."""
    try:
        return _IN_JSON.search(item.model_dump_json(warnings=False)) is None
    except PydanticSerializationError:  # a lone surrogate
        return False


class CleanPipeline:
    """Cleans articles; other items pass."""

    def process_item(self, item: Any) -> Any:
        """The article, cleaned, its hash that of what is left. Punctuation and blanks are the author's and stay."""
        if not isinstance(item, Article):
            return item
        if _is_clean(item):
            return item
        fields = item.model_dump(warnings=False)
        clean = cleaned(fields)
        return item if clean == fields else _article(clean, item)


def _article(fields: dict[str, Any], item: Article) -> Article:
    try:
        typed = dict(Article.model_validate(fields))
    except ValidationError:  # nothing is left of a name or the headline: whoever validates says so
        return Article.model_construct(**{**fields, "warc": item.warc})
    article = Article.model_construct(**typed)
    return article.model_copy(update={"content_hash": content_hash(article)})
