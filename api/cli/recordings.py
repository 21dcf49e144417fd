"""transcribe."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.show import progress
from api.errors import BadInput
from api.settings import Settings
from api.views import Progress
from ingest.model import Source

if TYPE_CHECKING:
    from ingest.transcripts.export import Format


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the transcript document; as --format json.")
@click.option("--format", "kind", type=click.Choice(["vtt", "srt", "txt", "docx", "json"]), default="txt")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.option(
    "--speakers", type=click.IntRange(1, 100), help="How many people speak, where that is known for certain."
)
def transcribe(file: Path, as_json: bool, kind: Format, output: Path | None, speakers: int | None) -> None:
    """Transcribe and diarize one recording, without a deal. Stopped, the same command goes on where it was."""
    form: Format = "json" if as_json else kind
    check_output(form, output)
    source = _transcribed(file, speakers)
    for note in source.notes:
        print(f"note: {file}: {note}", file=sys.stderr)
    from ingest.transcripts.export import export

    write(export(source, {}, form), output)


def check_output(form: Format, output: Path | None) -> None:
    """Before the long work: whether what it makes can be written. Raises ``BadInput``."""
    if form == "docx" and output is None:
        raise BadInput("a Word file goes to a file: say where with -o FILE")
    if output is not None and not output.absolute().parent.is_dir():
        raise BadInput(f"{output}: there is no such folder: make it first")


def write(data: bytes, output: Path | None) -> None:
    """To ``output``, whole or not at all, else to stdout."""
    if output is None:
        print(data.decode().rstrip("\n"))
        return
    partial = output.with_name(f".{output.name}.partial")
    partial.write_bytes(data)
    partial.replace(output)
    print(f"wrote {output}", file=sys.stderr)


def _transcribed(file: Path, speakers: int | None) -> Source:
    from api.cores import share
    from api.lock import make_home
    from api.wiring import check, transcriber
    from api.workspaces import clean_loose, of_content
    from ingest.diarizers import open_diarizer
    from ingest.recording import Limits, transcribe_recording

    if not file.is_file():
        raise BadInput(f"{file}: there is no such file: check the path")
    settings = Settings()
    check(settings)
    make_home(settings.home)
    clean_loose(settings.home)
    with progress() as tell, of_content(settings.home, content(file)) as workspace:
        source = transcribe_recording(
            file,
            str(file),
            transcriber=transcriber(settings),
            diarizer=open_diarizer(settings.diarizer, settings.models, threads=share(settings.threads)),
            language=settings.language,
            speakers=speakers,
            limits=Limits(max_hours=settings.max_hours),
            on_progress=told(file.name, tell),
            workspace=workspace,
        )
        if workspace is not None:
            workspace.remove()
        return source


def content(file: Path) -> str:
    """SHA-256 of a file, which may be large."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def told(name: str, tell: Callable[[Progress], None]) -> Callable[[str, float, float], None]:
    """Progress with the time left, by how long the seconds since the start of each stage took."""
    began: dict[str, tuple[float, float]] = {}

    def report(stage: str, done: float, total: float) -> None:
        clock = time.monotonic()
        start, first = began.setdefault(stage, (clock, done))
        fresh = done - first
        left = (clock - start) / fresh * (total - done) if fresh > 0 else None
        tell(Progress(f"{stage} {name}", done, total, left))

    return report
