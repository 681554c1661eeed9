"""One article in many markups: the record says what is printed, the markup how.

`render(record, markup)` gives the bytes of a page whose reader, seeing it in a browser, would write down the record.
"""

from demo_site.markup.choices import Markup
from demo_site.markup.document import Rendered, render

__all__ = ["Markup", "Rendered", "render"]
