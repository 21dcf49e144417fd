"""The version of the tables, and the steps from each version to the next.

A new database is made at the newest version; an older one is taken there step by step, in one transaction;
a newer one
is refused. No tool beside this: two dozen lines that a web-only machine and a fresh laptop run alike
(docs/adr).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, inspect, text

from api.errors import Unavailable
from api.store.models import Base, TranscriptEditRow, VoiceMatchRow, VoiceprintRow

Step = Callable[[Connection], None]


def _tables(connection: Connection, *rows: type[Base]) -> None:
    Base.metadata.create_all(connection, tables=[Base.metadata.tables[row.__tablename__] for row in rows])


def _transcript_edits(connection: Connection) -> None:
    _tables(connection, TranscriptEditRow)


def _voice_memory(connection: Connection) -> None:
    _tables(connection, VoiceprintRow, VoiceMatchRow)


# STEPS[n] takes version n + 1 to version n + 2
STEPS: Sequence[Step] = (_transcript_edits, _voice_memory)


def prepare(engine: Engine, steps: Sequence[Step] = STEPS) -> None:
    """Make or migrate the tables. Safe when several processes start at once."""
    newest = len(steps) + 1
    if _quick_look(engine) == newest:
        return
    options = {"begin": "BEGIN IMMEDIATE"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7293001)"))
        version = _version(connection)
        if version is None:
            Base.metadata.create_all(connection)
        elif version > newest:
            raise Unavailable(
                f"the database was written by a newer Preread (schema {version}, "
                f"this one knows {newest}): update Preread"
            )
        for step in steps[(version or newest) - 1 :]:
            step(connection)
        connection.execute(text("DELETE FROM meta WHERE key = 'schema'"))
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('schema', :v)"), {"v": str(newest)})


def _quick_look(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return _version(connection)


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table("meta"):
        return None
    found = connection.execute(text("SELECT value FROM meta WHERE key = 'schema'")).scalar()
    return int(found) if found else None
