"""The Dockerfile and the Kubernetes manifest: linted, held against their schema, and against what they promise."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
DOCKERFILE: Final = ROOT / "deploy/Dockerfile"
KUBERNETES: Final = "1.34"
Manifest = dict[str, Any]


def stages() -> list[list[str]]:
    """The Dockerfile's instructions, stage by stage, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    found: list[list[str]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def test_hadolint_has_nothing_to_say() -> None:
    words: list[str | Path] = [Path(sys.executable).with_name("hadolint"), "--failure-threshold", "style", DOCKERFILE]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_base_is_pinned_and_slim() -> None:
    bases = [stage[0].split()[1] for stage in stages()]
    assert len(bases) == 2
    for base in bases:
        assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base), base


def test_it_runs_without_root_and_writes_to_data_alone() -> None:
    last = stages()[-1]
    after = last[[line.startswith("USER ") for line in last].index(True) :]
    assert after[0] == "USER 10001:10001" and not [line for line in after if line.startswith(("RUN ", "USER root"))]
    assert 'VOLUME ["/data"]' in last and "HEALTHCHECK NONE" in last
    assert last[-2:] == ['ENTRYPOINT ["panan"]', 'CMD ["crawl", "panan"]']
    assert any("PANAN_DATA_DIR=/data" in line for line in last)


def test_every_package_is_installed_by_its_hash() -> None:
    installing = [line for stage in stages() for line in stage if "pip install" in line]
    assert len(installing) == 2
    assert "--require-hashes -r requirements.lock" in installing[0]
    assert "--no-deps --no-build-isolation" in installing[1]


def sent(path: str) -> bool:
    """Whether .dockerignore lets the path through; later lines win."""
    through = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = line.lstrip("!")
            if (
                fnmatch(path, pattern)
                or fnmatch(path, f"{pattern}/*")
                or fnmatch(f"x/{path}", pattern.replace("**", "*"))
            ):
                through = line.startswith("!")
    return through


def test_the_daemon_gets_the_code_and_no_archive() -> None:
    copied = [word for line in stages()[0] if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"requirements.lock", "panan_spider"} <= set(copied) and "demo_site" not in copied
    assert all(sent(path) and (ROOT / path).exists() for path in copied)
    assert not sent("demo_site/site.py") and sent("panan_spider/sites/panan.toml")
    for path in (
        "data/articles.jsonl",
        ".git/config",
        ".venv/bin/python",
        "tests/conftest.py",
        "panan_spider/__pycache__/items.pyc",
    ):
        assert not sent(path), path


@pytest.fixture(scope="module")
def manifests() -> dict[str, Manifest]:
    text = (ROOT / "deploy/kubernetes/panan.yaml").read_text("utf-8")
    return {one["metadata"]["name"]: one for one in yaml.safe_load_all(text)}


def test_the_manifest_is_what_kubernetes_takes(manifests: dict[str, Manifest]) -> None:
    assert [one["kind"] for one in manifests.values()] == ["PersistentVolumeClaim", "CronJob", "CronJob"]
    for one in manifests.values():
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_a_wrong_word_in_it_is_noticed(manifests: dict[str, Manifest]) -> None:
    job = manifests["panan-nightly"]
    wrong = job | {"spec": job["spec"] | {"concurencyPolicy": "Forbid"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize(("name", "schedule"), [("panan-nightly", "15 2 * * 1-6"), ("panan-deep", "15 2 * * 0")])
def test_a_job_is_one_run_at_a_time_with_its_deadlines(
    manifests: dict[str, Manifest], name: str, schedule: str
) -> None:
    spec = manifests[name]["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (schedule, "Asia/Shanghai", "Forbid")
    job = spec["jobTemplate"]["spec"]
    assert job["backoffLimit"] == 0 and spec["startingDeadlineSeconds"] > 0
    assert 3_600 < job["activeDeadlineSeconds"] < 24 * 3_600
    assert job["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.parametrize("name", ["panan-nightly", "panan-deep"])
def test_a_pod_has_no_rights_and_one_place_to_write_to(manifests: dict[str, Manifest], name: str) -> None:
    pod = manifests[name]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    claims = {v["name"]: v.get("persistentVolumeClaim", {}).get("claimName") for v in pod["volumes"]}
    assert claims == {"data": "panan-data", "tmp": None} and "panan-data" in manifests
    assert ("full=true" in container["args"]) == (name == "panan-deep")
    assert container["args"][:2] == ["crawl", "panan"]
    assert {one["name"] for one in container["env"]} == {"PANAN_DATA_DIR", "PANAN_CONTACT"}
    assert container["env"][0]["value"] == "/data"
    # The image that the Dockerfile and the guide build and push.
    for page in (DOCKERFILE, ROOT / "docs/operating.md"):
        assert f"docker build -f deploy/Dockerfile -t {container['image']} ." in page.read_text("utf-8")
        assert f"docker push {container['image']}" in page.read_text("utf-8")
