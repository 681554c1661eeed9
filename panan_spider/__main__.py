"""Console script `panan`: Scrapy's command line with the settings of this project, from any folder."""

import os
import sys

import panan_spider.commands  # noqa: F401  # first: sets the handlers of signals that arrive while the rest is loading


def main() -> None:
    """Run one command; ends the process with its exit code."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "panan_spider.settings"
    from scrapy.cmdline import execute

    sys.argv[0] = "panan"  # the name that messages print
    execute(sys.argv)


if __name__ == "__main__":
    main()
