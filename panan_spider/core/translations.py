"""Translations of pages, reports and status: gettext catalogues by language, English as the language of the source."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any, Final

#: Languages of the pages, the site's own first.
LANGUAGES: Final = ("zh", "en")
#: The language of an address that names none.
DEFAULT: Final = "zh"
#: How a page declares its language, and that of archived text.
HTML_LANGUAGE: Final = {"zh": "zh-CN", "en": "en"}

#: Context of the catalogue's messages that runs leave in the archive, as gettext joins it to a message.
RUN: Final = "run"

#: Words whose English form has no translation in the catalogue, since it is punctuation: key → Chinese and English.
SIGNS: Final = {
    "comma": ("，", ", "),
    "stop": ("。", "."),
    "brackets": ("（{what}）", "({what})"),
    "quoted": ("“{what}”", "“{what}”"),
    "labelled": ("{name} {value}", "{name} {value}"),
}


def N_(message: str) -> str:  # noqa: N802  # the field's name for it
    """`message`, marked for the catalogue, translated where it is shown."""
    return message


@dataclass(frozen=True)
class Message:
    """A sentence that is translated where it is shown."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format_map(self.values) if self.values else self.text


def sentence(text: str, /, **values: object) -> Message:
    """A sentence of a run: kept in English in logs, reports and the ledger, and read back from there by `report.vocabulary`.

    The catalogue has these messages in a context of their own, `RUN`.
    """
    return Message(text, values)


class Translate:
    """Translates messages into one language: `_("{count} articles", count=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = catalogue(language)

    def __call__(self, message: str, default: str | None = None, /, **values: object) -> str:
        """The message with its values put in. `default` marks a sign of punctuation; `zh` gives a word both languages at once."""
        if default is not None:
            pattern = SIGNS[message][0 if self.language == "zh" else 1]
        elif "zh" in values:
            return str(values["zh"]) if self.language == "zh" else message
        else:
            pattern = self._catalogue.gettext(message)
        return pattern.format_map(values) if values else pattern

    def number(self, one: str, many: str, count: int, **values: object) -> str:
        """The form of a message for `count` things; `{count}` in it has its thousands apart."""
        return self.pattern(one, many, count).format_map({**values, "count": f"{count:,}"})

    def pattern(self, one: str, many: str, count: int) -> str:
        """The form of a message for `count` things, its names in braces not yet put in."""
        return self._catalogue.ngettext(one, many, count)

    def message(self, message: Message) -> str:
        """A message that was made elsewhere."""
        return self(message.text, **message.values)


@cache
def translator(language: str) -> Translate:
    """The one of a language."""
    return Translate(language)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of one language; English is the source."""
    if language == "en":
        return gettext.NullTranslations()
    file = resources.files("panan_spider.core").joinpath("locale", language, "LC_MESSAGES", "panan.mo")
    return gettext.GNUTranslations(BytesIO(file.read_bytes()))


def run_messages(language: str) -> dict[str, str]:
    """The sentences of runs in English, with their translations."""
    entries: dict[object, str] = vars(catalogue(language))["_catalog"]  # gettext has no public way to list messages
    prefix = f"{RUN}\x04"
    return {
        key.removeprefix(prefix): text
        for key, text in entries.items()
        if isinstance(key, str) and key.startswith(prefix)
    }


def language_of(given: str | None) -> str:
    """The language that an address asks for, the default where it asks for none there is."""
    return given if given in LANGUAGES else DEFAULT
