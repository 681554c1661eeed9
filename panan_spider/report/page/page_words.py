"""Wording of the report page: English, with the Chinese beside it."""

from typing import Final

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import CheckResult, State, Verdict

#: Title of each exit code in English and Chinese, and its colour: `good`, `soon` (look at it when you can), `bad`.
ENDINGS: Final[dict[ExitCode, tuple[str, str, str]]] = {
    ExitCode.GOOD: ("All is well", "一切正常", "good"),
    ExitCode.NOT_STARTED: ("Could not start", "无法开始", "bad"),
    ExitCode.INCOMPLETE: ("Incomplete", "尚未取全", "soon"),
    ExitCode.LAYOUT_DRIFT: ("The site has changed", "网站版面已变", "bad"),
    ExitCode.BLOCKED: ("Blocked", "访问被拒", "bad"),
    ExitCode.ROBOTS_UNREACHABLE: ("robots.txt unreachable", "无法读取 robots.txt", "soon"),
    ExitCode.STORE_ERROR: ("The archive cannot be written", "归档无法写入", "bad"),
    ExitCode.LOCKED: ("Another run holds the archive", "另一次运行正在进行", "soon"),
    ExitCode.INTERRUPTED: ("Interrupted", "中途停止", "soon"),
}

STATES: Final[dict[State, tuple[str, str]]] = {
    "news": ("there is news", "有新文章"),
    "no_news": ("no news today", "今日无新文章"),
    "broken": ("can no longer be read", "已无法读取"),
    "not_seen": ("not seen whole", "未能看全"),
}

VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "ok": ("ok", "正常"),
    "warn": ("warn", "留意"),
    "fail": ("fail", "异常"),
    "none": ("not judged", "未判断"),
}

CHECKS: Final[dict[str, str]] = {
    "sections_found": "栏目是否齐全",
    "front_page_links": "首页链接数",
    "unknown_layout": "未知版面",
    "field_coverage": "字段完整度",
    "unknown_labels": "未收录的署名标签",
    "article_count": "文章数量",
    "list_markup": "列表版式是否改变",
    "moved_hosts": "域名是否迁移",
    "section_silence": "栏目沉寂",
    "same_content": "内容雷同",
    "mass_changes": "大量更改",
    "shortened_texts": "正文缩短",
    "lost_pages": "分页减少",
    "redirected_articles": "文章转址",
    "newly_forbidden": "robots 新增禁止",
    "failed_addresses": "失败地址",
    "unwanted_http_codes": "403 与 429",
    "execution_time": "运行时间",
    "peak_memory": "内存峰值",
}

OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.STORED: "新存入",
    Outcome.REVISED: "已更正",
    Outcome.UNCHANGED: "未变",
    Outcome.KNOWN: "已有",
    Outcome.ALIAS: "别址",
    Outcome.GONE: "已撤下",
    Outcome.FORBIDDEN: "robots 禁止",
    Outcome.BLOCKED: "被拒",
    Outcome.UNKNOWN_LAYOUT: "未知版面",
    Outcome.INVALID: "内容无效",
    Outcome.UNKNOWN_ADDRESS: "地址格式未知",
    Outcome.TOO_LARGE: "过大",
    Outcome.OFF_SITE: "离开本站",
    Outcome.FAILED: "失败",
    Outcome.OUT_OF_RANGE: "不在日期内",
    Outcome.PENDING: "未及",
    Outcome.LISTED: "列表页",
    Outcome.NO_LIST: "无文章列表",
    Outcome.READ: "辅助页",
}

FIELDS: Final[dict[str, str]] = {
    "title": "标题",
    "kicker": "引题",
    "subtitle": "副题",
    "published": "日期",
    "source": "来源",
    "editor": "编辑",
    "text": "正文",
    "authors": "作者",
    "credits": "审校",
    "images": "图片",
    "attachments": "附件",
    "tables": "表格",
}


def warnings(checks: list[CheckResult]) -> list[CheckResult]:
    """Checks with the verdict `warn` or `fail`, the failed ones first."""
    return sorted((c for c in checks if c.verdict in ("warn", "fail")), key=lambda check: check.verdict != "fail")


def size(count: float) -> str:
    """`1.2 MB`, powers of 1,000."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1_000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1_000
    raise AssertionError("unreachable")


def span(seconds: float) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"
