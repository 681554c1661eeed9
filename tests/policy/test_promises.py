"""Every promise names tests, and the tests it names exist."""

import ast
import re

from checkout import ROOT, functions, read

_REFERENCE = re.compile(r"`(tests/[\w/]+\.py)::(?:(\w+)::)?(\w+)`")


def promises() -> dict[str, list[tuple[str, str]]]:
    """Heading → (file, test) it names."""
    parts = re.split(r"^## ", read("docs/promises.md"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0]: [(file, test) for file, _class, test in _REFERENCE.findall(part)] for part in parts}


def test_each_promise_names_tests() -> None:
    found = promises()
    assert len(found) >= 8
    assert all(len(references) >= 3 for references in found.values()), {name: len(r) for name, r in found.items()}


def test_the_tests_they_name_exist() -> None:
    references = {reference for named in promises().values() for reference in named}
    assert len(references) >= 18
    missing = []
    for file, test in references:
        path = ROOT / file
        known = (
            {function.name for function in functions(ast.parse(path.read_text("utf-8")))} if path.exists() else set()
        )
        missing += [f"{file}::{test}"] if test not in known else []
    assert not missing, missing


def test_no_reference_is_misspelt() -> None:
    """Whatever looks like a test's file is a reference that the test above reads."""
    text = read("docs/promises.md")
    assert text.count("tests/") == len(_REFERENCE.findall(text))
