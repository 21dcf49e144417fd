"""Every error of ours has its exit code and its HTTP status, and foreign ones are translated in one place."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

import analysis.errors
import api.errors
import ingest.errors
from api.errors import StorageFull, Unavailable, exit_code, http_status, translate


def tree(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


EVERY = [
    kind
    for base in (api.errors.ApiError, ingest.errors.IngestError, analysis.errors.AnalysisError)
    for kind in tree(base)
    if kind.__module__.endswith("errors")
]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_error_is_mapped(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    assert exit_code(error) in (1, 2)
    assert 400 <= http_status(error) < 600


def test_every_error_stands_in_the_drawing_of_its_module() -> None:
    for module in (api.errors, ingest.errors, analysis.errors):
        drawn = module.__doc__ or ""
        for kind in EVERY:
            if kind.__module__ == module.__name__:
                assert kind.__name__ in drawn


def test_bad_input_is_2_and_a_failure_of_the_program_is_1() -> None:
    assert exit_code(api.errors.NotFound("x")) == 2
    assert exit_code(ingest.errors.UnreadableSource("x")) == 2
    assert exit_code(ingest.errors.ModelMissing("x")) == 1
    assert exit_code(RuntimeError("x")) == 1


def test_a_full_disk_is_known_by_its_code() -> None:
    assert isinstance(translate(OSError(errno.ENOSPC, "no")), StorageFull)
    full = sqlite3.OperationalError("whatever it says")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    assert isinstance(translate(OperationalError("x", {}, full)), StorageFull)
    assert isinstance(translate(OperationalError("x", {}, sqlite3.OperationalError("locked"))), Unavailable)
    assert isinstance(translate(ValueError("x")), ValueError)
    chroma = analysis.errors.IndexUnavailable("the index failed: (code: 13) database or disk is full")
    assert isinstance(translate(chroma), StorageFull)


def test_a_database_in_the_home_blames_the_home() -> None:
    cannot = sqlite3.OperationalError("attempt to write a readonly database")
    assert "PREREAD_HOME" in str(translate(OperationalError("x", {}, cannot)))
