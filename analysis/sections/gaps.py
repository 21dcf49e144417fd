"""What the record cannot tell: missing calls, people never heard, one-sided or thin evidence.

Each gap says what is missing and how we know, from dates, names and counts of the record itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.documents import Claim, PreRead
from analysis.evidence import fold
from analysis.walk import claims_of
from ingest.model import Person, Side

_CALLED = re.compile(
    r"\b(?:(?:on|after|from|in) (?:the|our|that|last|yesterday['’]s|this morning['’]s) (?:call|meeting"
    r"|demo|visit|session)|"
    r"(?:good|great|nice|lovely) (?:to (?:speak|talk|meet|chat)|chatting|speaking|talking)"
    r"|thanks? (?:you )?for "
    r"(?:the call|your time|yesterday|today))\b",
    re.I,
)
_SILENCE = timedelta(days=21)
_NAMES = {
    "value_articulation": "what the choice was worth to the customer",
    "deciding_factors": "what decided beyond price",
    "moment_of_demand": "when the customer was ready to decide",
    "influential_voices": "whose word counted",
}
_MEDDPICC = {
    "metrics": "the measured gain",
    "economic_buyer": "who holds the budget",
    "decision_criteria": "the criteria of the decision",
    "decision_process": "how the decision is taken",
    "paper_process": "the paperwork up to signature",
    "identify_pain": "the problem behind it",
    "champion": "who spoke for us inside",
    "competition": "what the rival offered",
}


def draft(ctx: DraftContext) -> list[str]:
    corpus, so_far = ctx.corpus, ctx.so_far
    found = [
        *_nothing(corpus),
        *_unrecorded_meetings(corpus),
        *_unrecorded_calls(corpus),
        *_unheard(ctx),
        *_one_sided(corpus),
        *_silences(corpus),
        *_unnamed(corpus),
        *_thin(so_far),
    ]
    return list(dict.fromkeys(found))


def _nothing(corpus: Corpus) -> Iterator[str]:
    if not corpus.calls:
        yield "There is no call in the record: nobody is heard, only read."
    if not corpus.mails:
        yield "There is no mail in the record: what was agreed in writing is not known."


def _unrecorded_meetings(corpus: Corpus) -> Iterator[str]:
    """Invitations without a recording on their day."""
    days = {corpus.when(s.key) for s in corpus.calls}
    seen: set[tuple[date, str]] = set()
    for source in corpus.record.sources:
        for event in source.events:
            day = event.start.date() if isinstance(event.start, datetime) else event.start
            name = fold(event.summary) or fold(source.title)
            near = day and any(d and abs((d - day).days) <= 1 for d in days)
            if day is None or near or (day, name) in seen or (event.status or "").upper() == "CANCELLED":
                continue
            seen.add((day, name))
            yield f"No recording of “{name}” on {_day(day)}, which was in the calendar ({source.path})."


def _unrecorded_calls(corpus: Corpus) -> Iterator[str]:
    """Mails that speak of a call or meeting with no recording in the days before them."""
    days = [d for s in corpus.calls if (d := corpus.when(s.key))]
    for source in corpus.mails:
        sent = corpus.when(source.key)
        own = " ".join(u.text for s, u in corpus.citable() if s.key == source.key)
        spoke = _CALLED.search(own)
        if sent and spoke and not any(timedelta(0) <= sent - d <= timedelta(days=10) for d in days):
            what = f"a conversation (“{spoke[0]}”) that is not in the record"
            yield f"A mail of {_day(sent)} speaks of {what} ({source.path})."


def _unheard(ctx: DraftContext) -> Iterator[str]:
    """People whose word counted, or who are spoken of often, and who never speak or write in the record."""
    corpus = ctx.corpus
    heard = {p.id for s, u in corpus.citable() if (p := corpus.speaker(s.key, u.speaker))}
    spoken_of = Counter(m.person_id for m in corpus.record.people.mentions)
    ranked = [v.person.id for v in ctx.so_far.influential_voices if v.person.side != "seller"]
    often = [i for i, n in spoken_of.most_common() if n >= 3]
    told = 0
    for person_id in dict.fromkeys([*ranked, *often]):
        person = corpus.persons.get(person_id)
        if person is None or person_id in heard or person.side is Side.SELLER or told >= 5:
            continue
        if person.side is Side.UNKNOWN and person_id not in ranked:
            continue  # a name that falls often may be anybody's
        told += 1
        times = spoken_of[person_id]
        how = (
            f"spoken of {times} times"
            if times > 1
            else "named among those who count"
            if person_id in ranked
            else "named once"
        )
        yield f"{_title(person)} is {how} and never heard: the record has no word of theirs."


def _one_sided(corpus: Corpus) -> Iterator[str]:
    said: Counter[Side] = Counter()
    for s, u in corpus.citable():
        said[corpus.side_of(s.key, u.ordinal)] += len(u.text.split())
    total = sum(said.values())
    if total and said[Side.BUYER] == 0:
        yield "No word of the buyer is in the record, as far as speakers are known: all is second-hand."
    elif total and said[Side.BUYER] < 0.2 * total:
        share = round(100 * said[Side.BUYER] / total)
        yield f"The buyer speaks {share}% of the words in the record: their view is thin."
    if total and said[Side.UNKNOWN] > 0.15 * total:
        share = round(100 * said[Side.UNKNOWN] / total)
        yield f"{share}% of the words are by people whose side is not known: name them on the people page."


def _silences(corpus: Corpus) -> Iterator[str]:
    """The longest stretch with no touch at all, from first to last."""
    days = sorted({d for s in corpus.record.sources if (d := corpus.when(s.key))})
    gaps = [(b - a, a, b) for a, b in pairwise(days)]
    if gaps and (longest := max(gaps))[0] >= _SILENCE:
        length, a, b = longest
        yield f"Nothing in the record between {_day(a)} and {_day(b)} ({length.days} days)."
    close = corpus.record.opportunity.close_date
    if days and close and close - days[-1] >= _SILENCE:
        yield f"Nothing in the record between {_day(days[-1])} and the close on {_day(close)}."


def _unnamed(corpus: Corpus) -> Iterator[str]:
    for source in corpus.calls:
        unknown = {u.speaker for u in source.utterances if corpus.speaker(source.key, u.speaker) is None}
        if unknown:
            yield f"{len(unknown)} speaker(s) of {source.path} are not named."
        yield from (f"{source.path}: {note}" for note in source.notes)


def _thin(so_far: PreRead) -> Iterator[str]:
    missing = [name for key, name in _NAMES.items() if _empty(so_far, key)]
    if missing:
        yield f"The record does not say {_listed(missing)}."
    missed = [
        _MEDDPICC[k] for k, item in so_far.meddpicc.items() if item.status == "missed" and k in _MEDDPICC
    ]
    if missed:
        yield f"Of MEDDPICC, the record does not show {_listed(missed)}."
    thin = _second_hand(so_far, claims_of(so_far))
    if thin:
        yield thin


def _second_hand(so_far: PreRead, claims: list[Claim]) -> str | None:
    sources = {c.source for claim in claims for c in claim.citations}
    if claims and len(sources) == 1:
        return f"All evidence comes from one source, {next(iter(sources))}."
    return None


def _empty(so_far: PreRead, key: str) -> bool:
    value = getattr(so_far, key)
    return not so_far.moment_of_demand.found if key == "moment_of_demand" else not value


def _title(person: Person) -> str:
    return f"{person.name} ({person.title})" if person.title else person.name


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
