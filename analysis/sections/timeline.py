"""The path from first contact to signature: every touchpoint of the record, and the days that people speak
of.

Calls, mails, forwarded mails, invitations and the CRM's own dates come as they are. A day that is only spoken
of ("the board on the fourteenth of July") is taken when it can be resolved, lies within the deal, and is likely to be a
step of it (``analysis/spoken_days.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from analysis.claims import shorten
from analysis.context import DraftContext
from analysis.corpus import Corpus
from analysis.documents import TimelineEntry
from analysis.evidence import OPPORTUNITY, fold
from analysis.spoken_days import Mention, gather, open_judge, signs_of
from ingest.model import Event, Source, SourceKind, UtteranceKind

_BEFORE, _AFTER = timedelta(days=90), timedelta(days=30)
"""How far before the first touch and after the last one a spoken day still belongs to the deal."""
_MAX_SPOKEN = 8


def draft(ctx: DraftContext) -> list[TimelineEntry]:
    """In order of date; a day may have several entries."""
    told = known_entries(ctx.corpus)
    told += _spoken(ctx.corpus, {e.date for e in told})
    return sorted(told, key=lambda e: (e.date, e.source == OPPORTUNITY, e.source or ""))


def known_entries(corpus: Corpus) -> list[TimelineEntry]:
    """What the record dates itself."""
    return [*_crm(corpus), *_touchpoints(corpus), *_forwards(corpus), *_invitations(corpus)]


def described(corpus: Corpus) -> dict[date, list[float]]:
    """The signs of every spoken day of a deal: what the judge of days reads, and is trained on."""
    first, last = span(corpus)
    days = gather(corpus, first - _BEFORE, last + _AFTER)
    return {day: signs_of(day, mentions, first, last) for day, mentions in days.items()}


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
    """One entry a day, by the mention that shows it best; the likeliest days, at most ``_MAX_SPOKEN``."""
    first, last = span(corpus)
    judge = open_judge(corpus.encoders)
    likely: list[tuple[float, date, Mention]] = []
    for day, mentions in gather(corpus, first - _BEFORE, last + _AFTER).items():
        likelihood = judge.likelihood(signs_of(day, mentions, first, last))
        if day.isoformat() in known or likelihood <= judge.floor:
            continue
        shown = max(mentions, key=lambda m: judge.likelihood(signs_of(day, [m], first, last)))
        likely.append((likelihood, day, shown))
    likely.sort(key=lambda one: (-one[0], one[1]))
    return [_entry(corpus, day, m) for _, day, m in likely[:_MAX_SPOKEN]]


def _entry(corpus: Corpus, day: date, m: Mention) -> TimelineEntry:
    person = corpus.person_of(m.key, m.ordinal)
    who = person.name if person else corpus.utterance(m.key, m.ordinal).speaker
    return TimelineEntry(
        date=day.isoformat(),
        event=f"{who or 'Somebody'}: “{shorten(m.sentence, 28)}”",
        people=[person.id] if person else [],
        source=corpus.sources[m.key].path,
    )


def span(corpus: Corpus) -> tuple[date, date]:
    """The first and the last touch of the record."""
    o = corpus.record.opportunity
    days = [d for s in corpus.record.sources if (d := corpus.when(s.key))]
    days += [d for d in (o.created, o.close_date) if d]
    today = datetime.now(UTC).date()
    return min(days, default=today), max(days, default=today)
