"""eval: labelled deals through the whole program in a throw-away home, and what came of it."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.documents import Answer, PreRead
from api.cli.show import print_json, progress, say
from api.errors import OURS, BadInput, line, translate
from api.eval.labels import LabelledDeal
from api.eval.scores import Figures, means, score
from api.settings import Settings
from api.views import Progress

if TYPE_CHECKING:
    from api.preread import Preread


@click.command("eval")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Keep the pre-reads and answers in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(folders: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Import labelled deals into a throw-away home, draft, ask, and score against each gold.json."""
    from api.preread import Preread

    deals = [LabelledDeal(_folder(path)) for path in folders]
    table: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="preread-eval-") as home, progress() as tell:
        application = Preread(Settings(home=Path(home), database_url=None, files_url=None, chroma_url=None))
        try:
            for number, deal in enumerate(deals):
                tell(Progress(deal.root.name, number, len(deals)))
                preread, answers, seconds = run(application, deal)
                if out is not None:
                    _keep(out, deal.root.name, preread, answers)
                table[deal.root.name] = {**score(deal, preread, answers), **seconds}
        finally:
            application.close()
    if as_json:
        print_json({"deals": table, "mean": means(table)})
    else:
        print(as_table(table))


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise BadInput(f"{path}: there is no such folder: give labelled deal folders")
    return path.resolve()


def run(application: Preread, deal: LabelledDeal) -> tuple[PreRead, list[Answer], Figures]:
    """Import, draft and ask; the labels are not where the program can read them."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as bare:
        folder = Path(bare) / deal.root.name
        shutil.copytree(
            deal.root, folder, ignore=shutil.ignore_patterns("gold.json", "*.script.json", ".src*")
        )
        report = application.import_paths([folder])
    for rejected in report.rejected:
        say(f"{rejected.file}: {rejected.reason}")
    deal_id = report.deals[0][0]
    imported = time.monotonic()
    preread, note = application.finish_draft(application.start_draft(deal_id))
    if note:
        say(note)
    drafted = time.monotonic()
    answers = [_answer(application, question.q, deal_id) for question in deal.gold.questions]
    asked = (time.monotonic() - drafted) / max(1, len(answers))
    return preread, answers, {"import_s": imported - began, "draft_s": drafted - imported, "ask_s": asked}


def _answer(application: Preread, question: str, deal_id: str) -> Answer:
    """One that fails counts as not answered."""
    try:
        return application.ask(question, [deal_id])
    except Exception as error:
        ours = translate(error)
        if not isinstance(ours, OURS):
            raise
        say(f"{question[:60]}: {line(ours)}")
        return Answer(question=question, answered=False, answer=line(ours))


def _keep(out: Path, name: str, preread: PreRead, answers: list[Answer]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.preread.json").write_text(preread.model_dump_json(by_alias=True, indent=1))
    dumped = [answer.model_dump(mode="json", by_alias=True) for answer in answers]
    (out / f"{name}.answers.json").write_text(json.dumps(dumped, indent=1))


def cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def as_table(table: dict[str, Figures]) -> str:
    """One column a deal and the means."""
    mean = means(table)
    rows = [f"{'':26}" + "".join(f"{name[:12]:>14}" for name in table) + f"{'mean':>10}"]
    rows += [
        f"{key:26}"
        + "".join(f"{cell(figures.get(key)):>14}" for figures in table.values())
        + f"{cell(mean[key]):>10}"
        for key in mean
    ]
    return "\n".join(rows)
