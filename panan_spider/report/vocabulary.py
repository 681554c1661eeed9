"""Vocabulary of runs in English and Chinese: exit codes, verdicts, checks, outcomes, ends of walks; for reports, pages and status."""

from typing import TYPE_CHECKING, Final

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.translations import N_, Translate, translator

if TYPE_CHECKING:  # `status` does without the models of a report
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

STATES: "Final[dict[State, tuple[str, str]]]" = {
    "news": ("there is news", "有新文章"),
    "no_news": ("no news today", "今日无新文章"),
    "broken": ("can no longer be read", "已无法读取"),
    "not_seen": ("not seen whole", "未能看全"),
}

VERDICTS: "Final[dict[Verdict, tuple[str, str]]]" = {
    "ok": ("ok", "正常"),
    "warn": ("warn", "留意"),
    "fail": ("fail", "异常"),
    "none": ("not judged", "未判断"),
}

#: English is the check's own name.
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

#: English and Chinese of an outcome, said of a count of addresses.
OUTCOMES: Final[dict[Outcome, tuple[str, str]]] = {
    Outcome.STORED: ("stored", "新存入"),
    Outcome.REVISED: ("corrected", "已更正"),
    Outcome.UNCHANGED: ("unchanged", "未变"),
    Outcome.KNOWN: ("stored before", "已有"),
    Outcome.ALIAS: ("other addresses of articles", "别址"),
    Outcome.GONE: ("gone", "已撤下"),
    Outcome.FORBIDDEN: ("forbidden by robots.txt", "robots 禁止"),
    Outcome.BLOCKED: ("blocked", "被拒"),
    Outcome.UNKNOWN_LAYOUT: ("of unknown layout", "未知版面"),
    Outcome.INVALID: ("invalid", "内容无效"),
    Outcome.UNKNOWN_ADDRESS: ("of unknown form of address", "地址格式未知"),
    Outcome.TOO_LARGE: ("too large", "过大"),
    Outcome.OFF_SITE: ("off the site", "离开本站"),
    Outcome.FAILED: ("failed", "失败"),
    Outcome.OUT_OF_RANGE: ("outside the dates asked for", "不在日期内"),
    Outcome.PENDING: ("not reached", "未及"),
    Outcome.LISTED: ("list pages", "列表页"),
    Outcome.NO_LIST: ("pages without a list", "无文章列表"),
    Outcome.READ: ("other pages read", "辅助页"),
}

#: How a section's walk ended.
WALKS: Final = {
    "end": ("last page read", "到末页"), "unproven": ("end not proven", "末页未证实"), "known": ("met known articles", "遇已有文章"),
    "since": ("reached the first date", "到起始日期"), "capped": ("limit of pages", "到页数上限"), "failed": ("failed", "失败"),
    "interrupted": ("interrupted", "中断"),
}  # fmt: skip

#: Why a stored article was asked for again, besides `age 3`.
LOOK_BACK: Final[dict[str, str]] = {
    "listed": "列表有变",
    "changed": "上次有更改",
    "vanished": "上次已消失",
    "sample": "旧文抽查",
    "recheck": "指定复查",
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


def warnings(checks: "list[CheckResult]") -> "list[CheckResult]":
    """Checks with the verdict `warn` or `fail`, the failed ones first."""
    return sorted((c for c in checks if c.verdict in ("warn", "fail")), key=lambda check: check.verdict != "fail")


def size(count: float) -> str:
    """`1.2 MB`, powers of 1,000."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1_000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1_000
    raise AssertionError("unreachable")


def span(seconds: float, translate: Translate | None = None) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole, translate = round(seconds), translate or translator("en")
    if whole < 60:
        return translate(N_("{seconds} s"), seconds=whole)
    if whole < 3_600:
        return translate(N_("{minutes} min {seconds} s"), minutes=whole // 60, seconds=whole % 60)
    return translate(N_("{hours} h {minutes} min"), hours=whole // 3_600, minutes=whole % 3_600 // 60)
