"""The grammar held against the gold articles: precise above all, and complete."""

import pytest
from gold import FOLDER, articles, read, scores

SETS = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("which", SETS)
def test_precision_and_recall(which: str) -> None:
    found = scores(which, tell=True)
    assert found["all"].right > 80
    assert found["all"].precision >= 0.98
    assert found["all"].recall >= 0.95
    assert found["person"].precision >= 0.98 and found["person"].recall >= 0.95
    assert found["action"].precision >= 0.98 and found["action"].recall >= 0.95


def test_the_gold_is_large_and_has_articles_without_anybody() -> None:
    gold = [article for which in SETS for article in articles(which)]
    assert len(SETS) >= 5 and len(gold) >= 150
    assert sum(not article.facts for article in gold) >= 8
    assert len({article.title for article in gold}) > 140


def test_every_span_of_the_gold_is_the_word_it_names() -> None:
    for which in SETS:
        for article in articles(which):
            for _kind, name, start, what, at in article.facts:
                assert article.text[start : start + len(name)] == name
                assert at < 0 or article.text[at : at + len(what)] == what


def test_in_articles_without_anybody_nobody_is_found() -> None:
    for which in SETS:
        for article in articles(which):
            if not article.facts:
                assert read(article.text) == set(), article.title
