"""What every test shares: no network but loopback, the shared data where it lies beside the clone, pulled models."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("prompts", "ingest", "analysis", "api", "architecture", "docs", "contracts", "service", "browser")

# Child processes cannot be patched, so libraries that know how to stay offline are told to.
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    ANONYMIZED_TELEMETRY="False",
    NO_PROXY="127.0.0.1,localhost,::1",
    PREREAD_RERANKER="minilm-answers",  # the light one; the tests that are about the other name it
)
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
    os.environ[_name] = "http://127.0.0.1:9"  # the discard port: nobody listens


class NetworkBlocked(AssertionError):
    """A test tried to leave the machine."""


def _loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a UNIX socket
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: object, _real: object = real) -> object:
            if self.family != socket.AF_UNIX and not _loopback(address):
                raise NetworkBlocked(f"a test tried to reach {address!r}")
            return _real(self, address)  # type: ignore[operator]

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the clone, or the test is skipped."""
    folder = Path(os.environ.get("PREREAD_SHARED", ROOT.parent / "shared"))
    if not (folder / "deals").is_dir():
        pytest.skip("needs ../shared (or PREREAD_SHARED)")
    return folder


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of pulled models (``make test`` pulls them), or the test is skipped."""
    folder = Path(os.environ.get("PREREAD_MODELS", Path(platformdirs.user_cache_dir("preread")) / "models"))
    if not (folder / "minilm-int8" / "model.onnx").is_file():
        if os.environ.get("PREREAD_REQUIRE_MODELS"):
            pytest.fail(f"no models in {folder}: preread models pull --for tests")
        pytest.skip(f"no models in {folder}: preread models pull --for tests")
    return folder


@pytest.fixture(scope="session")
def sample_deal() -> Path:
    return ROOT / "samples" / "harborlight-clinics"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: by folder, in the order of ``ORDER``."""

    def place(item: pytest.Item) -> int:
        top = item.path.relative_to(ROOT / "tests").parts[0].removesuffix(".py").removeprefix("test_")
        return ORDER.index(top) if top in ORDER else 0

    items.sort(key=place)
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
