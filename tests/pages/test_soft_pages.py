"""Pages with status 200 that are no page of the site, by their words; and pages of the site that only speak of such things."""

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import InvalidPage, SoftBlock, UnknownLayout
from panan_spider.extract.section import read_section

ARTICLE = "http://www.panews.cn/xwzx/sz/202204/t20220419_6210002.html"
LIST = "http://www.panews.cn/xwzx/sz/index.html"

CHALLENGES = (
    "<html><head><meta content=\"abc{Qy…\" r='m'><script src=\"/4QbV/d.FxJz.js\" r='m'></script>"
    "<script r='m'>(function(){var _$b=$_ts['dfe']})()</script></head><body></body></html>",
    "<script>document.cookie=('_')+('_')+('j')+('s')+'l_clearance=1;';location.href=location.pathname</script>",
    '<html><body><script>var x="@substr@setTimeout@document".split("@");eval(x)</script></body></html>',
    "<html><script>var arg1='ABCDEF';function setCookie(n,v){document.cookie=n+'='+v;}</script></html>",
    "<title>访问被拦截</title>您的请求带有不合法参数，已被网站管理员设置拦截！",
    "<title>405</title>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。",
    "您的访问过于频繁，请稍后再试",
    '{"code":403,"msg":"forbidden"}',
)
OTHERS = (
    ("<title>网站维护中</title><h1>网站正在维护升级，请稍后再访问</h1>", "maintenance"),
    ("系统升级中，给您带来不便敬请谅解", "maintenance"),
    ("<title>用户登录</title><form>账号<input name=u>密码<input type=password></form>", "login"),
    ("<title>没有找到站点</title>您的请求在Web服务器中没有找到对应的站点！", "server's own"),
    ("该域名已过期，请联系服务商续费", "server's own"),
    ("该网站未根据工信部相关法规完成备案", "server's own"),
    ("<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>", "server's own"),
    ("Database Error: unable to connect", "server's own"),
    (
        "<html><head><title>502 Bad Gateway</title></head><h1>502 Bad Gateway</h1><hr><center>nginx</center></html>",
        "error",
    ),
)


def page(html: str, url: str = ARTICLE) -> Page:
    return Page(url, html.encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize("html", CHALLENGES)
def test_a_challenge_blocks(html: str) -> None:
    with pytest.raises(SoftBlock, match="challenge"):
        read_article(page(html))
    with pytest.raises(SoftBlock, match="challenge"):
        read_section(page(html, LIST))


@pytest.mark.parametrize(("html", "why"), OTHERS)
def test_a_page_that_stands_for_the_sites_own_blocks(html: str, why: str) -> None:
    with pytest.raises(SoftBlock, match=why):
        read_article(page(html))


@pytest.mark.parametrize(
    "html",
    [
        "<title>提示</title>您访问的页面不存在或已被删除",
        "<title>404 页面未找到</title><h1>404</h1><p>抱歉，页面找不到了</p>",
        "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center><hr><center>nginx</center></body></html>",
        "<h2>该文章已下线</h2>",
    ],
)
def test_a_page_that_says_there_is_none_is_no_article_and_said_to_be_missing(html: str) -> None:
    with pytest.raises(UnknownLayout, match="does not exist"):
        read_article(page(html))


@pytest.mark.parametrize("html", ["", "  \n", "<html><head></head><body></body></html>"])
def test_an_empty_page_is_named(html: str) -> None:
    with pytest.raises(UnknownLayout):
        read_article(page(html))


def test_a_servers_error_in_a_lists_place_blocks() -> None:
    with pytest.raises(SoftBlock, match="error"):
        read_section(page(OTHERS[-1][0], LIST))


def test_an_empty_list_page_is_no_list() -> None:
    with pytest.raises(InvalidPage):
        read_section(page("", LIST))


BODY = "<p>网站维护期间暂停服务，用户请先登录，输入验证码并完成安全验证，访问过于频繁的将被拦截。页面不存在的提示也已更换。</p>"
CRUMB = "<div>您当前的位置 : 磐安新闻网 > 新闻中心>时政</div>"


def test_an_article_about_all_of_that_is_an_article() -> None:
    html = (
        f"<title>12306网站维护</title>{CRUMB}<h1>12306网站维护</h1><p>2022/04/19 来源:样县发布</p>{BODY}</body></html>"
    )
    assert len(read_article(page(html)).text) > 40


def test_a_page_of_the_site_that_cannot_be_read_is_unknown_whatever_it_says() -> None:
    with pytest.raises(UnknownLayout):
        read_article(page(f"<title>维护</title>{CRUMB}{BODY}</body></html>"))


def test_a_list_page_with_a_login_box_is_a_list_page() -> None:
    html = f"{CRUMB}<form>用户登录 <input type=password></form><ul><li>暂无内容</li></ul>"
    assert read_section(page(html, LIST)).rows == ()
