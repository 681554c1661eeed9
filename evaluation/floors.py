"""The ratchet: what panan_spider's figures may not fall below. `python -m evaluation.floors` raises them, and never lowers one."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from evaluation.ours import all_figures

PATH: Final = Path(__file__).parent / "floors.json"

Figures = Mapping[str, Mapping[str, float]]

#: The one measure of which less is better.
_LESS: Final = "leaks"


def floors() -> dict[str, dict[str, float]]:
    """Half → figure → the floor under it (over it, for leaks)."""
    found: dict[str, dict[str, float]] = json.loads(PATH.read_text("utf-8"))
    return found


def compare(now: Figures, held: Figures) -> tuple[list[str], list[str]]:
    """(what has fallen, what could be raised), a line each. A figure without a floor, or a floor without a figure, has fallen."""
    fallen, raisable = [], []
    for half, name in sorted({(part, figure) for side in (now, held) for part in side for figure in side[part]}):
        got, floor = now.get(half, {}).get(name), held.get(half, {}).get(name)
        line = f"{half}: {name} is {got}, its floor {floor}"
        if got is None or floor is None or worse(name, got, floor):
            fallen.append(line)
        elif got != floor:
            raisable.append(line)
    return fallen, raisable


def worse(name: str, got: float, than: float) -> bool:
    """Whether the one figure is worse than the other."""
    return got > than if name == _LESS else got < than


def main() -> int:
    """Raise what can be raised; 1 and the reasons where something has fallen."""
    now = all_figures()
    fallen, raisable = compare(now, floors())
    if fallen:
        print(*fallen, sep="\n", file=sys.stderr)
        return 1
    PATH.write_text(json.dumps(now, indent=1) + "\n", "utf-8")
    print(*raisable, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
