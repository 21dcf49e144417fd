"""What stands where in a rendered pre-read: a flat list of headings, paragraphs, claims and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.documents import MEDDPICC, Citation, Claim, PreRead, Voice

_MEDDPICC_NAMES = {k: k.replace("_", " ").capitalize() for k in MEDDPICC}
_CAUSES = {
    "existing_relationship": "an existing relationship",
    "product_fit": "product fit",
    "price": "price",
    "timing": "timing",
    "process": "process",
    "no_decision": "no decision (status quo)",
}


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: Literal[1, 2, 3] = 2


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Bullet:
    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A claim: its sentence, and each quote with where it stands. ``mine``: a person wrote the sentence."""

    text: str
    quotes: tuple[tuple[str, str], ...]
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


AnyBlock = Heading | Text | Bullet | Quoted | Table


def outline(p: PreRead) -> tuple[AnyBlock, ...]:
    """The whole pre-read in reading order."""
    return (
        *_head(p),
        *_listed(
            p,
            "value_articulation",
            "How the customer would put the value of their choice",
            p.value_articulation,
        ),
        *_voices(p),
        *_moment(p),
        *_factors(p),
        *_reason(p),
        *_timeline(p),
        *_listed(p, "went_well", "What went well", p.went_well),
        *_listed(p, "could_go_better", "What could go better", p.could_go_better),
        *_listed(p, "worked_together", "How we worked together", p.worked_together),
        *_meddpicc(p),
        *_changes(p),
        *_commitments(p),
        *_nurture(p),
        *_plain("What the record cannot tell", p.gaps),
        *_plain("Questions for the room", p.questions_for_the_room),
        *_plain("Questions for the buyer", p.questions_for_the_buyer),
        *_foot(p),
    )


def place(c: Citation) -> str:
    """Where a quote stands: "Dana Whitfield, calls/02-demo.vtt at 2:03, 12 May 2026"."""
    at = f" at {clock(c.start)}" if c.start is not None else ""
    day = f", {_day(c.when)}" if c.when else ""
    who = f"{c.speaker}, " if c.speaker else ""
    return f"{who}{c.source}{at}{day}"


def clock(seconds: float) -> str:
    """ "2:03", "1:02:03"."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def money(amount: float | None, currency: str | None) -> str:
    if amount is None:
        return ""
    return f"{currency + ' ' if currency else ''}{amount:,.0f}"


def _head(p: PreRead) -> Iterator[AnyBlock]:
    d = p.deal
    yield Heading(f"Retro pre-read: {d.name}", 1)
    facts = [
        d.account,
        money(d.amount, d.currency),
        {"won": "Won", "lost": "Lost", "open": "Open"}[d.outcome]
        + (f" on {_day(d.close_date)}" if d.close_date else ""),
        f"Owner: {d.owner}" if d.owner else None,
        f"Competitor: {d.competitor}" if d.competitor else None,
        f"Reason in the CRM: {d.stated_reason}" if d.stated_reason else None,
    ]
    yield Text(" · ".join(f for f in facts if f))
    yield Text(
        "For the team to read in ten minutes, correct, and discuss. Every quote was found in the record "
        "by the program; "
        "the sentences above the quotes are proposals.",
        quiet=True,
    )


def _claims(claims: Sequence[Claim]) -> Iterator[AnyBlock]:
    for c in claims:
        quotes = tuple((q.quote, place(q)) for q in c.citations)
        head = _head_of(c)
        if c.note:  # the record was corrected under it
            head = f"{head} ({c.note})".strip()
        yield Quoted(head, quotes, c.origin == "human")


def _head_of(c: Claim) -> str:
    """The claim's sentence; a template that only repeats its quote keeps what it says before the "
    "quote, or nothing
    where that is the speaker's name, which stands under the quote anyway."""
    before, mark, after = c.text.partition("“")
    inner = after.rstrip("”").removesuffix("…").strip()
    if not mark or not inner or "“" in inner or not any(inner in q.quote for q in c.citations):
        return c.text
    before = before.strip().rstrip(":-–— ").strip()
    return "" if before.removesuffix(" put it so") in {q.speaker for q in c.citations} else before


def _why(p: PreRead, section: str) -> Iterator[AnyBlock]:
    yield Text(p.empty.get(section) or "Nothing in the record.", quiet=True)


def _listed(p: PreRead, section: str, title: str, claims: Sequence[Claim]) -> Iterator[AnyBlock]:
    yield Heading(title)
    yield from _claims(claims) if claims else _why(p, section)


def _voices(p: PreRead) -> Iterator[AnyBlock]:
    yield Heading("The most influential voices, in and out of the room")
    if not p.influential_voices:
        yield from _why(p, "influential_voices")
    for v in p.influential_voices:
        yield Heading(_voice(v), 3)
        yield from _claims(v.claims)


