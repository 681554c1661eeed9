"""The checkout as the policy tests see it: its files, and its modules as syntax trees."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("panan_spider", "demo_site")


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, its file, its text and tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def where(self) -> str:
        """The file, from the checkout's root."""
        return str(self.path.relative_to(ROOT))

    @property
    def part(self) -> str:
        """The room it belongs to: `extract` for panan_spider.extract.body, `demo_site` for all of that package."""
        top, _dot, rest = self.name.partition(".")
        return top if top != "panan_spider" or not rest else rest.partition(".")[0]


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Files of the project (committed, or new and not ignored) that match the git patterns; all without one."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    named = {ROOT / name for name in done.stdout.split("\0") if name}
    return tuple(sorted(path for path in named if path.is_file()))


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """The Python modules below these folders."""
    return tuple(_module(path) for path in files(*(f"{package}/*.py" for package in packages)))


def _module(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text("utf-8")
    return Module(name, path, text, ast.parse(text, str(path)))


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def strings(tree: ast.AST) -> list[ast.Constant]:
    """Every string of the code that is no docstring."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    scopes = [n for n in ast.walk(tree) if isinstance(n, kinds)]
    docs = {id(n.body[0].value) for n in scopes if n.body and isinstance(n.body[0], ast.Expr)}
    return [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs]


def read(name: str) -> str:
    """A text file of the checkout, by its path from the root."""
    return (ROOT / name).read_text("utf-8")
