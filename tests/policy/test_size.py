"""Modules, packages and functions of a size that one reads at once."""

import ast
from collections import Counter

from checkout import PACKAGES, ROOT, functions, modules

MOST_LINES = 400
MOST_LINES_OF_TESTS = 500
MOST_LINES_OF_A_FUNCTION = 30
MOST_MODULES_OF_A_PACKAGE = 20


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of its body; signature and docstring, which are the promise and not the work, not counted."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def too_long(*folders: str, limit: int) -> dict[str, int]:
    lengths = {module.where: len(module.text.splitlines()) for module in modules(*folders)}
    assert len(lengths) > 20
    return {where: lines for where, lines in lengths.items() if lines >= limit}


def test_no_module_is_long() -> None:
    assert not too_long(*PACKAGES, "tools", "benchmarks", "evaluation", limit=MOST_LINES)


def test_no_test_module_is_long() -> None:
    assert not too_long("tests", limit=MOST_LINES_OF_TESTS)


def test_no_function_is_long() -> None:
    lengths = {
        f"{module.where}:{function.lineno} {function.name}": body_lines(function)
        for module in modules(*PACKAGES, "tools", "benchmarks", "evaluation")
        for function in functions(module.tree)
    }
    assert len(lengths) > 300
    assert not {name: lines for name, lines in lengths.items() if lines >= MOST_LINES_OF_A_FUNCTION}


def test_no_package_has_many_modules() -> None:
    counts = Counter(module.path.parent for module in modules(*PACKAGES) if module.path.stem != "__init__")
    wide = {str(folder.relative_to(ROOT)): count for folder, count in counts.items()}
    assert len(wide) > 10
    assert not {where: count for where, count in wide.items() if count > MOST_MODULES_OF_A_PACKAGE}
