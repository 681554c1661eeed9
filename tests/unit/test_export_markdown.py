"""The Markdown export: safe names, front matter that YAML reads, bodies that are text and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from export_helpers import AN_IMAGE, a_full_article, export, put
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from panan_spider.archive.store.image_files import INDEX
from panan_spider.publish.export.job import ExportJob
from panan_spider.publish.export.text_formats import escaped, front_matter, page
from panan_spider.sites.profile import load_site

HOSTILE = ("<script>alert(1)</script>", "# 一", "- 二", "1. 三", "> 四", "    五", "![x](javascript:alert(1))", "[a](http://x)", "a | b", "***", "===", "`x`",
           "&lt;b&gt;", "www.example.org http://example.org a@example.org", "```", "[a]: http://x", "~~s~~", "1986) 年", "\\<b>", "---")  # fmt: skip
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def folder(data: Path) -> Path:
    assert export(data, "--format", "markdown") == 0
    return data / "export/markdown"


def shown(markdown: str) -> tuple[list[str], str]:
    """The kinds of blocks and marks that a reader of Markdown sees, and the text."""
    kinds, text = [], ""
    for token in MARKDOWN.parse(markdown):
        for one in (token, *(token.children or [])):
            kinds += [] if one.type in ("inline", "text", "text_special") or one.type.endswith("_close") else [one.type]
            text += one.content if one.type in ("text", "text_special") else ""
    return kinds, text


def test_one_file_an_article_by_day_and_id(tmp_path: Path) -> None:
    data = put(
        tmp_path / "data", a_full_article(1), a_full_article(2, published=None, posted=None), a_full_article(1, 2)
    )
    found = sorted(str(path.relative_to(folder(data))) for path in folder(data).rglob("*.md"))
    assert found == ["2020/2020-03-07-000000001.md", "undated/000000002.md"]


def test_front_matter_is_yaml_of_the_fields(tmp_path: Path) -> None:
    article = a_full_article(1, title='a: "b" # c\u0085\u2028\ufeffd', section="书记: [1]")
    data = put(tmp_path / "data", article)
    (path,) = folder(data).rglob("*.md")
    _none, front, _body = path.read_text("utf-8").split("---\n", 2)
    found = yaml.safe_load(front)
    line = article.model_dump(mode="json")
    assert found == {name: line[name] for name in found} and {"id", "title", "published", "section", "authors"} <= set(
        found
    )


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_title_comes_back_from_yaml(title: str) -> None:
    record: dict[str, Any] = a_full_article(1).model_dump(mode="json") | {"title": title}
    assert yaml.safe_load(front_matter(record))["title"] == title


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_line_is_shown_as_it_is(text: str) -> None:
    kinds, seen = shown(escaped(text))
    assert kinds == ["paragraph_open"]
    assert seen == " ".join(text.split())


@given(st.text(alphabet="<>[]()!#*_`~|\\-+=1.&;:@w/字 \n\t\"'^${}", max_size=25))
def test_no_text_becomes_markup(text: str) -> None:
    kinds, seen = shown(escaped(text))
    assert kinds in ([], ["paragraph_open"])
    assert seen == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["paragraph", "heading", "image", "table", "attachment"])
def test_nor_does_any_part_of_a_body(kind: str, text: str) -> None:
    blocks: dict[str, dict[str, Any]] = {
        "paragraph": {"type": "paragraph", "text": text},
        "heading": {"type": "heading", "text": text},
        "image": {"type": "image", "url": "http://www.panews.cn/a b.jpg", "caption": text},
        "table": {"type": "table", "rows": [["甲", text], [text]]},
        "attachment": {"type": "attachment", "url": "http://www.panews.cn/a>(b).doc", "title": text},
    }
    block = blocks[kind]
    plain = a_full_article(
        1, kicker=None, subtitle=None, blocks=[{**block, "text": "字"} if "text" in block else block]
    )
    hostile = a_full_article(1, kicker=None, subtitle=None, blocks=[block])
    kinds = shown(_body(hostile))[0]
    if kind in ("paragraph", "heading"):
        assert kinds == shown(_body(plain))[0]
    expected = {"paragraph": [], "heading": [], "image": ["image"], "attachment": ["link_open"], "table": []}[kind]
    assert [
        one for one in kinds if one in ("image", "link_open", "html_inline", "html_block", "fence", "code_block", "hr")
    ] == expected


def _body(article: Any) -> str:
    return page(article.model_dump(mode="json"), ExportJob(Path("data"), load_site()), Path("out/a.md")).split(
        "\n---\n", 1
    )[1]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", ""])
def test_only_web_addresses_are_links(url: str) -> None:
    body = _body(a_full_article(1, blocks=[{"type": "attachment", "url": url, "title": "表"}]))
    assert not {"link_open", "image"} & set(shown(body)[0])
    assert "](" not in body


def test_a_picture_kept_on_this_machine_is_shown_from_there(tmp_path: Path) -> None:
    data = put(tmp_path / "data", a_full_article(1))
    kept = data / "images/ab/abc.jpg"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"x")
    line = {"url": AN_IMAGE["url"], "path": "images/ab/abc.jpg", "at": "2026-03-07T01:02:03Z"}
    (data / INDEX).write_text(json.dumps(line) + "\n", "utf-8")
    (path,) = folder(data).rglob("*.md")
    (token,) = (
        child
        for token in MARKDOWN.parse(path.read_text("utf-8"))
        for child in token.children or []
        if child.type == "image"
    )
    assert (path.parent / str(token.attrs["src"])).resolve() == kept.resolve()
