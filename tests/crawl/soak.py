"""`make soak`: a large demo site, random kills and faults for some minutes, then runs to a good end; what was lost?

Exit code 0 where nothing was lost, repeated or torn. The dice are seeded: `--seed` gives another hour of bad luck.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import harness

from demo_site.faults import parse
from demo_site.proxy import ProxyServer, serve
from demo_site.sections import BY_KEY
from demo_site.site import Site

#: None of these says a lasting untruth about a page, so a good run afterwards must make good all of them.
FAULTS = (
    "drop%20", "truncated%20", "empty-body%20", "wrong-length%20", "server-errors:2%30", "always-5xx%10",
    "rate-limit%10", "login%5", "challenge%5", "maintenance%2@/system/", "robots-5xx", "redirect-loop%5",
)  # fmt: skip
SETTINGS = {"PANAN_RETRY_BASE": 0.05, "PANAN_RETRY_CAP": 0.5, "RETRY_TIMES": 2, "DOWNLOAD_TIMEOUT": 5}
MOST_LAST_RUNS = 10


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def one_run(server: ProxyServer, data: Path, seconds: float | None) -> int | None:
    """A run; killed after `seconds`, where given. Its exit code, None where a kill ended it."""
    # To a file: nobody reads the pipe while the run lasts.
    process = harness.start(server.url, data, None, SETTINGS, extra=["--logfile", str(data.parent / "soak.log")])
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        harness.kill(process)
        process.communicate()
        return None
    finally:
        harness.kill(process)
    return process.returncode


def torment(server: ProxyServer, data: Path, dice: random.Random, until: float) -> Counter[str]:
    """Runs among faults, each killed at a random moment if it lasts that long. How they ended."""
    ends: Counter[str] = Counter()
    while (left := until - time.monotonic()) > 0:
        faults = dice.sample(FAULTS, dice.choice((0, 1, 1, 2, 3)))
        server.faults[:] = [parse(fault) for fault in faults]
        stays = min(left, 0.5 + dice.expovariate(1 / max(5.0, min(25.0, left / 4))))
        code = one_run(server, data, stays)
        ends["killed" if code is None else f"exit {code}"] += 1
        print(
            f"{max(0, left - stays):5.0f} s left · {stays:5.1f} s · {code} · {lines(data)} lines · {' '.join(faults)}",
            flush=True,
        )
    return ends


def lines(data: Path) -> int:
    path = data / "articles.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def to_a_good_end(server: ProxyServer, data: Path) -> int | None:
    """Runs on a healthy site until one is content. Its exit code, 0, or the last one's."""
    server.faults.clear()
    for number in range(1, MOST_LAST_RUNS + 1):
        code = one_run(server, data, None)
        print(f"run {number} without faults · exit {code} · {lines(data)} lines", flush=True)
        if code == 0:
            break
    return code


def reachable(site: Site) -> set[str]:
    """The articles that some list page names: a section without a pager shows its first page alone."""
    found = set()
    for key, section in BY_KEY.items():
        shown = section.size if section.pager == "none" else None
        found |= {slot.id for slot in site.listing(key)[:shown]}
    return found


def damage(server: ProxyServer, data: Path) -> dict[str, list[str]]:
    """By name, what is not as it must be."""
    raw = (data / "articles.jsonl").read_bytes()
    torn, articles = [] if raw.endswith(b"\n") else ["the last line"], []
    for number, line in enumerate(raw.splitlines(), 1):
        try:
            articles.append(json.loads(line))
        except ValueError:
            torn.append(f"line {number}")
    times = Counter(article["id"] for article in articles)
    expected, known = reachable(server.site), {record.id for record in server.site.records}
    warcs = sorted(map(str, (data / "warc").glob("*.warc.gz")))
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *warcs], capture_output=True, check=False)
    words = [sys.executable, "-m", "scrapy", "reparse", "--data-dir", str(data)]
    again = subprocess.run(words, cwd=harness.ROOT, capture_output=True, text=True, check=False)
    whole = f"{len(times)} the same, 0 changed" in again.stdout and again.returncode == 0
    return {
        "lost": sorted(expected - times.keys()),
        "repeated": sorted(number for number, count in times.items() if count > 1),
        "never on the site": sorted(times.keys() - known),
        "torn lines": torn,
        "WARC files not whole": [] if checked.returncode == 0 else [checked.stdout.decode()[-500:]],
        "not what the raw pages say": [] if whole else [again.stdout[-500:] + again.stderr[-500:]],
    }


def main() -> int:
    given = options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    site = Site.build(given.seed, given.articles)
    with tempfile.TemporaryDirectory(prefix="panan-soak-") as folder, serve(site, []) as server:
        data = Path(folder) / "data"
        ends = torment(server, data, random.Random(given.seed), time.monotonic() + 60 * given.minutes)
        print("ended: " + ", ".join(f"{count} {end}" for end, count in sorted(ends.items())))
        code = to_a_good_end(server, data)
        found = damage(server, data)
        print(
            f"{len(site.records)} articles on the site, {len(reachable(site))} of them in a list page, {lines(data)} lines"
        )
        for name, wrong in found.items():
            print(f"{name}: {f'{len(wrong)}: ' + ', '.join(wrong[:20]) if wrong else 'nothing'}")
    return int(code != 0 or any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
