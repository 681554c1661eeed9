"""Pages with the furniture of a real site around the article: navigation, columns of headlines, tables of links, scripts."""

from typing import Final

from panan_spider.extract.document import Page

_SECTIONS: Final = 60
_COLUMNS: Final = 8
_ROWS: Final = 24


def heavy(page: Page, times: int = 1) -> Page:
    """The page between navigation and side columns, some 40 kB and 750 elements, or that many `times` as much. The article stays."""
    text = page.body.decode(page.charset)
    head, opened, rest = text.partition("<body")
    attributes, closed, body = rest.partition(">")
    body, ends, after = body.rpartition("</body>")
    whole = f"{head}{opened}{attributes}{closed}{_navigation()}{body}{_columns() * times}{ends}{after}"
    return Page(page.url, whole.encode(page.charset), page.content_type)


def _navigation() -> str:
    links = "".join(
        f'<li class="nav-item"><a href="/panews/lanmu{number}/index.shtml" target="_blank">栏目{number}</a></li>\n'
        for number in range(_SECTIONS)
    )
    script = "".join(f'var ad{number} = "/images/banner/{number}.gif";\n' for number in range(60))
    return f'<div class="top"><script>{script}</script><ul class="nav">\n{links}</ul></div>\n'


def _columns() -> str:
    return "".join(
        f'<div class="side"><div class="side-head"><h3>热点新闻</h3><a href="/panews/c{column}/">更多&gt;&gt;&gt;</a></div>\n<ul>\n'
        + "".join(
            f'<li><span class="dot"></span><a href="/panews/system/2019/11/{row + 1:02d}/0399{column:02d}{row:03d}.shtml" '
            f'title="某镇第{column}{row}次院坝会议商量村道拓宽">某镇第{column}{row}次院坝会议商量村道拓宽</a></li>\n'
            for row in range(_ROWS)
        )
        + "</ul></div>\n"
        for column in range(_COLUMNS)
    )
