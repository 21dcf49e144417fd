"""The unit of work: one transaction with the repositories on it. It commits here and nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import CursorResult, Engine, delete
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.errors import translate
from api.store.database import open_engine
from api.store.deals import Deals
from api.store.files import Files, Sources
from api.store.jobs import Jobs
from api.store.models import LoginRow, MetaRow, now
from api.store.prereads import Answers, LLMCalls, PreReads
from api.store.schema import prepare
from api.store.transcripts import TranscriptEdits
from api.store.voiceprints import Voiceprints


class Unit:
    """The repositories of one transaction. What ``after_commit`` is given runs when it is committed, and is
    dropped when not.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.deals = Deals(session)
        self.files = Files(session)
        self.sources = Sources(session)
        self.transcripts = TranscriptEdits(session)
        self.voiceprints = Voiceprints(session)
        self.jobs = Jobs(session)
        self.prereads = PreReads(session)
        self.answers = Answers(session)
        self.llm = LLMCalls(session)
        self._after: list[Callable[[], None]] = []

    def after_commit(self, action: Callable[[], None]) -> None:
        self._after.append(action)

    def run_after_commit(self) -> None:
        actions, self._after = self._after, []
        for action in actions:
            action()

    def secret(self) -> str:
        """What signs the sessions of this installation; made on first use."""
        row = self.session.get(MetaRow, "secret")
        if row is None:
            row = MetaRow(key="secret", value=secrets.token_urlsafe(32))
            self.session.add(row)
            self.session.flush()
        return row.value

    def add_login(self, minutes: float) -> str:
        """A key that signs in once, within ``minutes``."""
        key = secrets.token_urlsafe(24)
        self.session.execute(delete(LoginRow).where(LoginRow.expires_at < now()))
        self.session.add(LoginRow(key_hash=_hash(key), expires_at=now() + timedelta(minutes=minutes)))
        return key

    def use_login(self, key: str) -> bool:
        """True once for each key."""
        gone = self.session.execute(
            delete(LoginRow).where(LoginRow.key_hash == _hash(key), LoginRow.expires_at >= now())
        )
        return isinstance(gone, CursorResult) and gone.rowcount == 1


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()


class Store:
    """A database. Raises ``Unavailable`` or ``StorageFull`` where the machine fails."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def read(self) -> Generator[Unit]:
        """A transaction that is not kept."""
        with self._translated(), Session(self.engine) as session:
            yield Unit(session)

    @contextmanager
    def write(self) -> Generator[Unit]:
        """A transaction that is committed when the block ends without an error."""
        with self._translated(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"begin": "BEGIN IMMEDIATE"})
            unit = Unit(session)
            yield unit
            session.commit()
        unit.run_after_commit()

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except OperationalError as error:
            raise translate(error) from error

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open a database and bring its tables to the newest version."""
    engine = open_engine(url)
    try:
        prepare(engine)
    except OperationalError as error:
        raise translate(error) from error
    return Store(engine)
