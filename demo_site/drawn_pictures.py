"""Drawn pictures of the made-up site: hills under a sky, 640×400, as baseline JPEG and as PNG, made without a library."""

import math
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 400
#: Different pictures; each address shows one of them.
PICTURES: Final = 24
_BLOCK: Final = 8  # pixels: one colour a block, so that a JPEG needs mean values alone
_COLUMNS: Final = WIDTH // _BLOCK
_ROWS: Final = HEIGHT // _BLOCK
#: The standard's Huffman table of mean values: how many codes there are of each length; the symbols are 0 to 11.
_LENGTHS: Final = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))

Colour = tuple[int, int, int]


def number_of(path: str) -> int:
    """Which of the pictures the address shows."""
    return zlib.crc32(path.encode()) % PICTURES


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@cache
def _blocks(number: int) -> list[list[Colour]]:
    """The picture's colours, row by row: a sky, a sun, three ranges of hills."""
    dice = Random(number)
    high, low = (120 + dice.randrange(60), 170, 220), (250, 225 - dice.randrange(40), 190)
    sun = dice.randrange(12, _COLUMNS - 12), dice.randrange(6, 16)
    ranges = [(dice.uniform(0, 6), dice.uniform(0.05, 0.12), 20 + 9 * depth) for depth in range(3)]
    greens: tuple[Colour, ...] = ((130, 165, 150), (85, 130, 95), (45, 90, 55))
    rows = []
    for y in range(_ROWS):
        row = [_mixed(high, low, y / _ROWS)] * _COLUMNS
        for x in range(_COLUMNS):
            if math.hypot(x - sun[0], y - sun[1]) < 4:
                row[x] = (255, 240, 170)
            for (phase, pace, top), green in zip(ranges, greens, strict=True):
                if y > top + 5 * math.sin(phase + pace * x) + 2 * math.sin(3 * phase + 3 * pace * x):
                    row[x] = green
        rows.append(row)
    return rows


@cache
def png(number: int) -> bytes:
    """The picture as PNG."""
    lines = (b"\0" + b"".join(bytes(colour) * _BLOCK for colour in row) for row in _blocks(number))
    raw = b"".join(line * _BLOCK for line in lines)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@cache
def jpeg(number: int) -> bytes:
    """The picture as baseline JPEG: of every block the mean value, no other coefficient."""
    components = b"".join(bytes((one, 0x11, 0)) for one in (1, 2, 3))
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + bytes((8,)) * 64),  # a mean value is eight times the colour: divided by eight, the colour itself
        (0xC0, struct.pack(">BHHB", 8, HEIGHT, WIDTH, 3) + components),
        (0xC4, b"\0" + _LENGTHS + bytes(range(12))),
        (0xC4, b"\x10" + bytes((1, *[0] * 15)) + b"\0"),  # one code: the block has no other coefficient
        (0xDA, b"\3" + b"".join(bytes((one, 0)) for one in (1, 2, 3)) + b"\0\x3f\0"),
    )
    head = b"".join(struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body for mark, body in segments)
    return b"\xff\xd8" + head + _packed("".join(_bits(number))) + b"\xff\xd9"


def _packed(bits: str) -> bytes:
    """Bits as bytes, filled up with ones; after a byte of ones alone stands a zero."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def _bits(number: int) -> Iterator[str]:
    """Each block's three differences to the block before, coded."""
    codes, before = _codes(), [0, 0, 0]
    for row in _blocks(number):
        for red, green, blue in row:
            luma = 0.299 * red + 0.587 * green + 0.114 * blue
            values = (luma - 128, 0.564 * (blue - luma), 0.713 * (red - luma))
            for index, value in enumerate(map(round, values)):
                change, before[index] = value - before[index], value
                size = abs(change).bit_length()
                yield (
                    codes[size]
                    + (f"{change if change > 0 else change + (1 << size) - 1:0{size}b}" if size else "")
                    + "0"
                )


def _codes() -> list[str]:
    """The code of each size of a difference, shortest first."""
    codes, code = [], 0
    for length, count in enumerate(_LENGTHS, 1):
        for _ in range(count):
            codes.append(f"{code:0{length}b}")
            code += 1
        code <<= 1
    return codes
