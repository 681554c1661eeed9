"""`make eval`: every extractor over every page, the tables of docs/evaluation.md made again, changed readings listed. 1 where a peer does better than we."""

import logging
import platform
import sys
import warnings
from importlib.metadata import version

from evaluation import ours, readings, table
from evaluation.cases import HALVES, Case, cases
from evaluation.floors import worse
from evaluation.peers import PEERS, Peer, fresh
from evaluation.scoring import MEASURES, Reading, mean, score


def stay_here(event: str, _arguments: object) -> None:
    """An audit hook: no extractor asks the network for anything."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise PermissionError("the evaluation reaches nothing beyond this machine")


def read(peer: Peer, case: Case) -> Reading:
    """The peer's reading of the page; empty, with a message, where it raises."""
    try:
        return peer.read(case)
    except Exception as error:
        print(f"{peer.name}: {case.name}: {error!r}", file=sys.stderr)
        return Reading()


def better(half: str, own: dict[str, float], peer: Peer, figures: dict[str, float]) -> list[str]:
    """Where the peer does better than panan_spider, a line each."""
    return [
        f"{half}: {peer.name} has {figures[name]} for {name}, panan_spider {own[name]}"
        for name in MEASURES
        if worse(name, own[name], figures[name])
    ]


def main() -> int:
    """Judge, write, compare."""
    sys.addaudithook(stay_here)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    parts, beaten, own = {}, [], ours.all_figures()
    for half in HALVES:
        chosen, rows = cases(half), [table.row(table.OURS, own[half])]
        for peer in PEERS:
            fresh()
            figures = mean([score(case, read(peer, case)) for case in chosen])
            rows.append(table.row(peer.name, figures, peer.offers))
            beaten += better(half, own[half], peer, figures)
        parts[half] = table.compared(rows)
        print(f"\n{half}, {len(chosen)} pages\n{parts[half]}")
    parts["fields"] = table.fields(own)
    packages = dict.fromkeys(["lxml", *(peer.package for peer in PEERS)])
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    parts["versions"] = f"Versions: Python {platform.python_version()}, {versions}."
    pages = readings.subjects()
    parts["readings"] = table.readings(readings.changed(pages))
    print(f"\nreadings that changed since the last evaluation\n{parts['readings']}")
    table.write(parts)
    readings.keep(readings.read_all(pages))
    print("", *beaten, sep="\n")
    return 1 if beaten else 0


if __name__ == "__main__":
    sys.exit(main())
