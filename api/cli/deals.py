"""import, deals, remove."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api.cli.access import application
from api.cli.show import print_json, progress, say


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--deal", help="The deal that loose files belong to: id, Opportunity ID or name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(paths: tuple[Path, ...], deal: str | None, as_json: bool) -> int:
    """Create or update deals from deal folders, or add loose files to one deal with --deal.

    Importing the same files again changes nothing. A changed file replaces what was read from it; a file
    that is gone from the
    folder stays in the deal until `preread remove` takes it out.
    """
    with application(alone=True) as app, progress() as tell:
        report = app.import_paths([p.absolute() for p in paths], deal=deal, on_progress=tell)
    for rejected in report.rejected:
        say(f"{rejected.file}: {rejected.reason}")
    if as_json:
        print_json(
            {
                "deals": [{"id": deal_id, "name": name} for deal_id, name in report.deals],
                "rejected": [{"file": r.file, "reason": r.reason} for r in report.rejected],
                "ignored": list(report.ignored),
                "unchanged": report.unchanged,
            }
        )
    else:
        for deal_id, name in report.deals:
            print(f"{deal_id}\t{name}")
        for path in report.ignored:
            print(f"not part of a deal, left alone: {path}", file=sys.stderr)
    return 3 if report.rejected else 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def deals(as_json: bool) -> None:
    """List the deals."""
    with application(alone=False) as app:
        found = app.deals()
    if as_json:
        print_json(
            [
                {
                    "id": d.id,
                    "name": d.name,
                    "account": d.account,
                    "amount": d.amount,
                    "currency": d.currency,
                    "outcome": d.outcome,
                    "close_date": d.close_date,
                    "owner": d.owner,
                    "sources": d.sources,
                    "version": d.version,
                    "draft_state": d.draft_state,
                }
                for d in found
            ]
        )
        return
    if not found:
        say("there are no deals yet: preread import FOLDER")
    for d in found:
        amount = f"{d.amount:,.0f} {d.currency or ''}".strip() if d.amount is not None else "-"
        version = f"version {d.version}" if d.version else "no pre-read"
        print(
            "\t".join([d.id, d.name, d.outcome, amount, d.close_date or "-", f"{d.sources} sources", version])
        )


@click.command()
@click.argument("what")
@click.option("--deal", help="The deal of a source whose name more than one deal has.")
def remove(what: str, deal: str | None) -> None:
    """Remove a deal, or a source such as calls/02-demo.vtt, from database, index and files."""
    with application(alone=True) as app:
        print(app.remove(what, deal=deal))
