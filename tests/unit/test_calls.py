"""Wrong calls of every command, each from the shell's side: one line on stderr, code 1, nothing done."""

from pathlib import Path

import pytest
from command_line import scrapy

OPTIONS_ONLY = ("browse", "demo", "export", "people", "reparse", "status", "verify")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "panan_spider.settings")
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that the call was answered with."""
    said = scrapy(capsys, *words)
    assert said.code == 1 and said.out == "" and said.err.count("\n") == 1, said
    assert not list(Path.cwd().iterdir())
    return said.err.rstrip("\n")


@pytest.mark.parametrize("command", [*OPTIONS_ONLY, "crawl", "doctor", "inspect", "savepage"])
def test_an_option_that_does_not_exist(capsys: pytest.CaptureFixture[str], command: str) -> None:
    said = refused(capsys, command, "--nonsense")
    assert said == f"panan: scrapy {command} has no option '--nonsense'; scrapy {command} -h lists them"


@pytest.mark.parametrize("command", [*OPTIONS_ONLY, "doctor"])
def test_a_word_where_only_options_are_taken(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert refused(capsys, command, "words") == f"panan: scrapy {command} takes options only, not 'words'"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "--data-dir"), "argument --data-dir: expected one argument"),
        (("browse", "--port", "many"), "argument --port: invalid int value: 'many'"),
        (("crawl", "panan", "-a", "full"), "Invalid -a value, use -a NAME=VALUE"),
        (("crawl", "panan", "-s", "LOG_LEVEL"), "Invalid -s value, use -s NAME=VALUE"),
        (("crawl",), "scrapy crawl takes the name of one spider, such as panan"),
        (("crawl", "panan", "panan"), "scrapy crawl takes the name of one spider, such as panan"),
        (("demo", "--serve", "--port", "99999"), "--port 99999: bind(): port must be 0-65535."),
    ],
)
def test_what_scrapy_itself_would_refuse_in_four_lines(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert refused(capsys, *words) == f"panan: {said}"


@pytest.mark.parametrize("command", ["crawl", "status"])
@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("PANAN_DATADIR=x", "no setting is named 'PANAN_DATADIR'; there is: PANAN_CONTACT, PANAN_DATA_DIR, PANAN_"),
        ("PANAN_RETRY_BASE=soon", "PANAN_RETRY_BASE: 'soon' is no number"),
        ("PANAN_RETRY_CAP=-3", "PANAN_RETRY_CAP: '-3' is no number of seconds"),
        ("PANAN_RETRY_CAP=nan", "PANAN_RETRY_CAP: 'nan' is no number of seconds"),
        ("PANAN_DATA_DIR=", "PANAN_DATA_DIR names no folder"),
        ("DOWNLOAD_DELAY=slow", "DOWNLOAD_DELAY: 'slow' is no number"),
        ("AUTOTHROTTLE_ENABLED=perhaps", "AUTOTHROTTLE_ENABLED: 'perhaps' is neither true nor false"),
        ("LOG_LEVEL=LOUD", "LOG_LEVEL: 'LOUD' is none of CRITICAL, ERROR, WARNING, INFO, DEBUG"),
    ],
)
def test_a_setting_that_cannot_be_meant(
    capsys: pytest.CaptureFixture[str], command: str, setting: str, said: str
) -> None:
    words = ("panan",) if command == "crawl" else ()
    assert refused(capsys, command, *words, "-s", setting).startswith(f"panan: {said}")


@pytest.mark.parametrize("command", ["browse", "export", "people", "reparse", "status", "verify"])
def test_an_empty_data_dir_is_not_the_folder_one_is_in(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert refused(capsys, command, "--data-dir", "") == "panan: --data-dir names no folder"
