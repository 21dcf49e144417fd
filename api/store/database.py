"""The engine: SQLite in WAL mode, or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.errors import BadInput

BUSY_MS = 20_000  # how long one writer waits for another


def open_engine(url: str) -> Engine:
    """Raises ``BadInput`` for a URL that is not one of SQLite or PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadInput(f"PREREAD_DATABASE_URL is not a database URL: {url[:60]}") from None
    if parsed.get_backend_name() == "postgresql":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise BadInput(
            f"PREREAD_DATABASE_URL: {parsed.get_backend_name()} is not supported: use sqlite or postgresql"
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(dbapi_connection: Any, _record: object) -> None:
    # the driver's own BEGIN comes too late for a read followed by a write: we begin ourselves
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",  # what is removed leaves no text behind in free pages
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = cast(dict[str, Any], connection.get_execution_options())
    connection.exec_driver_sql(options.get("begin", "BEGIN"))
