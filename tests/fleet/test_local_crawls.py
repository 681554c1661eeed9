"""`scrapy fleet run` over twelve made-up counties: each in its own archive, equal to gold, slots kept, and nothing due after."""

import json
import os
import subprocess
import sys
from pathlib import Path

from counties import differences, serving, write_profiles

ROOT = Path(__file__).resolve().parents[2]
KEYS = [f"c{number:02}" for number in range(12)]


def scrapy(env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_twelve_counties(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    with serving(KEYS) as server:
        env = {
            **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
            "http_proxy": f"http://127.0.0.1:{server.port}",
            "PANAN_SITES_DIR": str(write_profiles(tmp_path / "sites", KEYS[:8], "yangjiang", 2)),
            "PANAN_FLEET_DIR": str(folder),
        }
        for key in KEYS[8:]:
            path = tmp_path / "sites" / f"{key}.toml"
            proven = (tmp_path / "sites/c00.toml").read_text("utf-8").partition("group =")[0].replace("c00", key)
            path.write_text(proven + ("unproven = true\n" if key == "c11" else ""))
        fast = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"]
        done = scrapy(env, "fleet", "run", "--sites", "c*", "--jobs", "3", *fast)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "panan: fleet: exit 0 · 12 sites, 12 good" in done.stdout
        for key in KEYS:
            lines = [json.loads(line) for line in (folder / key / "articles.jsonl").read_text("utf-8").splitlines()]
            assert not differences(server.sites[key], lines), key
            assert len(server.senders(key)) == 1
        # At most two of the group at a time, and three in all.
        spans = {key: [asked.at for asked in server.asked if asked.key == key] for key in KEYS}
        for key in KEYS:
            at_once = [other for other in KEYS if min(spans[other]) <= min(spans[key]) <= max(spans[other])]
            assert len(at_once) <= 3 and len([other for other in at_once if other < "c08"]) <= 2
        for key in KEYS:
            unproven = "panan: the profile of c11 is unproven" in (folder / f"{key}.log").read_text("utf-8")
            assert unproven == (key == "c11")
        again = scrapy(env, "fleet", "run", "--sites", "c*")
        assert (again.returncode, again.stdout) == (0, "panan: fleet: no site is due\n")
    joined = scrapy(env, "export", "--sites", "c*")
    assert "12 sites, 1200 articles, 1200 revisions" in joined.stdout, joined.stdout + joined.stderr
    status = json.loads(scrapy(env, "fleet", "status", "--sites", "c*", "--json").stdout)
    assert [row["last_exit_code"] for row in status] == [0] * 12 and not any(row["due"] for row in status)
    listed = json.loads(scrapy(env, "sites", "--json", "--sites", "c*").stdout)
    assert [row["articles"] for row in listed] == [100] * 12
