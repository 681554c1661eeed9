"""Pages written by hand in the markups that other sites of the two CMSs used, with what a careful reader says they say.

`hand/*.yaml` holds the cases: a whole `page`, or the pieces that one of `frames.yaml` prints around; then `says`, the fields
as read (a field that is not named is empty), or `fate`, the name that the page must get. A line of `body` is a block:
a paragraph, `## ` a heading, `!address caption` a picture, `~address` a film, `^address title` an attachment, `|a|b` a
row of a table.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from panan_spider.extract.document import Page

FOLDER = Path(__file__).parent / "hand"
FIELDS = (
    "title", "kicker", "subtitle", "published", "source", "authors", "editor", "credits", "breadcrumbs",
    "text", "blocks", "images", "attachments", "related", "parts",
)  # fmt: skip
#: What a case that is about something else prints as its body.
PLAIN_BODY = "清晨的样岭村,薄雾还没有散去,村口的老樟树下已经坐满了等早班车的人。"
_CRUMBS = {
    "table2014": ["磐安新闻网", "新闻中心", "磐安新闻"],
    "detail2019": ["浙江在线", "磐安新闻网", "书记"],
    "trs2022": ["磐安新闻网", "新闻中心", "时政"],
}


@dataclass(frozen=True)
class HandPage:
    """One page, and what reading it must give: `says`, or the name `fate`."""

    name: str
    page: Page
    says: dict[str, Any] | None
    fate: str | None


@cache
def frames() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "frames.yaml").read_text("utf-8"))
    return loaded


@cache
def hand_pages() -> tuple[HandPage, ...]:
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "frames.yaml")
    return tuple(
        _made(path.stem, case) for path in files for case in yaml.safe_load_all(path.read_text("utf-8")) if case
    )


def _made(theme: str, case: dict[str, Any]) -> HandPage:
    says = _says(case) if "says" in case else None
    frame = frames().get(case.get("frame", ""), {})
    text = case.get("page") or _framed(case, frame, says)
    url = case.get("url") or frame["url"]
    page = Page(url, text.encode("utf-8"), "text/html; charset=utf-8")
    return HandPage(f"{theme}: {case['name']}", page, says, case.get("fate"))


def _wide(text: str) -> str:
    """The text with the punctuation that Chinese prints: the cases are typed with a keyboard's."""
    return re.sub(r"(?<=[\u4e00-\u9fff”》])[,:;!?]", lambda sign: chr(ord(sign[0]) + 0xFEE0), text)


def _framed(case: dict[str, Any], frame: dict[str, str], says: dict[str, Any] | None) -> str:
    plain = case.get("plain") or (says or {}).get("title") or "一座山村的春天"
    pieces = {
        "doc": frame["doc"],
        "crumb": frame["crumb"],
        "after": "",
        "title": plain,
        "body": f"<p>\u3000\u3000{PLAIN_BODY}</p>",
    } | {name: case[name] for name in ("doc", "crumb", "title", "header", "body", "after") if name in case}
    text = frame["page"]
    for name, words in pieces.items():
        text = text.replace(f"%{name}%", _wide(words) if name == "body" else words)
    return text.replace("%plain%", plain)


def _says(case: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = case["says"]
    blocks = _blocks(_wide(given.pop("body", PLAIN_BODY)))
    crumbs = _CRUMBS.get(case.get("frame", ""), [])
    empty: dict[str, Any] = dict.fromkeys(("kicker", "subtitle", "published", "source", "editor"))
    texts = [block["text"] for block in blocks if block["type"] in ("paragraph", "heading")]
    return empty | {
        "title": "一座山村的春天", "authors": [], "credits": {}, "related": [], "parts": [], "breadcrumbs": crumbs,
        "blocks": blocks, "text": "\n".join(texts),
        "images": [{"url": block["url"], "caption": block["caption"]} for block in blocks if block["type"] == "image"],
        "attachments": [{"url": block["url"], "title": block["title"]} for block in blocks if block["type"] == "attachment"],
    } | given | {
        "authors": [dict(zip(("name", "title", "work"), [*who, None, None], strict=False)) for who in map(_listed, given.get("authors", []))],
        "related": [{"url": url, "title": title} for url, title in given.get("related", [])],
    }  # fmt: skip


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _blocks(lines: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for line in lines.split("\n"):
        mark, rest = (
            (line[:1], line[1:]) if line[:1] in "!~^|" else ("##", line[3:]) if line.startswith("## ") else ("", line)
        )
        url, _, words = rest.partition(" ")
        if mark == "|" and blocks and blocks[-1]["type"] == "table":
            blocks[-1]["rows"].append(rest.split("|"))
        else:
            made: dict[str, dict[str, Any]] = {
                "": {"type": "paragraph", "text": rest},
                "##": {"type": "heading", "text": rest},
                "!": {"type": "image", "url": url, "caption": words or None},
                "~": {"type": "video", "url": url},
                "^": {"type": "attachment", "url": url, "title": words},
                "|": {"type": "table", "rows": [rest.split("|")]},
            }
            blocks.append(made[mark])
    return blocks
