"""Pages at random, in the manner of several CMSs: one article in a frame of header line, tail, toolbars, side blocks and notices.

Every choice is drawn from the seed. What the article says is known, so each page is read exactly or named.
"""

import random
from dataclasses import dataclass

from panan_spider.extract.document import Page

URL = "http://panews.zjol.com.cn/panews/system/2021/03/12/012345678.shtml"
SITES = ("样例新闻网", "示例在线", "例州日报", "样例县人民政府", "例山大学新闻网", "示例市融媒体中心", "例水广电网")
SECTIONS = ("要闻", "时政", "本地新闻", "综合新闻", "图片", "校园动态", "社会", "文化", "专题报道", "部门动态")
UNLISTED = (
    "审读",
    "美编",
    "录入",
    "组稿",
    "信息员",
    "值班",
    "策划",
    "排版",
    "核稿",
    "二编",
    "采编",
    "摄制",
    "题图",
    "文编",
    "制图",
)
NAMES = ("甲某", "乙某某", "丙示例", "丁校样", "戊测试", "己样例", "庚某", "辛样本", "壬校对", "癸某某")
TITLES = (
    "样岭村修好了进村路", "例山街道举行春季运动会：六百人参加", "【走基层】样溪边的老茶农", "示例县召开防汛工作会议 部署汛期值守", "样例中学“读书月”开幕",
    "例山图书馆新馆开放——藏书二十万册", "样岭：一条水渠浇活千亩田", "老年食堂开张，三百老人吃上热饭",
)  # fmt: skip
SOURCES = (
    None,
    "样例新闻网",
    "例州日报",
    "例州日报2021年3月11日第3版",
    "例州日报 2021-03-11 02版",
    "示例在线客户端",
    "例山大学新闻网",
    "样溪发布（公众号）",
)
PROSE = (
    "样岭村的进村路上周修好了，村民老例说，以后下雨天再也不怕滑了，孩子们上学也近多了。",
    "这条路长三公里，去年十月动工，铺了水泥，装了护栏，村里的拖拉机和三轮车都能开到田头。",
    "“以前挑一担茶叶下山要走两个钟头，现在坐车十分钟就到了。”七十岁的老样坐在门口说。",
    "据了解，今年全县还要修二十条这样的路，资金已经到位，五月份就可以动工。",
    "施工队队长介绍，路基用的是本地的石料，省下的钱给村口添了一个小小的凉亭。",
)
DATE_LABELS = (
    "", "", "发布时间", "发稿时间", "时间", "日期", "发布日期", "发表时间", "更新时间", "上传时间", "成文日期", "添加时间", "信息时间", "公开日期", "推送日期", "见网时间",
)  # fmt: skip
TOOLBARS = (
    "<div>字号：<a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a> <a href='#'>打印</a></div>",
    "<div>分享到：<a href='#'>微信</a><a href='#'>微博</a><a href='#'>QQ空间</a></div>",
    "<div>【<a href='#'>我要纠错</a>】【<a href='#'>打印</a>】【<a href='#'>关闭</a>】</div>",
    "<p>扫一扫在手机打开当前页</p><img src='/images/qr.png'>",
    "<div>听新闻 00:00 / 03:20</div>",
    "<div><button>收藏</button><button>点赞 12</button></div>",
    "<div><a href='#'>+1</a><a href='#c'>评论 3</a></div>",
    "<div>T<span>大</span><span>中</span><span>小</span></div>",
    "<div>A+ A A-</div>",
    "<div>打印本页 关闭窗口 收藏本文</div>",
)
BELOW = (
    "", "",
    "<div>上一篇：<a href='/a/1.html'>例山举行春季运动会</a></div><div>下一篇：<a href='/a/2.html'>样岭新修三条水渠</a></div>",
    "<div><p>上一条：没有了</p><p>下一条：<a href='/a/2.html'>样岭新修三条水渠</a></p></div>",
    "<div>版权声明：凡本网注明来源的作品，版权均属于本网，未经授权不得转载。</div>",
    "<div>免责声明：本文仅代表作者个人观点，与本网无关。</div>",
    "<div>标签：<a href='#'>春耕</a> <a href='#'>水渠</a></div>",
    "<div><h3>网友评论</h3><p>已有0条评论</p><textarea></textarea><input type='submit' value='提交'></div>",
    "<div><p>评论列表（3）</p><p>张某：好！</p></div>",
    "<div>（本文共有 321 人浏览）</div>",
    "<div>责任编辑邮箱：a@example.com</div>",
    "<div>本文地址：http://example.com/1.html</div>",
    "<div>0人点赞</div>",
    "<div>[ 收藏 ] [ 打印 ] [ 关闭 ]</div>",
)  # fmt: skip
CARD = (
    "<div class='card'><a href='/x/1.html'><img src='/upload/1.jpg'><h4>示例街道开展春季植树活动</h4></a>"
    "<p>植树当天，街道来了两百多名居民，大家挥锹铲土，种下了六百棵香樟树苗。</p><span>2021-03-02</span></div>"
)


