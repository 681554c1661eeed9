"""Made-up articles and what reading them must give: every feature of the real pages seen, by hand, and mixtures of them.

Whatever a reader of the printed page could not tell is not here: no plain short line after a picture that is a subhead,
no caption that reads like a sentence of the text, no byline in which one name has a mark and another has none.
"""

import random
from dataclasses import replace
from typing import Any

from demo_site.county import Template
from demo_site.record import Record
from panan_spider.items import Attachment, Author, Block, Heading, ImageBlock, Link, Paragraph, Table, Video

a: Template = "enorth_a"
b: Template = "enorth_b"
c: Template = "trs"
ZJOL, OWN = "http://panews.zjol.com.cn/panews", "http://www.panews.cn"

LONG = (
    "3月5日,县委书记郝虚构带领有关部门负责人到新例城区调研,实地察看了样茶场、试验小学等重点地块,并听取情况介绍。",
    "“今年的茶叶交易比去年还要好。”清早6点,样岭村的茶农老例笑着对记者说,他一天能卖出20公斤鲜叶。",
    "镇里还编辑了一本《防汛备汛100问》,编辑:全靠镇上的老师,来源:都是村里的真事。",
    "打开旧网页只看到“404 Not Found”字样的日子一去不返,如今办事指南一点就通。",
    "空气中的细颗粒物浓度控制在35μg/m3以下,优良天数比例达到96.7%,水质稳定在Ⅱ类到Ⅲ类,夏季最高气温38℃。",
    "他指出,要坚持问题导向,抓住关键、突破瓶颈,在平台建设上拓展空间,在项目建设上加快步伐,在功能配套上完善提升。",
    "记者 在现场看到,摄影爱好者挤满了看台,图片上的老街与30年前相比已大不相同。",
    "编辑部收到的200封来信里,有18封谈到了通往例田村的公路,“路通了,心也就通了”。",
    "据了解,该项目总投资1.2亿元,占地86亩,预计2021年12月31日前完工,建成后可容纳1500人就业。",
    "相关阅读活动也在例山街道的文化礼堂里举行,3本书、5位读者,大家围坐在一起聊到深夜。",
    "本报讯 昨天上午,金样铁路项目开工仪式在双演乡举行,来自各地的500多名建设者参加了仪式。",
    "(记者 陈测试 通讯员 阿里木·样例)这条登山步道全长9.8公里,由县里和镇里共同出资建设,沿途设8处驿站。",
    "来源可查、去向可追,这是样溪街道对每一批农产品的承诺,也是合作社30多户社员的规矩。",
    "分享到的经验,大家都记在了本子上;打印出来的清单,一张张贴上了墙,一条条划上了勾。",
)
SHORT = ("大家都说好。", "“好!”", "掌声响了起来。", "谁说不是呢?", "雨停了。")
SUBHEADS = ("龙虎大旗齐飘扬", "打好2018“九场硬战”", "一片叶子富了一方", "让数据多跑路", "绿水青山有回响")
CAPTIONS = (
    "查看文教样例地块",
    "察看示例居项目进展情况",
    "图为茶农在采摘春茶",
    "图为运动会开幕式现场。",
    "山间的云海 王示例 摄",
    "样茶场一角(陈测试 摄)",
    "▲村民在晾晒香菇",  # printed with its mark; read without
    "项目现场",
)
TITLES = (
    "推动新例城区发展 加快同城化步伐",
    "市“两会”直通车|奋进样年代 样溪新担当",
    "示例县落实河(湖)长制 五水共治 山绿水清",
    "县政协会议闭幕",
    "磐样公路:联接样城的便捷走廊",
    "记者走基层:一位编辑的来源之问",
    "方前小例入围传统美食展评",
    "样县,我回来了",
    "404路公交车开进样岭村",
    "共谱“山海样作升级版”新篇章 云样镇联席会召开",
)
KICKERS = ("郝虚构在新例城区调研时强调", "田样例在督查卡口工作时要求", "全县经济工作例会召开")
SUBTITLES = ("——样茶场春茶开采侧记", "政府工作报告中的“样例元素”", "——写在运动会召开之际")
TABLE = Table(rows=[["序号", "村名", "户数"], ["1", "样岭村", "286"], ["2", "例田村", "1,024"]])
MERGED = Table(rows=[["样例茶价汇总表"], ["日期", "品种", "均价"], ["3月5日", "龙样", "180元"], ["合计", ""]])
SECTIONS = ("书记", "磐安新闻", "副书记代县长", "专题专栏", "图片新闻", "记者走基层", "乡镇")


