"""The words of a deal that a decoder should expect: people, companies, products, places.

Handed to the transcriber as hot words. On the sample call Whisper base hears "Facer" and "knowing Kato-kun" without
them, "Fraser" and "Cadogan" with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.model import Contact, Opportunity, Source, SourceKind, UtteranceKind

MOST = 40
"""Names and words in all. Whisper's prompt holds 224 tokens; what is longer is cut by the backend."""
_OWN_WORDS = frozenset({UtteranceKind.BODY, UtteranceKind.FORWARDED})
# A capitalised word that does not open a sentence: after a small letter, a digit or a comma, and a blank.
_PROPER = re.compile(r"(?<=[a-z0-9,] )[A-Z][\w’'-]*[a-z]\w*")


def vocabulary(
    opportunity: Opportunity, contacts: Sequence[Contact], sources: Sequence[Source]
) -> tuple[str, ...]:
    """People first (CRM, then mail and invitations), then the companies, then the capitalised words that the mails use most.
    Each once, at most ``MOST``; the same record gives the same words."""
    mails = [s for s in sources if s.kind is not SourceKind.CALL]
    people = [
        opportunity.owner,
        *(c.name for c in contacts),
        *(p.name for s in mails for p in s.participants),
    ]
    companies = [opportunity.account, opportunity.competitor]
    found = _distinct([*people, *companies])
    known = {word.lower() for name in found for word in name.split()}
    words = [w for w, _ in Counter(_proper_words(mails)).most_common() if w.lower() not in known]
    return tuple([*found, *words][:MOST])


def _distinct(names: Iterable[str | None]) -> list[str]:
    """Names without repeats, addresses left out."""
    clean = (" ".join(name.split()) for name in names if name)
    return list(dict.fromkeys(name for name in clean if name and "@" not in name and len(name) <= 60))


def _proper_words(mails: Sequence[Source]) -> list[str]:
    """Capitalised words inside sentences that the mails never write with a small letter."""
    texts = [u.text for s in mails for u in s.utterances if u.kind in _OWN_WORDS]
    small = {w for text in texts for w in re.findall(r"\b[a-z]+\b", text)}
    return [w for text in texts for w in _PROPER.findall(text) if w.lower() not in small | _CALENDAR]


_DAYS_AND_MONTHS = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec"
)
_CALENDAR = frozenset(_DAYS_AND_MONTHS.split())
