"""`python -m demo_site`: serve the made-up site until interrupted; prints one line, the proxy's address."""

import argparse
import signal
import threading

from demo_site.counties import COUNTIES
from demo_site.faults import FAULTS, parse
from demo_site.proxy import serve
from demo_site.site import Site


def main(args: list[str] | None = None) -> int:
    """Serve. Returns 0 when told to stop."""
    parser = _parser()
    given = parser.parse_args(args)
    try:
        faults = [parse(spec) for spec in given.fault]
        site = Site.build(given.seed, given.articles, COUNTIES[given.site])
        site.validates_lists = given.list_validators
    except ValueError as error:
        parser.error(str(error))
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with serve(site, faults, port=given.port) as server:
            print(server.url, flush=True)
            stop.wait()
    except (OSError, OverflowError) as error:
        parser.error(f"port {given.port}: {error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo_site", description=__doc__)
    for option, default in (("--port", 0), ("--articles", 420), ("--seed", 1)):
        parser.add_argument(option, type=int, default=default)
    parser.add_argument("--site", choices=sorted(COUNTIES), default="panan")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:ARG][%SHARE][@REGEX]",
        help=f"one of {', '.join(sorted(FAULTS))}",
    )
    parser.add_argument("--list-validators", action="store_true", help="send ETag and Last-Modified with lists, too")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
