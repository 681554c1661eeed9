"""Words of one site: patterns that hold its name or its portal's, compiled once a site."""

import re
from functools import lru_cache
from typing import Final

from panan_spider.sites.profile import Site

#: A pattern that matches nothing: stands for a name that the profile does not know.
_NOTHING: Final = "(?!)"


class SiteWords:
    """Compiles pattern templates: `{name}` is the site's own name, `{names}` that or its portal's."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.patterns: dict[str, re.Pattern[str]] = {}
        own = (site.name,) if site.name else ()
        self._places = {"{names}": _any_of(site.names), "{name}": _any_of(own)}

    def pattern(self, template: str) -> re.Pattern[str]:
        """The template as a pattern of this site, letters of any case. Compiled at the first call."""
        known = self.patterns.get(template)
        if known is None:
            source = template
            for placeholder, names in self._places.items():
                source = source.replace(placeholder, names)
            known = self.patterns[template] = re.compile(source, re.IGNORECASE)
        return known


def _any_of(names: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, names))})" if names else _NOTHING


@lru_cache(maxsize=128)
def words_of(site: Site) -> SiteWords:
    """The words of a site, the same object each time."""
    return SiteWords(site)
