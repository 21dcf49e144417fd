"""voices: the remembered ones."""

from __future__ import annotations

from dataclasses import asdict

import click

from api.cli.access import application
from api.cli.show import print_json, say


@click.command()
@click.argument("action", required=False, type=click.Choice(["forget"]))
@click.argument("who", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def voices(action: str | None, who: str | None, as_json: bool) -> None:
    """List the voices that are recognised in later calls, or forget one.

    \b
    preread voices                list
    preread voices forget NAME    by name, address or number

    A voice is remembered by `preread people DEAL remember PERSON` and in no other way.
    """
    if action == "forget":
        if not who:
            raise click.UsageError("forget wants NAME: `preread voices` lists them")
        with application(alone=True) as app:
            say(app.forget_voices(who))
            found = app.voiceprints()
    else:
        with application(alone=False) as app:
            found = app.voiceprints()
    if as_json:
        print_json([{**asdict(one), "created_at": one.created_at.isoformat()} for one in found])
        return
    if not found and action is None:
        say("no voice is remembered, and nothing is compared")
    for one in found:
        learnt = f"{one.seconds:.0f} s of {one.path} of {one.deal_id}"
        print(
            "\t".join(
                [str(one.id), one.name, one.email or "-", learnt, f"{one.author}, {one.created_at:%Y-%m-%d}"]
            )
        )
