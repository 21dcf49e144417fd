"""The path from first contact to signature: every touchpoint of the record, and the days that people speak
of.

Calls, mails, forwarded mails, invitations and the CRM's own dates come as they are. A day that is only spoken
of ("the board on the fourteenth of July") is taken when it can be resolved, lies within the deal, and is said
together with something that happens: a meeting, a decision, a signature, a delivery.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from analysis.claims import shorten
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.dates import DateMention, Tense, dates
from analysis.documents import TimelineEntry
from analysis.evidence import OPPORTUNITY, fold, sentences
from ingest.model import Event, Source, SourceKind, UtteranceKind

_HAPPENS = re.compile(
    r"\b(?:board|meeting|met|meets?|committee|council|vote[ds]?|visit(?:ed|s)?|demo(?:nstrat\w+)?"
    r"|workshop|session|"
    r"call(?:ed)?|rang|rings?|phoned?|lunch(?:ed)?|dinner|present(?:s|ed|ation)?|sign(?:s|ed|ing"
    r"|ature)?|approv\w+|"
    r"decid\w+|decision|chose|chosen|announc\w+|sent|send|issued?|deliver\w+|went (?:out|live|through|up)|"
    r"go(?:es)? (?:out|live)|go-live|deadline|due|submit\w*|closes?|closed|renew\w*|expir\w+|start(?:s"
    r"|ed)?|agreed|"
    r"set|passed?|pass(?:es)?|reviewed|review|kick-?off|launch\w*|cut-?over|order(?:ed)?|tender"
    r"|shortlist\w*|award\w*|"
    r"steering|audit|came|sat with|spoke)\b",
    re.I,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|went|came|sent|met|said|rang|called|signed|passed|decided|agreed|\w+ed)\b", re.I
)
_FUTURE = re.compile(r"\b(?:will|'ll|going to|is on|it's on|we're|are in|meets|goes|by|next|until)\b", re.I)
_MARGIN = timedelta(days=45)
_MAX_SPOKEN = 8


def draft(ctx: DraftContext) -> list[TimelineEntry]:
    """In order of date; a day may have several entries."""
    corpus = ctx.corpus
    told = [*_crm(corpus), *_touchpoints(corpus), *_forwards(corpus), *_invitations(corpus)]
    told += _spoken(corpus, {e.date for e in told})
    return sorted(told, key=lambda e: (e.date, e.source == OPPORTUNITY, e.source or ""))


def _crm(corpus: Corpus) -> Iterator[TimelineEntry]:
    o = corpus.record.opportunity
    if o.created:
        lead = f" ({o.lead_source})" if o.lead_source else ""
        yield TimelineEntry(
            date=o.created.isoformat(), event=f"Opportunity created{lead}", source=OPPORTUNITY
        )
    if o.close_date:
        outcome = {"won": "Closed won", "lost": "Closed lost", "open": "Expected close"}[o.outcome]
        reason = f", reason given: {o.stated_reason}" if o.stated_reason and o.outcome == "lost" else ""
        yield TimelineEntry(date=o.close_date.isoformat(), event=outcome + reason, source=OPPORTUNITY)


def _touchpoints(corpus: Corpus) -> Iterator[TimelineEntry]:
    for source in corpus.record.sources:
        day = corpus.when(source.key)
        if day is None or source.kind is SourceKind.EVENT:
            continue
        yield TimelineEntry(
            date=day.isoformat(),
            event=_event(corpus, source),
            people=people_of(corpus, source),
            source=source.path,
        )


def _event(corpus: Corpus, source: Source) -> str:
    title = fold(source.title) or "without a title"
    if source.kind is SourceKind.CALL:
        minutes = f", {round(source.duration / 60)} min" if source.duration and source.duration >= 60 else ""
        return f"Call: {title}{minutes}"
    sender = next((p for p in source.participants if p.role == "from"), None)
    person = corpus.speaker(source.key, sender.label) if sender else None
    name = person.name if person else (sender.name or sender.email) if sender else None
    return f"Mail{f' from {name}' if name else ''}: {title}"


def _forwards(corpus: Corpus) -> Iterator[TimelineEntry]:
    """Mails that reached the record only by being forwarded, on the day they were written."""
    seen: set[tuple[str, str]] = set()
    for source, u in corpus.citable():
        if u.kind is not UtteranceKind.FORWARDED or u.written_at is None:
            continue
        day = u.written_at.date().isoformat()
        if (source.key, day) in seen:
            continue
        seen.add((source.key, day))
        person = corpus.speaker(source.key, u.speaker)
        who = person.name if person else u.speaker
        event = f"Mail{f' by {who}' if who else ''}, forwarded later: {fold(source.title)}"
        yield TimelineEntry(date=day, event=event, people=[person.id] if person else [], source=source.path)


def _invitations(corpus: Corpus) -> Iterator[TimelineEntry]:
    calls = {corpus.when(s.key) for s in corpus.calls}
    for source in corpus.record.sources:
        for event in source.events:
            day = _day(event)
            if day is None:
                continue
            cancelled = (event.status or "").upper() == "CANCELLED"
            note = (
                "Cancelled"
                if cancelled
                else "Meeting"
                if day in calls
                else "Meeting invited to, not recorded"
            )
            summary = fold(event.summary) or fold(source.title)
            yield TimelineEntry(
                date=day.isoformat(),
                event=f"{note}: {summary}",
                people=_invited(corpus, event),
                source=source.path,
            )


def _day(event: Event) -> date | None:
    return event.start.date() if isinstance(event.start, datetime) else event.start


def _invited(corpus: Corpus, event: Event) -> list[str]:
    listed = [p for p in (event.organizer, *event.attendees) if p]
    wanted = {(p.email or "").lower() for p in listed} | {(p.name or "").lower() for p in listed}
    wanted.discard("")
    return [
        p.id
        for p in corpus.persons.values()
        if wanted & {e.lower() for e in p.emails} or p.name.lower() in wanted
    ]


def people_of(corpus: Corpus, source: Source) -> list[str]:
    """Who was there: those who speak or write, then those who are listed."""
    ids = [p.id for label in _labels(source) if (p := corpus.speaker(source.key, label))]
    by_email = {e.lower(): p.id for p in corpus.persons.values() for e in p.emails}
    by_name = {n.lower(): p.id for p in corpus.persons.values() for n in (p.name, *p.aliases)}
    for listed in source.participants:
        found = by_email.get((listed.email or "").lower()) or by_name.get((listed.name or "").lower())
        ids += [found] if found else []
    return list(dict.fromkeys(ids))


def _labels(source: Source) -> list[str]:
    return list(dict.fromkeys(u.speaker for u in source.utterances if u.speaker))


# -- days that are spoken of -------------------------------------------------------------------------------


def _spoken(corpus: Corpus, known: set[str]) -> list[TimelineEntry]:
    """One entry a day, the days most often and most plainly spoken of first, at most ``_MAX_SPOKEN``."""
    first, last = _span(corpus)
    best: dict[date, tuple[float, TimelineEntry]] = {}
    for source, u in corpus.citable():
        said_on = corpus.when(source.key, u.ordinal)
        if said_on is None:
            continue
        for sentence in sentences(u.text):
            for m in _mentions(sentence, said_on):
                if not first <= m.day <= last or m.day.isoformat() in known or m.day == said_on:
                    continue
                worth = _worth(sentence, m) + (best[m.day][0] * 0.5 if m.day in best else 0.0)
                person = corpus.person_of(source.key, u.ordinal)
                who = person.name if person else u.speaker
                entry = TimelineEntry(
                    date=m.day.isoformat(),
                    event=f"{who or 'Somebody'}: “{shorten(sentence, 28)}”",
                    people=[person.id] if person else [],
                    source=source.path,
                )
                if worth > 0 and (m.day not in best or worth > best[m.day][0]):
                    best[m.day] = (worth, entry)
    ranked = sorted(best.values(), key=lambda pair: -pair[0])
    return [entry for _, entry in ranked[:_MAX_SPOKEN]]


def _mentions(sentence: str, said_on: date) -> tuple[DateMention, ...]:
    if not _HAPPENS.search(sentence) or len(sentence.split()) < 4:
        return ()
    past, future = bool(_PAST.search(sentence)), bool(_FUTURE.search(sentence))
    tense: Tense = "past" if past and not future else "future" if future and not past else "near"
    return tuple(m for m in dates(sentence, said_on, tense) if _sure(m, sentence, tense))


def _sure(m: DateMention, sentence: str, tense: Tense) -> bool:
    """Weekdays count only when looking back; what is planned for "Friday" moves, and "tomorrow" is a
    promise."""
    if m.how == "full":
        return True
    if m.how == "day":
        return True
    if m.how == "weekday":
        return tense == "past" and m.text.lower().startswith(("last", "on"))
    return m.text.lower() == "yesterday"


def _worth(sentence: str, m: DateMention) -> float:
    cues = len({c.lower() for c in _HAPPENS.findall(sentence)})
    plain = {"full": 1.0, "day": 0.7, "relative": 0.8, "weekday": 0.5}[m.how]
    question = 0.6 if sentence.endswith("?") else 0.0
    return plain + 0.25 * min(cues, 3) - question


def _span(corpus: Corpus) -> tuple[date, date]:
    """From some weeks before the first touch to some days after the last."""
    o = corpus.record.opportunity
    days = [d for s in corpus.record.sources if (d := corpus.when(s.key))]
    days += [d for d in (o.created, o.close_date) if d]
    today = datetime.now(UTC).date()
    return (min(days, default=today) - 2 * _MARGIN, max(days, default=today) + _MARGIN / 3)
