"""Characters that no text holds, and only those, are taken out."""

from hypothesis import given
from hypothesis import strategies as st
from store_helpers import an_article

from panan_spider.items import Author, Paragraph, Table
from panan_spider.pipelines.clean import CleanPipeline, cleaned


def test_control_characters_go_at_any_depth_and_nothing_else_does() -> None:
    kept = "\t甲\n\u3000乙 \uff0c\u200b<b>&amp;\U0001f600\xa0\xad"
    dirty = "\x00\x01\x08\x0b\x0c\r\x1b\x7f\x85\x9f\ufffe\uffff"
    item = an_article(
        title=f"{dirty}{kept}",
        blocks=[Paragraph(text=f"{kept}{dirty}"), Table(rows=[[f"a{dirty}"]])],
        authors=[Author(name=f"甲{dirty}", title=None, work=None)],
        credits={f"初审{dirty}": f"乙{dirty}"},
    )
    clean = CleanPipeline().process_item(item)
    assert clean.title == kept
    assert clean.blocks == [Paragraph(text=kept), Table(rows=[["a"]])]
    assert clean.authors[0].name == "甲"
    assert clean.credits == {"初审": "乙"}


def test_a_lone_surrogate_goes() -> None:
    item = an_article().model_copy(update={"title": "甲\ud800乙"})
    assert CleanPipeline().process_item(item).title == "甲乙"


@given(st.text(st.characters() | st.sampled_from('\\/"bfnu\x00\x0c\r\x7f\x85\ufffe\t\n'), min_size=1))
def test_the_look_that_spares_most_articles_the_walk_spares_none_that_needs_it(text: str) -> None:
    item = an_article().model_copy(update={"title": text, "credits": {text: "甲"}})
    clean = CleanPipeline().process_item(item)
    assert (clean.title, list(clean.credits)) == (cleaned(text), [cleaned(text)])
