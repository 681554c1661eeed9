"""Review of held revisions: what one fault of a site would make of many articles is not believed; a correction is."""

from pathlib import Path
from time import process_time
from typing import Any

import pytest
from store_helpers import an_article, an_exchange, lines_of, url_of
from store_runs import Runs

from panan_spider.archive.ledger.stored_articles import HeldState
from panan_spider.archive.revision_review import Change, HeldReview, is_teaser, rejections
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, Paragraph
from panan_spider.pipelines import review_reading
from panan_spider.sites.profile import load_site
from panan_spider.sites.thresholds import Thresholds

SITE = load_site()
TEXT = "\n".join(f"第{number}段，村民在例山茶园采茶，今年收成很好。" for number in range(6))


def a_change(number: int, text: str, *, confirmed: bool = False, same: int = 0, content: str | None = None) -> Change:
    old = {"text": TEXT, "content_hash": f"old {number}"}
    new = {"text": text, "content_hash": content or f"new {number}"}
    return Change(f"{number:09d}", old, new, confirmed, same)


def corrected(count: int, *, confirmed: bool = False) -> list[Change]:
    return [a_change(number, f"更正{number}\n{TEXT}", confirmed=confirmed) for number in range(count)]


def test_corrections_are_believed() -> None:
    assert rejections(corrected(9), asked=9, limits=Thresholds()) == {}
    assert rejections(corrected(10), asked=50, limits=Thresholds()) == {}


def test_many_changes_in_one_run_are_not_until_a_later_run_reads_the_same() -> None:
    assert len(rejections(corrected(10), asked=49, limits=Thresholds())) == 10
    assert rejections(corrected(10, confirmed=True), asked=49, limits=Thresholds()) == {}


def test_half_of_a_few_routine_rechecks_that_change_are_a_fault_of_the_site() -> None:
    """A night by age asks for few articles: an error page in the frame of the site must not need ten of them."""
    changes = corrected(5)
    routine = [change.article_id for change in changes]
    assert len(rejections(changes, asked=10, limits=Thresholds(), routine=[*routine, *"abcde"])) == 5
    assert rejections(changes, asked=11, limits=Thresholds(), routine=[*routine, *"abcdef"]) == {}
    assert rejections(changes[:4], asked=4, limits=Thresholds(), routine=routine[:4]) == {}
    assert rejections(changes, asked=5, limits=Thresholds()) == {}, "lists showed them otherwise"


def test_one_content_for_three_articles_is_never_believed() -> None:
    error = [a_change(number, "页面找不到了", content="one") for number in range(3)]
    assert len(rejections(error, asked=1000, limits=Thresholds())) == 3
    again = [a_change(number, "页面找不到了", content="one", confirmed=True) for number in range(3)]
    assert len(rejections(again, asked=1000, limits=Thresholds())) == 3
    assert len(rejections([a_change(1, "另一篇的正文", same=2)], asked=1000, limits=Thresholds())) == 1


def test_one_content_for_two_articles_is_believed_when_a_later_run_reads_the_same() -> None:
    for two in ([a_change(n, "转载的正文", content="one") for n in range(2)], [a_change(1, "转载的正文", same=1)]):
        assert len(rejections(two, asked=1000, limits=Thresholds())) == len(two)
    assert rejections([a_change(1, "转载的正文", same=1, confirmed=True)], asked=1000, limits=Thresholds()) == {}


def test_one_text_for_three_articles_is_not_believed_under_different_titles() -> None:
    error = [a_change(number, "页面找不到了") for number in range(3)]
    assert len(rejections(error, asked=1000, limits=Thresholds())) == 3


def test_several_texts_cut_to_half_are_not_believed_until_a_later_run_reads_the_same() -> None:
    def cut(confirmed: bool = False) -> list[Change]:
        return [a_change(number, f"只剩{number}", confirmed=confirmed) for number in range(5)]

    assert len(rejections(cut(), asked=1000, limits=Thresholds())) == 5
    assert rejections(cut()[:4], asked=1000, limits=Thresholds()) == {}
    assert rejections(cut(confirmed=True), asked=1000, limits=Thresholds()) == {}


@pytest.mark.parametrize(
    "link", ["打开客户端阅读全文", "点击下载“例县发布”APP", "查看全文>>", "扫码进入客户端，看更多"]
)
def test_a_teaser_is_no_revision_on_any_night(link: str) -> None:
    first = TEXT.split("\n")[0]
    assert is_teaser({"text": TEXT}, {"text": f"{first}\n{link}"})
    assert is_teaser({"text": TEXT}, {"text": f"{first[:12]}……\n{link}"})
    assert is_teaser({"text": TEXT}, {"text": first}, lambda: f"<a>{link}</a>")
    assert len(rejections([a_change(1, f"{first}\n{link}", confirmed=True)], asked=1000, limits=Thresholds())) == 1


