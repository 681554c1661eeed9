"""Scrapy components in the place of Scrapy's own: optional ones that are off by default, and the feed exporters of CSV and XML."""

import json
from typing import Any, ClassVar

from pydantic import TypeAdapter
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.exporters import CsvItemExporter, XmlItemExporter
from scrapy.utils.misc import build_from_crawler, load_object

_PLAIN = (str, int, float, bool, bytes)
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


class OptionalComponent:
    """Stands in the settings for the Scrapy component `path`, imported only where the boolean setting `switch` turns it on.

    Scrapy imports every component of its settings and asks it afterwards whether it is enabled. The modules of these cost a
    start 0.25 s of processor and some 25 MB: an HTTP server, a telnet server, the list of public suffixes.
    """

    path: ClassVar[str]
    switch: ClassVar[str]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        """Scrapy's component. Raises NotConfigured where it is off."""
        if not crawler.settings.getbool(cls.switch):
            raise NotConfigured
        return build_from_crawler(load_object(cls.path), crawler)


class Cookies(OptionalComponent):
    """Scrapy's cookies middleware."""

    path = "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"
    switch = "COOKIES_ENABLED"


class TelnetConsole(OptionalComponent):
    """Scrapy's telnet console."""

    path = "scrapy.extensions.telnet.TelnetConsole"
    switch = "TELNETCONSOLE_ENABLED"


class RemoteControl(OptionalComponent):
    """Scrapy's remote control."""

    path = "scrapy.extensions.remote_control.RemoteControl"
    switch = "REMOTE_CONTROL_ENABLED"


def cell(value: Any) -> Any:
    """A field's value for a format without lists and objects: these as JSON text, None as an empty text."""
    if value is None:
        return ""
    if isinstance(value, _PLAIN):
        return value
    return json.dumps(_ANY.dump_python(value, mode="json", fallback=str), ensure_ascii=False, separators=(",", ":"))


class JsonCellCsvExporter(CsvItemExporter):
    """Scrapy's CSV exporter; its own cells for lists and objects are Python's notation."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The cell of a field."""
        return super().serialize_field(field, name, cell(value))


class JsonCellXmlExporter(XmlItemExporter):
    """Scrapy's XML exporter; its own text for objects and null is Python's notation."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The element's text of a field."""
        return super().serialize_field(field, name, cell(value))
