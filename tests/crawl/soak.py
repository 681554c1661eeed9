"""`make soak`: a large demo site, random kills and faults for some minutes, then runs to a good end; what was lost?

Exit code 0 where nothing was lost, repeated, torn or changed. The dice are seeded: `--seed` gives another hour of bad luck.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import harness
import soak_check

from demo_site.faults import parse
from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site

#: None of these says a lasting untruth about a page, so a good run afterwards must make good all of them.
FAULTS = (
    "drop%20", "truncated%20", "empty-body%20", "wrong-length%20", "server-errors:2%30", "always-5xx%10",
    "rate-limit%10", "login%5", "challenge%5", "maintenance%2@/system/", "robots-5xx", "redirect-loop%5",
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
            faults = self.dice.sample(FAULTS, self.dice.choice((0, 1, 1, 2, 3)))
            self.server.faults[:] = [parse(fault) for fault in faults]
            stays, began = min(left, self._stay()), time.monotonic()
            end = self.run(stays)
            self.ends[end] += 1
            lasted = time.monotonic() - began
            print(f"{left:5.0f} s left · {lasted:5.1f} s · {end} · {self.lines} lines · {' '.join(faults)}", flush=True)

    def _stay(self) -> float:
        """Seconds: half of the runs die while they open the archive or read lists, half among articles."""
        return self.dice.uniform(0.3, 6) if self.dice.random() < 0.5 else self.dice.uniform(6, 36)

    def run(self, seconds: float | None) -> str:
        """A run, ended after `seconds` where given; how it ended."""
        # To a file: nobody reads the pipe while the run lasts.
        process = harness.start(self.server.url, self.data, None, SETTINGS, extra=["--logfile", str(self.log)])
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
                return True
        return False

    @property
    def lines(self) -> int:
        path = self.data / "articles.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0


def main() -> int:
    given = options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    site = Site.build(given.seed, given.articles)
    with tempfile.TemporaryDirectory(prefix="panan-soak-") as folder, serve(site, []) as server:
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