def image(number: int, caption: str | None, template: Template = "enorth_b", url: str | None = None) -> ImageBlock:
    if template == "trs":
        address = f"{OWN}/xwzx/sz/202206/W0202206196{number:08d}.jpg"
    else:
        address = f"{'http://panews.zjol.com.cn' if template == 'enorth_b' else OWN}/pic/0/11/37/82/1137{number:04d}_992527.jpg"
    return ImageBlock(url=url or address, caption=caption)


def film(name: str = "a") -> Video:
    return Video(url=f"http://www.panews.cn/video/2020/{name}.mp4")


def file(number: int) -> Attachment:
    kind = ("doc", "pdf", "xlsx")[number % 3]
    return Attachment(
        url=f"{OWN}/att/0/10/00/{number:02d}/1000{number}.{kind}", title=f"附件{number}:样例申报表.{kind}"
    )


def address(template: Template, number: int) -> tuple[str, str, str]:
    """(url, id, posted)"""
    if template == "trs":
        return f"{OWN}/xwzx/sz/202206/t20220619_{6326000 + number}.html", str(6326000 + number), "2022-06-19"
    if template == "enorth_b":
        return f"{ZJOL}/system/2020/03/07/{32299000 + number:09d}.shtml", f"{32299000 + number:09d}", "2020-03-07"
    return f"{OWN}/system/2016/01/05/{20075000 + number:09d}.shtml", f"{20075000 + number:09d}", "2016-01-05"


def trail(template: Template, section: str | None) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    if section is None:
        return (), ()
    names = ["磐安新闻网", "新闻中心", section]
    urls: list[str | None] = [f"{ZJOL}/", f"{ZJOL}/xwzx/index.shtml", f"{ZJOL}/xwzx/{len(section)}/index.shtml"]
    if template == "enorth_b":
        names[1:2], urls[1:2] = [], []
        names, urls = ["浙江在线", *names], ["http://www.zjol.com.cn/", *urls]
    return tuple(names), tuple(urls)


def people(names: str, title: str | None = None, work: str | None = None) -> tuple[Author, ...]:
    return tuple(Author(name=name, title=title, work=work) for name in names.split())


def related(count: int) -> tuple[Link, ...]:
    rows = ("样溪街道:编辑一本村志", "来源:一条河的故事", "例山茶园开采")
    return tuple(
        Link(url=f"{ZJOL}/system/2020/02/1{n}/03220{n}111.shtml", title=title) for n, title in enumerate(rows[:count])
    )


def record(template: Template, number: int, blocks: tuple[Block, ...], **given: Any) -> Record:
    """A record of plain values but for what is given."""
    url, identity, posted = address(template, number)
    names, urls = trail(template, given.pop("section", SECTIONS[number % len(SECTIONS)]))
    plain: dict[str, Any] = {
        "title": TITLES[number % len(TITLES)],
        "kicker": None,
        "subtitle": None,
        "published": {"enorth_a": "2016-01-05T08:23:00+08:00", "enorth_b": "2020-03-06", "trs": "2022-06-17"}[template],
        "source": "磐安新闻网",
        "authors": (),
        "editor": None,
        "credits": (),
        "related": (),
    }
    return Record(
        url=url, id=identity, template=template, posted=posted, breadcrumbs=names, breadcrumb_urls=urls, blocks=blocks,
        **{**plain, **given},
    )  # fmt: skip


def p(*numbers: int) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(text=LONG[number]) for number in numbers)


def said(text: str) -> Paragraph:
    return Paragraph(text=text)


