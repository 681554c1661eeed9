"""What went wrong is said on one line, and in words."""

import pytest
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseFailed, ResponseNeverReceived

from panan_spider.core.text import one_line


@pytest.mark.parametrize("kind", [ResponseNeverReceived, ResponseFailed])
def test_twisted_s_lists_are_spelled_out(kind: type[ResponseFailed]) -> None:
    said = one_line(str(kind([Failure(ConnectionDone())])))  # type: ignore[no-untyped-call]
    assert said == "ConnectionDone: Connection was closed cleanly"


def test_of_several_causes_the_first_is_said() -> None:
    several = [Failure(ConnectionLost("a\nb")), Failure(ConnectionDone())]  # type: ignore[no-untyped-call]
    said = one_line(f"ResponseFailed: {ResponseFailed(several)}")  # type: ignore[no-untyped-call]
    assert said == "ResponseFailed: ConnectionLost: Connection to the other side was lost in a non-clean fashion: a b"


def test_it_is_one_line_of_two_hundred_characters() -> None:
    assert one_line("a\n\tb\r\n c ") == "a b c"
    assert one_line("x" * 201) == "x" * 200


def test_a_long_list_is_spelled_out_before_it_is_cut() -> None:
    said = one_line(str(ResponseFailed([Failure(ConnectionLost("x" * 300))])))  # type: ignore[no-untyped-call]
    assert said.startswith("ConnectionLost: ") and len(said) == 200
