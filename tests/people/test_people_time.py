"""The mentions of a text are found in processor time in proportion to its length, whatever repeats in it."""

import time
from collections.abc import Iterator

import pytest
from gold import people_of

from panan_spider.publish.people import offices

NAMED = "县长王示例"
TOKENS = (
    "县长王示例", "县长王示例指出，", "县长王示例指出", "王示例", "县长王示例调研，王示例说。", "县长王示例、", "县长王示例等县领导", "王示例等县领导",
    "等县领导", "王示例、", "县长王示例到样例镇、", "到样例镇、", "前往样例镇、", "调研并带领", "，并", "，并调研", "阿里木·", "县长王示例会见厅长", "同志",
    "随即", "山", "、", "县长王示例带领", "县长王示例陪同", "带领", "县长", "县委",
)  # fmt: skip
#: Characters of the two texts compared, and processor seconds below which the longer one is linear enough.
SHORT, LONG, NOTHING = 1_000, 6_000, 0.1


def seconds(text: str) -> float:
    started = time.process_time()
    people_of(text)
    return time.process_time() - started


def is_steep(token: str) -> bool:
    """Whether six times the text costs more than twelve times the time, by the least of several tries."""
    long_text, short_text = (NAMED + token * (size // len(token)) for size in (LONG, SHORT))
    if (long := seconds(long_text)) < NOTHING:
        return False
    long = min(long, seconds(long_text))
    return long >= NOTHING and long > 12 * min(seconds(short_text) for _ in range(3))


@pytest.mark.parametrize("token", TOKENS)
def test_no_repeated_token_costs_more_than_its_length(token: str) -> None:
    assert not is_steep(token)


def all_words() -> Iterator[str]:
    for table in offices._DATA.values():
        for words in table.values():
            yield from str(words).split()


def test_no_repeated_word_of_the_grammar_costs_more_than_its_length() -> None:
    assert [word for word in sorted(set(all_words())) if is_steep(word)] == []


def test_a_text_of_many_names_costs_no_more_than_its_length() -> None:
    given = [chr(number) for number in range(0x6B00, 0x6C00)]
    names = [f"王{first}{second}" for first in given[:40] for second in given[:40]]

    def text(count: int) -> str:
        return "".join(f"县长{name}调研。{name}说。" for name in names[:count])

    found = people_of(text(1600))
    assert len(found) > 2000
    assert min(seconds(text(1600)) for _ in range(2)) < 16 * max(0.01, min(seconds(text(200)) for _ in range(3)))
