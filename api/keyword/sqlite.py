"""Windows by their words in SQLite FTS5, ranked by BM25 (FTS5's own, k1 1.2, b 0.75), words stemmed
(Porter).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import IndexUnavailable
from analysis.indexes import Filter, Hit
from analysis.windows import Window
from api.keyword import terms

_TABLES = """
CREATE TABLE IF NOT EXISTS windows (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, deal TEXT NOT NULL, source TEXT NOT NULL, kind TEXT
    NOT NULL);
CREATE INDEX IF NOT EXISTS windows_deal ON windows (deal, source);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, tokenize = "porter unicode61 remove_diacritics 2");
"""
# What is removed leaves no text behind in the index: at once from SQLite 3.42 on, before that by merging
# (`optimize`).
_SECURE = sqlite3.sqlite_version_info >= (3, 42)


class SqliteKeywordIndex:
    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as db:
            if db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'words'").fetchone()[0] == 0:
                for statement in _TABLES.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                if _SECURE:
                    db.execute("INSERT INTO words (words, rank) VALUES ('secure-delete', 1)")

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(self._path, timeout=20, isolation_level=None)
            try:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA secure_delete = ON")
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            finally:
                db.close()
        except sqlite3.Error as error:
            raise IndexUnavailable(
                f"{self._path.name}: {error}: free disk space, or delete the file and import again"
            ) from error

    def upsert(self, windows: Sequence[Window]) -> None:
        with self._transaction() as db:
            for window in windows:
                self._drop(db, "id = ?", (window.id,))
                row = db.execute(
                    "INSERT INTO windows (id, deal, source, kind) VALUES (?, ?, ?, ?)",
                    (window.id, window.deal_id, window.source_key, window.kind),
                ).lastrowid
                db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (row, window.text))

    def query(self, text: str, where: Filter, k: int) -> tuple[Hit, ...]:
        wanted = " OR ".join(f'"{term}"' for term in terms(text))
        if not wanted:
            return ()
        deals = f" AND deal IN ({', '.join('?' * len(where.deals))})" if where.deals else ""
        sql = (
            "SELECT id, deal, -bm25(words) FROM words JOIN windows ON windows.row = words.rowid "
            f"WHERE words MATCH ? AND kind = ?{deals} ORDER BY bm25(words), id LIMIT ?"
        )
        with self._transaction() as db:
            rows = db.execute(sql, (wanted, where.kind, *where.deals, k)).fetchall()
        return tuple(Hit(window, deal, float(score)) for window, deal, score in rows)

    def remove(self, deal_id: str, source_key: str | None = None) -> None:
        with self._transaction() as db:
            if source_key is None:
                self._drop(db, "deal = ?", (deal_id,))
            else:
                self._drop(db, "deal = ? AND source = ?", (deal_id, source_key))
            if not _SECURE:
                db.execute("INSERT INTO words (words) VALUES ('optimize')")

    def _drop(self, db: sqlite3.Connection, where: str, values: tuple[str, ...]) -> None:
        db.execute(f"DELETE FROM words WHERE rowid IN (SELECT row FROM windows WHERE {where})", values)
        db.execute(f"DELETE FROM windows WHERE {where}", values)

    def ids(self, deal_id: str, source_key: str | None = None) -> frozenset[str]:
        sql, values = "SELECT id FROM windows WHERE deal = ?", [deal_id]
        if source_key is not None:
            sql, values = sql + " AND source = ?", [deal_id, source_key]
        with self._transaction() as db:
            return frozenset(row[0] for row in db.execute(sql, values))
