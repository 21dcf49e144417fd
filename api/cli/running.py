"""serve, worker, web, login."""

from __future__ import annotations

import sys

import click

from api.cli.show import say
from api.errors import BadInput, HomeBusy
from api.lock import home_lock, read_note
from api.settings import Settings, has_desktop


@click.command()
@click.option("--pull", is_flag=True, help="Fetch the models that are missing, while the web is up already.")
@click.option("--sample", is_flag=True, help="Import and draft the sample deal where there is no deal yet.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def serve(pull: bool, sample: bool, no_browser: bool) -> None:
    """The web application with its workers, on this machine."""
    from api.preread import Preread
    from api.supervise import catch_up, first_deal, pull_models, run_web, worker_queues

    settings = Settings()
    if (note := read_note(settings.home)) is not None:
        raise HomeBusy(
            f"a server is running already at {note.url} (process {note.pid}): "
            "`preread login` prints a link to it"
        )

    def prepare(application: Preread) -> None:
        catch_up(application)
        if pull and (size := pull_models(application)):
            say(f"fetching models, {size / 1e6:.0f} MB; the page shows how far it is")
        if sample:
            first_deal(application)

    def tell(address: str, link: str) -> None:
        print(f"Preread is at {address}\nSign in once with {link}", flush=True)
        if not no_browser:
            _open(link)

    with home_lock(settings.home, wait_s=5):
        run_web(settings, workers=worker_queues(settings), prepare=prepare, say=tell)


def _open(link: str) -> None:
    """Only where there is a desktop: a text browser would take the terminal."""
    if has_desktop() and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(link)


@click.command()
def web() -> None:
    """The web application alone; workers run elsewhere."""
    from api.supervise import run_web

    def tell(address: str, link: str) -> None:
        print(f"Preread is at {address}\nSign in once with {link}", flush=True)

    run_web(Settings(), say=tell)


@click.command()
@click.option(
    "--queues", default="", help="Comma-separated: transcribe, analyse, mail, ask, models. All without it."
)
@click.option("--name", default="preread", help="What the worker is called in logs.")
@click.option("--parent", type=int, hidden=True)
def worker(queues: str, name: str, parent: int | None) -> None:
    """A worker alone; the web runs elsewhere."""
    from api.jobs import QUEUES
    from api.supervise import end_with
    from api.worker import run_worker

    chosen = tuple(q.strip() for q in queues.split(",") if q.strip()) or QUEUES
    if unknown := [q for q in chosen if q not in QUEUES]:
        raise BadInput(f"there is no queue {unknown[0]!r}: choose from {', '.join(QUEUES)}")
    if parent is not None:
        end_with(parent)
    run_worker(Settings(), chosen, name=name)


@click.command()
def login() -> None:
    """Print a new one-time link to the running server."""
    from api.client import Client

    note = read_note(Settings().home)
    if note is None:
        raise BadInput("no server is running: start one with `preread serve`")
    print(f"{note.url}/login?key={Client(note).new_login()}")