def _by_hand() -> list[Record]:
    three = tuple(image(n, CAPTIONS[n]) for n in (0, 1, 7))
    letter = (
        said("全县广大样民朋友们:"),
        *p(4, 5),
        said("让我们携起手来,共建美丽家园!"),
        said("样县环境保护局"),
        said("2018年10月16日"),
    )
    names = " ".join(f"{x}{y}" for x in "陈李王张周吴郑" for y in ("测试", "样", "示例"))
    trs_image = [image(n, None, "trs") for n in range(4)]
    return [
        record(b, 0, (*p(0), *three, *p(5, 8)), kicker=KICKERS[0], source=None, authors=people("陈测试 李样例 张旸例", "记者"), editor="钱校样", section="书记"),
        record(b, 1, (*p(0), Heading(text=SUBHEADS[1]), *p(5), Heading(text=SUBHEADS[4]), *p(8)), subtitle=SUBTITLES[1], authors=people("王示例 徐样", "特派记者")),
        record(b, 2, (*p(1, 2), image(9, None), *p(5))),
        record(b, 3, (*p(0), image(1, CAPTIONS[0]), image(2, CAPTIONS[1]), *p(3)), source=None, authors=people("何试写", "实习记者"), editor="冯改稿"),
        record(b, 4, (*p(0), said(f"常务委员会委员(按姓氏笔画为序):{names}。"), *p(5)), source=None, editor="钱校样", related=related(2)),
        record(b, 5, letter, title="致全县样民的一封公开信", source=None, editor="褚测试"),
        record(c, 6, (*p(0), trs_image[0], *p(5), trs_image[1], trs_image[2], *p(8)), title=TITLES[9], source="融磐安客户端",
               authors=(*people("陈测试 李样例", "记者", "text"), *people("王示例", "记者", "photo"))),
        record(c, 7, (*p(1), film(), *p(8)), source="融磐安客户端", authors=people("黄堃例", "记者", "video")),
        record(c, 8, (*p(2), image(3, CAPTIONS[4], "trs"), *p(5), file(1), file(2)), authors=people("古丽·示例", "通讯员", "text+photo"), editor="卫样例"),
        record(a, 9, (*p(10), *p(5)), authors=people("林假名", None, "text+photo"), editor="钱校样 冯改稿", credits=(("初审", "蒋初例"), ("终审", "沈终例")), related=related(3)),
        record(a, 10, (*p(1), image(4, CAPTIONS[2], a), *p(8)), title=TITLES[4], published=None, source=None, section=None, authors=people("何喆样", None, "text"), editor="冯改稿"),
        record(a, 11, (*p(0), Heading(text=SUBHEADS[0]), *p(1, 5)), published="2016-01-04T22:47:00+08:00",
               authors=(*people("陈测试", "记者"), *people("阿里木·样例 周演", "通讯员")), editor="褚测试"),
        record(a, 12, p(8, 5), section=None),
        record(b, 13, (*p(11, 7), said(SHORT[0]), *p(3)), authors=(*people("陈测试", "记者"), *people("阿里木·样例 古丽·示例", "通讯员")), editor="钱校样"),
        record(b, 14, (*p(0), TABLE, *p(5), file(3), file(4), file(5)), title=TITLES[3], editor="卫样例"),
        record(b, 15, (*p(0), image(1, CAPTIONS[0]), *p(1, 2), Heading(text=SUBHEADS[3]), *p(3, 4, 5, 8)), parts=(3, 3, 3), title=TITLES[0], kicker=KICKERS[1],
               authors=people("李样例", "记者"), editor="钱校样"),
        record(a, 16, (*p(10, 1), TABLE, *p(5, 8)), parts=(3, 2), authors=people("陈测试 李样", None, "text"), editor="冯改稿", credits=(("初审", "蒋初例"),)),
        record(c, 17, (film("b"), said("昨天,一场别开生面的运动会在样茶场上演,精彩尽在镜头里。")), source="融磐安客户端", title=TITLES[7]),
        record(b, 18, (*p(1), image(1, CAPTIONS[2]), said(SHORT[1]), said(SHORT[2]), *p(5), image(2, CAPTIONS[3]), *p(8), image(3, CAPTIONS[5]), *p(9)), authors=people("王示例", "记者", "text+photo")),
        record(b, 19, p(7, 12, 9), title=TITLES[5], section="记者走基层", authors=people("吴范例", "见习记者"), editor="褚测试", related=related(3)),
        record(b, 20, p(6, 13), title=TITLES[8], editor="钱校样", credits=(("初审", "蒋初例"), ("终审", "沈终例"))),
        record(b, 21, (image(5, None), *p(8, 0)), subtitle=SUBTITLES[0], authors=people("司马虚构 欧阳测试", "记者"), editor="卫样例"),
        record(b, 22, tuple(image(n, CAPTIONS[n]) for n in (2, 3, 4, 5)), title="样茶场春茶开采 一组照片", authors=people("何喆样", "记者", "photo"), editor="卫样例"),
        record(c, 23, (*p(0), image(5, CAPTIONS[2], c), image(6, CAPTIONS[5], c), *p(5), said("样县人民政府办公室"), said("2022年6月17日")), kicker=KICKERS[2], editor="卫样例", related=related(1)),
        record(b, 24, (said("各位样民:"), *p(4), file(7), TABLE), source="磐安样报", section="专题专栏"),
        record(a, 25, (*p(1), *p(9), image(8, CAPTIONS[6], a), *p(12)), title=TITLES[4], kicker=KICKERS[0], authors=people("陈测试", None, "text+photo"), editor="冯改稿"),
    ]  # fmt: skip


