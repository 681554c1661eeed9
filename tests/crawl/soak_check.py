"""What a soak may not have done to an archive: every loss, repetition, tear and untruth, by name."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import harness

from demo_site.site import Site
from panan_spider.archive.ledger.database import ARTICLES
from panan_spider.archive.ledger.ledger import Ledger

#: What a line says of the archive, not of the page; and two that depend on the night: an article on both hosts can be
#: stored under either address, and a list that failed that night is read in another, and kept in the ledger.
OWN = frozenset({"revision", "content_hash", "fetched_at", "warc", "schema_version", "url", "listed_in"})
#: What opening the archive says of a dead run, with its numbers taken out.
_REPAIRS = ("torn end", "not yet marked", "died without a report", "holds no whole record", "set aside", "damaged")


def repairs(log: Path) -> list[str]:
    """How often opening the archive had to put what right."""
    notes = [line for line in log.read_text("utf-8").splitlines() if ": archive: " in line]
    counts = Counter(next((words for words in _REPAIRS if words in note), note) for note in notes)
    return [f"on opening: {count} times {what!r}" for what, count in sorted(counts.items())]


def damage(site: Site, data: Path) -> dict[str, list[str]]:
    """By name, what is not as it must be: the newest revision of every article as its editors know it, none repeated."""
    torn, articles = _read(data / "articles.jsonl")
    newest = harness.newest(articles)
    return {
        "lost": sorted(site.slots.keys() - newest.keys()),
        "repeated": list(repeated(articles)),
        "never on the site": sorted(newest.keys() - site.slots.keys()),
        "torn lines": torn,
        "fields that differ from the site's": list(_differing(site, newest.values())),
        "WARC files not whole": _unsound(data),
        "not what the raw pages say": _misread(data, len(newest)),
        "sums that do not match": _unbalanced(data),
        "missing though a run ended 0": list(unnamed(site.slots.keys(), articles, reports(data))),
        "where the ledger disagrees": list(_disagreeing(site, data, newest.values())),
    }


def repeated(articles: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Revisions that are stored twice, that do not follow the one before, or that have its content."""
    before: dict[str, tuple[int, str]] = {}
    for article in articles:
        number, revision, content = article["id"], article["revision"], article["content_hash"]
        last, old = before.get(number, (0, ""))
        if revision != last + 1 or content == old:
            yield f"{number}, revision {revision} after {last}"
        before[number] = revision, content


def _read(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    raw = path.read_bytes()
    torn, articles = [] if raw.endswith(b"\n") else ["the last line"], []
    for number, line in enumerate(raw.splitlines(), 1):
        try:
            articles.append(json.loads(line))
        except ValueError:
            torn.append(f"line {number}")
    return torn, articles


def _differing(site: Site, articles: Iterable[dict[str, Any]]) -> Iterator[str]:
    for article in articles:
        if article["id"] in site.slots:
            wanted = site.expected(site.record(article["id"]))
            wrong = [name for name, value in wanted.items() if name not in OWN and article[name] != value]
            wrong += ["url"] * (article["url"] not in site.addresses(article["id"]))
            wrong += ["listed_in"] * (not set(article["listed_in"]) <= set(wanted["listed_in"]))
            if wrong:
                yield f"{article['url']}: {' '.join(wrong)}"


def _unsound(data: Path) -> list[str]:
    files = sorted(map(str, (data / "warc").glob("*.warc.gz")))
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *files], capture_output=True, check=False)
    return [] if files and checked.returncode == 0 else [checked.stdout.decode()[-500:] or "no WARC file"]


def _misread(data: Path, count: int) -> list[str]:
    words = [sys.executable, "-m", "scrapy", "reparse", "--data-dir", str(data)]
    again = subprocess.run(words, cwd=harness.ROOT, capture_output=True, text=True, check=False)
    same = f"{count} the same, 0 changed" in again.stdout and again.returncode == 0
    return [] if same else [again.stdout[-500:] + again.stderr[-500:]]


def reports(data: Path) -> list[dict[str, Any]]:
    """The reports of all crawls that ended, oldest first."""
    found = [json.loads(path.read_text("utf-8")) for path in (data / "runs").glob("*.json")]
    return sorted((one for one in found if one.get("command") == "crawl"), key=lambda one: str(one["finished"]))


def unnamed(
    numbers: Iterable[str], articles: Iterable[dict[str, Any]], ended: Iterable[dict[str, Any]]
) -> Iterator[str]:
    """Articles of the site that were not stored when a run ended with 0, and that no report up to then names as a gap."""
    first_stored: dict[str, str] = {}
    for article in articles:
        first_stored.setdefault(article["id"], article["fetched_at"])
    wanted, named = set(numbers), set[str]()
    for report in ended:
        named |= {gap["article_id"] for gap in report["gaps"] if gap["article_id"]}
        if report["exit_code"] != 0 or report["gaps_count"] > len(report["gaps"]):
            continue
        stored = {number for number, at in first_stored.items() if at <= report["finished"]}
        if silent := sorted(wanted - stored - named):
            yield f"run {report['run']}: {len(silent)} articles, {', '.join(silent[:5])}"


def _unbalanced(data: Path) -> list[str]:
    reports = sorted((data / "runs").glob("*.json"))
    found = [path.stem for path in reports if json.loads(path.read_text("utf-8"))["sums_match"] is not True]
    return found if reports else ["no report"]


def _disagreeing(site: Site, data: Path, articles: Collection[dict[str, Any]]) -> Iterator[str]:
    """Each stored article's line, its lists, and the books: all closed, nothing left to be asked for."""
    ledger = Ledger.read_only(data / "ledger.sqlite")
    try:
        if (count := ledger.articles.count()) != len(articles):
            yield f"{count} articles in the ledger"
        if (until := ledger.marks.until(ARTICLES)) != (size := (data / "articles.jsonl").stat().st_size):
            yield f"marked until byte {until} of {size}"
        for article in articles:
            known = ledger.articles.latest(article["id"])
            if known is None or (known.url, known.content_hash) != (article["url"], article["content_hash"]):
                yield f"{article['url']}: {known}"
            wanted = tuple(site.expected(site.record(article["id"]))["listed_in"])
            if ledger.articles.listed_in(article["id"]) != wanted:
                yield f"{article['url']}: not listed in {wanted}"
        yield from (f"still to be asked for: {left.url}" for left in ledger.queries.unsettled())
        yield from (f"run {run} never ended" for _number, run in ledger.runs.dead())
        unsettled = "SELECT run, url FROM fates f JOIN addresses a ON a.number = f.address WHERE f.outcome IS NULL"
        yield from (f"run {run}: no outcome of {url}" for run, url in ledger._db.rows(unsettled))
    finally:
        ledger.close()
