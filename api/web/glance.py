"""What a reader wants to know before reading: the pre-read in six lines, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.documents import Claim, PreRead
from api.views import JobView, SourceView
from api.web.present import CAUSES, SECTION_TITLES, clock, day, own_words, plural

QUOTED = 160
"""Characters of a quote that the overview shows."""


LITTLE = 40
"""Utterances and mail paragraphs below which a record is too short to conclude from: about three minutes of talk."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the overview: ``anchor`` is the section that it sums up, ``who`` adds whose words they are."""

    label: str
    text: str
    anchor: str
    quoted: bool = False
    who: str = ""


def glance(doc: PreRead) -> tuple[Line, ...]:
    """The sections in a line each; a section that is empty is left out, but for the moment of demand."""
    lines = [_value(doc), *_voices(doc), _moment(doc), _factors(doc), _reason(doc)]
    return tuple(line for line in lines if line is not None)


def _value(doc: PreRead) -> Line | None:
    if not doc.value_articulation:
        return None
    claim = next((c for c in doc.value_articulation if not c.note), doc.value_articulation[0])
    if claim.origin == "model" and claim.citations:
        quote = _cut(claim.citations[0].quote)
        return Line("Value", quote, "value_articulation", True, claim.citations[0].speaker or "")
    return Line("Value", _cut(claim.text), "value_articulation")


def _voices(doc: PreRead) -> list[Line]:
    out: list[Line] = []
    for room, label in ((True, "Voice in the room"), (False, "Out of the room")):
        first = next((v for v in doc.influential_voices if v.in_room is room), None)
        if first:
            title = f", {first.person.title}" if first.person.title else ""
            out.append(Line(label, first.person.name + title, "influential_voices"))
    return out


def _moment(doc: PreRead) -> Line:
    moment = doc.moment_of_demand
    if not (moment.found and moment.claims):
        return Line("Moment of demand", "none in the record", "moment_of_demand")
    claim = moment.claims[0]
    when = next((day(c.when) for c in claim.citations if c.when), "")
    who = next((c.speaker for c in claim.citations if c.speaker), "")
    said = ", ".join(part for part in (when, who) if part)
    return Line("Moment of demand", said or _cut(claim.text), "moment_of_demand")


def _factors(doc: PreRead) -> Line | None:
    beyond = [f for f in doc.deciding_factors if not f.is_price][:2]
    said = [f"“{f.factor}”" if own_words(f) else _cut(f.factor, 90) for f in beyond]
    return Line("What decided", " · ".join(said), "deciding_factors") if said else None


def _reason(doc: PreRead) -> Line | None:
    check = doc.reason_check
    if doc.deal.outcome == "won" or not (check.stated or check.loss_cause):
        return None
    found = CAUSES.get(check.loss_cause or "", "no clear cause")
    return Line("Reason", f"CRM: {check.stated or 'nothing'}. Record: {found}", "reason_check")


def _cut(text: str, most: int = QUOTED) -> str:
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def base(sources: Sequence[SourceView]) -> str:
    """What a draft rests on: "3 calls (39:12), 10 mails"."""
    calls = [s for s in sources if s.kind == "call" and s.state == "ready" and s.utterances]
    mails = [s for s in sources if s.kind == "mail" and s.state == "ready" and s.utterances]
    spoken = sum(s.duration or 0 for s in calls)
    heard = f"{plural(len(calls), 'call')}{f' ({clock(spoken)})' if spoken else ''}"
    return f"{heard}, {plural(len(mails), 'mail')}"


def thin(doc: PreRead, sources: Sequence[SourceView], claims: Sequence[Claim]) -> tuple[str, ...]:
    """Why a pre-read rests on little, in words; empty where it does not."""
    read = [s for s in sources if s.state == "ready" and s.utterances]
    out: list[str] = []
    if not any(s.kind == "call" for s in read):
        out.append("no call is in the record")
    if not any(s.kind == "mail" for s in read):
        out.append("no mail is in the record")
    said = sum(s.utterances for s in read)
    if said < LITTLE:
        out.append(f"the whole record is {said} utterances and paragraphs long")
    buyers = {p.name for p in doc.people if p.side == "buyer"}
    quoted = {c.speaker for claim in claims for c in claim.citations}
    if claims and not buyers & quoted:
        out.append("no word of the buyer is quoted")
    lacking = [name for name in doc.empty if name in SECTION_TITLES]
    if len(lacking) >= len(SECTION_TITLES) // 2:
        out.append(f"{len(lacking)} of {len(SECTION_TITLES)} sections are empty")
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a deal's work. ``again``: what may be tried once more, "draft" or a file's path."""

    text: str
    again: str = ""
    bad: bool = True


def troubles(jobs: Sequence[JobView], sources: Sequence[SourceView]) -> tuple[Trouble, ...]:
    """``jobs`` newest first. A failure that later work made good is not told."""
    out: list[Trouble] = []
    newest: Mapping[str, JobView] = {j.kind: j for j in reversed(jobs)}
    for kind, what in (("draft", "The draft failed"), ("index", "The search index could not be written")):
        job = newest.get(kind)
        if job is not None and job.state == "failed":
            out.append(Trouble(f"{what}: {job.error}", "draft"))
        elif kind == "draft" and job is not None and job.state == "done" and job.error:
            out.append(Trouble(job.error[0].upper() + job.error[1:], "draft", bad=False))
    active = any(j.kind == "import" and j.state in ("waiting", "running") for j in jobs)
    failed = [j for j in jobs if j.kind == "import" and j.state == "failed" and j.error]
    for source in sources:
        if source.state == "waiting" and not active:
            why = next((j.error for j in failed if source.path in (j.error or "")), None)
            last = failed[0].error if failed else None
            out.append(
                Trouble(
                    f"{source.path} was not read: {why or last or 'the work was broken off'}", source.path
                )
            )
    return tuple(out)