def _mixture(seed: int) -> Record:
    """A record at random, of the same stuff."""
    dice = random.Random(f"records/{seed}")
    template: Template = dice.choice(("enorth_a", "enorth_b", "enorth_b", "trs"))
    blocks: list[Block] = [Paragraph(text=text) for text in dice.sample(LONG[:13], dice.randrange(2, 7))]
    for _ in range(dice.randrange(4)):
        at = dice.randrange(1, len(blocks))
        blocks[at:at] = _extra(dice, template, blocks, at)
    return record(
        template,
        100 + seed,
        tuple(blocks),
        **_head(dice, template),
        related=related(dice.choice((0, 0, 1, 3))),
    )


def _extra(dice: random.Random, template: Template, blocks: list[Block], at: int) -> list[Block]:
    kind = dice.choice(("image", "image", "images", "heading", "short", "table", "video", "file"))
    before, after = blocks[at - 1], blocks[at]
    beside = {block.type for block in (before, after)}
    if "heading" in beside:  # plain, it is told by the long paragraphs around it
        return []
    long = all(isinstance(block, Paragraph) and len(block.text) >= 26 for block in (before, after))
    if kind in ("heading", "short") and not long:
        kind = "image"
    number = dice.randrange(1000, 9990)
    if kind == "image":
        # Beside a short line a picture's caption would be one of two such lines.
        bare = isinstance(after, Paragraph) and len(after.text) < 26
        return [image(number, dice.choice(CAPTIONS) if bare or dice.random() < 0.7 else None, template)]
    if kind == "images":
        return [image(number + n, caption, template) for n, caption in enumerate(dice.sample(CAPTIONS, 2))]
    if kind == "heading":
        return [Heading(text=dice.choice(SUBHEADS))]
    if kind == "short":
        return [Paragraph(text=dice.choice(SHORT))]
    extras: dict[str, Block] = {
        "table": dice.choice((TABLE, MERGED)),
        "video": film(str(number)),
        "file": file(number % 90),
    }
    return [extras[kind]]


def _head(dice: random.Random, template: Template) -> dict[str, Any]:
    names = " ".join(
        dice.sample(("陈测试", "李样", "王示例", "张旸例", "阿里木·样例", "欧阳测试", "司马虚构", "何喆样"), 3)
    )
    first, second, third = names.split()
    bylines: list[tuple[Author, ...]] = [
        (), people(first, "记者"), people(names, "记者"), people(f"{first} {second}", "特派记者"), people(first, "实习记者"),
        (*people(first, "记者"), *people(f"{second} {third}", "通讯员")),
        (*people(f"{first} {second}", "记者", "text"), *people(third, "记者", "photo")),
        (*people(first, "记者", "text"), *people(second, "通讯员", "photo")), people(first, "通讯员", "text+photo"), people(first, "见习记者"),
    ]  # fmt: skip
    if template == "enorth_a":
        bylines += [
            people(first, None, "text+photo"),
            people(f"{first} {second}"),
            (*people(first, None, "text"), *people(second, None, "photo")),
        ]
    credits = (("初审", "蒋初例"), ("终审", "沈终例")) if template == "enorth_a" or dice.random() < 0.2 else ()
    return {
        "title": dice.choice((*TITLES, *TITLES[:5])),
        "kicker": dice.choice((None, None, *KICKERS)),
        "subtitle": dice.choice((None, None, None, *SUBTITLES)),
        "source": dice.choice((None, "磐安新闻网", "融磐安客户端", "浙江样例日报")),
        "authors": dice.choice(bylines),
        "editor": "钱校样" if credits else dice.choice((None, "冯改稿", "褚测试")),
        "credits": credits,
        "section": dice.choice((None, *SECTIONS, *SECTIONS)) if template == "enorth_a" else dice.choice(SECTIONS),
    }


def unmarked(one: Record) -> Record:
    """The record as it is read: no ▲ before a caption."""
    blocks = [
        b.model_copy(update={"caption": b.caption.lstrip("▲")}) if isinstance(b, ImageBlock) and b.caption else b
        for b in one.blocks
    ]
    return replace(one, blocks=tuple(blocks))


BY_HAND = _by_hand()
RECORDS = [*BY_HAND, *(_mixture(seed) for seed in range(60))]
