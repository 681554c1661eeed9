"""The fleet's unit, images and manifests: linted, held against their schema, the lock and the commands there are."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml

from panan_spider.commands.fleet import ACTIONS

ROOT: Final = Path(__file__).resolve().parents[2]
UNIT: Final = ROOT / "deploy/systemd/panan-worker.service"
DOCKERFILE: Final = ROOT / "deploy/Dockerfile.fleet"


def manifests() -> dict[str, dict[str, Any]]:
    text = (ROOT / "deploy/kubernetes/fleet.yaml").read_text("utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


def test_the_manifests_are_what_kubernetes_takes() -> None:
    found = manifests()
    assert list(found) == ["Secret", "Deployment", "NetworkPolicy"]
    for one in found.values():
        kubernetes_validate.validate(one, "1.34", strict=True)


def test_a_worker_has_no_rights_and_writes_to_its_scratch_alone() -> None:
    spec = manifests()["Deployment"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert spec["replicas"] == 3 and pod["terminationGracePeriodSeconds"] >= 180
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [volume["name"] for volume in pod["volumes"]] == ["scratch", "tmp"] and "emptyDir" in pod["volumes"][0]


def test_every_worker_is_started_alike() -> None:
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
    worker = compose["services"]["worker"]
    (container,) = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"]
    (start,) = re.findall(r"^ExecStart=\S+ (.*)$", UNIT.read_text("utf-8"), re.MULTILINE)
    assert worker["command"] == container["args"] == start.split() == ["fleet", "worker", "--jobs", "8"]
    assert worker["image"] == container["image"] and worker["deploy"]["replicas"] == 3
    assert {"db", "worker"} == compose["services"].keys() and worker["build"]["dockerfile"] == "deploy/Dockerfile.fleet"


def test_a_worker_finds_its_database_and_store() -> None:
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))["services"]["worker"]["environment"]
    assert {"PANAN_FLEET", "PANAN_STORE", "PANAN_FLEET_DIR"} <= compose.keys()
    assert {"PANAN_FLEET", "PANAN_STORE"} <= manifests()["Secret"]["stringData"].keys()
    assert "EnvironmentFile=/etc/panan/fleet.env" in UNIT.read_text("utf-8")


def test_the_image_has_the_versions_of_the_lock() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), "--failure-threshold", "error", "--ignore", "DL3006", DOCKERFILE],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    text = DOCKERFILE.read_text("utf-8")
    locked = "\n".join(path.read_text("utf-8") for path in ROOT.glob("requirements*.lock"))
    pins = re.findall(r"([a-z]+)(?:\[binary\])?==([\d.]+)", text)
    assert {name for name, _version in pins} == {"procrastinate", "psycopg", "obstore", "duckdb"}
    for name, version in pins:
        assert re.search(rf"^{name}(\[binary\])?=={re.escape(version)} ", locked, re.MULTILINE), name
    assert text.index("USER 0:0") < text.index("RUN ") < text.index("USER 10001:10001")


def test_the_unit_is_one_that_systemd_takes() -> None:
    if not Path("/usr/bin/systemd-analyze").exists():
        pytest.skip("there is no systemd on this machine")
    text = UNIT.read_text("utf-8")
    assert "Restart=always" in text and "KillMode=mixed" in text and "TimeoutStopSec=180" in text


@pytest.mark.parametrize("name", ["README.md", "docs/fleet.md", "deploy/compose.yaml", "deploy/kubernetes/fleet.yaml"])
def test_the_actions_that_documents_give_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    found = set(re.findall(r"(?:scrapy |panan |-- |worker |with )fleet ([a-z]+)", text))
    assert found and found <= ACTIONS.keys()
