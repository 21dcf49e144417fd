"""Windows by their words in PostgreSQL full text (English stems, ``ts_rank_cd`` with length normalisation
1).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy import text as sql_text
from sqlalchemy.exc import DBAPIError

from analysis.errors import IndexUnavailable
from analysis.indexes import Filter, Hit
from analysis.windows import Window
from api.keyword import terms
from api.store.database import open_engine

_TABLES = (
    "SELECT pg_advisory_xact_lock(7293002)",
    "CREATE TABLE IF NOT EXISTS keyword_windows (id text PRIMARY KEY, deal text NOT NULL, "
    "source text NOT NULL, "
    "kind text NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS keyword_windows_words ON keyword_windows USING gin (words)",
    "CREATE INDEX IF NOT EXISTS keyword_windows_deal ON keyword_windows (deal, source)",
)


class PostgresKeywordIndex:
    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._ready, self._lock = False, Lock()

    @contextmanager
    def _transaction(self) -> Generator[Connection]:
        try:
            with self._engine.begin() as connection:
                with self._lock:
                    if not self._ready:
                        for statement in _TABLES:
                            connection.execute(sql_text(statement))
                        self._ready = True
                yield connection
        except DBAPIError as error:
            self._ready = False
            reason = " ".join(str(error.orig).split())[:200]
            raise IndexUnavailable(f"the keyword index in PostgreSQL failed: {reason}") from error

    def upsert(self, windows: Sequence[Window]) -> None:
        sql = sql_text(
            "INSERT INTO keyword_windows (id, deal, source, kind, words) "
            "VALUES (:id, :deal, :source, :kind, to_tsvector('english', :text)) "
            "ON CONFLICT (id) DO UPDATE SET "
            "deal = excluded.deal, source = excluded.source, kind = excluded.kind, words = excluded.words"
        )
        rows = [
            {
                "id": w.id,
                "deal": w.deal_id,
                "source": w.source_key,
                "kind": w.kind,
                "text": w.text.replace("\0", " "),
            }
            for w in windows
        ]
        if rows:
            with self._transaction() as connection:
                connection.execute(sql, rows)

    def query(self, text: str, where: Filter, k: int) -> tuple[Hit, ...]:
        found = terms(text)
        if not found:
            return ()
        # each word through plainto_tsquery, which never fails on odd input, then joined by OR
        query = " || ".join(f"plainto_tsquery('english', :t{n})" for n in range(len(found)))
        deals = " AND deal = ANY(:deals)" if where.deals else ""
        sql = sql_text(
            f"SELECT id, deal, ts_rank_cd(words, q, 1) AS score "
            f"FROM keyword_windows, (SELECT {query} AS q) AS asked "
            f"WHERE words @@ q AND kind = :kind{deals} ORDER BY score DESC, id LIMIT :k"
        )
        values: dict[str, object] = {f"t{n}": term for n, term in enumerate(found)}
        with self._transaction() as connection:
            rows = connection.execute(
                sql, {**values, "kind": where.kind, "deals": list(where.deals), "k": k}
            ).all()
        return tuple(Hit(row[0], row[1], float(row[2])) for row in rows)

    def remove(self, deal_id: str, source_key: str | None = None) -> None:
        only = " AND source = :source" if source_key is not None else ""
        with self._transaction() as connection:
            connection.execute(
                sql_text(f"DELETE FROM keyword_windows WHERE deal = :deal{only}"),
                {"deal": deal_id, "source": source_key},
            )

    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]:
        only = " AND source = :source" if source_key is not None else ""
        sql = sql_text(f"SELECT id FROM keyword_windows WHERE deal = :deal{only}")
        with self._transaction() as connection:
            return frozenset(
                row[0] for row in connection.execute(sql, {"deal": deal_id, "source": source_key})
            )
