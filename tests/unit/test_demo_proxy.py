"""The demo site's proxy: what it answers, refuses and writes down."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_client import section

from demo_site.faults import parse
from demo_site.faults.fault import Fault, Then
from demo_site.proxy import Logged, ProxyServer, serve
from demo_site.response import Request, Response
from demo_site.site import Site

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> Iterator[ProxyServer]:
    with serve(Site.build(1, 120)) as running:
        yield running


def ask(port: int, target: str, method: str = "GET", body: str | None = None, timeout: float = 10) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.request(method, target, body)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def logged(server: ProxyServer) -> list[Logged]:
    """The requests so far; a request is entered once its answer is sent, which may be a moment after it has come."""
    until = time.monotonic() + 10
    while not server.requests and time.monotonic() < until:
        time.sleep(0.01)
    return server.requests


def test_the_site_is_answered_and_logged(server: ProxyServer) -> None:
    url = section("sj").url
    status, body = ask(server.port, url)
    (entry,) = logged(server)
    assert status == 200
    assert (entry.host, entry.path, entry.status, entry.sent) == (
        "panews.zjol.com.cn",
        section("sj").path,
        200,
        len(body),
    )
    assert server.strays == []


def test_one_connection_serves_many_requests(server: ProxyServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for record in server.site.records[:5]:
        connection.request("GET", record.url)
        response = connection.getresponse()
        assert len(response.read()) == int(response.headers["Content-Length"])
        assert connection.sock is not None
    connection.close()


def test_any_other_host_is_502_and_a_stray(server: ProxyServer) -> None:
    assert ask(server.port, "http://www.zjol.com.cn/")[0] == 502
    assert server.strays == ["http://www.zjol.com.cn/"]


def test_connect_is_refused_and_a_stray(server: ProxyServer) -> None:
    assert ask(server.port, "panews.zjol.com.cn:443", "CONNECT")[0] == 501
    assert server.strays == ["panews.zjol.com.cn:443"]


def test_an_address_that_is_none_ends_only_its_own_connection(server: ProxyServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        plain.sendall(b"GET http://[panews/ HTTP/1.1\r\n\r\n")
        assert plain.recv(100).startswith(b"HTTP/1.1 400 ")
    assert ask(server.port, section("sj").url)[0] == 200


def test_an_answer_that_never_comes_is_logged_at_once() -> None:
    with serve(Site.build(1, 120), parse("timeout%100")) as server:
        with pytest.raises(TimeoutError):
            ask(server.port, server.site.records[0].url, timeout=0.3)
        assert [entry.status for entry in logged(server)] == [0]


def test_a_bug_of_the_site_is_not_taken_for_a_fault_of_the_network() -> None:
    class Broken(Fault):
        name = "broken"

        def spoil(self, request: Request, then: Then) -> Response:
            raise ZeroDivisionError

    with pytest.raises(RuntimeError, match="ZeroDivisionError"), serve(Site.build(1, 120), Broken()) as server:
        assert ask(server.port, server.site.records[0].url)[0] == 500


def test_control_changes_the_site_and_reads_the_log(server: ProxyServer) -> None:
    def tell(command: str, **given: object) -> dict[str, object]:
        status, body = ask(server.port, f"http://control.invalid/{command}", "POST", json.dumps(given))
        assert status == 200, body
        found: dict[str, object] = json.loads(body)
        return found

    new = tell("add", section="时政", title="新来的一篇")["id"]
    record = server.site.record(str(new))
    assert record.title == "新来的一篇"
    assert tell("state")["articles"] == 121
    tell("remove", id=new)
    assert ask(server.port, record.url)[0] == 404
    tell("restore", id=new)
    tell("correct", id=new, title="改过的一篇")
    assert server.site.title(str(new)) == "改过的一篇"
    tell("faults", faults=["down"])
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server.port, record.url)
    log = tell("log")
    assert isinstance(log["requests"], list)
    assert [entry["status"] for entry in log["requests"]] == [404, 0]


def test_control_names_what_it_cannot_do(server: ProxyServer) -> None:
    status, body = ask(server.port, "http://control.invalid/faults", "POST", json.dumps({"faults": ["no-such"]}))
    assert status == 400
    assert b"no such fault: no-such" in body


def test_the_module_prints_its_address_and_serves() -> None:
    words = [sys.executable, "-m", "demo_site", "--articles", "120", "--fault", "always-5xx%100"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        assert ask(int(address.rsplit(":", 1)[1]), Site.build(1, 120).records[0].url)[0] == 503
        process.terminate()
    assert process.returncode == 0


def test_an_unknown_fault_is_named_on_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo_site", "--fault", "nonsense"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "no such fault: nonsense; there are always-5xx, bad-date," in done.stderr


def test_a_port_in_use_is_one_line_and_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = [sys.executable, "-m", "demo_site", "--port", str(taken.getsockname()[1])]
        said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert said.stderr.splitlines()[-1].startswith(f"python -m demo_site: error: port {words[-1]}: ")
