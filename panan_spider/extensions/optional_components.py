"""Optional components of Scrapy: extensions and middlewares that are off by default here, imported only where a setting turns them on.

Scrapy imports every component of its settings and asks it afterwards whether it is enabled. The modules of these cost a start
0.25 s of processor and some 25 MB: an HTTP server, a telnet server, the list of public suffixes.
"""

from typing import Any, ClassVar

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.misc import build_from_crawler, load_object


class OptionalComponent:
    """Stands in the settings for the Scrapy component `path`, which the boolean setting `switch` turns on."""

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
