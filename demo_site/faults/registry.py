"""The faults by name, and how one is written on the command line: `NAME[:ARG][%SHARE][@REGEX]`.

`server-errors:2%30@/system/2019/` – three in ten of the articles of 2019 answer 500 twice, then fine.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from demo_site.faults.changed_pages import CHANGED
from demo_site.faults.fault import Fault
from demo_site.faults.hostile import HOSTILE
from demo_site.faults.lies import LIES
from demo_site.faults.moved import MOVED
from demo_site.faults.network import NETWORK
from demo_site.response import Request, Response

FAULTS: Final[dict[str, type[Fault]]] = {kind.name: kind for kind in (*NETWORK, *MOVED, *HOSTILE, *CHANGED, *LIES)}
_SPEC: Final = re.compile(
    r"^(?P<name>[a-z0-9-]+)(?::(?P<arg>[^%@]*))?(?:%(?P<share>\d+(?:\.\d+)?))?(?:@(?P<target>.+))?$"
)


def parse(spec: str) -> Fault:
    """The fault `spec` writes. Raises ValueError, naming what is wrong, for one that is none."""
    found = _SPEC.match(spec)
    if found is None or found["name"] not in FAULTS:
        raise ValueError(f"no such fault: {spec}; there are {', '.join(sorted(FAULTS))}")
    share = None if found["share"] is None else float(found["share"]) / 100
    return FAULTS[found["name"]](found["arg"], found["target"], share)


def answered(faults: Sequence[Fault], request: Request, site: Callable[[Request], Response]) -> Response:
    """The site's answer as it comes through all the faults, the first of them nearest the client."""
    if not faults:
        return site(request)
    return faults[0].answer(request, lambda asked: answered(faults[1:], asked, site))


__all__ = ["FAULTS", "Fault", "answered", "parse"]
