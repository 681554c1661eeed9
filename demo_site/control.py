"""The proxy's own host, for tests in another process: change the site, set faults, read the log.

GET http://control.invalid/log · /state · POST /add /correct /remove /restore /faults with a JSON object.
"""

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from demo_site.faults import parse
from demo_site.response import Request, Response, text

if TYPE_CHECKING:
    from demo_site.proxy import ProxyServer

HOST: Final = "control.invalid"


def answer(server: "ProxyServer", request: Request, body: bytes) -> Response:
    """Carry out one command; 400 with the reason where it cannot be."""
    try:
        result = _carry_out(server, request.path.strip("/").split("?")[0], json.loads(body or b"{}"))
    except (KeyError, ValueError, TypeError) as error:
        return text(400, json.dumps({"error": f"{type(error).__name__}: {error}"}), "application/json")
    return text(200, json.dumps(result, ensure_ascii=False), "application/json; charset=utf-8")


def _carry_out(server: "ProxyServer", command: str, given: dict[str, Any]) -> Any:
    site = server.site
    match command:
        case "log":
            return {"requests": [entry.as_dict() for entry in server.requests], "strays": server.strays}
        case "state":
            return {"articles": sum(not slot.removed for slot in site.slots.values()), "requests": len(server.requests)}
        case "add":
            posted = date.fromisoformat(given.pop("posted")) if "posted" in given else None
            return {"id": site.add_article(given.pop("section"), posted=posted, **given).id}
        case "correct":
            return {"id": site.correct(given.pop("id"), **given).id}
        case "remove":
            site.remove(given["id"], keep_listed=bool(given.get("keep_listed", False)))
        case "restore":
            site.restore(given["id"])
        case "faults":
            server.faults[:] = [parse(spec) for spec in given["faults"]]
        case _:
            raise ValueError(f"no such command: {command}")
    return {}
