"""Words that no file of the project holds, and words that one file alone holds: those that pages are read by."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from checkout import ROOT, files, modules, read, strings

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
    plain_texts = {str(path): plain(text) for path, text in texts().items()}
    wrong = {(path, one) for path, text in plain_texts.items() for one in sentences if one in text}
    assert not wrong


def test_no_file_holds_a_conflict_of_a_merge() -> None:
    marks = re.compile(rb"^(<{7} |>{7} )", re.MULTILINE)
    assert not [str(path.relative_to(ROOT)) for path in files() if marks.search(path.read_bytes())]


#: Two Chinese characters and more in a row. One by itself is a sign, as those in a class of a pattern are: `[年月日]`.
_CHINESE_WORD = re.compile("[\u3400-\u9fff]{2,}")
_CLASS = re.compile(r"\[[^\[\]]*\]")
#: A message or the name of a rule: words of English, and no sign of a pattern.
_ENGLISH = re.compile(r"[^\\|?*+^$(){}\[\]]*\b[a-z]{4,} [^\\|?*+^$(){}\[\]]*")
_LISTS = "panan_spider/extract/words.toml"


def chinese_words(text: str) -> list[str]:
    """The Chinese words in a string of the code; none in a message."""
    return [] if _ENGLISH.fullmatch(text) else _CHINESE_WORD.findall(_CLASS.sub("", text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("来源", ["来源"]),
        (r"(?:发布|见报)\s*时间", ["发布", "见报", "时间"]),
        (r"[年月日]\d", []),
        ("a date with 来源 beside it", []),
    ],
)
def test_a_chinese_word_is_seen(text: str, found: list[str]) -> None:
    assert chinese_words(text) == found


def test_the_words_that_pages_are_read_by_stand_in_one_file() -> None:
    extraction = modules("panan_spider/extract")
    assert len(extraction) > 10
    wrong = {
        f"{module.where}:{text.lineno}": found
        for module in extraction
        for text in strings(module.tree)
        if (found := chinese_words(str(text.value)))
    }
    assert not wrong


def test_every_list_of_words_is_used_and_says_each_once() -> None:
    code = "".join(module.text for module in modules("panan_spider/extract"))
    lists = tomllib.loads(read(_LISTS))
    assert len(lists) > 50
    assert not [name for name in lists if not re.search(rf"[\"']{name}[\"']", code)]
    twice = {
        name: word
        for name, entry in lists.items()
        for word, count in Counter((*entry.get("words", ()), *entry.get("forms", ()))).items()
        if count > 1
    }
    assert not twice
    sets = Counter(frozenset((*entry.get("words", ()), *entry.get("forms", ()))) for entry in lists.values())
    assert not [words for words, count in sets.items() if count > 1]
