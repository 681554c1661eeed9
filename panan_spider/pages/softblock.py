"""Pages with status 200 that are no page of the site: challenges, logins, maintenance."""

import re
from typing import Final

from panan_spider.pages.lines import flatten
from panan_spider.pages.page import Page
from panan_spider.pages.results import PageError
from panan_spider.pages.tree import document_title, parse

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
_REDIRECTING_SCRIPT: Final = re.compile(
    r"document\.cookie\s*=|location\.(?:reload|replace|href)|eval\(|setTimeout\(|__jsl|_cf_chl|challenge", re.IGNORECASE
)
_LONGEST: Final = 1_500  # characters on screen; such pages say little


def soft_block(page: Page) -> str | None:
    """Why the page is a challenge, login or maintenance page; None where nothing says so.

    Only for pages that could not be read as what they should be: an article about a login is an article.
    """
    try:
        root = parse(page)
    except PageError:
        return None
    said = " ".join([document_title(root), *(line.text for line in flatten(root))])
    if len(said) > _LONGEST:
        return None
    if _CHALLENGE.search(said):
        return "a challenge page"
    if _MAINTENANCE.search(said):
        return "a maintenance page"
    if root.find(".//input[@type='password']") is not None or _LOGIN.search(said):
        return "a login page"
    if len(said.strip()) < 40 and root.find(".//script") is not None and _REDIRECTING_SCRIPT.search(page.text):
        return "a challenge page: nothing but a script"
    return None
