"""people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import click

from api.cli.access import application
from api.cli.show import print_json
from api.errors import BadInput
from api.views import PersonView
from ingest.model import Correction
from ingest.transcripts.layout import short_clock as clock

_WANTS = {
    "merge": "PERSON OTHER: both are one human",
    "split": "PERSON NAME: take a name or address away from a person",
    "rename": "PERSON NAME: what the person is called",
    "side": "PERSON SIDE: buyer, seller, partner, third_party or unknown",
    "title": "PERSON TITLE: the person's title",
    "voices": "the voices of the calls and who they may be",
    "voice": "SOURCE LABEL PERSON: who speaks as this label (a new name makes a new person)",
    "not-voice": "SOURCE LABEL PERSON: who does not, so that it is not proposed again",
    "remember": "PERSON: recognise this voice in later calls; keeps 192 numbers that describe how it sounds",
    "undo": "take the newest correction back",
}


@click.command()
@click.argument("deal")
@click.argument("action", required=False, type=click.Choice(list(_WANTS)))
@click.argument("values", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def people(deal: str, action: str | None, values: tuple[str, ...], as_json: bool) -> None:
    """The people of a deal and why names were merged, and corrections to them.

    \b
    preread people DEAL                          list
    preread people DEAL merge PERSON OTHER       both are one human
    preread people DEAL split PERSON NAME        take a name or address away
    preread people DEAL rename PERSON NAME
    preread people DEAL side PERSON SIDE         buyer, seller, partner, third_party, unknown
    preread people DEAL title PERSON TITLE
    preread people DEAL voices                   the voices of the calls and who they may be
    preread people DEAL voice SOURCE LABEL PERSON      who speaks as this label
    preread people DEAL not-voice SOURCE LABEL PERSON  who does not: not proposed again
    preread people DEAL remember PERSON          recognise this voice in later calls (ask them first)
    preread people DEAL undo                     take the newest correction back
    """
    if action == "voices":
        _voices(deal, as_json)
        return
    with application(alone=action is not None) as app:
        if action == "undo":
            taken_back = app.undo_people(deal)
            if taken_back is None:
                raise BadInput(f"{deal} has no correction to take back")
            click.echo(f"took back: {taken_back.kind} {taken_back.subject} {taken_back.value}", err=True)
        elif action == "remember":
            if not values:
                raise click.UsageError(f"remember wants {_WANTS['remember']}")
            for learnt in app.remember_voice(deal, values[0], author="command line"):
                click.echo(f"remembered {learnt.name} from {learnt.seconds:.0f} s of {learnt.path}", err=True)
        elif action is not None:
            app.correct_people(deal, _correction(action, values), author="command line")
        found = app.people(deal)
    if as_json:
        print_json([_plain(view) for view in found])
        return
    for view in found:
        click.echo(_text(view))


def _correction(action: str, values: tuple[str, ...]) -> Correction:
    if action in ("voice", "not-voice"):
        return _voice("voice" if action == "voice" else "not_voice", action, values)
    if len(values) < 2:
        raise click.UsageError(f"{action} wants {_WANTS[action]}")
    subject, value = values[0], " ".join(values[1:])
    match action:
        case "merge" | "split" | "rename" | "side" | "title":
            return Correction(action, subject, value)
        case _:
            raise click.UsageError(f"{action} is no correction")


def _voice(kind: Literal["voice", "not_voice"], action: str, values: tuple[str, ...]) -> Correction:
    """SOURCE LABEL PERSON; and, as before there were proposals, PERSON SOURCE:LABEL."""
    if len(values) == 2 and ":" in values[1]:
        return Correction(kind, values[0], values[1])
    if len(values) < 3:
        raise click.UsageError(f"{action} wants {_WANTS[action]}")
    source, label, person = values[0], values[1], " ".join(values[2:])
    return Correction(kind, person, f"{source}:{label}")


def _voices(deal: str, as_json: bool) -> None:
    with application(alone=False) as app:
        found = app.voices(deal)
    if as_json:
        print_json([asdict(view) for view in found])
        return
    for view in found:
        click.echo(f"{view.key}\t{view.label}\t{view.name or '-'}\t{view.words} words")
        for p in view.proposals:
            at = f" at {clock(p.start)}" if p.start is not None else ""
            click.echo(f"    perhaps {p.name} ({p.confidence:.2f}): {p.reason}{at}\t{p.person_id or p.name}")


def _plain(view: PersonView) -> dict[str, object]:
    person = asdict(view.person)
    return {
        **person,
        "side": view.person.side.value,
        "merges": [asdict(merge) for merge in view.merges],
        "calls": view.spoke_in,
        "words": view.words,
        "mails": view.mails,
        "mentions": view.mentions,
    }


def _text(view: PersonView) -> str:
    p = view.person
    head = f"{p.id}\t{p.name}" + (f", {p.title}" if p.title else "") + f" ({p.side.value})"
    said = f"{view.spoke_in} calls, {view.words} words, {view.mails} mails, {view.mentions} mentions"
    why = "".join(f"\n    {m.left} = {m.right}: {m.why}" for m in view.merges)
    return f"{head}\t{said}{why}"
