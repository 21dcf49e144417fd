"""Everything that analysis raises.

AnalysisError
├── ModelUnavailable        an embedder or LLM is not there, or did not answer: the message names the cure
├── ModelMisbehaved         a model answered, but not in the asked-for shape, after a retry
├── IndexUnavailable        the vector or keyword index cannot be reached or is damaged
└── Cancelled               the caller asked to stop
"""

from __future__ import annotations


class AnalysisError(Exception):
    """Base of all errors of this package."""


class ModelUnavailable(AnalysisError):
    """An embedder or LLM is not there or did not answer."""


class ModelMisbehaved(AnalysisError):
    """A model answered, but not in the shape that was asked for."""


class IndexUnavailable(AnalysisError):
    """The vector or keyword index cannot be reached, or is damaged."""


class Cancelled(AnalysisError):
    """The caller asked to stop."""