def _voice(v: Voice) -> str:
    title = f", {v.person.title}" if v.person.title else ""
    room = "" if v.in_room else ", out of the room"
    return f"{v.rank}. {v.person.name}{title} ({v.person.side.replace('_', ' ')}{room})"


def _moment(p: PreRead) -> Iterator[AnyBlock]:
    m = p.moment_of_demand
    yield Heading("The moment of demand")
    if not m.found:
        yield Text(m.why_not or p.empty.get("moment_of_demand") or "There was none in the record.")
    yield from _claims(m.claims)
    if m.alternatives:
        yield Heading("It may also have been", 3)
        yield from _claims(m.alternatives)


def _factors(p: PreRead) -> Iterator[AnyBlock]:
    yield Heading("What decided")
    if not p.deciding_factors:
        yield from _why(p, "deciding_factors")
    for f in p.deciding_factors:
        way = "for us" if f.direction == "for_us" else "against us"
        yield Heading(f"{f.factor} ({way}{', price' if f.is_price else ''})", 3)
        yield from _claims(f.claims)


def _reason(p: PreRead) -> Iterator[AnyBlock]:
    r = p.reason_check
    if not (r.stated or r.claims or r.loss_cause):
        return
    yield Heading("Stated against evidenced reason")
    yield Text(f"The CRM says: {r.stated or 'nothing'}.")
    if r.loss_cause:
        yield Text(f"The record points to {_CAUSES[r.loss_cause]}.")
    if r.price_is_the_real_reason:
        yield Text("Price was the reason.")
    yield from _claims(r.claims)


def _timeline(p: PreRead) -> Iterator[AnyBlock]:
    yield Heading("The path")
    if not p.timeline:
        yield from _why(p, "timeline")
        return
    names = {x.id: x.name for x in p.people}
    rows = tuple(
        (_day(e.date), e.event, ", ".join(names[i] for i in e.people if i in names), e.source or "")
        for e in p.timeline
    )
    yield Table(("Day", "What", "Who", "Source"), rows)


def _meddpicc(p: PreRead) -> Iterator[AnyBlock]:
    if not p.meddpicc:
        return
    yield Heading("MEDDPICC")
    for key, item in p.meddpicc.items():
        yield Heading(f"{_MEDDPICC_NAMES.get(key, key)}: {item.status}", 3)
        yield from _claims(item.claims)


def _changes(p: PreRead) -> Iterator[AnyBlock]:
    yield Heading("Candidates for a change")
    if not p.change_candidates:
        yield from _why(p, "change_candidates")
    for change in p.change_candidates:
        yield Heading(change.problem, 3)
        yield from (Bullet(f"Option: {o}") for o in change.options)
        yield from _claims(change.claims)


def _commitments(p: PreRead) -> Iterator[AnyBlock]:
    yield Heading("Commitments")
    if not p.commitments:
        yield from _why(p, "commitments")
        return
    names = {x.id: x.name for x in p.people}
    state = {True: "kept", False: "not kept", None: "the record does not say"}
    rows = tuple(
        (names.get(c.who or "", ""), c.what, _day(c.due) if c.due else "", state[c.kept], _first(c.claims))
        for c in p.commitments
    )
    yield Table(("Who", "What", "Due", "Kept", "Source"), rows)


def _first(claims: Sequence[Claim]) -> str:
    return next((place(q) for c in claims for q in c.citations), "")


def _nurture(p: PreRead) -> Iterator[AnyBlock]:
    if p.deal.outcome == "won":
        return
    yield Heading("Nurture")
    if p.nurture is None:
        yield from _why(p, "nurture")
        return
    yield Text(f"Next window: {p.nurture.next_window or 'the record names none'}")
    yield from (Bullet(f"Held back by: {o}") for o in p.nurture.objections)
    yield from _claims(p.nurture.claims)


def _plain(title: str, items: Sequence[str]) -> Iterator[AnyBlock]:
    if items:
        yield Heading(title)
        yield from (Bullet(i) for i in items)


def _foot(p: PreRead) -> Iterator[AnyBlock]:
    by = "by template, without a language model" if p.drafted_by.llm == "none" else f"with {p.drafted_by.llm}"
    yield Text(f"Version {p.version}, drafted {by}; embeddings {p.drafted_by.embeddings}.", quiet=True)


def _day(iso: str | None) -> str:
    """ "12 May 2026"; what is no ISO date stays as it is."""
    try:
        day = date.fromisoformat((iso or "")[:10])
    except ValueError:
        return iso or ""
    return f"{day.day} {day:%b %Y}"
