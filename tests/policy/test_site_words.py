"""No word of a site outside its profile: another site is another profile, and nothing else."""

import re

import pytest
from checkout import ROOT, files, read

from panan_spider.sites.profile import load_site, site_keys

#: A gazetteer: names of counties and cities that office-holders are of, the site's own among a dozen others.
GAZETTEER = "panan_spider/publish/people/words.toml"


def words() -> frozenset[str]:
    """Names and hosts of every profile, and the name of the first county."""
    found = {"磐安", "panews", "zjol"}
    for key in site_keys():
        site = load_site(key)
        found |= {*site.hosts, *site.apps, *filter(None, (site.name, site.portal, site.prefix))}
    return frozenset(found)


def holding(*patterns: str) -> dict[str, str]:
    """File → the first such word in it."""
    pattern = re.compile("|".join(map(re.escape, sorted(words()))))
    found = {}
    for path in files(*patterns):
        where = str(path.relative_to(ROOT))
        if where.startswith("panan_spider/sites/") or path.suffix not in (
            ".py",
            ".html",
            ".js",
            ".css",
            ".toml",
            ".json",
        ):
            continue
        if (match := pattern.search(path.read_text("utf-8"))) is not None:
            found[where] = match[0]
    return found


def test_no_word_of_a_site_outside_its_profile() -> None:
    found = holding("panan_spider/*")
    found.pop(GAZETTEER, None)
    assert not found


@pytest.mark.parametrize("word", ["磐安新闻网", "panews.zjol.com.cn", "浙江在线", "融磐安客户端"])
def test_the_profile_holds_them(word: str) -> None:
    """The test above looks for words that a profile has: it would pass over a profile that was moved."""
    assert word in words()
    assert word in read("panan_spider/sites/panan.toml")


def test_no_first_year_outside_a_profile() -> None:
    years = {load_site(key).first_year for key in site_keys()} - {None}
    wrong = [
        str(path.relative_to(ROOT))
        for path in files("panan_spider/*.py")
        if re.search(rf"(?i)first_?year\b.*=\s*({'|'.join(map(str, years))})\b", path.read_text("utf-8"))
    ]
    assert years and not wrong
