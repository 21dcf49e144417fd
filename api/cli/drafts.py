"""draft, show."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from analysis.documents import PreRead
from api.cli.access import application
from api.cli.show import progress, say
from api.errors import BadInput
from api.views import DraftPlan


@click.command()
@click.argument("deal")
@click.option("--plan", "only_plan", is_flag=True, help="Only say what the LLM would be asked, and its cost.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def draft(deal: str, only_plan: bool, as_json: bool) -> None:
    """Draft the pre-read of a deal and print it."""
    if only_plan:
        with application(alone=True) as app:
            found = app.plan(deal)
        print(json.dumps(plan_fields(found), indent=1) if as_json else plan_text(found))
        return
    with application(alone=True) as app, progress() as tell:
        preread, note = app.finish_draft(app.start_draft(deal), on_progress=tell)
    if note:
        say(note)
    print(as_text(preread, "json" if as_json else "md"))


@click.command()
@click.argument("deal")
@click.option("--version", type=int, help="Which version; the newest without it.")
@click.option("--format", "kind", type=click.Choice(["md", "json", "html", "docx"]), default="md")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
def show(deal: str, version: int | None, kind: str, output: Path | None) -> None:
    """Print or write a version of the pre-read."""
    with application(alone=False) as app:
        preread = app.preread(deal, version)
    if output is None:
        if kind == "docx":
            raise BadInput("a Word file goes to a file: say where with -o FILE")
        print(as_text(preread, kind))
        return
    try:
        partial = output.with_name(f".{output.name}.partial")
        if kind == "docx":
            from analysis.render import to_docx

            partial.write_bytes(to_docx(preread))
        else:
            partial.write_text(as_text(preread, kind) + "\n", encoding="utf-8")
        partial.replace(output)
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"{output}: there is no such folder: make it first") from None
    print(f"wrote {output}", file=sys.stderr)


def as_text(preread: PreRead, kind: str) -> str:
    if kind == "json":
        return preread.model_dump_json(by_alias=True, indent=1)
    from analysis.render import to_html, to_markdown

    return to_html(preread) if kind == "html" else to_markdown(preread)


def plan_fields(plan: DraftPlan) -> dict[str, object]:
    """A plan as JSON prints it, sums included."""
    sums = {"calls": plan.calls, "tokens_in": plan.tokens_in, "tokens_out": plan.tokens_out}
    return {**asdict(plan), **sums}


def plan_text(plan: DraftPlan) -> str:
    """One line a prompt, then the sum."""
    lines = [
        f"{t.task:20} {t.calls:3} calls{f' ({t.known} remembered)' if t.known else '':16} "
        f"{t.tokens_in:7} tokens in {t.tokens_out:6} out"
        for t in plan.tasks
    ]
    return "\n".join([*lines, plan.sentence])
