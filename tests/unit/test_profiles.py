"""Profiles: those of the package, and more in the folder that PANAN_SITES_DIR names."""

from pathlib import Path

import pytest
from command_line import scrapy

from panan_spider.doctor.first_profile import patched_file
from panan_spider.sites.profile import ProfileError, UnknownSiteError, load_site, site_keys

PROFILE = """\
key = "example"
name = "样例新闻网"
hosts = ["news.example.net"]
entry_pages = ["http://news.example.net/"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "example.toml").write_text(PROFILE, "utf-8")
    monkeypatch.setenv("PANAN_SITES_DIR", str(sites))
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "panan_spider.settings")
    monkeypatch.chdir(tmp_path)
    return sites


def test_profiles_of_the_folder_stand_beside_those_of_the_package(folder: Path) -> None:
    assert {"panan", "example"} <= set(site_keys())
    assert load_site("example").urls.on_site("http://news.example.net/a/") and not load_site().urls.on_site(
        "http://news.example.net/a/"
    )
    assert load_site("example") is load_site("example")


def test_without_the_folder_its_profiles_are_unknown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PANAN_SITES_DIR")
    with pytest.raises(UnknownSiteError, match=r"no site 'example': there are .*panan"):
        load_site("example")


def test_the_patch_of_such_a_profile_names_its_file(folder: Path) -> None:
    assert patched_file(load_site("example")) == str(folder / "example.toml")
    assert patched_file(load_site()) == "panan_spider/sites/panan.toml"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("bad", "key = ", "bad.toml: Invalid value"),
        ("bad", 'key = "bad"\n', "bad.toml: hosts: Field required"),
        ("bad", PROFILE.replace('"example"', '"bad"') + 'color = "red"\n', "bad.toml: color: Extra inputs"),
        ("bad", PROFILE.replace('"example"', '"bad"') + 'cms = ["wordpress"]\n', "bad.toml: cms: no CMS 'wordpress'"),
        ("bad", PROFILE, "bad.toml: key: 'example' is not the file's name"),
        ("panan", PROFILE, "the package has a profile 'panan'"),
    ],
)
def test_a_bad_profile_is_one_line(
    folder: Path, name: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(ProfileError):
        load_site(name)
    for words in (("status",), ("crawl", "panan")):
        call = scrapy(capsys, *words)
        assert (call.code, call.out, call.err.count("\n")) == (1, "", 1) and said in call.err, call


def test_a_folder_that_is_none_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "panan_spider.settings")
    monkeypatch.setenv("PANAN_SITES_DIR", str(tmp_path / "nowhere"))
    call = scrapy(capsys, "status")
    assert call.code == 1 and call.err == f"panan: PANAN_SITES_DIR: {tmp_path}/nowhere: No such file or directory\n"
