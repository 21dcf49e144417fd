"""The figures are those of the measuring tool, to the last digit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.documents import Answer, Citation, Claim, Factor, PersonRef, PreRead, Voice
from api.errors import BadInput
from api.eval.labels import LabelledDeal
from api.eval.scores import means, score


def gold_document(deal: LabelledDeal) -> tuple[PreRead, list[Answer]]:
    """A pre-read made of the labels themselves, half right and half wrong, so that every definition has work."""
    gold = deal.gold

    def claim(number: int, source: str, quote: str, speaker: str) -> Claim:
        citation = Citation(source=source, speaker=speaker, quote=quote)
        return Claim(id=f"c{number}", text="x", citations=[citation], verified=True)

    factors = [
        Factor(
            factor=f.factor,
            direction="for_us",
            claims=[claim(n, e.source, e.quote, e.speaker) for e in f.evidence[:1]],
        )
        for n, f in enumerate([*gold.deciding_factors[:2], *gold.decoy_factors[:1]])
    ]
    voices = [
        Voice(rank=n + 1, person=PersonRef(id=str(n), name=v.name.split()[0]), in_room=v.in_room, score=0.5)
        for n, v in enumerate(reversed(gold.influential_voices))
    ]
    preread = PreRead.model_validate(
        {
            "deal": {"id": "x", "name": "x"},
            "drafted_by": {"llm": "none", "embeddings": "x"},
            "deciding_factors": [f.model_dump() for f in factors],
            "influential_voices": [v.model_dump() for v in voices],
            "moment_of_demand": {
                "found": True,
                "claims": [
                    claim(9, e.source, e.quote[:-9], e.speaker).model_dump() for e in gold.decoy_moments[:1]
                ],
                "alternatives": [
                    claim(8, e.source, e.quote, "Nobody").model_dump()
                    for e in gold.moment_of_demand.evidence[:1]
                ],
            },
            "timeline": [{"date": e.date, "event": "x"} for e in gold.timeline[::2]],
            "meddpicc": {k: {"status": "partial"} for k in gold.meddpicc},
            "reason_check": {"stated": "x", "loss_cause": "timing"},
        }
    )
    answers = [
        Answer(
            question=q.q,
            answered=n % 3 > 0,
            answer="x",
            claims=[claim(n, e.source, e.quote, e.speaker) for e in q.evidence[: n % 3]],
            retrieved=[Citation(source=e.source, quote=e.quote, speaker=e.speaker) for e in q.evidence],
        )
        for n, q in enumerate(gold.questions)
    ]
    return preread, answers


def test_the_figures_agree_with_the_measuring_tool(shared: Path, tmp_path: Path) -> None:
    folders = sorted(path.parent for path in (shared / "deals").glob("*/gold.json"))
    ours = {}
    for folder in folders:
        deal = LabelledDeal(folder)
        preread, answers = gold_document(deal)
        ours[folder.name] = score(deal, preread, answers)
        (tmp_path / f"{folder.name}.preread.json").write_text(preread.model_dump_json(by_alias=True))
        (tmp_path / f"{folder.name}.answers.json").write_text(
            json.dumps([a.model_dump(mode="json", by_alias=True) for a in answers])
        )
    tool = shared / "tools" / "score_deals.py"
    command = [sys.executable, str(tool), "--json", "--out", str(tmp_path), *map(str, folders)]
    theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert theirs["deals"] == ours
    assert theirs["mean"] == means(ours)
    assert any(0 < (value or 0) < 1 for value in means(ours).values()), (
        "the labels give every definition some work"
    )


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="gold"):
        LabelledDeal(tmp_path)
    (tmp_path / "gold.json").write_text("[]")
    with pytest.raises(BadInput, match="cannot be read"):
        LabelledDeal(tmp_path)
