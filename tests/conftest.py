"""What all tests share: fixed examples, and a gate in which nothing is skipped that the gate should have run."""

import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

#: No process that a test starts may reach beyond this machine; pytest-socket holds the tests' own.
os.environ["PANAN_LOOPBACK_ONLY"] = "1"
#: What a command run in this process may set, and what the caller's shell may hold.
OUR_VARIABLES = ("PANAN_CONTACT", "PANAN_DATA_DIR", "PANAN_SITES_DIR")
for _name in OUR_VARIABLES:
    os.environ.pop(_name, None)

# A machine's own shell may forbid bytecode files; thousands of commands would then compile every module anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

#: Set by .ci/run.
GATE = os.environ.get("PANAN_GATE") == "1"

#: The only skips the gate allows: of tests over evidence that may not be published with the project.
ALLOWED_SKIP = "beside the checkout"

# No deadline: two cores run many tests at once. The same examples every time: a red gate is red again at home.
settings.register_profile("project", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _project_variables() -> Generator[None]:
    """A command that a test ran in this process leaves no variable of ours to the next test."""
    before = {name: os.environ[name] for name in OUR_VARIABLES if name in os.environ}
    yield
    for name in OUR_VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The simulated year first: it takes longest, and what stands together in front goes to one worker, so it passes once."""
    items.sort(key=lambda item: "tests/year/" not in item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In the gate a test that skips for want of root, a mount or a program has failed."""
    report = yield
    if GATE and report.skipped and not hasattr(report, "wasxfail") and ALLOWED_SKIP not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and the gate skips nothing: {report.longrepr}"
    return report
