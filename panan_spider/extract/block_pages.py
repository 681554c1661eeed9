"""Pages with status 200 that are no page of the site: challenges, logins, maintenance."""

import re
from typing import Final

from lxml import etree

from panan_spider.extract.breadcrumb import find_breadcrumb
from panan_spider.extract.document import Page
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.results import PageError
from panan_spider.extract.tree import document_title, parse

_CHALLENGE: Final = re.compile(
    r"安全验证|人机验证|人机识别|滑动验证|输入验证码|请完成验证|访问(?:过于)?频繁|请求过于频繁|访问被(?:拒绝|拦截|阻断)|拒绝访问|防火墙"
    r"|请求.{0,12}拦截|安全检查|浏览器检查|正在(?:检查|验证)|(?:请|需要?)(?:开启|启用|打开).{0,4}java\s*script|just a moment"
    r"|checking your browser|access denied|attention required|captcha|are you (?:a )?human|request blocked|forbidden",
    re.IGNORECASE,
)
_MAINTENANCE: Final = re.compile(
    r"(?:系统|网站|服务器|本站|站点|平台).{0,8}(?:维护|升级|建设中|暂停)|(?:正在|例行)(?:维护|升级)|维护中|暂停(?:服务|访问)"
    r"|under maintenance|temporarily unavailable|be back soon|service unavailable",
    re.IGNORECASE,
)
_LOGIN: Final = re.compile(
    r"(?:请先?|用户|会员|账号|帐号|后台|系统)\s*登\s*录|登录(?:系统|页面|密码)|log ?in|sign in", re.IGNORECASE
)
_SERVER: Final = re.compile(
    r"没有找到站点|域名.{0,6}(?:过期|到期)|未.{0,16}备案|数据库.{0,4}(?:错误|失败|异常)|(?:系统|服务器).{0,4}(?:繁忙|错误|异常)|无法访问"
    r"|welcome to nginx|iis windows|it works!|database error|internal server error",
    re.IGNORECASE,
)
_SERVER_ERROR: Final = re.compile(r"<title>\s*5\d\d\b[^<]{0,60}</title>", re.IGNORECASE)
_MISSING: Final = re.compile(
    r"(?:页面|网页|文章|内容|信息|稿件|新闻|资源|文件).{0,8}(?:不存在|不见|找不到|删除|下线|未找到|丢失)|找不到.{0,8}(?:页|文章|内容)"
    r"|^\s*404\b|not found",
    re.IGNORECASE,
)
_REDIRECTING_SCRIPT: Final = re.compile(
    r"document\.cookie\s*=|location\.(?:reload|replace|href)|eval\(|setTimeout\(|__jsl|_cf_chl|challenge|\$_ts\b|\br=['\"]?m\b|arg1\s*=",
    re.IGNORECASE,
)
_LONGEST_EXCUSE: Final = 300
_LONGEST: Final = 1_500  # characters on screen; such pages say little


def says_it_is_missing(page: Page) -> bool:
    """Whether a page that could not be read says in few words that there is none: 您访问的页面不存在."""
    try:
        root = parse(page)
    except PageError:
        return _MISSING.search(page.text[:_LONGEST]) is not None
    said = _said(root, flatten(root))
    return len(said) <= _LONGEST_EXCUSE and _MISSING.search(said) is not None


def _said(root: etree._Element, lines: list[Line]) -> str:
    return " ".join([document_title(root), *(line.text for line in lines)])


def soft_block(page: Page) -> str | None:
    """Why the page is a challenge, login or maintenance page; None where nothing says so.

    Only for pages that could not be read as what they should be: an article about a login is an article.
    """
    try:
        root = parse(page)
    except PageError:
        return "a server's error page" if _SERVER_ERROR.search(page.text[:_LONGEST]) else None
    lines = flatten(root)
    crumb = find_breadcrumb(lines)
    said = _said(root, lines)
    if len(said) > _LONGEST or (crumb is not None and len(crumb.parts) > 1):
        return None  # a page of the site, whatever it says
    if _CHALLENGE.search(said):
        return "a challenge page"
    if _MAINTENANCE.search(said):
        return "a maintenance page"
    if root.find(".//input[@type='password']") is not None or _LOGIN.search(said):
        return "a login page"
    if _SERVER.search(said):
        return "a server's own page"
    if len(said.strip()) < 40 and root.find(".//script") is not None and _REDIRECTING_SCRIPT.search(page.text):
        return "a challenge page: nothing but a script"
    return None
