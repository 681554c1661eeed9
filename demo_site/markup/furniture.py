"""Page furniture of an article: navigation, breadcrumb, tools, side column, footer, traps."""

from typing import Final

from demo_site.markup.pen import Pen

NAV: Final = (
    "首页",
    "新闻中心",
    "书记",
    "县长",
    "乡镇",
    "部门",
    "专题",
    "图片",
    "视频",
    "便民",
    "旅游",
    "文化",
    "论坛",
)
_TEASERS: Final = (
    ("试验小学举行样本运动会", "/system/2016/09/05/021065591.shtml"),
    ("样溪街道整治河道", "/panews/system/2020/02/11/032201234.shtml"),
    ("示例乡香菇开秤", "/xwzx/sz/202204/t20220401_6000001.html"),
    ("例山茶园春茶开采 首日产量破纪录", "/system/2019/03/21/031533333.shtml"),
)
_TRAPS: Final = {
    "none": "",
    "comment": "<!-- <div class='detail-title'>假标题</div> 2011/01/01 来源:假网 记者 假名 编辑:假名 -->",
    "conditional": "<!--[if lt IE 9]><p>您当前的位置 : 假站 >> 假栏</p><h1>假标题</h1><![endif]-->",
    "script": "<script type='text/javascript'>document.write('<p>2010/10/10 来源:假网 记者 假名</p><p>编辑:假名</p>');</script>",
    "style": "<style>.x:after{content:'编辑:假名';}</style>",
    "noscript": "<noscript><p>编辑:假名</p><img src='/count.gif'></noscript>",
    "hidden": '<div style="display: none"><h1>假标题</h1>2010/10/10 来源:假网 记者 假名</div>',
    "property": "<!--enpproperty <articleid>1</articleid><date>2010-10-10 10:10:10.0</date><author>假名</author>"
    "<title>假标题</title><sourcename>假网</sourcename>/enpproperty-->",
    "form": '<input type="hidden" name="t" value="假标题"><textarea style="display:none">编辑:假名</textarea>',
}
BROKEN_INCLUDE: Final = (
    '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body bgcolor="white">\r\n<center><h1>404 Not Found</h1></center>\r\n'
    "<hr><center>nginx/1.10.2</center>\r\n</body>\r\n</html>\r\n"
)


_ABOVE: Final = {
    "none": "",
    "logo": '<h1 class="logo"><a href="/"><img src="/images/logo.jpg" alt="磐安新闻网"></a></h1><h1><a href="/">磐安新闻网</a></h1>\n',
    "today": "<div>今天是2020年8月6日 星期四 农历六月十七 <a href='/tq/'>磐安天气</a> 晴 25℃~36℃</div>\n",
    "login": "<form action='/login' method=post>用户名:<input name=u> 密码:<input type=password name=p> 验证码:<input name=c> "
    "<input type=submit value='登录'> <a href='/reg/'>注册</a></form>\n",
    "banner": "<h2>新闻中心</h2><div><img src='/images/banner.jpg' width=960></div>\n",
}
_BELOW: Final = {
    "none": "",
    "comments": "<div><h3>网友评论 <a href='/pl/'>0条</a></h3><form>发表评论 <textarea></textarea> 验证码:<input> "
    "<input type=submit value='提交'></form><p>网友评论仅供其表达个人看法,并不表明本网站同意其观点或证实其描述。</p></div>\n",
    "disclaimer": "<div><b>版权和免责申明</b><p>凡本网注有“来源:磐安新闻网”的稿件,均为本网独家版权所有,未经许可不得转载或镜像。</p></div>\n",
    "code": "<div align=center><img src='/images/qr.png' width=120><p>扫一扫在手机打开当前页</p></div>\n",
    "neighbours": "<div>上一篇:<a href='/system/2016/09/05/021065591.shtml'>试验小学举行样本运动会</a><br>"
    "下一篇:<a href='/system/2019/03/21/031533333.shtml'>例山茶园春茶开采 首日产量破纪录</a></div>\n",
    "keywords": "<div>关键词:<a href='/k/1'>茶叶</a> <a href='/k/2'>公路</a> <a href='/k/3'>记者</a></div>\n",
}