def test_a_text_that_was_shortened_is_no_teaser() -> None:
    first, *_rest = TEXT.split("\n")
    assert not is_teaser({"text": TEXT}, {"text": first})
    assert not is_teaser({"text": TEXT}, {"text": f"改写的第一段\n{first}\n打开客户端阅读全文"})
    assert not is_teaser({"text": f"{TEXT}\n打开客户端阅读全文"}, {"text": f"{TEXT}\n查看全文"})


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def ask(runs: Runs, number: int, text: str, **more: Any) -> Article | None:
    """The site shows article `number` with `text`; it is stored where it is new."""
    place = runs.archive.write_response(an_exchange(url_of(number), text.encode()))
    runs.archive.places[url_of(number)] = place
    runs.archive.validators[url_of(number)] = (f'"{text[:5]}"', None)
    runs.memory.discovered(url_of(number), "article", f"{number:09d}")
    blocks = [Paragraph(text=line) for line in text.split("\n")]
    article = an_article(
        number,
        text=text,
        blocks=blocks,
        warc=place,
        content_hash=f"sha256:{hash((number, text)) % (1 << 64):064x}",
        **more,
    )
    ready, _reason = review_reading(runs.archive, SITE, article)
    if ready is not None:
        runs.archive.store_all([(ready, Outcome.STORED)])
    return ready


def texts(runs: Runs) -> list[tuple[str, int, str]]:
    return [(line["id"], line["revision"], line["text"]) for line in lines_of(runs.folder / "articles.jsonl")]


def test_a_correction_is_held_and_stored_at_the_runs_end(runs: Runs) -> None:
    ask(runs, 1, TEXT)
    runs.next()
    ask(runs, 1, f"更正\n{TEXT}")
    assert len(texts(runs)) == 1 and runs.memory.counts == {}
    assert HeldReview(runs.archive, Thresholds()).run() == (1, 0)
    assert texts(runs)[1] == ("000000001", 2, f"更正\n{TEXT}")
    assert runs.memory.counts == {Outcome.REVISED: 1}
    known = runs.archive.ledger.articles.latest("000000001")
    assert known is not None and (known.revision, known.etag) == (2, '"更正\n第0"')
    assert HeldReview(runs.archive, Thresholds()).run() == (0, 0)


def test_what_a_killed_run_held_the_next_one_judges_and_may_ask_again(runs: Runs) -> None:
    for number in range(3):
        ask(runs, number, TEXT + str(number))
    runs.next()
    ask(runs, 0, f"更正\n{TEXT}")
    runs.next(how="dead")
    assert HeldReview(runs.archive, Thresholds()).run() == (1, 0)
    assert [revision for _id, revision, _text in texts(runs)] == [1, 1, 1, 2]
    assert runs.memory.counts == {}
    runs.memory.settle(url_of(0), Outcome.UNCHANGED)  # the answer to this run's own request: 304
    assert runs.memory.counts == {Outcome.UNCHANGED: 1}


def test_an_error_page_for_all_is_quarantined_asked_again_and_gone_once_the_site_is_well(runs: Runs) -> None:
    for number in range(12):
        ask(runs, number, TEXT + str(number))
    for _night in range(3):
        runs.next()
        for number in range(12):
            ask(runs, number, "抱歉，页面找不到了")
        assert HeldReview(runs.archive, Thresholds()).run() == (0, 12)
        assert runs.memory.counts == {Outcome.INVALID: 12}
        known = runs.archive.ledger.articles.latest("000000001")
        assert known is not None and known.etag == f'"{TEXT[:5]}"', "the validators of the error page are not kept"
    assert len(texts(runs)) == 12
    runs.next()
    assert len(runs.asked_again()) == 12
    for number in range(12):
        ask(runs, number, TEXT + str(number))
    assert runs.memory.counts == {Outcome.UNCHANGED: 12}
    runs.next()
    assert runs.asked_again() == []


def test_a_redesign_is_stored_on_the_second_night(runs: Runs) -> None:
    for number in range(12):
        ask(runs, number, TEXT + str(number))
    runs.next()
    for number in range(12):
        ask(runs, number, f"新版{number}\n{TEXT}")
    assert HeldReview(runs.archive, Thresholds()).run() == (0, 12)
    runs.next()
    for number in range(12):
        ask(runs, number, f"新版{number}\n{TEXT}")
    assert HeldReview(runs.archive, Thresholds()).run() == (12, 0)
    assert [revision for _id, revision, _text in texts(runs)] == [1] * 12 + [2] * 12


def test_the_same_night_is_no_second_one(runs: Runs) -> None:
    for number in range(12):
        ask(runs, number, TEXT + str(number))
    runs.next()
    for number in range(12):
        ask(runs, number, f"新版{number}\n{TEXT}")
    runs.next(how="dead")
    assert HeldReview(runs.archive, Thresholds()).run() == (0, 12)
    for number in range(12):
        ask(runs, number, f"新版{number}\n{TEXT}")
    assert HeldReview(runs.archive, Thresholds()).run() == (0, 12), "one run judged both readings"


