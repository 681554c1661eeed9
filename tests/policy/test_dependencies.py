"""Every dependency says why it is there, and is locked with its hashes."""

import re
import tomllib

from checkout import read

_NAME = re.compile(r"^[A-Za-z0-9._-]+")


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
    entries = re.findall(r"^([A-Za-z0-9._-]+)==\S+(.*(?:\n    .*)+)", read("requirements.lock"), re.MULTILINE)
    assert len(entries) > 70
    assert all("--hash=sha256:" in rest for _name, rest in entries)
    assert not wanted(*extras()) - {normal(name) for name, _rest in entries}


def test_every_extractor_of_the_evaluation_is_locked_with_hashes() -> None:
    peers = {normal(match[0]) for line in read("evaluation/peers.in").splitlines() if (match := _NAME.match(line))}
    entries = re.findall(r"^([A-Za-z0-9._-]+)==\S+(.*(?:\n    .*)+)", read("requirements-eval.lock"), re.MULTILINE)
    assert len(peers) >= 9
    assert not peers - {normal(name) for name, _rest in entries}
    assert all("--hash=sha256:" in rest for _name, rest in entries)
