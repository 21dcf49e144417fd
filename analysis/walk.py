"""Walking over the claims of a document, however deep they stand; what people rejected is no part of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from analysis.documents import Claim, Document, Withdrawn


def rewrite_claims(document: Document, rewrite: Callable[[list[Claim]], list[Claim]]) -> None:
    """Replace, in place, every list of claims of a document, however deep, by what ``rewrite`` makes of
    it."""
    for name in type(document).model_fields:
        value = getattr(document, name)
        if isinstance(value, Document):
            rewrite_claims(value, rewrite)
        elif isinstance(value, dict):
            for item in cast(dict[str, object], value).values():
                if isinstance(item, Document):
                    rewrite_claims(item, rewrite)
        elif isinstance(value, list) and value:
            items = cast(list[object], value)
            if all(isinstance(x, Claim) for x in items):
                setattr(document, name, rewrite(cast(list[Claim], items)))
            else:
                for x in items:
                    if isinstance(x, Document) and not isinstance(x, Withdrawn):
                        rewrite_claims(x, rewrite)


def claims_of(document: Document) -> list[Claim]:
    """Every claim of a document, in its order."""
    out: list[Claim] = []

    def note(claims: list[Claim]) -> list[Claim]:
        out.extend(claims)
        return claims

    rewrite_claims(document, note)
    return out
