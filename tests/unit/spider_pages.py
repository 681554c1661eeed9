"""Pages of a small site, as the spider meets them."""

from collections.abc import Iterable
from itertools import count

ZJOL, OWN = "http://panews.zjol.com.cn", "http://www.panews.cn"
HASH = "sha256:" + "0" * 64

#: An answer: a page's text, a status, an error, (final address, text) after a redirect, or a list of such, the last of
#: them for ever. None: nothing ever comes.
Answer = str | int | Exception | tuple[str, str] | list["Answer"] | None


def url_of(number: int, day: str = "2020/03/07", host: str = ZJOL) -> str:
    """Address of an article."""
    return f"{host}{'/panews' if host == ZJOL else ''}/system/{day}/{number:09d}.shtml"


def link(url: str, text: str = "标题") -> str:
    """A link."""
    return f'<a href="{url}">{text}</a>'


def listing(name: str | None, urls: Iterable[str], *more: str) -> str:
    """A list page of the section `name`."""
    crumb = f"<p>您当前的位置 : {link(ZJOL, '磐安新闻网')} &gt;&gt; {name}</p>" if name is not None else ""
    rows = "".join(f"<li>{link(url)}</li>" for url in urls)
    return f"<html><body>{crumb}<ul>{rows}</ul>{''.join(more)}</body></html>"


def article(
    crumb: str = "书记", day: str = "2020/03/07", parts: Iterable[str] = (), title: str = "一个样例的标题"
) -> str:
    """An article's page in the second template; no two pages say the same."""
    number = next(_PAGES)
    pager = "".join(link(url, str(n)) for n, url in enumerate(parts, 2))
    return f"""<html><head><title>{title}-磐安新闻网</title></head><body><div class="w">您当前的位置 : 磐安新闻网 &gt;&gt; {crumb}</div>
    <div class=" list-style"><div class="detail-title">{title}</div><div class="detail-date mb20">{day} 来源:磐安新闻网  记者 甲乙丙</div>
    <div class="c"><p>第一段文字在这里，讲一件样例的事情。</p><p>第二段文字也在这里，讲样例的第{number}件事情。</p></div>
    <div class="page">{pager}</div><div>编辑:陈测试</div></div></body></html>"""


_PAGES = count(1)

SECTION = f"{ZJOL}/panews/pazf/sj/index.shtml"
HOME = listing(None, [], link(SECTION, "书记"))


def site(*urls: str, **more: Answer) -> dict[str, Answer]:
    """One section that lists `urls`, each an article."""
    pages: dict[str, Answer] = {url: article() for url in urls}
    return {f"{ZJOL}/": HOME, f"{OWN}/": HOME, SECTION: listing("书记", urls)} | pages


def twins(**answers: Answer) -> dict[str, Answer]:
    """Article 1 listed by one section at its address on the own host, by another at that on the first."""
    own, other = url_of(1, host=OWN), f"{ZJOL}/panews/zl/index.shtml"
    pages = site(own) | {other: listing("专栏", [url_of(1)]), url_of(1): article()}
    pages[f"{ZJOL}/"] = listing(None, [], link(SECTION, "书记"), link(other, "专栏"))
    return pages | {own: answers.get("own", article()), url_of(1): answers.get("first", article())}


def part(number: int, n: int) -> str:
    return url_of(number).replace(".shtml", f"_{n:02d}.shtml")
