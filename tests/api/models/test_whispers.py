"""Whisper in other sizes, from a hub on loopback: pinned when first fetched."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.models import whispers
from api.models.catalogue import CATALOGUE, UnknownModel
from api.models.fetch import pull
from api.models.http import NotHere
from api.models.shelf import installed
from api.models.sources import Sources
from api.models.whispers import Shop, find, kept

WEIGHTS = b"\x06weights" * 1000
SMALL = {"config.json": b"{}", "tokenizer.json": b'{"added_tokens": []}', "vocabulary.txt": b"a\nb\n"}
REPOSITORY = "Systran/faster-whisper-small"


@pytest.fixture
def hub() -> Iterator[tuple[Shop, dict[str, bytes]]]:
    """A hub of one repository, as Hugging Face answers, and what it serves by path."""
    listed = [
        {"type": "file", "path": name, "size": len(content), "oid": blob(content)}
        for name, content in SMALL.items()
    ]
    large = {"oid": hashlib.sha256(WEIGHTS).hexdigest(), "size": len(WEIGHTS), "pointerSize": 134}
    listed.append({"type": "file", "path": "model.bin", "size": len(WEIGHTS), "oid": "0" * 40, "lfs": large})
    listed.append({"type": "file", "path": "README.md", "size": 3, "oid": "0" * 40})
    served: dict[str, bytes] = {
        f"/api/models/{REPOSITORY}": json.dumps({"id": REPOSITORY, "sha": "abc123"}).encode(),
        f"/api/models/{REPOSITORY}/tree/abc123": json.dumps(listed).encode(),
        f"/{REPOSITORY}/resolve/abc123/model.bin": WEIGHTS,
        **{f"/{REPOSITORY}/resolve/abc123/{name}": content for name, content in SMALL.items()},
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = served.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content or b"")

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield Shop(address, f"{address}/openai"), served
    server.shutdown()
    server.server_close()


def blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


Hub = tuple[Shop, dict[str, bytes]]


def test_a_size_is_fetched_listed_and_pinned(tmp_path: Path, hub: Hub) -> None:
    shop, served = hub
    model = find("small", tmp_path, shop)
    assert {file.name for file in model.files} == {*SMALL, "model.bin"}
    report = pull([model], tmp_path, Sources(hub=shop.hub, registry=False))
    assert report.fetched == ("faster-whisper-small",) and not report.failures
    assert (tmp_path / "faster-whisper-small" / "model.bin").read_bytes() == WEIGHTS
    assert [one.name for one in installed(tmp_path, (*CATALOGUE, *kept(tmp_path)))] == [
        "faster-whisper-small"
    ]
    served.clear()  # the pin is enough from now on
    assert find("faster-whisper:small", tmp_path, Shop(hub="")) == model


def test_other_bytes_than_the_first_are_refused(tmp_path: Path, hub: Hub) -> None:
    shop, served = hub
    model = find("small", tmp_path, shop)
    served[f"/{REPOSITORY}/resolve/abc123/model.bin"] = WEIGHTS[::-1]
    report = pull([model], tmp_path, Sources(hub=shop.hub, registry=False))
    assert "is refused" in str(report.failures[0]) and not report.fetched
    assert not (tmp_path / "faster-whisper-small" / "model.bin").exists()


def test_a_small_file_that_is_not_gits_is_refused(tmp_path: Path, hub: Hub) -> None:
    shop, served = hub
    served[f"/{REPOSITORY}/resolve/abc123/config.json"] = b'{"changed": 1}'
    with pytest.raises(NotHere, match="not what the hub says"):
        find("small", tmp_path, shop)
    assert kept(tmp_path) == ()


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"sha": 5}', None])
def test_a_hub_that_talks_nonsense_is_told(tmp_path: Path, hub: Hub, answer: bytes | None) -> None:
    shop, served = hub
    path = f"/api/models/{REPOSITORY}"
    if answer is None:
        del served[path]
    else:
        served[path] = answer
    with pytest.raises(NotHere):
        find("small", tmp_path, shop)


def test_openais_own_file_has_its_hash_in_its_address(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, served = hub
    pin = hashlib.sha256(WEIGHTS).hexdigest()
    monkeypatch.setitem(whispers.CHECKPOINTS, "small", pin)
    served[f"/openai/{pin}/small.pt"] = WEIGHTS
    model = find("openai-whisper:small", tmp_path, shop)
    assert pull(
        [model], tmp_path, Sources(hub="", registry=False)
    ).failures  # no hub is asked where none is wanted
    report = pull([model], tmp_path, Sources(hub=shop.hub, registry=False))
    assert report.fetched == ("openai-whisper-small",)
    assert (tmp_path / "openai-whisper-small" / "model.pt").read_bytes() == WEIGHTS


def test_what_is_pinned_in_the_catalogue_stays_so_and_unknown_sizes_are_named(tmp_path: Path) -> None:
    assert find("base", tmp_path, Shop(hub="")) in CATALOGUE
    for name in ("huge", "parrot:small", "openai-whisper:distil-large-v3", "../small"):
        with pytest.raises(UnknownModel, match="large-v3-turbo"):
            find(name, tmp_path, Shop(hub=""))
    with pytest.raises(NotHere, match="PREREAD_MODELS_HUB"):
        find("small", tmp_path, Shop(hub=""))
    (tmp_path / ".pins").mkdir()
    (tmp_path / ".pins" / "faster-whisper-small.json").write_text('{"name": 1}', encoding="utf-8")
    assert kept(tmp_path) == ()
