"""A terminal for tests: what a command prints to it, and what a person would see on it in the end."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence

from harness import ROOT

_TOKEN = re.compile(r"\x1b\[\??([0-9;]*)([A-Za-z])|\r\n|\r|\n|[^\x1b\r\n]+")


def run(words: Sequence[str], env: Mapping[str, str], columns: int = 400) -> tuple[int, str]:
    """Run a command on a terminal that is `columns` wide; its exit code, and all it printed there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    given = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}  # the terminal says it
    given["TERM"] = "xterm-256color"
    process = subprocess.Popen(words, cwd=ROOT, env=given, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    try:
        while chunk := os.read(ours, 65_536):
            printed += chunk
    except OSError:  # Linux says so when the last writer has gone
        pass
    os.close(ours)
    return process.wait(60), printed.decode("utf-8")


def seen(printed: str) -> list[str]:
    """The lines that stand on the terminal in the end, those scrolled out of sight included. Knows what rich uses."""
    lines, row = [""], 0
    column = 0
    for token in _TOKEN.finditer(printed):
        text, (number, command) = token[0], token.groups()
        if command == "A":
            row = max(0, row - int(number or 1))
        elif command == "K":
            lines[row] = "" if number == "2" else lines[row][:column]
        elif command is not None:
            continue
        elif text in ("\r\n", "\n"):
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif text == "\r":
            column = 0
        else:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
    return [line.rstrip() for line in lines]
