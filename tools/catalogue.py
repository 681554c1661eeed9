"""Translation catalogues of pages, reports and status: `python -m tools.catalogue` reads the messages anew and compiles them.

It keeps the translations there are, names messages without one, and ends with 1 where there are such.
"""

import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from panan_spider.core.translations import RUN, SIGNS
from tools.reasons import reasons, sentences

PACKAGE: Final = Path(__file__).parents[1] / "panan_spider"
FOLDER: Final = PACKAGE / "core" / "locale" / "zh" / "LC_MESSAGES"
_SOURCES: Final = ("publish/browse", "report")
_METHODS: Final = [
    (f"{folder}/**{suffix}", method)
    for folder in _SOURCES
    for suffix, method in ((".py", "python"), (".html", "jinja2"))
]
_KEYWORDS: Final = {"_": None, "N_": None, "translate": None, "n_": (1, 2), "number": (1, 2)}
#: Of every catalogue, so that the same messages make the same file.
_NO_DATE: Final = datetime(2000, 1, 1, tzinfo=UTC)
#: Lines of a header that say nothing here.
_NOISE: Final = rb'"(?:[\w-]+-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator|Language-Team|Project-Id-Version):'


def messages() -> Catalog:
    """The messages of the sources, without translations."""
    catalogue = Catalog(
        locale="zh_CN", domain="panan", fuzzy=False, project="panan_spider", header_comment="# Chinese of pages, reports and status.",
        creation_date=_NO_DATE, revision_date=_NO_DATE,
    )  # fmt: skip
    options = {f"{folder}/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true"} for folder in _SOURCES}
    for file, line, message, _comments, _context in extract_from_dir(PACKAGE, _METHODS, options, _KEYWORDS):
        if message and message not in SIGNS:
            catalogue.add(message, locations=[(file, line)])
    for message in (*sentences(), *reasons()):
        catalogue.add(message, context=RUN)
    return catalogue


def current() -> Catalog:
    """The catalogue in the checkout, brought up to date with the sources."""
    fresh = messages()
    path = FOLDER / "panan.po"
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale="zh_CN")
        for message in fresh:
            if message.id and (known := old.get(message.id, message.context)) is not None:
                message.string = known.string
    return fresh


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as text, messages in the order of the alphabet."""
    out = BytesIO()
    write_po(out, catalogue, width=0, omit_header=False, sort_output=True, no_location=True, include_lineno=False)
    lines = [line for line in out.getvalue().splitlines() if not re.match(_NOISE, line)]
    return b"\n".join(lines) + b"\n"


def as_mo(catalogue: Catalog) -> bytes:
    """The catalogue compiled."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages without a translation."""
    return [str(message.id) for message in catalogue if message.id and not all(_forms(message.string))]


def _forms(string: object) -> list[str]:
    return [str(form) for form in string] if isinstance(string, tuple | list) else [str(string or "")]


def main() -> int:
    """Write both files; 1 where a message has no translation."""
    catalogue = current()
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "panan.po").write_bytes(as_po(catalogue))
    (FOLDER / "panan.mo").write_bytes(as_mo(catalogue))
    for message in (missing := untranslated(catalogue)):
        print(message)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
