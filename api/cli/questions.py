"""ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from analysis.documents import Answer
from api.cli.access import application
from api.cli.show import print_json, say
from api.errors import OURS, BadInput, line, translate

if TYPE_CHECKING:
    from api.client import Client
    from api.preread import Preread


@click.command()
@click.argument("question", required=False)
@click.option("--deal", "deals", multiple=True, help="Ask this deal only; may be said more than once.")
@click.option(
    "--questions", type=click.Path(path_type=Path, dir_okay=False), help="A JSON list of questions."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ask(question: str | None, deals: tuple[str, ...], questions: Path | None, as_json: bool) -> None:
    """Answer a question over all deals, or those named with --deal, with citations."""
    if (question is None) == (questions is None):
        raise click.UsageError("give a question, or a JSON list of them with --questions FILE")
    if questions is not None:
        asked = read_questions(questions)
        with application(alone=True) as app:
            print_json([_one(app, text, deals) for text in asked])
        return
    assert question is not None
    with application(alone=True) as app:
        answer = app.ask(question, deals)
    if as_json:
        print_json(answer.model_dump(mode="json", by_alias=True))
    else:
        print(as_text(answer))


def read_questions(path: Path) -> list[str]:
    """Raises ``BadInput`` when the file is not a JSON list of texts."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file: check the path") from None
    except (ValueError, OSError) as error:
        raise BadInput(f"{path}: is not a JSON file: {line(error)}") from None
    if not isinstance(found, list) or not all(isinstance(q, str) for q in cast(list[object], found)):
        raise BadInput(f'{path}: must be a JSON list of questions: ["Who decided?", …]')
    return cast(list[str], found)


def _one(app: Preread | Client, question: str, deals: tuple[str, ...]) -> object:
    """The answer's document; one that fails does not end the others."""
    try:
        return app.ask(question, deals).model_dump(mode="json", by_alias=True)
    except Exception as error:
        ours = translate(error)
        if not isinstance(ours, OURS):
            raise
        say(f"{question[:60]}: {line(ours)}")
        return {"question": question, "answered": None, "error": line(ours)}


def as_text(answer: Answer) -> str:
    out = [answer.answer]
    for claim in answer.claims:
        for c in claim.citations:
            at = f" at {int(c.start // 60)}:{int(c.start % 60):02}" if c.start is not None else ""
            out.append(f"  “{c.quote}”\n    {c.speaker or 'unnamed'}, {c.source}{at}")
    return "\n".join(out)
