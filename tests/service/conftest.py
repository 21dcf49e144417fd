"""The same suites against what needs no server, and against PostgreSQL, Redis and RabbitMQ where they are present.

``PREREAD_REQUIRE_SERVICES=1`` makes an absent service a failure (the CI sets it). Addresses: ``PREREAD_TEST_POSTGRES``,
``PREREAD_TEST_REDIS``, ``PREREAD_TEST_RABBITMQ``.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from api.settings import Settings
from api.store import Store, open_store

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("PREREAD_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("PREREAD_TEST_REDIS", "redis://127.0.0.1:6379/9")
RABBITMQ = os.environ.get("PREREAD_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")


def there(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=2):
            return True
    except OSError:
        return False


def need(name: str, url: str) -> str:
    """The URL of a service, or the test is skipped (or fails, where services are required)."""
    if not there(url):
        if os.environ.get("PREREAD_REQUIRE_SERVICES"):
            pytest.fail(f"{name} is required and does not answer at {url}")
        pytest.skip(f"no {name} at {url}")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    url = make_url(need("PostgreSQL", POSTGRES)).set(drivername="postgresql+psycopg")
    name = f"preread_{secrets.token_hex(6)}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        own = url.set(drivername="postgresql", database=name)
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["folders", "redis", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "folders":
        yield None
    elif request.param == "redis":
        yield need("Redis", REDIS)
    else:
        yield need("RabbitMQ", RABBITMQ)


StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    """Starts real worker processes; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def start(settings: Settings, queues: str = "mail,ask,transcribe,analyse") -> subprocess.Popen[bytes]:
        env = {**os.environ, "PREREAD_HOME": str(settings.home), "PREREAD_LLM": "none"}
        for name in ("database_url", "broker_url"):
            if value := getattr(settings, name):
                env[f"PREREAD_{name.upper()}"] = value
        command = [
            sys.executable,
            "-m",
            "api.cli",
            "worker",
            "--queues",
            queues,
            "--parent",
            str(os.getpid()),
        ]
        log = (tmp_path / f"worker-{len(running)}.log").open("wb")
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
