"""Feed exporters of `-O file.csv` and `-O file.xml`: lists and objects as JSON, nothing for null."""

import json
from typing import Any

from pydantic import TypeAdapter
from scrapy.exporters import CsvItemExporter, XmlItemExporter

_PLAIN = (str, int, float, bool, bytes)
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


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
