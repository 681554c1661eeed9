"""The start of a command: what it loads, what it costs beside Scrapy's own, and where its settings come from."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from verify_archive import a_copy

ROOT = Path(__file__).parents[2]
#: Bare Scrapy takes this much processor; the least of several calls, for the machine is shared.
_MOST = 1.3
_TRIES = 40
_FEWEST = 3


def cpu(*words: str, cwd: Path, **env: str) -> float:
    """Seconds of processor of one call."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", *words], cwd=cwd, env={**os.environ, **env}, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loaded(*words: str, cwd: Path) -> set[str]:
    """The modules that one command has loaded."""
    program = f"""
import atexit, sys
sys.argv = ["panan", *{list(words)!r}]
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from panan_spider.__main__ import main
main()
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=cwd, env=env, check=True, capture_output=True, text=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the checkout, with an archive in `data`."""
    folder = tmp_path_factory.mktemp("elsewhere")
    a_copy(folder).rename(folder / "data")
    return folder


@pytest.mark.parametrize("words", [("--help",), ("status",)], ids=" ".join)
def test_no_spider_no_extraction_and_no_demo_are_loaded(words: tuple[str, ...], folder: Path) -> None:
    modules = loaded(*words, cwd=folder)
    assert "panan_spider.commands.status" in modules
    rooms = {name.split(".")[1] for name in modules if name.startswith("panan_spider.")}
    assert not rooms & {"spiders", "extract", "doctor", "publish", "middlewares", "pipelines"}, rooms
    assert not any(name.split(".")[0] == "demo_site" for name in modules)


def test_the_start_costs_little_more_than_scrapy_s(folder: Path) -> None:
    """Taken in turn, the least of each: the machine is shared, and a busy one makes every call dearer.

    Each has its bytecode files, as after a user's first call: the first turn writes them where the machine allows it.
    """
    bare, ours = [], {("--help",): list[float](), ("status",): list[float]()}
    for tries in range(1, _TRIES + 1):
        bare.append(cpu("scrapy", "version", cwd=Path("/"), SCRAPY_SETTINGS_MODULE=""))
        for words, seconds in ours.items():
            seconds.append(cpu("panan_spider", *words, cwd=folder, PYTHONPATH=str(ROOT)))
        dear = {words: min(seconds) for words, seconds in ours.items() if min(seconds) > _MOST * min(bare)}
        if tries >= _FEWEST and not dear:
            return
    assert not dear, f"beside {min(bare):.2f} s"


@pytest.mark.parametrize(
    ("env", "words", "said"),
    [
        ({"PANAN_DATA_DIR": "elsewhere"}, (), "there is no archive in elsewhere"),
        ({"PANAN_DATA_DIR": "elsewhere"}, ("-s", "PANAN_DATA_DIR=given"), "there is no archive in given"),
        ({"PANAN_DATA_DIR": "elsewhere"}, ("--data-dir", "here"), "there is no archive in here"),
        ({"PANAN_DATA_DIR": " "}, (), "PANAN_DATA_DIR names no folder"),
        (
            {"PANAN_CONTACT": "nobody"},
            (),
            "PANAN_CONTACT: 'nobody' is neither the address of a web page nor a mail address",
        ),
        ({}, ("-s", "PANAN_CONTACT=a b"), "PANAN_CONTACT: 'a b' is neither"),
    ],
)
def test_settings_come_from_the_environment_and_the_call_goes_before_it(
    env: dict[str, str], words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "panan_spider", "status", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and done.stderr.startswith(f"panan: {said}") and done.stderr.count("\n") == 1, done


@pytest.mark.parametrize(
    ("env", "words", "agent"),
    [
        ({"PANAN_CONTACT": "https://example.net/archive"}, (), "+https://example.net/archive"),
        ({"PANAN_CONTACT": "https://example.net/archive"}, ("-s", "PANAN_CONTACT=me@example.org"), "+me@example.org"),
        ({}, ("-s", "USER_AGENT=mine"), "mine"),
    ],
)
def test_the_contact_is_in_the_user_agent(
    env: dict[str, str], words: tuple[str, ...], agent: str, tmp_path: Path
) -> None:
    program = """
import sys
sys.argv = ["scrapy", "status", *sys.argv[1:]]
from scrapy.cmdline import execute
from panan_spider.commands import status
status.Command.carry_out = lambda self, args, opts: print(self.settings["USER_AGENT"]) or 0
execute()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "panan_spider.settings", **env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert agent in done.stdout
