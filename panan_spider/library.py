"""Library: one page of HTML in, one Article out, without a crawl, an archive or a request. Public as `panan_spider.read`."""

from panan_spider.core.clock import moment, now
from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import ArticleBuilder, clean
from panan_spider.extract.document import Page
from panan_spider.items import Article
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import Address, UrlKind


def read(html: bytes | str, url: str | None = None, *, content_type: str | None = None, site: str = "panan") -> Article:
    """The article that `html` holds, as the archive would store it.

    `url` is the page's address: it gives `id`, `url` and `posted`, and relative links are resolved against it. Without an
    address of an article `id` is "0", `posted` None, and `url` the address given, or `http://<host>/unknown`. Nothing is
    archived, so `revision` is 1, `listed_in` is empty, `warc` is None and `fetched_at` is the time of the call. A page
    that is one part of an article is read alone: `pages` is 1.

    `content_type` is the header of the response, where there was one: bytes are decoded as a browser does. `site` is the
    key of a profile.

    Raises panan_spider.PageError: UnknownLayout where no article can be found, InvalidPage where a field is impossible,
    SoftBlock for a challenge, login or maintenance page. Raises UnknownSiteError for an unknown key.
    """
    profile = load_site(site)
    where = profile.unknown_url if url is None or not url.strip() else url.strip()
    if isinstance(html, str):
        html, content_type = html.encode("utf-8", "surrogatepass"), "text/html; charset=utf-8"
    address = profile.urls.understand(where)
    if address.article_id is None:
        address = Address(where, UrlKind.ARTICLE, "0")
    builder = ArticleBuilder(profile, address)
    builder.add(read_article(Page(where, html, content_type), profile), None, moment(now()))
    return Article.model_validate(clean(builder.article()).model_dump(warnings=False))
