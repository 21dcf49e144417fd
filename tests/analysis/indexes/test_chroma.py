from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import IndexUnavailable
from analysis.indexes import Filter, open_vectors
from analysis.indexes.chroma import ChromaVectors, compact
from analysis.indexes.server import ChromaServer, served
from analysis.windows import Window

WINDOW = Window("a", "d1", "calls/1.vtt", "window", (1,), "text", "Ana", None, "buyer", None, None, None)
VECTOR = np.asarray([[1, 0, 0]], np.float32)


def test_second_opener_of_a_folder_is_told_what_to_do(tmp_path: Path) -> None:
    first = ChromaVectors.in_folder(tmp_path, "minilm")
    other = "import sys; from pathlib import Path; from analysis.indexes.chroma import ChromaVectors as C\n"
    other += (
        "try: C.in_folder(Path(sys.argv[1]), 'minilm')\nexcept Exception as e: print(type(e).__name__, e)"
    )
    done = subprocess.run(
        [sys.executable, "-c", other, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("IndexUnavailable")
    assert "PREREAD_CHROMA_URL" in done.stdout
    first.close()
    ChromaVectors.in_folder(tmp_path, "minilm").close()


def test_rows_outlive_the_process(tmp_path: Path) -> None:
    first = ChromaVectors.in_folder(tmp_path, "minilm")
    first.upsert([WINDOW], VECTOR)
    first.close()
    again = ChromaVectors.in_folder(tmp_path, "minilm")
    assert again.ids("d1") == {"a"}
    again.close()


def test_vectors_of_two_embedders_never_mix_but_are_removed_together(tmp_path: Path) -> None:
    first = ChromaVectors.in_folder(tmp_path, "minilm")
    first.upsert([WINDOW], VECTOR)
    first.close()
    other = ChromaVectors.in_folder(tmp_path, "openai:text-embedding-3-small")
    assert other.ids("d1") == frozenset()
    assert other.query(VECTOR, Filter(), 3) == ()
    other.upsert([replace(WINDOW, id="b")], np.ones((1, 5), np.float32))
    other.remove("d1")
    other.close()
    back = ChromaVectors.in_folder(tmp_path, "minilm")
    assert back.ids("d1") == frozenset()
    back.close()


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(IndexUnavailable, match=r"127\.0\.0\.1:9"):
        ChromaVectors.on_server("http://127.0.0.1:9", "minilm")


def test_a_damaged_folder_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(IndexUnavailable, match=str(tmp_path)):
        ChromaVectors.in_folder(tmp_path, "minilm")


def test_who_finds_the_folder_served_goes_over_http(tmp_path: Path) -> None:
    assert served(tmp_path) is None
    with ChromaServer(tmp_path) as server:
        assert served(tmp_path) == server.url
        open_vectors("minilm", folder=tmp_path).upsert([WINDOW], VECTOR)
        assert open_vectors("minilm", folder=tmp_path).ids("d1") == {"a"}
        with pytest.raises(IndexUnavailable, match="another process holds it"):
            ChromaServer(tmp_path).start()
        assert server.alive
    assert served(tmp_path) is None
    alone = ChromaVectors.in_folder(tmp_path, "minilm")
    assert alone.ids("d1") == {"a"}
    alone.close()


def test_the_server_ends_with_its_parent(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from analysis.indexes.server import ChromaServer\n"
    code += "s = ChromaServer(Path(sys.argv[1])); s.start(); print(s.url, flush=True); time.sleep(600)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("http://127.0.0.1:")
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            ChromaVectors.in_folder(tmp_path, "minilm").close()
            return
        except IndexUnavailable:
            time.sleep(0.2)
    pytest.fail("the server still holds the folder")


def test_what_was_removed_leaves_no_name_in_the_folder(tmp_path: Path) -> None:
    compact(tmp_path)  # nothing there yet
    index = ChromaVectors.in_folder(tmp_path, "minilm")
    rows = [replace(WINDOW, id=f"a{i}", speaker="Zebulon Quist") for i in range(200)]
    index.upsert([*rows, replace(WINDOW, id="kept", deal_id="d2")], np.ones((201, 3), np.float32))
    index.remove("d1")
    compact(tmp_path)
    assert index.ids("d2") == {"kept"}
    index.close()
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"Zebulon" in p.read_bytes()]
    again = ChromaVectors.in_folder(tmp_path, "minilm")
    again.upsert([replace(WINDOW, id="new")], VECTOR)
    found = again.query(np.ones((1, 3), np.float32), Filter(), 9)
    assert {hit.window_id for hit in found} == {"kept", "new"}
    again.close()
