"""Bytes over HTTP that resume where they broke off."""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import certifi
import httpx

ATTEMPTS = 4  # tries of one transfer, each going on from where the last one broke off
_TIMEOUT = httpx.Timeout(60.0, connect=4.0)  # quick to give up where there is no network

Tick = Callable[[int], None]


class NotHere(Exception):
    """A source cannot give a file; one line that says why."""


class NoRanges(NotHere):
    """The server sends whole files only."""


class Web:
    """One HTTP client for a pull. A host that could not be reached is not asked again."""

    def __init__(self) -> None:
        trust = ssl.create_default_context()
        trust.load_verify_locations(certifi.where())
        self._client = httpx.Client(verify=trust, timeout=_TIMEOUT, follow_redirects=True)
        self._unreachable: dict[str, str] = {}

    def close(self) -> None:
        self._client.close()

    def download(self, url: str, to: Path, size: int, tick: Tick, *, start: int = 0) -> None:
        """The ``size`` bytes of ``url`` from byte ``start``, into ``to``; what ``to`` holds already is kept.

        ``tick`` hears of new bytes. Raises ``NotHere``, ``OSError`` (disk).
        """
        for attempt in range(ATTEMPTS):
            had = to.stat().st_size if to.exists() else 0
            if had >= size:
                return
            try:
                self._stream(url, to, had, size, start, tick)
                return
            except (httpx.TransportError, _Short) as error:
                self._give_up_if_unreachable(url, error)
                if attempt == ATTEMPTS - 1:
                    raise NotHere(f"{httpx.URL(url).host} broke off: {_said(error)}") from error
                time.sleep(0.5 * attempt)

    def length(self, url: str) -> int:
        """The size of the whole, as the server tells it; ``NotHere`` where it does not."""
        self._refuse_unreachable(url)
        try:
            told = self._client.head(url).raise_for_status().headers.get("content-length", "")
        except httpx.HTTPError as error:
            raise NotHere(f"{httpx.URL(url).host}: {_said(error)}") from error
        if not told.isdigit():
            raise NotHere(f"{httpx.URL(url).host} does not say how large {url} is")
        return int(told)

    def small(self, url: str, most: int) -> bytes:
        """All of a file of at most ``most`` bytes; ``NotHere`` where it cannot be had or is larger."""
        self._refuse_unreachable(url)
        got = bytearray()
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code != 200:
                    raise NotHere(f"{httpx.URL(url).host} answered {response.status_code} for {url}")
                for block in response.iter_bytes():
                    got += block
                    if len(got) > most:
                        raise NotHere(f"{url} is larger than {most} bytes")
        except httpx.TransportError as error:
            self._give_up_if_unreachable(url, error)
            raise NotHere(f"{httpx.URL(url).host} broke off: {_said(error)}") from error
        return bytes(got)

    def piece(self, url: str, start: int, length: int) -> tuple[bytes, int]:
        """``length`` bytes from ``start`` (negative: that many from the end), and the size of the whole."""
        span = f"bytes={start}-{start + length - 1}" if start >= 0 else f"bytes={start}"
        response = self._get(url, span)
        if response.status_code != 206:
            raise NoRanges(f"{httpx.URL(url).host} answered {response.status_code}, not with a range")
        whole = response.headers.get("content-range", "").rpartition("/")[2]
        if not whole.isdigit():
            raise NoRanges(f"{httpx.URL(url).host} does not say how large the file is")
        return response.content, int(whole)

    def _get(self, url: str, span: str) -> httpx.Response:
        self._refuse_unreachable(url)
        for attempt in range(ATTEMPTS):
            try:
                with self._client.stream("GET", url, headers={"Range": span}) as response:
                    if response.status_code == 206:
                        response.read()
                    return response
            except httpx.TransportError as error:
                self._give_up_if_unreachable(url, error)
                if attempt == ATTEMPTS - 1:
                    raise NotHere(f"{httpx.URL(url).host} broke off: {_said(error)}") from error
        raise AssertionError("unreachable")

    def _stream(self, url: str, to: Path, had: int, size: int, start: int, tick: Tick) -> None:
        self._refuse_unreachable(url)
        headers = {"Range": f"bytes={start + had}-{start + size - 1}"} if start + had else {}
        with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code not in (200, 206):
                raise NotHere(f"{httpx.URL(url).host} answered {response.status_code} for {url}")
            if headers and response.status_code == 200:
                if start:
                    raise NoRanges(f"{httpx.URL(url).host} sends whole files only")
                tick(-had)
                had = 0
            with to.open("ab" if had else "wb") as out:
                for block in response.iter_raw(1 << 15):
                    had += len(block)
                    if had > size:
                        raise NotHere(f"{url} is larger than the {size} bytes it should be")
                    out.write(block)
                    tick(len(block))
        if had < size:
            raise _Short(f"{had} of {size} bytes came")

    def _refuse_unreachable(self, url: str) -> None:
        reason = self._unreachable.get(httpx.URL(url).host)
        if reason:
            raise NotHere(reason)

    def _give_up_if_unreachable(self, url: str, error: Exception) -> None:
        if isinstance(
            error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
        ):
            host = httpx.URL(url).host
            self._unreachable[host] = f"{host or url} cannot be reached: {_said(error)}"
            raise NotHere(self._unreachable[host]) from error


class _Short(Exception):
    """A transfer ended early."""


def _said(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


class RemoteFile(io.RawIOBase):
    """A file at a URL, read by ranges: enough for ``zipfile`` to read the table of contents of a wheel."""

    TAIL = 1 << 17  # bytes; the table of contents of every wheel we use fits

    def __init__(self, web: Web, url: str) -> None:
        super().__init__()
        self._web, self._url, self._at = web, url, 0
        self._tail, self._size = web.piece(url, -self.TAIL, self.TAIL)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._at + size)
        if end <= self._at:
            return b""
        first = self._size - len(self._tail)
        if self._at >= first:
            got = self._tail[self._at - first : end - first]
        else:
            got, _ = self._web.piece(self._url, self._at, end - self._at)
        self._at += len(got)
        return got
