"""Words and records of the domain. Imports nothing else of the package."""

from typing import Final

#: Version of the lines of articles.jsonl. Here, so that who only compares it loads no model of an article.
SCHEMA_VERSION: Final = 1
