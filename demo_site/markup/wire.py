"""The page's bytes, and what is said of them, truly or falsely."""

from demo_site.markup.pen import Pen


def meta_charset(pen: Pen) -> str:
    """The charset the document's head names; empty for none."""
    return _said(pen, pen.markup.said_in_meta)


def content_type(pen: Pen) -> str:
    """The HTTP header's value."""
    said = _said(pen, pen.markup.said_in_header)
    return f"text/html; charset={said}" if said else "text/html"


def _said(pen: Pen, how: str) -> str:
    true = "utf-8" if pen.markup.charset == "utf-8" else "gb2312"
    # A page that nobody declares, and one that is declared falsely everywhere, are read by their bytes alone.
    false = "gb2312" if true == "utf-8" else "utf-8"
    return {"none": "", "true": true, "false": false, "latin": "ISO-8859-1"}[how]


def encoded(pen: Pen, text: str) -> bytes:
    """The text in the page's charset; what that cannot hold stands as a reference, as CMSs print it."""
    body = text.encode(pen.markup.charset, "xmlcharrefreplace")
    return b"\xef\xbb\xbf" + body if pen.markup.bom == "yes" and pen.markup.charset == "utf-8" else body
