"""The systemd units and the cron file: what can be known of them on a machine that runs neither."""

import os
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Final

import pytest

from panan_spider.core.outcomes import ExitCode

ROOT: Final = Path(__file__).resolve().parents[2]
UNITS: Final = ROOT / "deploy/systemd"
#: Where the units have the checkout.
INSTALLED: Final = "/opt/panan_spider"
#: systemd-analyze's scale: 0 is shut in, 10 is open.
MOST_EXPOSED: Final = 2.0

ANALYZE: Final = shutil.which("systemd-analyze")
analyzing = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def unit(name: str) -> ConfigParser:
    """A unit's settings; of one that stands there twice the last."""
    parser = ConfigParser(strict=False, interpolation=None, delimiters="=", comment_prefixes="#")
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNITS / name, "utf-8")
    return parser


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would be installed with this checkout in the place of /opt/panan_spider."""
    for path in UNITS.iterdir():
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace(INSTALLED, str(ROOT)), "utf-8")
    for instance in ("true", "false"):
        shutil.copy(tmp_path / "panan@.service", tmp_path / f"panan@{instance}.service")
    return tmp_path


def analyze(*words: object) -> "subprocess.CompletedProcess[str]":
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)


@analyzing
@pytest.mark.parametrize(
    "name", ["panan@false.service", "panan@true.service", "panan-nightly.timer", "panan-deep.timer"]
)
def test_systemd_finds_nothing_wrong(installed: Path, name: str) -> None:
    done = analyze("verify", installed / name)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@analyzing
def test_systemd_finds_what_is_wrong(installed: Path) -> None:
    path = installed / "panan@false.service"
    path.write_text(path.read_text().replace("ExecStart=", "ExecStart=/no/such").replace("Type=oneshot", "Type=onshot"))
    done = analyze("verify", path)
    assert done.returncode != 0 and "onshot" in done.stderr


@analyzing
def test_the_service_is_shut_in(installed: Path) -> None:
    done = analyze(
        "security",
        "--offline=true",
        f"--threshold={MOST_EXPOSED * 10:.0f}",
        "--no-pager",
        installed / "panan@true.service",
    )
    assert done.returncode == 0, done.stdout
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None and float(level[1]) <= MOST_EXPOSED


@analyzing
@pytest.mark.parametrize("name", ["panan-nightly.timer", "panan-deep.timer"])
def test_the_times_are_times(name: str) -> None:
    done = analyze("calendar", unit(name)["Timer"]["OnCalendar"])
    assert done.returncode == 0, done.stderr


def test_every_night_has_one_run_and_a_missed_one_is_made_up_for() -> None:
    nightly, deep = (unit(name)["Timer"] for name in ("panan-nightly.timer", "panan-deep.timer"))
    assert nightly["OnCalendar"].startswith("Mon..Sat ") and deep["OnCalendar"].startswith("Sun ")
    assert nightly["Persistent"] == deep["Persistent"] == "true"
    assert (nightly["Unit"], deep["Unit"]) == ("panan@false.service", "panan@true.service")


def test_the_service_runs_the_crawl_without_root_into_its_own_folder() -> None:
    service = unit("panan@.service")["Service"]
    assert service["ExecStart"] == f"{INSTALLED}/.venv/bin/panan crawl panan -a full=%i"
    settings = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / "deploy/panan.env").read_text("utf-8"), re.MULTILINE))
    assert service["EnvironmentFile"] == "/etc/panan.env"
    assert settings.keys() == {"PANAN_CONTACT", "PANAN_DATA_DIR"} and settings["PANAN_DATA_DIR"] == "/var/lib/panan"
    assert service["StateDirectory"] == "panan" and service["User"] == "panan"
    assert {int(code) for code in service["SuccessExitStatus"].split()} == {ExitCode.INCOMPLETE, ExitCode.LOCKED}
    assert int(service["TimeoutStopSec"]) > 60


def cron_lines() -> list[str]:
    lines = (ROOT / "deploy/cron/panan").read_text("utf-8").splitlines()
    return [line for line in lines if re.match(r"[\d*]", line)]


def test_cron_knows_the_same_nights() -> None:
    times = [line.split()[:6] for line in cron_lines()]
    assert times == [["15", "2", "*", "*", "1-6", "panan"], ["15", "2", "*", "*", "0", "panan"]]
    assert [("-a full=true" in line) for line in cron_lines()] == [False, True]
    assert "%" not in "".join(cron_lines()), "cron takes a percent sign for the end of the line"


@pytest.mark.parametrize("line", cron_lines(), ids=["nightly", "deep"])
@pytest.mark.parametrize("code", sorted(ExitCode))
def test_cron_mails_what_asks_something_of_somebody(tmp_path: Path, line: str, code: ExitCode) -> None:
    """The line as cron hands it to the shell, with a crawl that ends as told."""
    (tmp_path / "panan.env").write_text("PANAN_DATA_DIR=/var/lib/panan\n")
    scrapy = tmp_path / "opt/.venv/bin/panan"
    scrapy.parent.mkdir(parents=True)
    scrapy.write_text(f'#!/bin/sh\necho "panan: exit {int(code)} because" > "{tmp_path}/panan.log"\nexit {int(code)}\n')
    scrapy.chmod(0o755)
    command = (
        " ".join(line.split()[6:])
        .replace(INSTALLED, str(tmp_path / "opt"))
        .replace("/var/log/panan", str(tmp_path))
        .replace("/etc/panan.env", f"{tmp_path}/panan.env")
    )
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, env={"PATH": os.defpath}, check=False
    )
    mailed = done.stdout + done.stderr
    if code in (ExitCode.GOOD, ExitCode.LOCKED):
        assert mailed == ""
    else:
        assert mailed == f"panan: exit code {int(code)}\npanan: exit {int(code)} because\n"
