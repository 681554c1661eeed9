"""`make soak`: a large demo site, random kills, faults and lies for some minutes, then runs to a good end; prints what was lost.

Exit code 0 where nothing was lost, repeated, torn or changed, and no run ended with 0 in silence about an article that the
archive lacked. The dice are seeded: `--seed` gives other dice.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # demo_site is in the checkout only

import harness
import soak_check

from demo_site.faults import parse
from demo_site.faults.lies import FURTHER_LISTS
from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site

#: Failures that a client can tell from an answer.
FAULTS = (
    "drop%20", "truncated%20", "empty-body%20", "wrong-length%20", "server-errors:2%30", "always-5xx%10",
    "rate-limit%10", "login%5", "challenge%5", "maintenance%2@/system/", "robots-5xx", "redirect-loop%5",
)  # fmt: skip
#: Answers that look good and are false: of lists, and of articles. A later run must take none of them for the truth.
LIES = (
    f"gone%20@{FURTHER_LISTS}", "empty-lists%20", "list-repeats%20", f"redirect-offsite%20@{FURTHER_LISTS}",
    "firewall%5", "firewall:521%5", "gone%5", "gone:410%5", "soft-404%5", "redirect-home%5", "redirect-offsite%5",
    "one-article%5",
)  # fmt: skip
SETTINGS = {"PANAN_RETRY_BASE": 0.05, "PANAN_RETRY_CAP": 0.5, "RETRY_TIMES": 2, "DOWNLOAD_TIMEOUT": 5}
MOST_LAST_RUNS = 10
#: Runs that are stopped by SIGTERM, and killed when they have not ended within seconds of it, 0 to this.
TERMED, PATIENCE = 0.25, 2.0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the archive is made and stays")
    return parser.parse_args()


class Soak:
    """One soak: the site served, the archive in `data`, and the dice."""

    def __init__(self, server: ProxyServer, data: Path, seed: int) -> None:
        self.server, self.data, self.dice = server, data, random.Random(seed)
        self.log = data.parent / "soak.log"
        self.ends: Counter[str] = Counter()

    def torment(self, until: float) -> None:
        """Runs among faults, each ended at a random moment if it lasts that long."""
        while (left := until - time.monotonic()) > 0:
            faults = self.dice.sample(FAULTS, self.dice.choice((0, 0, 1, 1, 2)))
            faults += self.dice.sample(LIES, self.dice.choice((0, 0, 1, 1, 2)))
            self.server.faults[:] = [parse(fault) for fault in faults]
            stays, began = min(left, self._stay()), time.monotonic()
            end = self.run(stays)
            self.ends[end] += 1
            lasted = time.monotonic() - began
            print(f"{left:5.0f} s left · {lasted:5.1f} s · {end} · {self.lines} lines · {' '.join(faults)}", flush=True)

    def _stay(self) -> float:
        """Seconds: half of the runs die while they open the archive or read lists, half among articles."""
        return self.dice.uniform(0.3, 6) if self.dice.random() < 0.5 else self.dice.uniform(6, 36)

    def run(self, seconds: float | None, args: Mapping[str, object] | None = None) -> str:
        """A run, ended after `seconds` where given; how it ended."""
        # To a file: nobody reads the pipe while the run lasts.
        process = harness.start(self.server.url, self.data, args, SETTINGS, extra=["--logfile", str(self.log)])
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return self._end(process)
        finally:
            harness.kill(process)
        return f"exit {process.returncode}"

    def _end(self, process: "subprocess.Popen[str]") -> str:
        asked = self.dice.random() < TERMED
        if asked:
            harness.kill(process, signal.SIGTERM)
            try:
                process.communicate(timeout=self.dice.uniform(0, PATIENCE))
                return f"SIGTERM, exit {process.returncode}"
            except subprocess.TimeoutExpired:
                pass
        harness.kill(process)
        process.communicate()
        return "SIGTERM, then kill -9" if asked else "kill -9"

    def to_a_good_end(self) -> bool:
        """Runs on a healthy site until one is content; whether one was."""
        self.server.faults.clear()
        for number in range(1, MOST_LAST_RUNS + 1):
            end = self.run(None)
            print(f"run {number} without faults · {end} · {self.lines} lines", flush=True)
            if end == "exit 0":
                return self._recheck()
        return False

    def _recheck(self) -> bool:
        """A run that requests every article again: what a lie has put into quarantine is read; whether all is well."""
        end = self.run(None, {"full": "true", "recheck": "all"})
        print(f"full=true recheck=all · {end} · {self.lines} lines", flush=True)
        return end == "exit 0"

    @property
    def lines(self) -> int:
        path = self.data / "articles.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0


def main() -> int:
    given = options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    site = Site.build(given.seed, given.articles)
    with ExitStack() as stack:
        folder = given.keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="panan-soak-"))
        server = stack.enter_context(serve(site, []))
        soak = Soak(server, Path(folder) / "data", given.seed)
        soak.torment(time.monotonic() + 60 * given.minutes)
        print("ended: " + ", ".join(f"{count} {end}" for end, count in sorted(soak.ends.items())))
        good = soak.to_a_good_end()
        for line in soak_check.repairs(soak.log):
            print(line)
        print(f"{len(site.slots)} articles on the site, {soak.lines} lines in the archive")
        found = soak_check.damage(site, soak.data)
        for name, wrong in found.items():
            print(f"{name}: {f'{len(wrong)}: ' + ', '.join(wrong[:20]) if wrong else 'nothing'}")
    return int(not good or any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