@pytest.mark.parametrize(
    ("shown", "is_stored"),
    [
        ("样例乡的茶园开园了", False),
        ("某个样例的标题", True),
        ("某个样例…", True),
        ("某个样例的标题（图）", True),
    ],
)
def test_a_new_article_that_shows_what_lists_show_of_another_is_not_stored(
    runs: Runs, shown: str, is_stored: bool
) -> None:
    """Its address gives the page of another article; a reprint is called as its page is."""
    title = "某个样例的标题"
    runs.memory.shown("书记", {"000000001": f"2020-03-07 {title}", "000000002": f"2020-03-08 {shown}"})
    found = []
    for number in (1, 2):
        place = runs.archive.write_response(an_exchange(url_of(number)))
        runs.memory.discovered(url_of(number), "article", f"{number:09d}")
        article = an_article(number, title=title, warc=place, content_hash=f"sha256:{5:064x}")
        ready, _reason = review_reading(runs.archive, SITE, article)
        if ready is not None:
            runs.archive.store_all([(ready, Outcome.STORED)])
        found.append(ready is not None)
    assert found == [True, is_stored]


def test_new_articles_are_stored_until_the_third_with_one_content(runs: Runs) -> None:
    def new(number: int) -> Article | None:
        place = runs.archive.write_response(an_exchange(url_of(number)))
        runs.memory.discovered(url_of(number), "article", f"{number:09d}")
        ready, _reason = review_reading(
            runs.archive, SITE, an_article(number, warc=place, content_hash=f"sha256:{5:064x}")
        )
        if ready is not None:
            runs.archive.store_all([(ready, Outcome.STORED)])
        return ready

    assert [new(number) is not None for number in range(4)] == [True, True, False, False]
    runs.next()
    # The two that are stored, too: one of them may stand where the other should.
    assert runs.asked_again() == ["000000000", "000000001", "000000002", "000000003"]
    assert runs.memory.is_twin("000000001")
    runs.settle(1, Outcome.UNCHANGED)
    assert not runs.memory.is_twin("000000001") and "000000001" not in runs.asked_again()
    assert not runs.memory.settled("000000002")
    assert new(2) is None


def test_a_stored_article_that_is_gone_while_listed_is_removed_on_the_second_night(runs: Runs) -> None:
    ask(runs, 1, TEXT)
    for _night in range(2):
        runs.next()
        runs.memory.listed("书记", [("000000001", url_of(1), None)])
        runs.settle(1, Outcome.GONE)
        runs.archive.close({})
    assert [len(ledger_removals(runs, run)) for run in (2, 3)] == [0, 1]


@pytest.mark.parametrize(("count", "removed"), [(2, 2), (30, 0)])
def test_one_that_is_gone_in_the_sites_words_is_removed_at_once_unless_many_are(
    runs: Runs, count: int, removed: int
) -> None:
    for number in range(1, count + 1):
        ask(runs, number, f"{TEXT}{number}")
    for _night in range(2):
        runs.next()
        for number in range(1, count + 1):
            runs.memory.listed("书记", [(f"{number:09d}", url_of(number), None)])
            runs.settle(number, Outcome.GONE, reason="leads to http://www.panews.cn/")
        HeldReview(runs.archive, Thresholds()).run()
    runs.archive.close({})
    assert [len(ledger_removals(runs, run)) for run in (2, 3)] == [removed, count - removed]


def test_counting_the_stored_articles_a_run_asked_for_costs_linear_time(runs: Runs) -> None:
    count = 3_000
    with runs.archive.ledger.write():
        runs.archive.store_all([(an_article(number), Outcome.STORED) for number in range(1, count + 1)])
    runs.next()
    with runs.archive.ledger.write():
        for number in range(1, count + 1):
            runs.settle(number, Outcome.UNCHANGED)
    began = process_time()
    assert runs.archive.ledger.held.asked(2) == count
    assert process_time() - began < 0.3


def test_one_that_no_list_names_is_removed_at_once_and_one_that_is_back_never_was(runs: Runs) -> None:
    ask(runs, 1, TEXT)
    ask(runs, 2, TEXT + "2")
    runs.next()
    runs.memory.listed("书记", [("000000002", url_of(2), None)])
    runs.settle(1, Outcome.GONE)
    runs.settle(2, Outcome.GONE)
    assert [record["id"] for record in runs.archive.removed()] == ["000000001"]
    runs.next()
    assert "000000002" in runs.asked_again()
    runs.settle(2, Outcome.UNCHANGED)
    runs.next()
    runs.memory.listed("书记", [("000000002", url_of(2), None)])
    runs.settle(2, Outcome.GONE)
    assert runs.archive.removed() == []


def ledger_removals(runs: Runs, run: int) -> list[Any]:
    from panan_spider.archive.ledger.ledger import Ledger

    ledger = Ledger.read_only(runs.folder / "ledger.sqlite")
    try:
        return ledger.queries.gone(run)
    finally:
        ledger.close()


def test_a_held_page_is_accounted_for(runs: Runs) -> None:
    ask(runs, 1, TEXT)
    runs.next()
    ask(runs, 1, f"更正\n{TEXT}")
    row = runs.archive.ledger.held.get("000000001")
    assert row is not None and row.state is HeldState.WAITING
    runs.archive.close({})
    findings = [str(finding) for finding in ArchiveCheck(runs.folder).findings()]
    assert not [finding for finding in findings if "accounts for" in finding], findings
