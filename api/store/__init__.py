"""The store: what is known of deals, in SQLite or PostgreSQL.

``open_store`` gives a ``Store``; ``store.read()`` and ``store.write()`` give a unit of work, which is one
transaction
with all repositories on it. Documents (sources, people, pre-reads, answers) are stored as JSON with a
schema field and
migrated when they are read (``codec``); tables are migrated when the store is opened (``schema``).
"""

from api.store.unit import Store, Unit, open_store

__all__ = ["Store", "Unit", "open_store"]
