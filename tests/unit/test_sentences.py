"""Sentences of runs in Chinese: every message of a check, every fault and every reason in the source, read back from English."""

import re
from collections.abc import Iterable

import pytest
from checks_runs import NAMES, TODAY, days_with_gaps, figures, nights, printed, section, seen
from lxml import html
from report_examples import a_gap, a_report, coverage

from panan_spider.archive.ledger.runs_and_walks import DoubtfulUrl
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import CheckResult
from panan_spider.core.translations import RUN
from panan_spider.report.checks.run_checks import ArticleChange, RunContext
from panan_spider.report.evaluation import CHECKS, check_results
from panan_spider.report.exit_code import RunFacts, exit_code_of
from panan_spider.report.faults import Fault, SeenFaults, address_faults, drift_faults, section_faults
from panan_spider.report.report_page import index_page, report_page
from panan_spider.report.vocabulary import LOOK_BACK, is_english, worded
from panan_spider.sites.profile import load_site
from panan_spider.sites.thresholds import Thresholds
from tools import catalogue
from tools.reasons import reasons, sentences

SITE = load_site()
#: Names of formats, files and programs, which are the same in every language.
NAMES_OF_THINGS = frozenset(
    [
        "robots",
        "txt",
        "HTTP",
        "MiB",
        "scrapy",
        "doctor",
        "sections",
        "write",
        "Cookie",
        "ledger",
        "sqlite",
        "articles",
        "jsonl",
        "json",
        "kB",
        "MB",
        "runs",
        "full",
        "true",
        "TZ",
    ]
)
PLACE = re.compile(r"{(\w+)(?::[^}]*)?}")
FIGURES = frozenset(["count", "total", "most", "usual", "days", "runs", "share", "warn", "fail"])


def english(text: str) -> set[str]:
    """English words in a Chinese sentence."""
    return set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES_OF_THINGS


def filled(message: str) -> str:
    """A message as a run records it: figures where they belong, other values in Chinese."""
    values = {name: "12" if name in FIGURES else f"甲{number}" for number, name in enumerate(PLACE.findall(message))}
    return PLACE.sub(lambda place: values[place[1]], message)


MESSAGES = sorted({str(message.id) for message in catalogue.current() if message.context == RUN})


def test_the_catalogue_holds_every_sentence_and_reason_of_the_source() -> None:
    assert set(MESSAGES) == {*sentences(), *reasons()} and len(MESSAGES) > 200


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_read_back_with_all_its_values(message: str) -> None:
    text = filled(message)
    chinese = worded(text, "zh")
    assert english(chinese) == set(), chinese
    kept = set(re.findall(r"甲\d", text)) - (
        {"甲1"} if "not agree" in message else set()
    )  # a verb, which Chinese does without
    assert set(re.findall(r"甲\d", chinese)) == kept, chinese
    assert re.search(r"[\u3400-\u9fff]", chinese) or not re.search("[a-z]{3}", message)


def contexts() -> Iterable[RunContext]:
    """Runs that judge every check, good and bad."""
    quiet = figures(new=2, coverage=printed(40, {"editor": 40, "kicker": 40}))
    past = nights(40, lambda day: figures(day, new=2, coverage=printed(40, {"editor": 40, "kicker": 40})))
    asked = dict.fromkeys(Outcome, 200)
    yield seen()
    yield seen(figures(sections={}), nights(3))
    yield seen(quiet, past, outcomes={Outcome.STORED: 80, Outcome.KNOWN: 900}, statuses={200: 400})
    changes = [ArticleChange(f"{number:09d}", f"sha256:{number}", 10, 900, 1, 3) for number in range(90)]
    bad = figures(
        new=900, coverage=printed(40, {"editor": 0, "kicker": 1}), seconds=99_999.0, peak_mib=9_999.0, redirected=900,
        forbidden=900, moved={"www.a.cn": "www.b.cn", "c.cn": "d.cn"},
        sections={NAMES[0]: section(1, new=2_000).model_copy(update={"by_words": True})},
    )  # fmt: skip
    rhythm = {name: days_with_gaps([1] * 60, TODAY.replace(month=2, day=1)) for name in NAMES}
    yield seen(
        bad, past, outcomes=asked, fresh_quarantine={Outcome.UNKNOWN_LAYOUT: 90}, statuses={403: 300, 200: 100},
        posting_days=rhythm, watched_since=TODAY.replace(year=2025), contents={"sha256:1": 60, "sha256:2": 1}, changes=changes,
        requested=100, unknown_labels={"督导": 2, "统稿": 1},
    )  # fmt: skip
    yield seen(figures(), past, posting_days=rhythm, watched_since=None)


RESULTS = [result for context in contexts() for result in check_results(context)]


def test_every_check_is_judged_good_and_bad() -> None:
    verdicts = {name: {result.verdict for result in RESULTS if result.name == name} for name in CHECKS}
    assert set(verdicts) == {result.name for result in RESULTS}
    assert [name for name, found in verdicts.items() if not found & {"warn", "fail"}] == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_finding_of_a_check_has_its_chinese(name: str) -> None:
    for result in (result for result in RESULTS if result.name == name):
        for text in (result.sentence, result.threshold):
            assert english(worded(text, "zh")) - {"enorth", "www", "cn"} == set(), worded(text, "zh")
            assert worded(text, "en") == text


