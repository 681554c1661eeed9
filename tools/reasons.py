"""Reasons in the source: every sentence that a crawl, extraction or the archive records about an address or a repair.

They are found by the calls, names and functions that carry a reason, as messages with names in braces for what is put in.
`report.vocabulary` translates them; a new reason is a new message, and the catalogue's test fails until it has its Chinese.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

PACKAGE: Final = Path(__file__).parents[1] / "panan_spider"
#: Packages and modules whose reasons reach a report, the ledger or quarantine.jsonl.
_FOLDERS: Final = ("archive", "extensions", "extract", "middlewares", "pipelines", "spiders")
#: Calls with a reason among their arguments, and lists that reasons are appended to.
_CALLS: Final = frozenset(
    [
        "OutcomeError",
        "MemoryError",
        "UnknownLayout",
        "InvalidPage",
        "SoftBlock",
        "NotAnImage",
        "ParseError",
        "_close",
        "_gone",
        "_settle",
        "lost",
        "settle",
        "settle_page",
        "note_drift",
        "quarantine",
        "record_outcome",
        "record_pending",
    ]
)
_LISTS: Final = frozenset(["notes", "failed_sections", "_bare", "_dead", "_missing", "lost", "doubtful"])
#: Enumerations whose values are part of a reason.
_ENUMERATIONS: Final = frozenset({"ReparseVerdict"})
#: Variables and keywords that hold a reason, and functions that return one.
_NAMES: Final = frozenset(["reason", "why", "line", "lines", "refusal", "found"])
_FUNCTIONS: Final = frozenset(
    [
        "_complaint",
        "_contradiction",
        "_cut",
        "_outcome_unasked",
        "_set_aside",
        "cut_torn_line",
        "cut_torn_record",
        "disagreement",
        "objection",
        "soft_block",
        "refusal",
    ]
)
#: Reasons of one word.
_WORDS: Final = frozenset(["returned", "changed"])
_LETTER: Final = re.compile(r"[A-Za-z]")
_PLACE: Final = re.compile(r"{\w+}")
#: Constants that are reasons or part of one.
_CONSTANTS: Final = frozenset(
    ["CUT", "CUT_PAGE", "EMPTY", "RETURNED", "STILL_GONE", "STILL_LISTED", "SAYS_MISSING", "_OVER", "_HINT"]
)


def reasons() -> Iterator[str]:
    """All reasons in the source, as messages."""
    for folder in _FOLDERS:
        for path, tree in _trees(folder):
            module = import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
            messages = (_message(part, module) for node in ast.walk(tree) for part in _parts(node))
            yield from (
                text for text in messages if text in _WORDS or (" " in text and _LETTER.search(_PLACE.sub("", text)))
            )


def sentences() -> Iterator[str]:
    """The messages of `sentence("…")`. Raises ValueError for one that is no literal, which no catalogue could have."""
    for path, tree in _trees("report"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) == "sentence":
                if not isinstance(node.args[0], ast.Constant):
                    raise ValueError(f"{path.name}:{node.lineno}: the message of sentence() is no literal")
                yield str(node.args[0].value)


def _trees(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((PACKAGE / folder).rglob("*.py")) or [PACKAGE / f"{folder}.py"]:
        yield path, ast.parse(path.read_text("utf-8"))


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """The texts of a reason that the node holds."""
    if isinstance(node, ast.Call):
        match node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _CALLS:
                yield from _all_texts(node.args)
            case ast.Attribute(value=ast.Attribute(attr=name), attr="append") if name in _LISTS:
                yield from _all_texts(node.args)
    elif isinstance(node, ast.keyword):
        yield from _texts(node.value) if node.arg == "reason" else ()
    elif isinstance(node, ast.FunctionDef):
        yield from _all_texts(node.args.defaults if node.name in _CALLS else [])
        yield from _all_texts(_returned(node) if node.name in _FUNCTIONS else [])
    elif isinstance(node, ast.ClassDef):
        yield from _all_texts(
            each.value for each in node.body if isinstance(each, ast.Assign) and node.name in _ENUMERATIONS
        )
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
        yield from _texts(node.value) if _targets(node) & (_NAMES | _CONSTANTS) else ()


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {
        _name(inner) for target in targets for inner in (target.elts if isinstance(target, ast.Tuple) else [target])
    }


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _all_texts(nodes: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for node in nodes:
        yield from _texts(node)


def _texts(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            yield node
        case ast.BinOp(left=left, right=right):
            yield from _texts(left)
            yield from _texts(right)
        case ast.BoolOp(values=nodes) | ast.Tuple(elts=nodes) | ast.List(elts=nodes):
            for each in nodes:
                yield from _texts(each)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)


def _message(node: ast.expr, module: ModuleType) -> str:
    """The text with a name in braces for each value; a constant of the module that is text is put in."""
    if isinstance(node, ast.Constant):
        return _trimmed(str(node.value))
    assert isinstance(node, ast.JoinedStr)
    text, letters = "", iter("abcdefgh")
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = getattr(module, _name(part.value), None)
            text += value if isinstance(value, str) else f"{{{next(letters)}}}"
        else:
            text += str(part.value) if isinstance(part, ast.Constant) else ""
    return _trimmed(text)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _name(value)
    return ""


def _trimmed(text: str) -> str:
    """Without the punctuation that joins it to another part, and without the prefix of log lines."""
    return re.sub(r"^[\s,;:(]+|\s+$", "", text.removeprefix("panan: "))
