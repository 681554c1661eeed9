"""Faults that look like good answers: pages that are gone for a night, another page in a page's place, a firewall."""

import re
from dataclasses import replace
from typing import Final

from demo_site import response
from demo_site.faults.fault import LISTS, Fault, Then, uncompressed
from demo_site.pages import pagers
from demo_site.response import Request, Response

#: List pages behind the index of a list.
FURTHER_LISTS: Final = r"/index_\d+\.s?html?$|/system/count/+\d{7}/\d{12}/\d{3}/"


class GoneForANight(Fault):
    """Some articles (or whatever the target names) answer 404, or the status given."""

    name, share, default = "gone", 0.05, "404"

    def spoil(self, request: Request, then: Then) -> Response:
        return replace(response.not_found(), status=int(self.arg))


class SoftMissing(Fault):
    """Some articles are a page with status 200 that says there is no such page."""

    name, share = "soft-404", 0.05

    def spoil(self, request: Request, then: Then) -> Response:
        head = '<html><head><meta charset="utf-8"><title>提示</title></head>'
        return response.text(200, f"{head}<body><p>对不起,您访问的页面不存在或已被删除。</p></body></html>")


class RedirectHome(Fault):
    """Some articles redirect to the front page of their host."""

    name, share = "redirect-home", 0.05

    def spoil(self, request: Request, then: Then) -> Response:
        return response.redirect(f"http://{request.host}/")


class OneForAll(Fault):
    """Some articles show the page of the first of them."""

    name, share = "one-article", 0.05

    def __init__(self, arg: str | None = None, target: str | None = None, share: float | None = None) -> None:
        super().__init__(arg, target, share)
        self._shown: Request | None = None

    def spoil(self, request: Request, then: Then) -> Response:
        plain = uncompressed(request)
        headers = {name: value for name, value in plain.headers.items() if not name.startswith("if-")}
        shown = self._shown or replace(plain, headers=headers)
        answer = then(shown)
        if answer.status == 200:
            self._shown = shown
        return answer


class RepeatedList(Fault):
    """Some further list pages show page one of their list again."""

    name, target, share = "list-repeats", FURTHER_LISTS, 0.1

    def spoil(self, request: Request, then: Then) -> Response:
        return then(replace(request, path=_first_page(request)))


def _first_page(request: Request) -> str:
    """Path of page one of the list that a further page belongs to."""
    for section in request.county.sections:
        if section.host == request.host and pagers.code(section) in request.path:
            return section.path
    return re.sub(r"index_\d+", "index", request.path)


class FirewallPage(Fault):
    """Some pages are a firewall's, with its status: 412, or 468, 521, 202 as given."""

    name, target, share, default = "firewall", f"{LISTS}|/system/", 0.05, "412"

    def spoil(self, request: Request, then: Then) -> Response:
        script = "<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script>"
        return response.text(int(self.arg), f"<!DOCTYPE html><html><head>{script}</head><body></body></html>")


LIES: tuple[type[Fault], ...] = (
    GoneForANight, SoftMissing, RedirectHome, OneForAll, RepeatedList, FirewallPage,
)  # fmt: skip
