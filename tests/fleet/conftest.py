"""What the tests of the fleet share: a PostgreSQL, and an empty database in it for each test."""

import os
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import postgres
import pytest
from postgres import Postgres

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A server for the whole session."""
    if find_spec("psycopg") is None or find_spec("procrastinate") is None:
        pytest.skip("the extra `fleet` is not installed")
    if postgres.program("initdb") is None:
        pytest.skip("there is no PostgreSQL on this machine")
    with postgres.running() as server:
        yield server


@pytest.fixture
def database(server: Postgres) -> str:
    """The address of an empty database."""
    import psycopg

    name = f"fleet_{next(_NUMBERS)}"
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.address(name)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The endpoint of an S3 server on loopback."""
    if find_spec("moto") is None or find_spec("obstore") is None:
        pytest.skip("the extra `fleet` is not installed")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty store: a folder, and an S3 bucket."""
    if find_spec("obstore") is None:
        pytest.skip("the extra `fleet` is not installed")
    if request.param == "folder":
        return f"file://{tmp_path}/store"
    return bucket(request.getfixturevalue("s3"), monkeypatch)


def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket; the environment names the server and a key for it."""
    name = f"county-archive-{os.getpid()}-{next(_NUMBERS)}"
    for key, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "no_proxy": "127.0.0.1",
    }.items():
        monkeypatch.setenv(key, value)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT"), timeout=30).close()
    return f"s3://{name}/counties"
