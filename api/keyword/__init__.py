"""The keyword index seam (``analysis.indexes.KeywordIndex``): SQLite FTS5 or PostgreSQL full text.

Both rank windows by the words they share with a question: any word counts, rare ones more, inflected forms
match.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.indexes import KeywordIndex

# Words that nearly every window has: they cost time and rank nothing (the usual short English list).
_STOP = """
a about after all also am an and any are as at be because been before being but by can could did do does
doing for from had has have having he her him his how i if in into is it its just me more most my no not of
on or our out over said say says she should so some such than that the their them then there these they this
to too up us was we were what when where which while who whom why will with would you your
"""
STOP = frozenset(_STOP.split())
MAX_TERMS = 40


def terms(text: str) -> tuple[str, ...]:
    """The words of a question that are worth looking for, each once, at most ``MAX_TERMS``."""
    words = re.findall(r"[^\W_]+", text.lower())
    kept = [w for w in words if w not in STOP and (len(w) > 1 or w.isdigit())] or words
    return tuple(dict.fromkeys(kept))[:MAX_TERMS]


def open_keyword_index(database_url: str, home: Path) -> KeywordIndex:
    """PostgreSQL: tables of the same database. SQLite: a file of its own beside it, so that two writers
    never meet.
    """
    if database_url.startswith("postgres"):
        from api.keyword.postgres import PostgresKeywordIndex

        return PostgresKeywordIndex(database_url)
    from api.keyword.sqlite import SqliteKeywordIndex

    return SqliteKeywordIndex(home / "keyword.sqlite3")
