"""How doctor's tables are printed: aligned lines into a file, tables on a terminal."""

import json
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from visits import visit

from panan_spider.core.tables import RowStatus, group, plain_lines, show
from panan_spider.doctor.doctor_verdict import DoctorReport

PLACES = group(
    "places",
    "name|what|last",
    [(RowStatus.OK, ("书记", "a", "x  y")), (RowStatus.BAD, ("b", "县长及其他", "[red]z[/]"))],
)


def printed(*, terminal: bool) -> str:
    out = StringIO()
    show(Console(file=out, force_terminal=terminal, width=100), [PLACES, group("empty", "a|b", [])])
    return out.getvalue()


def test_lines_are_aligned_by_what_characters_take_on_a_screen() -> None:
    lines = plain_lines(PLACES)
    assert lines[0] == "places"
    starts = {
        cell_len(line[: line.index(last)]) for line, last in zip(lines[1:], ("last", "x y", "[red]"), strict=True)
    }
    assert len(starts) == 1


def test_into_a_file_go_lines_without_a_border_or_a_colour() -> None:
    said = printed(terminal=False)
    assert "\x1b" not in said and "┃" not in said and "[red]z[/]" in said


def test_a_terminal_gets_tables_and_what_a_page_says_is_no_markup() -> None:
    said = printed(terminal=True)
    assert "┃" in said and "\x1b[" in said and "[red]z[/]" in said


def test_a_table_without_lines_is_left_out() -> None:
    assert "empty" not in printed(terminal=False)


def test_json_says_all_that_the_tables_say() -> None:
    found = DoctorReport(visit("moved-offsite"), ("somewhere/page",))
    told = json.loads(json.dumps(found.as_dict()))
    assert (told["verdict"], told["exit_code"], told["saved"]) == ("moved", 10, ["somewhere/page"])
    assert {title: len(rows) for title, rows in told["checks"].items()} == {g.title: len(g.lines) for g in found.groups}
    assert told["site_py"]["patch"].startswith("--- a/panan_spider/sites/panan.toml")
    assert told["checks"]["hosts"][0].keys() == {"mark", "asked for", "answer", "what it means"}


def test_the_patch_is_the_last_thing_said() -> None:
    out = StringIO()
    DoctorReport(visit("new-host")).print(Console(file=out))
    lines = out.getvalue().splitlines()
    verdict = lines.index("verdict: moved (exit code 10)")
    assert lines[verdict + 1].startswith("  ") and "+++ b/panan_spider/sites/panan.toml" in lines[verdict:]
