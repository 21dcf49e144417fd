"""How a command reaches the application: through the running server, else by itself under the home's lock."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.lock import home_lock, make_home, read_note
from api.settings import Settings

if TYPE_CHECKING:
    from api.client import Client
    from api.preread import Preread


@contextmanager
def application(*, alone: bool) -> Generator[Preread | Client]:
    """``alone``: the command writes, or opens an index, and must be the only one in the home that does."""
    from api.wiring import check

    settings = Settings()
    check(settings)
    note = read_note(settings.home)
    if note is not None:
        from api.client import Client

        client = Client(note)
        if client.there():
            yield client
            return
    from api.preread import Preread

    if not alone:
        make_home(settings.home)
        yield Preread(settings)
        return
    with home_lock(settings.home):
        preread = Preread(settings)
        try:
            yield preread
        finally:
            preread.close()
