"""Imports go one way, and each layer keeps to its own trade."""

import ast
import re

import pytest
from checkout import PACKAGES, Module, modules, strings

_FOUNDATION = frozenset({"site", "urls", "outcomes", "items", "memory"})
_KEEPERS = frozenset({"archive_extension", "store"})

#: What each part may import, beside itself and `panan_spider.__version__`. Commands may import everything.
LAYERS: dict[str, frozenset[str]] = {
    "panan_spider": frozenset(),
    "site": frozenset(),
    "outcomes": frozenset(),
    "items": frozenset(),
    "reports": frozenset(),
    "thresholds": frozenset(),
    "fingerprint": frozenset(),
    "wording": frozenset(),
    "starting": frozenset(),
    "log_lines": frozenset({"items", "wording"}),
    "urls": frozenset({"site"}),
    "memory": frozenset({"outcomes"}),
    "settings": frozenset({"site"}),
    "schema": frozenset({"items", "outcomes", "reports"}),
    "pages": frozenset({"site", "urls", "outcomes", "items", "fingerprint"}),
    "spiders": _FOUNDATION | {"pages", "wording"},
    "store": frozenset({"items", "outcomes", "memory"}),
    "checks": frozenset({"outcomes", "items", "memory", "store", "reports", "thresholds"}),
    "status": frozenset({"outcomes", "memory", "store"}),
    "report_page": frozenset({"outcomes", "reports"}),
    "console": frozenset({"items", "outcomes", "report_page", "reports"}),
    "telling": frozenset({"outcomes", "report_page", "reports", "store"}),
    "archive_extension": frozenset({"outcomes", "store", "checks", "reports", "telling"}),
    "middlewares": _FOUNDATION | _KEEPERS | {"wording"},
    "pipelines": _FOUNDATION | _KEEPERS | {"fingerprint", "wording"},
    "diagnosis": _FOUNDATION | {"pages", "spiders", "starting", "store"},
    "reparsing": _FOUNDATION | {"pages", "pipelines", "reports", "spiders", "store"},
    "people": frozenset({"pages"}),
    "export": _FOUNDATION | {"pages", "people", "pipelines", "store"},
    "verifying": frozenset({"fingerprint", "items", "outcomes", "pipelines", "reparsing", "reports", "store", "urls"}),
    "browse": _FOUNDATION | {"pages", "people", "export", "store", "checks", "reports", "report_page"},
    "demo_site": frozenset({"items", "urls", "site"}),
}

#: Libraries that a part has no business with.
STRANGERS: dict[str, frozenset[str]] = {
    "pages": frozenset({"scrapy", "requests", "urllib3", "aiohttp", "httpx", "socket", "http", "twisted", "sqlite3"}),
    "spiders": frozenset({"lxml", "parsel", "bs4", "sqlite3", "warcio"}),
    "pipelines": frozenset({"lxml", "parsel", "bs4", "sqlite3", "warcio"}),
    "store": frozenset({"lxml", "parsel", "bs4", "scrapy", "twisted"}),
    "checks": frozenset({"lxml", "parsel", "bs4", "sqlite3"}),
    "report_page": frozenset({"scrapy", "requests", "sqlite3", "twisted"}),
    "browse": frozenset({"lxml", "parsel", "bs4", "scrapy", "twisted", "requests", "sqlite3"}),
    "demo_site": frozenset({"scrapy", "twisted", "sqlite3"}),
}

_SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE (TABLE|INDEX)|PRAGMA \w+)\b", re.DOTALL
)


def is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def running(tree: ast.AST) -> list[ast.AST]:
    """All nodes but those that only a type checker reads."""
    found = [tree]
    for child in ast.iter_child_nodes(tree):
        found += [] if is_typing_only(child) else running(child)
    return found


def imported(module: Module) -> set[str]:
    """Dotted names the module imports. A relative import is spelled `.`: there are none."""
    names: set[str] = set()
    for node in running(module.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names |= {f"{base}.{alias.name}" for alias in node.names} if base in PACKAGES else {base}
    return names


def part_of(name: str) -> str | None:
    """The part of ours that a dotted name lies in; None for anybody else's, and for the version."""
    top, _dot, rest = name.partition(".")
    if top == "demo_site":
        return top
    return rest.partition(".")[0] if top == "panan_spider" and rest not in ("", "__version__") else None


def test_imports_go_one_way() -> None:
    wrong, seen = [], 0
    for module in modules(*PACKAGES):
        assert module.part == "commands" or module.part in LAYERS, f"{module.where}: a part without a layer"
        for name in imported(module):
            assert not name.startswith("."), f"{module.where}: a relative import"
            target = part_of(name)
            seen += target is not None
            if target is None or module.part in ("commands", target):
                continue
            if target not in LAYERS[module.part]:
                wrong.append(f"{module.where} imports {name}")
    assert not wrong, "\n".join(wrong)
    assert seen > 150


def test_the_layers_have_no_circle() -> None:
    """The map itself: parts can be put in an order in which each imports only earlier ones."""
    left = dict(LAYERS)
    while left:
        free = [part for part, needs in left.items() if not needs & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for part in free:
            del left[part]


@pytest.mark.parametrize("part", STRANGERS)
def test_a_layer_keeps_to_its_trade(part: str) -> None:
    inspected = [module for module in modules(*PACKAGES) if module.part == part]
    assert len(inspected) >= 3
    wrong = [
        f"{module.where} imports {name}"
        for module in inspected
        for name in imported(module)
        if name.partition(".")[0] in STRANGERS[part]
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_ledger_the_sqlite_export_and_its_readers_know_sql() -> None:
    speaking = {
        module.where: string.value
        for module in modules(*PACKAGES)
        for string in strings(module.tree)
        if _SQL.search(str(string.value))
    }
    ledger = {where for where in speaking if where.startswith("panan_spider/store/ledger")}
    export = {where for where in speaking if where.startswith("panan_spider/export/sqlite")}
    assert len(ledger) >= 4 and len(export) >= 2
    browse = {where for where in speaking if where.startswith("panan_spider/browse/sql")}
    assert len(browse) >= 3
    assert not speaking.keys() - ledger - export - browse, speaking
