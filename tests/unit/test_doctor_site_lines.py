"""The patch of a profile: it applies, and sets what the visit found."""

import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from visits import PANAN, visit

from panan_spider.core.outcomes import Outcome
from panan_spider.doctor.first_profile import changed_lines, changes, patch
from panan_spider.sites.profile import profile_file

SITE_FILE = profile_file()


def values(source: str) -> dict[str, Any]:
    """The keys a patched profile sets."""
    return tomllib.loads(source)


def applied(tmp_path: Path, diff: str) -> str:
    file = tmp_path / "panan_spider/sites/panan.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SITE_FILE.read_text("utf-8"), "utf-8")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, check=True)
    return file.read_text("utf-8")


def test_git_applies_it_and_nothing_else_changes(tmp_path: Path) -> None:
    new = changes(visit("new-host"))
    pasted = "\n".join(line.rstrip() for line in patch(new, PANAN).splitlines()) + "\n"  # as terminals copy it
    before, after = values(SITE_FILE.read_text("utf-8")), values(applied(tmp_path, pasted))
    assert {name for name in before if before[name] != after[name]} == {"hosts", "entry_pages", "known_sections"}
    assert after["entry_pages"] == ["http://new.example.com/panews/", "http://new.example.com/"]
    assert after["hosts"] == [*PANAN.hosts, "new.example.com"]


def test_an_old_host_stays_for_the_links_that_lead_through_it() -> None:
    assert all(host in changes(visit("moved-offsite"))["hosts"] for host in PANAN.hosts)


def test_where_articles_alone_have_moved_their_host_is_let_in_and_the_entries_stay() -> None:
    new = changes(visit("redirect-offsite%100"))
    assert set(new) == {"hosts"} and "elsewhere.example.com" in new["hosts"]


def test_a_link_of_the_navigation_that_leads_off_the_site_changes_nothing() -> None:
    found = visit("dead-navigation")
    astray = replace(found.rowless[0], outcome=Outcome.OFF_SITE, leads_to="http://weather.example.com/")
    assert not changes(replace(found, rowless=[astray]))


def test_a_host_that_does_not_answer_goes() -> None:
    new = changes(visit("robots-5xx@zjol"))
    assert "zjol" not in "".join(new.values())
    assert new["known_sections"] == "[]"


def test_where_no_host_answers_none_goes() -> None:
    assert not changes(visit("down"))


def test_nothing_found_nothing_to_change() -> None:
    assert not changes(visit()) and patch({}, PANAN) == ""


def test_a_long_line_is_broken_as_the_formatter_does() -> None:
    urls = ", ".join(f'"http://host{n}.example.com/some/folder/"' for n in range(4))
    lines = changed_lines({"entry_pages": f"[{urls}]"}, SITE_FILE.read_text("utf-8"))
    assert max(map(len, lines)) <= 121
    assert values("".join(lines))["entry_pages"][3] == "http://host3.example.com/some/folder/"


def test_a_key_that_the_profile_does_not_set_is_put_in_where_it_belongs() -> None:
    source = '# a comment\nkey = "x"\nhosts = [\n    "x.example.com",\n]\nunproven = true # until read\n'
    new = {"name": '"例新闻网"', "known_sections": '["http://x.example.com/a/"]', "unproven": "false"}
    text = "".join(changed_lines(new, source))
    assert text == (
        '# a comment\nkey = "x"\nname = "例新闻网"\nhosts = [\n    "x.example.com",\n]\n'
        'known_sections = ["http://x.example.com/a/"]\nunproven = false\n'
    )
