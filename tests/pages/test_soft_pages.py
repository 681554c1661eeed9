"""Pages with status 200 that are no page of the site, by their words; and pages of the site that only speak of such things."""

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page, link_target
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


def in_a_frame(text: str, more: str = "") -> str:
    title = "样例村的茶园里又是一年春天"
    return (
        f"<title>{title}</title>{CRUMB}<h1>{title}</h1><p>2022/04/19 来源:样县发布</p><p>{text}</p>{more}</body></html>"
    )


@pytest.mark.parametrize("text", ["您访问的页面不存在", "对不起，该文章已被删除", "此信息已下线！", "Page Not Found"])
def test_a_text_that_is_only_a_notice_of_a_missing_page_is_no_text(text: str) -> None:
    with pytest.raises(UnknownLayout, match="does not exist"):
        read_article(page(in_a_frame(text)))


@pytest.mark.parametrize(
    "text",
    ["内容审核中", "您没有权限浏览本页", "系统繁忙，请稍后再试", "数据库连接失败", "服务器内部错误", "Internal Server Error", "页面加载中…", "该内容已过期", "此文章已撤回", "请登录后查看全文"],
)  # fmt: skip
def test_a_text_that_is_only_a_notice_is_no_text(text: str) -> None:
    with pytest.raises(InvalidPage, match="in the place of the text"):
        read_article(page(in_a_frame(text)))


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("因系统升级，窗口暂停办理业务。", ""),
        ("老例家的文件丢失后被邻居找回，他写信致谢。", ""),
        ("页面不存在", "<p>村民老例说，这样的提示他见过许多次。</p>"),
        ("网站无法访问的情况已经排除，市民可以照常办事。", ""),
    ],
)
def test_a_short_text_is_a_text(text: str, more: str) -> None:
    assert read_article(page(in_a_frame(text, more))).text.startswith(text)


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


ONWARD = "http://www.panews.cn/zt/a.html"


@pytest.mark.parametrize(
    "html",
    [
        '<html><head><title>样例标题</title></head><body><script>window.location.href="/zt/a.html";</script></body></html>',
        "<script>location.replace('http://www.panews.cn/zt/a.html')</script>",
        "<script>window.location.assign ( '/zt/a.html' )</script>",
        "<script>\n<!--\ntop.location = '../../../zt/a.html';\n//-->\n</script>",
        "<script>// location.href='/old.html'\nself.location='/zt/a.html'</script>",
        "<script>setTimeout(\"location.href='/zt/a.html'\",1000);</script>",
        "<script>setTimeout(function(){ document.location.href = '/zt/a.html#top' }, 1000)</script>",
        "<meta http-equiv=refresh content='0;url=/zt/a.html'>",
        "<meta http-equiv='Refresh' content=\"3; URL='../../../zt/a.html'\"><p>页面正在跳转，请稍候</p>",
        "<body onload=\"location.href='/zt/a.html'\">如果没有跳转，请<a href='/zt/a.html'>点击这里</a></body>",
        "<script src='/count.js'></script><script>location.href='/zt/a.html'</script><noscript><meta http-equiv=refresh content='0;url=/zt/a.html'></noscript>",
        "<base href='http://www.panews.cn/zt/'><script>location='a.html'</script>",
    ],
)
def test_a_page_that_is_only_a_link_names_its_target(html: str) -> None:
    assert link_target(page(html)) == ONWARD
    with pytest.raises(UnknownLayout):
        read_article(page(html))  # no challenge: nobody blocks


@pytest.mark.parametrize(
    "html",
    [
        *CHALLENGES,
        "<script>document.cookie='a=1';location.href='/zt/a.html'</script>",
        "<script>location.href='/zt/'+name</script>",
        "<script>var u='/zt/a.html';location.href=u</script>",
        "<script>if(mobile)location.href='/zt/a.html'</script>",
        "<script>location.href='/zt/a.html';location.href='/zt/b.html'</script>",
        "<script>location.hash='#a'</script><script>location.reload()</script>",
        "<meta http-equiv=refresh content='300'>",
        "<meta http-equiv=refresh content='3;url=/'><p>您访问的页面不存在</p>",
        "<meta http-equiv=refresh content='3;url=/'><p>网站正在维护升级</p>",
        "<meta http-equiv=refresh content='3;url=/'><form>用户登录 <input type=password></form>",
        "<script>location.href='/zt/a.html'</script><a href='/sj/index.shtml'>书记</a>",
        f"<meta http-equiv=refresh content='0;url=/zt/a.html'><p>{'一段正文。' * 20}</p>",
        "<!-- <meta http-equiv=refresh content='0;url=/zt/a.html'> -->",
        "<iframe src='/b.html'></iframe><script>location.href='/zt/a.html'</script>",
    ],
)
def test_any_other_page_names_none(html: str) -> None:
    assert link_target(page(html)) is None
