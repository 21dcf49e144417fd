"""Everything that api raises, and the one place where errors become exit codes and HTTP status codes.

    ApiError
    ├── BadInput                what was asked for cannot be done as asked; the line says what to change
    │   ├── NotFound            no deal, source, version, job or answer is called that
    │   └── Ambiguous           a name that fits more than one thing
    ├── Conflict                somebody else was faster: the newest version is not the one that was edited
    ├── NotSignedIn             no session, no token, or one that is not valid any more
    ├── HomeBusy                another process is working in the home
    ├── Unavailable             a database, broker, index, model or server cannot be reached
    ├── StorageFull             no space is left where the home, the database or the files live
    └── JobFailed               a job ended with an error

Errors of ingest and analysis pass through as they are; they carry their one line already. Foreign errors are
translated by ``translate``, nowhere else.
"""

from __future__ import annotations

import errno
import sqlite3

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError

from analysis import errors as analysis
from ingest import errors as ingest


class ApiError(Exception):
    """One line that says what was wrong and what to do."""


class BadInput(ApiError):
    """What was asked for cannot be done as asked."""


class NotFound(BadInput):
    """Nothing is called that."""


class Ambiguous(BadInput):
    """A name that fits more than one thing."""


class Conflict(ApiError):
    """Somebody else was faster."""


class NotSignedIn(ApiError):
    """No valid session or token."""


class HomeBusy(ApiError):
    """Another process is working in the home."""


class Unavailable(ApiError):
    """A part that the work needs cannot be reached."""


class StorageFull(ApiError):
    """No space is left."""


class JobFailed(ApiError):
    """A job ended with an error."""


# The most special first: exit code (2 bad usage or input, 1 a failure of the program), HTTP status.
_CODES: tuple[tuple[type[Exception], int, int], ...] = (
    (NotFound, 2, 404),
    (Ambiguous, 2, 409),
    (BadInput, 2, 400),
    (Conflict, 2, 409),
    (NotSignedIn, 1, 401),
    (HomeBusy, 1, 503),
    (Unavailable, 1, 503),
    (StorageFull, 1, 507),
    (JobFailed, 1, 500),
    (ApiError, 1, 500),
    (ingest.ModelMissing, 1, 503),
    (ingest.ExtraMissing, 1, 503),
    (ingest.LimitExceeded, 2, 413),
    (ingest.UnsupportedSource, 2, 415),
    (ingest.IngestError, 2, 422),
    (analysis.AnalysisError, 1, 503),
)
OURS = (ApiError, ingest.IngestError, analysis.AnalysisError)


def exit_code(error: Exception) -> int:
    """What the command line exits with."""
    return next((code for kind, code, _ in _CODES if isinstance(error, kind)), 1)


def http_status(error: Exception) -> int:
    """What the web answers with."""
    return next((status for kind, _, status in _CODES if isinstance(error, kind)), 500)


def line(error: BaseException) -> str:
    """The error in one line, always with something in it."""
    return " ".join(str(error).split()) or type(error).__name__


def translate(error: Exception) -> Exception:
    """A foreign error as one of ours where it is a known condition of the machine; else the error itself."""
    if isinstance(error, OURS) and not _no_space(error):
        return error
    if _no_space(error):
        return StorageFull("no space is left on the disk: free some, then run the same command again")
    if isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.Error):
        return Unavailable(
            f"the database in the home cannot be used: {line(error.orig)[:200]}: "
            "see that PREREAD_HOME is a folder you may write in"
        )
    if isinstance(error, OperationalError):
        return Unavailable(
            f"the database cannot be used: {line(error.orig or error)[:200]}: check PREREAD_DATABASE_URL"
        )
    if isinstance(error, ValidationError) and error.title == "Settings":
        first = error.errors()[0]
        return BadInput(f"PREREAD_{str(first['loc'][0]).upper()}: {first['msg']}: see docs/settings.md")
    if isinstance(error, PermissionError):
        return BadInput(f"{error.filename}: no permission: check the owner of the file or folder")
    return error


def _no_space(error: BaseException | None) -> bool:
    if isinstance(error, DBAPIError):
        return _no_space(error.orig)
    if isinstance(error, analysis.IndexUnavailable):
        return "database or disk is full" in str(error)  # all that Chroma says
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    # PostgreSQL: 53100 disk_full
    return getattr(error, "sqlstate", None) == "53100"
