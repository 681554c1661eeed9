"""A page's source as text on the screen: blanks as a browser shows them, what no reader sees left out."""

import re
from typing import Final

_SOURCE_BREAK: Final = re.compile(r"[ \t\f]*[\r\n][ \t\f\r\n]*")
#: Zero-width characters and controls, which no reader sees.
_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Whatever a text holds that has to be cleaned or looked at.
_ODD: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0a-\x1f\x7f-\x9f]")
_BLANKS_AROUND_BREAK: Final = re.compile(r"[ \t\f]*\n[ \t\f\n]*")
_BLANKS: Final = re.compile(r"[ \t\f]+")
SOURCE_BLANKS: Final = " \t\f\r\n"


def seen(text: str) -> str:
    """`text` without what no reader sees; a run of blanks with a line break in it is one line break."""
    return _SOURCE_BREAK.sub("\n", _UNSEEN.sub("", text)) if _ODD.search(text) else text


def collapsed(text: str) -> str:
    """As a browser does: a run of source blanks is one; a run that holds a line break stays marked as one."""
    if "\n" in text:
        text = _BLANKS_AROUND_BREAK.sub("\n", text)
    if "  " in text or "\t" in text or "\f" in text:
        text = _BLANKS.sub(" ", text)
    return text
