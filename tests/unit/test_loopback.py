"""The loopback switch: with it a process reaches this machine and nothing else, whatever its proxy variables say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from panan_spider.core.process import is_loopback

ROOT = Path(__file__).parents[2]
#: A documentation address (RFC 5737): routed nowhere, so that nothing is harmed where the switch fails.
NOWHERE = "192.0.2.1"

_CONNECTS = f"""
import socket
from panan_spider.core.process import allow_loopback_only
allow_loopback_only()
listener = socket.create_server(("127.0.0.1", 0))
socket.create_connection(listener.getsockname(), timeout=5).close()
left, right = socket.socketpair()
for call in (
    lambda: socket.create_connection(("{NOWHERE}", 80), timeout=2),
    lambda: socket.socket().connect(("{NOWHERE}", 80)),
    lambda: socket.getaddrinfo("www.example.com", 80),
    lambda: socket.gethostbyname("www.example.com"),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("{NOWHERE}", 53)),
):
    try:
        call()
    except OSError as error:
        print(error)
    else:
        print("went out")
"""


def test_every_way_out_is_shut_and_loopback_is_open() -> None:
    done = subprocess.run([sys.executable, "-c", _CONNECTS], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 5 and all("PANAN_LOOPBACK_ONLY" in line for line in lines), lines


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("", True), (None, True),
     ("10.0.0.1", False), ("0.0.0.0", False), ("www.panews.cn", False), ("localhost.example.com", False), (b"x.cn", False)],
)  # fmt: skip
def test_what_is_this_machine(host: object, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.mark.parametrize("how", ["setting", "variable"])
def test_a_crawl_without_its_proxy_asks_nobody(how: str, tmp_path: Path) -> None:
    """An empty proxy variable once let a run resolve the real hosts."""
    words = ["-s", "PANAN_LOOPBACK_ONLY=true"] if how == "setting" else []
    env = {k: v for k, v in os.environ.items() if "proxy" not in k.lower() and k != "PANAN_LOOPBACK_ONLY"}
    env |= {"http_proxy": "", "PYTHONPATH": str(ROOT)}
    env |= {"PANAN_LOOPBACK_ONLY": "1"} if how == "variable" else {}
    fast = ["-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "AUTOTHROTTLE_ENABLED=False"]
    done = subprocess.run(
        [sys.executable, "-m", "panan_spider", "crawl", "panan", *fast, *words],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 13, done.stderr[-2000:]
    assert "robots.txt" in done.stderr


def test_it_is_on_in_the_tests() -> None:
    assert os.environ["PANAN_LOOPBACK_ONLY"] == "1"


@pytest.mark.parametrize("command", ["fetch", "view"])
def test_a_command_of_scrapy_stays_on_this_machine_and_says_by_its_code_that_nothing_came(command: str) -> None:
    env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    words = [sys.executable, "-m", "panan_spider", command, f"http://{NOWHERE}/"]
    done = subprocess.run(
        [*words, "-s", "RETRY_ENABLED=False", "-s", "PANAN_CONTACT=a@example.org"],
        cwd=ROOT, env=env | {"PANAN_LOOPBACK_ONLY": "1"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 10 and "DNS lookup failed" in done.stderr and done.stdout == "", done