def navigation(pen: Pen) -> str:
    """The site's navigation and its old header line, and what else stands over the breadcrumb."""
    links = "\n".join(f'<a href="/panews/{number}/index.shtml">{name}</a> |' for number, name in enumerate(NAV))
    return f"<div{pen.named('nav')}>加入收藏 设为首页 在线投稿<br>{links}</div>\n{_ABOVE[pen.markup.above]}"


def breadcrumb(pen: Pen) -> str:
    """您当前的位置 and its parts; nothing where the record has none."""
    record = pen.record
    if not record.breadcrumbs:
        return ""
    linked = pen.markup.crumb != "text"
    named = list(zip(record.breadcrumbs, record.breadcrumb_urls, strict=True))
    parts = [f'<a href="{url}">{pen.plain(name)}</a>' if url and linked else pen.plain(name) for name, url in named]
    label, last = f"您当前的位置 {pen.colon}", " 正文" if record.template == "enorth_a" else ""
    sep = {"angles": " &gt;&gt; ", "tight": "&gt;", "angle": "&nbsp;>&nbsp;"}[pen.markup.crumb_sep]
    known = pen.named("position")
    if pen.markup.crumb == "items":
        items = f"<li>{sep}</li>".join(f"<li>{part}</li>" for part in parts)
        return f"<ul{known}><li>{label}</li>{items}{f'<li>{last}</li>' if last else ''}</ul>\n"
    if pen.markup.crumb == "cells":
        return f"<table><tr><td>{label}</td><td>{sep.join(parts)}{last}</td></tr></table>\n"
    if pen.markup.crumb == "spans":
        spans = sep.join(f"<span>{part}</span>" for part in parts)
        return f"<div{known}><strong>{label}</strong>{spans}<span>{last}</span></div>\n"
    return f"<div{known}>{label}{sep.join(parts)}{last}</div>\n"


def counter(pen: Pen) -> str:
    """Counter of page views, as printed."""
    return f'浏览次数{pen.colon}<span id="hits">{pen.dice.randrange(10, 9999)}</span>'


def tools(pen: Pen) -> str:
    """Letter size, print, close, share: the line that does something; empty where the choices have none."""
    link = '<a href="javascript:void(0)">'
    return {
        "none": "",
        "seen": f"改变文字大小:[ {link}大</a> {link}中</a> {link}小</a> ] [{link}打印</a>] | [{link}关闭</a>]",
        "fonts": f"【字体{pen.colon}{link}大</a> {link}中</a> {link}小</a>】",
        "share": f'<span class="bdsharebuttonbox">分享到{pen.colon}{link}微信</a> {link}新浪微博</a> {link}QQ空间</a></span>',
        "print": f"【{link}打印本页</a>】 【{link}关闭窗口</a>】",
    }[pen.markup.tools]


def side_column(pen: Pen) -> str:
    """The column beside the article: other articles' headlines."""
    rows = "".join(
        f'<li><a href="{url}" title="{name}">{name}</a> <span>2020/08/0{n + 1}</span></li>'
        for n, (name, url) in enumerate(_TEASERS)
    )
    picture = f'<a href="{_TEASERS[0][1]}"><img src="/pic/0/09/11/22/9112233_111111.jpg" alt="{_TEASERS[0][0]}"></a>'
    return (
        f"<div{pen.named('side')}><h3>图片新闻 <a href='/tp/'>更多&gt;&gt;&gt;</a></h3>{picture}<p>{_TEASERS[0][0]}</p>"
        f"<h3>新闻导读 <a href='/dd/'>更多&gt;&gt;&gt;</a></h3><ul>{rows}</ul></div>\n"
    )


def teasers(count: int) -> str:
    """Some list rows that lead to other articles."""
    return "".join(f'<li>·<a href="{url}">{name}</a></li>' for name, url in _TEASERS[:count])


def footer(pen: Pen) -> str:
    """The site's foot."""
    return (
        f"<div{pen.named('footer')}>磐安新闻网简介|版权声明 | 广告联系 | 联系方式<br>\nCopyright? V2 2013-2017 磐安新闻网 版权所有<br>"
        "主办:磐安样例传媒中心<br>新闻热线:0000-00000000</div>\n"
    )


def below(pen: Pen) -> str:
    """Blocks between an article and its related ones, as other sites of these CMSs print them."""
    return _BELOW[pen.markup.below]


def trap(pen: Pen) -> str:
    """Article-like words that no reader sees."""
    return _TRAPS[pen.markup.trap]
