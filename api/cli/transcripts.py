"""transcript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from api.cli.access import application
from api.cli.recordings import check_output, write
from api.cli.show import print_json, say
from api.errors import BadInput
from api.views import TranscriptChange, TranscriptEditView
from ingest.model import Source

if TYPE_CHECKING:
    from api.client import Client
    from api.preread import Preread
    from ingest.transcripts.export import Format

AUTHOR = "command line"
_WANTS = {
    "text": "N WORDS: the words of utterance N",
    "split": "N WORD: cut utterance N before its word WORD, counted from 0",
    "merge": "N: utterance N joins the one before it",
    "speaker": "WHO N...: WHO says these utterances: a label, a person's id or name, a new name, or new",
    "edits": "list what was edited",
    "undo": "[ID]: take an edit back, the newest without an id",
}


@click.command()
@click.argument("deal")
@click.argument("source")
@click.argument("action", required=False, type=click.Choice(list(_WANTS)))
@click.argument("values", nargs=-1)
@click.option("--raw", is_flag=True, help="As it was transcribed or imported, before people corrected it.")
@click.option(
    "--format", "kind", type=click.Choice(["list", "txt", "vtt", "srt", "docx", "json"]), default="list"
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def transcript(
    deal: str,
    source: str,
    action: str | None,
    values: tuple[str, ...],
    raw: bool,
    kind: Format | Literal["list"],
    output: Path | None,
    as_json: bool,
) -> None:
    """The transcript of a call, and corrections to it.

    \b
    preread transcript DEAL SOURCE                     print, each utterance with its number N
    preread transcript DEAL SOURCE text N WORDS        correct the words; times stay
    preread transcript DEAL SOURCE split N WORD        cut before a word, counted from 0
    preread transcript DEAL SOURCE merge N             join with the one before
    preread transcript DEAL SOURCE speaker WHO N...    a label, a person, a new name, or new
    preread transcript DEAL SOURCE edits               what was edited, and what fits no more
    preread transcript DEAL SOURCE undo [ID]           take an edit back
    """
    with application(alone=action not in (None, "edits")) as app:
        if action is None:
            form = "json" if as_json else kind
            print_transcript(app.transcript(deal, source, raw=raw), _names(app, deal, source), form, output)
            return
        if action == "edits":
            edits = app.transcript_edits(deal, source)
        elif action == "undo":
            wanted = _number(values[0]) if values else None
            edits = (app.undo_transcript(deal, source, wanted, author=AUTHOR),)
        else:
            edits = (app.edit_transcript(deal, source, _change(action, values), author=AUTHOR),)
    if as_json:
        print_json([{**asdict(e), "created_at": e.created_at.isoformat()} for e in edits])
        return
    for edit in edits:
        click.echo(_line(edit))
    if not edits:
        say(f"nothing was edited in {source}")


def _change(action: str, values: tuple[str, ...]) -> TranscriptChange:
    needed = {"text": 2, "split": 2, "merge": 1, "speaker": 2}[action]
    if len(values) < needed:
        raise click.UsageError(f"{action} wants {_WANTS[action]}")
    match action:
        case "text":
            return TranscriptChange("text", (_number(values[0]),), text=" ".join(values[1:]))
        case "split":
            return TranscriptChange("split", (_number(values[0]),), word=_number(values[1]))
        case "merge":
            return TranscriptChange("merge", (_number(values[0]),))
        case _:
            who = "" if values[0] == "new" else values[0]
            return TranscriptChange("speaker", tuple(_number(v) for v in values[1:]), who=who)


def _number(value: str) -> int:
    if not value.isdecimal():
        raise BadInput(f"{value!r} is no number of an utterance: `preread transcript DEAL SOURCE` shows them")
    return int(value)


def _names(app: Preread | Client, deal: str, source: str) -> Mapping[str, str]:
    return {label: name for label, (name, _) in app.speakers(deal, source).items()}


def print_transcript(
    source: Source, names: Mapping[str, str], form: Format | Literal["list"], output: Path | None
) -> None:
    if form == "list":
        write("\n".join(_numbered(source, names)).encode(), output)
        return
    from ingest.transcripts.export import export

    check_output(form, output)
    write(export(source, names, form), output)


def _numbered(source: Source, names: Mapping[str, str]) -> Iterator[str]:
    for utterance in source.utterances:
        who = names.get(utterance.speaker or "", utterance.speaker or "Unknown Speaker")
        at = ""
        if utterance.start is not None:
            at = f"{int(utterance.start // 60)}:{int(utterance.start % 60):02}"
        yield f"{utterance.ordinal:5} {at:>7}  {who}: {utterance.text}"


def _line(edit: TranscriptEditView) -> str:
    state = {"applied": "", "unfit": "\tdoes not fit any more", "undone": "\ttaken back"}[edit.state]
    return f"{edit.id}\t{edit.created_at:%Y-%m-%d %H:%M}\t{edit.author}\t{edit.what}{state}"
