"""Growth drawn: one line a series, both axes logarithmic, as SVG that a page of Markdown shows."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT, _LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT = 640, 320, 60, 30, 380, 240
_COLOURS: Final = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b9770e")


def svg(title: str, across: str, series: Mapping[str, Points]) -> str:
    """The drawing. All values are positive."""
    xs = _decades([x for points in series.values() for x, _y in points])
    ys = _decades([y for points in series.values() for _x, y in points])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 18, title, weight="bold"),
        _text(_LEFT + _PLOT_WIDTH / 2, _HEIGHT - 6, across, anchor="middle"),
    ]
    for power in range(xs[0], xs[1] + 1):
        at = _place(10.0**power, xs, _LEFT, _PLOT_WIDTH)
        parts += [
            _rule(at, _TOP, at, _TOP + _PLOT_HEIGHT),
            _text(at, _TOP + _PLOT_HEIGHT + 16, _tick(power), anchor="middle"),
        ]
    for power in range(ys[0], ys[1] + 1):
        at = _place(10.0**power, ys, _TOP + _PLOT_HEIGHT, -_PLOT_HEIGHT)
        parts += [_rule(_LEFT, at, _LEFT + _PLOT_WIDTH, at), _text(_LEFT - 6, at + 4, _tick(power), anchor="end")]
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [
            (_place(x, xs, _LEFT, _PLOT_WIDTH), _place(y, ys, _TOP + _PLOT_HEIGHT, -_PLOT_HEIGHT)) for x, y in points
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(_text(_LEFT + _PLOT_WIDTH + 12, _TOP + 14 + 18 * number, name, colour=colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _place(value: float, decades: tuple[int, int], start: float, room: float) -> float:
    return start + room * (math.log10(value) - decades[0]) / (decades[1] - decades[0])


def _tick(power: int) -> str:
    return f"{10.0**power:,.0f}" if power >= 0 else f"{10.0**power:.{-power}f}"


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _text(x: float, y: float, said: str, *, anchor: str = "start", colour: str = "#222", weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">{escape(said)}</text>'
