"""Scrapy's settings, where this project differs from it. Each line says why."""

import os

from scrapy.settings import default_settings

from panan_spider import __contact__, __version__
from panan_spider.core.process import allow_loopback_only, is_loopback_only

BOT_NAME = "panan_spider"
SPIDER_MODULES = ["panan_spider.spiders"]
COMMANDS_MODULE = "panan_spider.commands"  # `scrapy crawl` with a true exit code, `scrapy demo`, …

PANAN_DATA_DIR = os.environ.get("PANAN_DATA_DIR", "data")  # the archive
PANAN_SITES_DIR = os.environ.get("PANAN_SITES_DIR")  # a folder of more site profiles
PANAN_FLEET_DIR = os.environ.get("PANAN_FLEET_DIR", "archives")  # … of each site of a fleet: a folder below this one
PANAN_REPORT_URL = os.environ.get("PANAN_REPORT_URL")  # where the report is posted when the run has ended
PANAN_ON_FAILURE = os.environ.get("PANAN_ON_FAILURE")  # a command to start when the exit code is not 0
PANAN_LOOPBACK_ONLY = is_loopback_only()  # for tests and demos: no connection leaves the machine
PANAN_RETRY_BASE = 2.0  # seconds before the first retry; doubled for each further one
PANAN_RETRY_CAP = 300.0  # seconds no single wait exceeds, Retry-After included


def user_agent(contact: str) -> str:
    """The User-Agent with a web page or mail address that the operators of a site can write to."""
    return f"panan_spider/{__version__} (archive of local news; +{contact})"


PANAN_CONTACT = os.environ.get("PANAN_CONTACT") or __contact__  # your web page or mail address
USER_AGENT = user_agent(PANAN_CONTACT)
ROBOTSTXT_OBEY = True  # obey robots.txt
DOWNLOAD_DELAY = 1.0  # seconds; a county's server is small and the archive is in no hurry
CONCURRENT_ITEMS = 1  # Scrapy starts that many tasks for every response, and a page gives one article
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # one request at a time to each host
AUTOTHROTTLE_ENABLED = True  # slower where the server is slow; never faster than DOWNLOAD_DELAY
AUTOTHROTTLE_START_DELAY = 1.0  # the server's answers set the pace from the first on
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",  # the site's language
}

COOKIES_ENABLED = False  # every reader sees the same pages
REFERER_ENABLED = False  # send no Referer header
TELNETCONSOLE_ENABLED = False  # no open port
REMOTE_CONTROL_ENABLED = False  # no open port
METAREFRESH_ENABLED = False  # whole pages reload themselves; ours follows a page that is nothing but a refresh
REDIRECT_MAX_TIMES = 5  # a loop ends soon

DOWNLOAD_TIMEOUT = 60  # seconds; a hanging server must not hold the night
DOWNLOAD_MAXSIZE = (
    10 * 1024 * 1024
)  # bytes; no page is larger unless something is wrong with it. Raw and unpacked alike: bombs end here
DOWNLOAD_WARNSIZE = 0  # said by the outcome `too_large`, not by a warning
RETRY_TIMES = 4  # waits of 2, 4, 8, 16 seconds
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the outcome says it, once

DOWNLOADER = "panan_spider.middlewares.retry.StoppingDownloader"  # a stopped run asks for nothing more
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the spider asks for nothing twice, and asks again on purpose
LOG_LEVEL = "INFO"  # one line a failure; DEBUG shows every request
LOG_FORMATTER = (
    "panan_spider.extensions.log_formatter.OneLineLogFormatter"  # network errors in one line, their tracebacks at DEBUG
)
FEED_EXPORT_ENCODING = "utf-8"  # Chinese stays readable in `-O`
FEED_EXPORTERS = {  # lists and objects as JSON; Scrapy's write Python's notation
    "csv": "panan_spider.extensions.scrapy_components.JsonCellCsvExporter",
    "xml": "panan_spider.extensions.scrapy_components.JsonCellXmlExporter",
}
STATS_DUMP = False  # the report says it

_lazy = "panan_spider.extensions.scrapy_components"
_optional = {  # Scrapy imports them where they are off, too: 0.25 s of processor a start
    "scrapy.extensions.telnet.TelnetConsole": f"{_lazy}.TelnetConsole",
    "scrapy.extensions.remote_control.RemoteControl": f"{_lazy}.RemoteControl",
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": f"{_lazy}.Cookies",
}
EXTENSIONS_BASE = {_optional.get(path, path): order for path, order in default_settings.EXTENSIONS_BASE.items()}
DOWNLOADER_MIDDLEWARES_BASE = {
    _optional.get(path, path): order for path, order in default_settings.DOWNLOADER_MIDDLEWARES_BASE.items()
}
EXTENSIONS = {
    "panan_spider.extensions.memory_guard.MemoryGuard": 5,  # ends a run out of memory; sees log records before others shorten them
    "panan_spider.extensions.archive_run.ArchiveRunExtension": 10,  # before any request: without an archive there is none
    "panan_spider.extensions.progress.ProgressExtension": 20,  # progress of the run, section by section
    "scrapy.extensions.logstats.LogStats": None,  # its line a minute knows no sections
}
DOWNLOAD_HANDLERS = dict.fromkeys(  # accepts framings that browsers accept
    ("http", "https"), "panan_spider.middlewares.raw_capture.DownloadHandler"
)
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # ours sees redirects too
    "panan_spider.middlewares.redirects.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # lets all through where robots.txt is down
    "panan_spider.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # retries at once
    "panan_spider.middlewares.redirects.LinkPageMiddleware": 545,  # behind unpacking and retries: it reads the page
    "panan_spider.middlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # its bombs have no outcome
    "panan_spider.middlewares.raw_capture.DecompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # follows off the site
    "panan_spider.middlewares.redirects.RedirectMiddleware": 600,
    "panan_spider.middlewares.redirects.HttpsMiddleware": 610,  # sees each redirect before it is followed
    "panan_spider.middlewares.raw_capture.RawCaptureMiddleware": 950,  # nearest the wire: bytes as received
}
ITEM_PIPELINES = {
    "panan_spider.pipelines.CleanPipeline": 100,  # control characters out, nothing else touched
    "panan_spider.pipelines.ValidatePipeline": 200,  # the impossible is quarantined
    "panan_spider.pipelines.RevisePipeline": 300,  # new, changed, or the same as the archive has it
    "panan_spider.pipelines.StorePipeline": 400,  # the line, then the ledger's mark
    "panan_spider.pipelines.ImagesPipeline": 500,  # with images=true; the article itself is safe by now
}

if PANAN_LOOPBACK_ONLY:
    allow_loopback_only()  # here, for whatever starts a crawl reads these settings first
