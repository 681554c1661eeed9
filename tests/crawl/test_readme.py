"""README from top to bottom, in a fresh clone: every command as printed, each on what the one before has made.

The clone is a real `git clone` of this checkout, with what is not yet committed put on top. Its `.venv` takes its packages from the
environment of this test run: that `make demo` installs few packages is held by tests/policy/test_dependencies.py, and that these are
enough by tests/unit/test_without_extras.py.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from demo_site.proxy import serve
from demo_site.site import Site

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
#: Shell blocks in README's order; each has a test below.
BLOCKS: Final = re.findall(r"(?s)```sh\n(.*?)\n```", README)
#: No block is longer than the demo's run needs on a busy machine.
_SECONDS: Final = 280


def block(name: str) -> str:
    found = re.search(rf"(?s)<!-- {name} -->\n```\w+\n(.*?)\n```", README)
    assert found is not None, name
    return found[1]


def git(*words: str, cwd: Path) -> bytes:
    done: bytes = subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True).stdout
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the first block has been typed: clone, change into it, `make demo`."""
    folder = tmp_path_factory.mktemp("home")
    clone, enter, make = BLOCKS[0].splitlines()
    words, name = shlex.split(clone), shlex.split(enter)[1]
    assert words[:2] == ["git", "clone"] and words[2].endswith(f"/{name}") and make == "make demo"
    git("clone", "-q", str(ROOT), name, cwd=folder)
    home = folder / name
    if changes := git("diff", "--binary", "HEAD", cwd=ROOT):
        subprocess.run(["git", "apply"], cwd=home, input=changes, check=True)
    _environment(home)
    done = typed(make, home)
    assert done.returncode == 0 and "420 articles in 420 lines" in done.stdout, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"look at it: {block('browse')}"
    return home


def _environment(home: Path) -> None:
    """`.venv` as `make venv` would leave it: this run's packages, the clone's own code, the console script."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=home, check=True)
    (site,) = home.glob(".venv/lib/python*/site-packages")
    (site / "run.pth").write_text(f"{home}\n{sysconfig.get_path('purelib')}\n")
    script = home / ".venv/bin/panan"
    script.write_text(f"#!{home}/.venv/bin/python\nfrom panan_spider.__main__ import main\nmain()\n")
    script.chmod(0o755)
    for mark in (".installed", ".extras", ".dev"):
        (home / ".venv" / mark).touch()


def environment(**more: str) -> dict[str, str]:
    """A newcomer's: nothing of this test run's, and nothing but loopback to reach."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PANAN", "SCRAPY", "MAKE", "MFLAGS"))
    }
    return {**kept, "COLUMNS": "80", "LANG": "C.UTF-8", "PANAN_LOOPBACK_ONLY": "1", **more}


def typed(command: str, home: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", "-ec", command], cwd=home, env=environment(**env), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=_SECONDS,
    )  # fmt: skip


def test_every_shell_block_is_typed() -> None:
    assert BLOCKS[1:3] == [block("next"), block("browse")] and len(BLOCKS) == 4


def test_each_next_command_works(home: Path) -> None:
    for command in block("next").splitlines():
        done = typed(command, home)
        assert done.returncode == 0 and done.stdout and not done.stderr, (command, done)


def test_the_pages_are_served_until_ctrl_c(home: Path) -> None:
    words = [*shlex.split(block("browse")), "PORT=0"]
    env = environment()
    with subprocess.Popen(
        words, cwd=home, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as serving:
        assert serving.stdout is not None
        lines = iter(serving.stdout.readline, "")
        address = next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+/", line)))
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as answer:
            assert answer.status == 200 and "书记" in answer.read().decode()
        os.killpg(serving.pid, signal.SIGINT)
        serving.stdout.read()
        serving.wait()


def test_a_second_demo_says_that_all_is_there_already(home: Path) -> None:
    done = typed("make demo", home)
    assert done.returncode == 0 and "nothing new: all 420 lines were there already" in done.stdout, done


@pytest.fixture
def live() -> Iterator[str]:
    """The made-up site in the live one's place."""
    with serve(Site.build(1, 120), []) as server:
        yield server.url


def test_the_live_site_s_block_works_on_a_site_that_answers(home: Path, live: str) -> None:
    contact, *commands = BLOCKS[3].splitlines()
    name, _equals, value = contact.removeprefix("export ").partition("=")
    assert name == "PANAN_CONTACT" and [command.split()[1] for command in commands] == ["doctor", "crawl"]
    for command in commands:
        quick = f"{command} -s DOWNLOAD_DELAY=0 -s AUTOTHROTTLE_ENABLED=False"
        done = typed(quick, home, http_proxy=live, PANAN_CONTACT=value)
        assert done.returncode == 0, (command, done)
    assert (home / "data/articles.jsonl").stat().st_size > 10_000


def test_the_library_s_lines_work(home: Path) -> None:
    site = Site.build()
    record = next(r for r in site.records if r.template == "enorth_b" and not r.parts)
    parts = urlsplit(record.url)
    (home / "page.html").write_bytes(site.respond("GET", parts.netloc, parts.path, {}).body)
    program = re.sub(r'"http://[^"]+"', repr(record.url), block("library"))
    done = typed(f".venv/bin/python -c {shlex.quote(program)}", home)
    assert done.stdout.startswith(record.title) and f'"id":"{record.id}"' in done.stdout, done
