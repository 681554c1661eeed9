"""The bound on guessed sections never costs one that an article itself names."""

from panan_spider.sites.profile import load_site
from panan_spider.spiders.discovery import MAX_CANDIDATES, Candidate, Discovery

_HOST = "http://panews.zjol.com.cn"


def _flooded() -> Discovery:
    discovery = Discovery(load_site(), frozenset())
    discovery.offer_links(("", f"{_HOST}/panews/x{n}/") for n in range(MAX_CANDIDATES + 5))
    return discovery


def test_guesses_are_bounded_and_counted() -> None:
    discovery = _flooded()
    assert len(discovery.take()) == MAX_CANDIDATES
    assert discovery.over == 5


def test_the_section_an_article_stands_in_passes() -> None:
    discovery = _flooded()
    assert discovery.offer(Candidate(f"{_HOST}/panews/true/", crumb=True))
    assert not discovery.offer(Candidate(f"{_HOST}/panews/guess/"))
