"""One name, one thing: no public class and no module of the package is called like another."""

import ast
from collections import defaultdict

from checkout import modules


def named_twice(names: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: places for name, places in names.items() if len(places) > 1}


def test_no_public_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module in modules("panan_spider"):
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Command":
                places[node.name].append(module.where)
    assert len(places) > 100
    assert not named_twice(places)


def test_no_file_name_stands_twice() -> None:
    """Packages and the commands, which are called as what is typed, are not counted."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in modules("panan_spider"):
        if module.path.stem != "__init__" and "commands" not in module.path.parts:
            places[module.path.stem].append(module.where)
    assert len(places) > 80
    assert not named_twice(places)
