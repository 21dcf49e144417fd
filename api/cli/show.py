"""What commands print: JSON alone on stdout, tables and progress for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from api.views import Progress


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def say(text: str) -> None:
    """One line for the person at the terminal, beside what goes to stdout."""
    print(f"preread: {text}", file=sys.stderr)


@contextmanager
def progress() -> Generator[Callable[[Progress], None]]:
    """A live line with a bar and the time left on stderr; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda report: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, left="")

        def tell(report: Progress) -> None:
            total = report.total if report.total > 0 else None
            left = f"{clock(report.eta_s)} left" if report.eta_s else ""
            bar.update(task, description=report.stage, completed=report.done, total=total, left=left)

        yield tell


def clock(seconds: float) -> str:
    """ "2 min 5 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