def every_fault() -> list[Fault]:
    """Faults of addresses with every outcome, of sections with every state, of the layout, and of checks."""
    limits = Thresholds()
    urls = [
        DoubtfulUrl(f"http://甲/{number}", kind, None, outcome, filled(message), listed=True, stored=False)
        for number, (kind, outcome, message) in enumerate(
            (kind, outcome, message)
            for kind in ("article", "list", "section")
            for outcome in Outcome
            for message in ("HTTP {a}", "leads to {a}")
        )
    ]
    states = ("unproven", "capped", "failed", None)
    names = [f"栏目{number}" for number in range(len(states))]
    walks = [{"name": name, "url": "http://甲/", "state": state} for name, state in zip(names, states, strict=True)]
    drift = [filled(message) for message in MESSAGES if message.startswith(("section {a}", "entry page", "no section"))]
    return [
        *address_faults(urls, 10, limits),
        *section_faults([*names, "未走"], walks),
        *drift_faults(drift),
        *(
            Fault(ExitCode.LAYOUT_DRIFT, "check", result.name, result.sentence)
            for result in RESULTS
            if result.verdict == "fail"
        ),
    ]


def test_every_fault_and_every_reason_of_an_exit_code_has_its_chinese() -> None:
    faults = every_fault()
    assert {fault.kind for fault in faults} == {"address", "section", "drift", "check"}
    for fault in faults:
        assert english(worded(fault.reason, "zh")) - {"http", "enorth", "www", "cn"} == set(), fault.reason
    facts = RunFacts(
        outcomes=dict.fromkeys(Outcome, 3), discovered=7, faults=SeenFaults(tuple(faults)), missing={Outcome.INVALID: 2, Outcome.GONE: 4},
        robots_unreachable=("甲",), robots_reasons=("redirected to 乙",), spider_errors=1, item_errors=2, failed_images=3, log_errors=4,
    )  # fmt: skip
    for each in (
        facts,
        RunFacts(finish_reason="shutdown"),
        RunFacts(outcomes=dict.fromkeys(Outcome, 3), discovered=3 * len(Outcome)),
    ):
        chinese = worded(exit_code_of(each)[1], "zh")
        assert english(chinese) - {"http", "enorth", "www", "cn"} == set(), chinese


def test_counts_of_outcomes_in_english_and_chinese() -> None:
    text = "12 listed, 14 no_list · 33 known unread, 2 known missing"
    assert worded(text, "en") == "12 list pages, 14 pages without a list · 33 known unread, 2 known missing"
    assert worded(text, "zh") == "列表页 12，无文章列表 14 · 已知无法读取 33，已知缺失 2"


def test_names_of_a_list_are_parted_as_in_chinese() -> None:
    text = "sections not read to their end: 书记, 乡镇, http://www.panews.cn/; 3 failed"
    assert worded(text, "zh") == "未读到末页的栏目：书记、乡镇、http://www.panews.cn/；失败 3"


def test_errors_of_other_programs_are_named_and_unknown_text_stays() -> None:
    assert worded("TimeoutError: User timeout caused connection failure", "zh") == "请求超时"
    assert worded("nothing that anybody wrote", "zh") == "nothing that anybody wrote"
    assert is_english(worded("nothing that anybody wrote", "zh")) and not is_english("robots.txt 不允许")


@pytest.mark.parametrize(
    "text", ["; ".join(["a since b"] * 400), "(" * 900, ", ".join(["3 x of"] * 900), "at most " * 400]
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    assert worded(text, "zh")


def chinese_page(*results: CheckResult) -> str:
    gaps = [a_gap(number, reason=filled(message)) for number, message in enumerate(MESSAGES)]
    report = a_report(
        checks=list(results), gaps=gaps[:40], gaps_count=40, drift=[filled(message) for message in MESSAGES if message.startswith("section {a}")],
        reason=results[0].sentence, look_back={**a_report().look_back.model_dump(), "asked": {**dict.fromkeys(LOOK_BACK, 1), "age 3": 2}},  # type: ignore[union-attr]
    )  # fmt: skip
    return report_page(report, coverage(), SITE, "zh")


def untranslated(page: str) -> list[str]:
    """Texts of a page in Chinese that are marked as English."""
    return [str(element.text) for element in html.document_fromstring(page).xpath("//*[@lang='en'][not(self::a)]")]


def test_a_page_in_chinese_has_no_english_sentence_and_a_check_without_translation_shows() -> None:
    assert untranslated(chinese_page(*RESULTS)) == []
    unknown = RESULTS[0].model_copy(update={"sentence": "the moon is full"})
    assert untranslated(chinese_page(unknown)) == ["the moon is full"] * 2
    runs = [{"run": "r", "started": "2026-03-07T01:00:00Z", "exit_code": 10, "reason": "3 failed; 2 errors in the log"}]
    runs[0] |= {"command": "crawl", "new": 1, "corrections": 0}
    assert untranslated(index_page(runs, SITE, "zh")) == [] and "日志中有 2 条错误" in index_page(runs, SITE, "zh")
