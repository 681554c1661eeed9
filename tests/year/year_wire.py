"""The demo site in the place of the network: answers without a socket, so that a year passes in a minute."""

from typing import Any, ClassVar

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import DownloadConnectionRefusedError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from demo_site import response
from demo_site.faults import Fault, answered
from demo_site.site import Site


class Wire(BaseDownloadHandler):
    """Scrapy's way to the site. `site` and `faults` are put in before a run; `asked` counts."""

    lazy = False
    site: ClassVar[Site]
    faults: ClassVar[list[Fault]] = []
    asked: ClassVar[int] = 0

    async def download_request(self, request: Request) -> Response:
        """The answer, as a server's; a dropped connection is refused."""
        type(self).asked += 1
        _scheme, _, rest = request.url.partition("://")
        host, _, path = rest.partition("/")
        headers = {
            name.decode().lower(): b", ".join(values).decode("latin-1") for name, values in request.headers.items()
        }
        asked = response.Request(request.method, host, f"/{path}", headers)
        answer = answered(self.faults, asked, self._site)
        if answer.action != "send":
            raise DownloadConnectionRefusedError("the connection was refused")
        found: dict[str, Any] = {"url": request.url, "status": answer.status, "headers": Headers(dict(answer.headers))}
        kind = responsetypes.from_args(headers=found["headers"], url=request.url, body=answer.body)
        return kind(**found, body=answer.body, request=request)

    def _site(self, asked: response.Request) -> response.Response:
        return self.site.respond(asked.method, asked.host, asked.path, asked.headers)
