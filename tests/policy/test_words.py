"""Words that no file of the project holds."""

import re
from pathlib import Path

import pytest
from checkout import ROOT, files

#: Evidence that lies beside the checkout, and may not be published with it.
SEED = ROOT.parent / "shared" / "site" / "seed-article.txt"
_SHORTEST_SENTENCE = 20

#: Spelt in two halves, so that this file is no exception.
FORBIDDEN = {
    "a ticket's number": r"(?i)\bissues?\s+#?\d|\b(fixes|closes|resolves)\s+#\d",
    "a place on one machine": "/wo" + r"rk/|/ho" + r"me/\w|/ro" + r"ot/",
    "a registry's host": r"(?i)\bpy"
    + r"pi\.org|python"
    + r"hosted\.org|registry\.np"
    + r"mjs|deb\.deb"
    + r"ian|\bindex-"
    + r"url\s*[=h]",
    "work left undone": r"\bTO" + r"DO\b|\bFIX" + r"ME\b|\bX" + r"XX\b",
    "a real person to write to": r"(?i)[\w.]+@(gmail|qq|163|126|outlook|hotmail)\.com",
}


def texts() -> dict[Path, str]:
    found = {}
    for path in files():
        try:
            found[path.relative_to(ROOT)] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:  # a fixture in GBK, a picture
            found[path.relative_to(ROOT)] = path.read_bytes().decode("gb18030", "replace")
    assert len(found) > 150
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    wrong = {
        str(path): match[0] for path, text in texts().items() if (match := re.search(FORBIDDEN[what], text)) is not None
    }
    assert not wrong


def plain(text: str) -> str:
    """The Chinese characters of `text` alone: blanks, signs and markup between them hide nothing."""
    return re.sub(r"[^\u3400-\u9fff]", "", text)


@pytest.mark.skipif(not SEED.exists(), reason="the seed article lies beside the checkout, not in it")
def test_no_sentence_of_the_seed_article() -> None:
    sentences = {plain(one) for one in re.split(r"[。！？\n]", SEED.read_text("utf-8"))}
    sentences = {one for one in sentences if len(one) >= _SHORTEST_SENTENCE}
    assert len(sentences) > 10
    wrong = {(str(path), one) for path, text in texts().items() for one in sentences if one in plain(text)}
    assert not wrong


def test_no_file_holds_a_conflict_of_a_merge() -> None:
    marks = re.compile(rb"^(<{7} |>{7} )", re.MULTILINE)
    assert not [str(path.relative_to(ROOT)) for path in files() if marks.search(path.read_bytes())]