@dataclass(frozen=True)
class FramedArticle:
    """One page, and what it says."""

    page: Page
    title: str
    published: str
    source: str | None
    editor: str | None
    paragraphs: tuple[str, ...]
    images: int


class _Frame:
    """The choices of one seed, made in the order of the page."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.title, self.source = self.rng.choice(TITLES), self.rng.choice(SOURCES)
        self.editor = self.rng.choice((None, *NAMES))
        self.site, self.section = self.rng.choice(SITES), self.rng.choice(SECTIONS)
        self.editor_above = self.editor is not None and self.rng.random() < 0.35
        self.paragraphs = tuple(self.rng.sample(PROSE, self.rng.randrange(3, 6)))
        self.images = self.rng.randrange(0, 3)

    def often(self, share: float) -> bool:
        return self.rng.random() < share

    def label(self, *words: str) -> str:
        return self.rng.choice(words) + self.rng.choice(("：", "：", "：", ":", ": ", "： ", " ："))

    def when(self) -> str:
        form = self.rng.choice(("2021-03-12", "2021/03/12", "2021年03月12日", "2021年3月12日", "2021.03.12"))
        return form + self.rng.choice((" ", "  ", "&nbsp;", "\u3000")) + "08:15"

    def header_parts(self) -> list[str]:
        dated = self.rng.choice(DATE_LABELS)
        parts = [(self.label(dated) if dated else "") + self.when()]
        if self.source is not None:
            parts.append(
                self.label("来源", "信息来源", "文章来源", "稿源", "稿件来源", "来&nbsp;&nbsp;源") + self.source
            )
        if self.editor_above:
            parts.append(self.label("编辑", "责任编辑", "责编", "网络编辑") + str(self.editor))
        self.rng.shuffle(parts)
        if self.often(0.3):
            parts.append(self.label("浏览次数", "点击数", "阅读", "人气", "访问量") + str(self.rng.randrange(5000)))
        if self.often(0.2) and self.source is not None:
            parts.append(self.label(*UNLISTED) + self.rng.choice(NAMES))
        if self.often(0.15):
            parts.append(
                self.rng.choice(
                    (
                        "【字体：<a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a>】",
                        "字号：[大][中][小]",
                        "【打印】【关闭】",
                        "T大 T小",
                        "A+ A-",
                    )
                )
            )
        return parts

    def header(self) -> str:
        gap = self.rng.choice(
            ("&nbsp;&nbsp;", "\u3000", " | ", "&nbsp;|&nbsp;", "  ", " / ", "</span><span>", "</em>\n<em>", "</li><li>")
        )
        inner = gap.join(self.header_parts())
        if gap == "</li><li>":
            return f"<ul><li>{inner}</li></ul>"
        if gap == "</em>\n<em>":
            return f"<div><em>{inner}</em></div>"
        if gap == "</span><span>":
            return f"<p><span>{inner}</span></p>"
        return (
            self.rng.choice(("<p>%s</p>", "<div align='center'>%s</div>", "<h6>%s</h6>", "<center>%s</center>")) % inner
        )

    def tail(self) -> str:
        if self.editor is None or self.editor_above:
            return ""
        parts = [self.label("编辑", "责任编辑", "责编", "网络编辑", "本文编辑") + self.editor]
        if self.often(0.25):
            parts.append(self.label("审核", "终审", "校对", "监制") + self.rng.choice(NAMES))
        elif self.often(0.2):
            parts.insert(self.rng.randrange(2), self.label(*UNLISTED) + self.rng.choice(NAMES))
        line = self.rng.choice(("  ", "&nbsp;&nbsp;", "\u3000", " ")).join(parts)
        line = self.rng.choice(("%s", "（%s）", "[%s]")) % line
        return self.rng.choice(("<p>%s</p>", "<div>%s</div>", "<p align='right'>%s</p>", "<span>%s</span>")) % line

    def body(self) -> str:
        pictures = [
            f"<p align='center'><img src='/pic/0/01/23/45/123456_{n}00001.jpg'></p>" for n in range(self.images)
        ]
        blocks = [f"<p>\u3000\u3000{text}</p>" for text in self.paragraphs]
        for picture in pictures:
            blocks.insert(self.rng.randrange(len(blocks)), picture)
        body = "".join(blocks)
        if self.often(0.15):
            body = body.replace("<p>", "<div>").replace("</p>", "</div>")
        return (
            self.rng.choice(
                ("%s", "%s", "<div><div class='TRS_Editor'>%s</div></div>", "<table><tr><td>%s</td></tr></table>")
            )
            % body
        )

    def side(self) -> str:
        if self.often(0.2):
            return CARD
        day = self.often(0.4)
        rows = "".join(
            f"<li><a href='/panews/system/2021/02/1{n}/01234560{n}.shtml'>{self.rng.choice(('甲村', '乙镇', '样岭镇'))}"
            f"{self.rng.choice(('新修了三条水渠', '茶叶节开幕', '举行防汛演练'))}</a>{f'<span>2021-02-1{n}</span>' if day else ''}</li>"
            for n in range(self.rng.randrange(3, 9))
        )
        heading = self.rng.choice(
            ("热点新闻", "热门推荐", "推荐阅读", "相关新闻", "最新文章", "新闻排行", "本周热门", "要闻速递", "通知公告")
        )
        tag, box = self.rng.choice(("h3", "h2", "div", "p", "strong")), self.rng.choice(("div", "aside", "section"))
        return f"<{box}><{tag}>{heading}</{tag}><ul>{rows}</ul></{box}>"

    def crumb(self) -> str:
        gap, home = self.rng.choice((" &gt; ", " &gt;&gt; ", " » ", "&gt;")), self.rng.choice(("首页", "网站首页"))
        lead = self.rng.choice(("您当前的位置：", "当前位置：", "您的位置：", "", "所在位置："))
        links = (f"<a href='/{n}/'>{name}</a>" for n, name in enumerate((home, self.section)))
        return "" if self.often(0.15) else f"<div>{lead}{gap.join(links)}</div>"

    def document(self) -> str:
        title, site = self.title, self.site
        return self.rng.choice(
            (title, f"{title}-{self.section}-{site}", f"{title}_{site}", f"{site}-{title}", f"{title}|{site}", site, "")
        )

    def text(self) -> str:
        heading = self.rng.choice(
            (
                "<h1>%s</h1>",
                "<h2>%s</h2>",
                "<div align='center'><strong>%s</strong></div>",
                "<center><font size='5'>%s</font></center>",
                "<div>%s</div>",
            )
        )
        head, tail = heading % self.title + self.header(), self.tail()
        toolbar = self.rng.choice(TOOLBARS) if self.often(0.4) else ""
        inside, above = self.often(0.5), self.often(0.5)
        content = f"<div class='content'>{'' if above else toolbar}{self.body()}{tail if inside else ''}</div>{'' if inside else tail}"
        head = f"<div class='head'>{head}</div>" if self.often(0.3) else head
        below = (self.rng.choice(TOOLBARS) if self.often(0.3) else "") + self.rng.choice(BELOW)
        main = f"<div class='main'>{head}{toolbar if above else ''}{content}{below}</div>"
        sides = "".join(self.side() for _ in range(self.rng.randrange(4)))
        foot = self.rng.choice(
            (f"<div>版权所有 {self.site} 未经授权不得转载</div>", f"<div>主办：{self.site} 浙ICP备12345号</div>", "")
        )
        return (
            f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{self.document()}</title></head><body><div><a href='/'>{self.site}</a></div>"
            f"{self.crumb()}{sides + main if self.often(0.3) else main + sides}{foot}</body></html>"
        )


def framed(seed: int) -> FramedArticle:
    """The page of this seed."""
    frame = _Frame(seed)
    page = Page(URL, frame.text().encode(), "text/html; charset=utf-8")
    return FramedArticle(
        page, frame.title, "2021-03-12T08:15:00+08:00", frame.source, frame.editor, frame.paragraphs, frame.images
    )
