"""The glossary: each word once, in one sentence, with a name that exists in the code."""

import ast
import re
from functools import cache

from checkout import modules, read, strings

from panan_spider import settings
from panan_spider.items import Article
from tools.docs.report_schema import report_schema

_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TABLE = re.compile(r"CREATE TABLE (\w+)")


def entries() -> list[tuple[str, str, str]]:
    """(word, meaning, name in the code) of every row."""
    rows = [tuple(cell.strip() for cell in row) for row in _ROW.findall(read("docs/glossary.md"))]
    return [(word, meaning, name) for word, meaning, name in rows if word not in ("word", "---")]


@cache
def names() -> frozenset[str]:
    """Every class, function, attribute and module of the package, the ledger's tables, the keys of reports and lines."""
    found: set[str] = set(vars(settings)) | set(Article.model_fields)
    found |= {key for record in report_schema()["$defs"].values() for key in record["properties"]}
    for module in modules("panan_spider"):
        found |= set(module.name.split("."))
        found |= {table for string in strings(module.tree) for table in _TABLE.findall(str(string.value))}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)


def test_each_word_stands_once() -> None:
    words = [word.casefold() for word, _meaning, _name in entries()]
    assert len(words) >= 40
    assert len(set(words)) == len(words)


def test_the_words_of_the_domain_are_among_them() -> None:
    words = {word.casefold() for word, _meaning, _name in entries()}
    domain = {
        "section",
        "list page",
        "row",
        "walk",
        "frontier",
        "outcome",
        "revision",
        "gap",
        "quarantine",
        "ledger",
        "lease",
    }
    assert domain <= words, domain - words


def test_each_meaning_is_one_sentence_that_does_not_use_its_word_alone() -> None:
    wrong = {
        word: meaning
        for word, meaning, _name in entries()
        if not meaning.endswith(".") or re.search(r"\.\s+[A-Z]", meaning) or meaning.casefold() == f"{word}."
    }
    assert not wrong


def test_each_name_exists_in_the_code() -> None:
    missing = [
        f"{word}: {name}"
        for word, _meaning, cell in entries()
        for name in re.findall(r"`([^`]+)`", cell) or ["no name at all"]
        if name not in names()
    ]
    assert not missing, missing


def test_the_glossary_has_no_rival() -> None:
    """Other documents use the words; a second table of words and meanings would define them again."""
    for document in ("README.md", "CONTRIBUTING.md", "docs/operating.md", "docs/promises.md"):
        assert not re.search(r"^\| (word|term) \|", read(document), re.MULTILINE), document
