"""Imports go one way, and each layer keeps to its own trade."""

import ast
import re

import pytest
from checkout import PACKAGES, Module, modules, strings

#: The import order: a room imports itself and the rooms of the rows above it. Each row is one floor.
ORDER: tuple[tuple[str, ...], ...] = (
    ("panan_spider",),  # the version
    ("core", "items"),
    ("sites",),
    ("settings",),
    ("extract",),
    ("library",),
    ("archive",),
    ("report",),
    ("spiders", "middlewares", "pipelines", "extensions"),
    ("publish",),
    ("doctor",),
    ("fleet",),
    ("commands",),
    ("__main__",),
)
_FLOOR = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms}

#: Libraries that a part has no business with.
STRANGERS: dict[str, frozenset[str]] = {
    "extract": frozenset({"scrapy", "requests", "urllib3", "aiohttp", "httpx", "socket", "http", "twisted", "sqlite3"}),
    "spiders": frozenset({"lxml", "parsel", "bs4", "sqlite3", "warcio"}),
    "pipelines": frozenset({"lxml", "parsel", "bs4", "sqlite3", "warcio"}),
    "archive": frozenset({"lxml", "parsel", "bs4", "scrapy", "twisted"}),
    "report": frozenset({"lxml", "parsel", "bs4", "sqlite3"}),
    "publish": frozenset({"parsel", "bs4", "scrapy", "twisted", "requests"}),
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
    return rest.partition(".")[0] if top == "panan_spider" and rest not in ("", "__version__", "__contact__") else None


def test_imports_go_one_way() -> None:
    wrong, seen = [], 0
    for module in modules("panan_spider"):
        assert module.part in _FLOOR, f"{module.where}: a room that has no place in the order"
        for name in imported(module):
            assert not name.startswith("."), f"{module.where}: a relative import"
            target = part_of(name)
            seen += target is not None
            if target in (None, module.part) or (target == "demo_site" and module.part in ("commands", "doctor")):
                continue
            if _FLOOR.get(str(target), len(ORDER)) > _FLOOR[module.part]:
                wrong.append(f"{module.where} imports {name}")
    assert not wrong, "\n".join(wrong)
    assert seen > 150


@pytest.mark.parametrize("part", STRANGERS)
def test_a_layer_keeps_to_its_trade(part: str) -> None:
    inspected = [module for module in modules(*PACKAGES) if module.part == part]
    assert inspected, f"no module belongs to {part}"
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
    ledger = {where for where in speaking if where.startswith("panan_spider/archive/ledger/")}
    export = {where for where in speaking if where.startswith("panan_spider/publish/export/sqlite")}
    assert len(ledger) >= 4 and len(export) >= 2
    browse = {where for where in speaking if where.startswith("panan_spider/publish/browse/")}
    assert len(browse) >= 3
    fleet = {f"panan_spider/fleet/{name}.py" for name in ("fleet_database", "joined_export")}
    assert not speaking.keys() - ledger - export - browse - fleet, speaking
