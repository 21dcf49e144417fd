"""The whole server: commands go through it, a killed worker comes back, and everything ends with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.lock import read_note

ROOT = Path(__file__).resolve().parents[2]
MAIL = b"From: r@fenwick.example\nMessage-ID: <%d@x>\n\nThe dye house decides it all for us, loom %d.\n"


def until(condition: Callable[[], object], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s")
        time.sleep(0.1)


@pytest.fixture
def env(tmp_path: Path, models_dir: Path) -> dict[str, str]:
    settings = {"HOME": tmp_path / "home", "MODELS": models_dir, "LLM": "none", "PORT": "0", "THREADS": "1"}
    return {**os.environ, **{f"PREREAD_{name}": str(value) for name, value in settings.items()}}


def preread(env: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240)


@pytest.fixture
def server(env: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "api.cli", "serve", "--no-browser"]
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
    until(lambda: read_note(tmp_path / "home") is not None or process.poll() is not None)
    assert process.poll() is None, (tmp_path / "serve.log").read_text()
    yield process
    process.kill()
    process.wait()


def children(pid: int) -> list[int]:
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(line) for line in out.split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def deal_folder(root: Path) -> Path:
    (root / "fenwick" / "emails").mkdir(parents=True)
    for n in range(3):
        (root / "fenwick" / "emails" / f"{n}.eml").write_bytes(MAIL % (n, n))
    return root / "fenwick"


def worker_of(server: subprocess.Popen[bytes]) -> int | None:
    for pid in children(server.pid):
        if b"mail,ask" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


@pytest.mark.slow
def test_commands_go_through_the_server_and_a_killed_worker_comes_back(
    server: subprocess.Popen[bytes], env: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    assert oct((home / "server.json").stat().st_mode)[-3:] == "600"
    until(lambda: worker_of(server))
    killed = worker_of(server)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    done = preread(env, "import", deal_folder(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    assert worker_of(server) not in (None, killed)
    (deal,) = json.loads(done.stdout)["deals"]
    drafted = preread(env, "draft", deal["id"], "--json")
    assert drafted.returncode == 0, drafted.stderr
    assert json.loads(drafted.stdout)["version"] == 1
    assert json.loads(preread(env, "ask", "Who decides?", "--json").stdout)["schema"] == "answer/1"
    second = preread(env, "serve", "--no-browser")
    assert second.returncode == 1 and "running already" in second.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_everything_ends_with_the_server(
    server: subprocess.Popen[bytes], how: signal.Signals, tmp_path: Path
) -> None:
    until(lambda: len(children(server.pid)) == 3)  # two workers and the Chroma server
    started = children(server.pid)
    server.send_signal(how)
    server.wait(timeout=30)
    until(lambda: not any(alive(pid) for pid in started), 20)
    assert read_note(tmp_path / "home") is None
    if how is signal.SIGTERM:
        assert server.returncode == 0
        assert not (tmp_path / "home" / "server.json").exists()
