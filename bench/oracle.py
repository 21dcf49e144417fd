"""What the chains for large models let a perfect judge through: a draft whose LLM is an endpoint that answers from the labels.

    python -m bench.oracle ../shared/deals/*/

The endpoint knows the gold evidence and picks the lines that hold it whenever a prompt offers them; it writes no words.
So the figures are the ceiling of the path (what is read, offered, merged and kept), not of any model. Beside them: no LLM.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
from pathlib import Path
from typing import Any

from analysis.documents import MEDDPICC
from analysis.embedders import open_embedder
from analysis.evidence import fold, words
from analysis.llms import open_llm
from analysis.llms.planning import by_task
from api.settings import Settings
from bench.endpoint import Asked, Judge, serving
from bench.load import scorer
from bench.quality import FIGURES, one

_QUESTIONS = {
    "moment": "bound themselves",
    "factors": "what decided the deal",
    "value": "worth to the buyer",
    "voices": "whose word counted",
    "went_well": "did well",
    "could_go_better": "missed, left open",
    "commitments": "promise something",
    "nurture": "buy or review again",
}


def gold_quotes(gold: dict[str, Any]) -> dict[str, list[list[str]]]:
    """For each topic the evidence quotes of its points, the weightiest point first."""
    moment = gold["moment_of_demand"]
    points = {
        "moment": [moment] if moment.get("exists") else [],
        "factors": sorted(
            (f for f in gold["deciding_factors"] if not f.get("is_price")), key=lambda f: -f.get("weight", 1)
        ),
        "value": [gold["value_articulation"]],
        "voices": gold["influential_voices"],
        "reason": sorted(gold["deciding_factors"], key=lambda f: -f.get("weight", 1)),
        "went_well": gold["went_well"],
        "could_go_better": gold["could_go_better"],
        "commitments": gold["commitments"],
        "nurture": [gold["nurture"]] if gold.get("nurture") else [],
        "meddpicc": list(gold["meddpicc"].values()),
    }
    return {k: [[e["quote"] for e in p.get("evidence", [])] for p in v] for k, v in points.items()}


def knowing(gold: dict[str, Any]) -> Judge:
    """A judge that has the labels."""
    quotes = gold_quotes(gold)

    def lines_for(asked: Asked, points: list[list[str]]) -> list[str]:
        """One id for each point while there are some, then further ones."""
        held = [
            [i for i, line in asked.lines.items() if any(holds(line, q) for q in point)] for point in points
        ]
        first = [ids[0] for ids in held if ids]
        return list(dict.fromkeys([*first, *(i for ids in held for i in ids)]))

    def judge(asked: Asked) -> dict[str, Any]:
        if "Mark the few lines" in asked.system:
            marks = [
                {"id": i, "about": topic}
                for topic, points in quotes.items()
                for i in lines_for(asked, points)
            ]
            return {"marks": marks[:40]}
        if "tell whose word counted" in asked.system:
            ranked = sorted(gold["influential_voices"], key=lambda v: v["rank"])
            people = {i: line for i, line in asked.lines.items() if i.startswith("P")}
            found = [
                i
                for v in ranked
                for i, line in people.items()
                if words(v["name"])[-1] in words(line.split(":")[0])
            ]
            return {"ids": list(dict.fromkeys(found))[:6]}
        if "why a deal was lost" in asked.system:
            ids = lines_for(asked, quotes["reason"])[:3] or list(asked.lines)[:1]
            price = bool(gold["price_is_the_real_reason"])
            return {"ids": ids, "cause": gold["loss_cause"], "price_is_the_real_reason": price}
        if "against MEDDPICC" in asked.system:
            items = [
                {
                    "item": name,
                    "status": item["status"],
                    "ids": (
                        lines_for(asked, [[e["quote"] for e in item.get("evidence", [])]])
                        or list(asked.lines)
                    )[:2],
                }
                for name, item in gold["meddpicc"].items()
                if name in MEDDPICC
            ]
            return {"items": items}
        topic = next((t for t, part in _QUESTIONS.items() if part in asked.user), None)
        if topic and "Choose the lines" in asked.system:
            return {"ids": lines_for(asked, quotes[topic])[:10]}
        return {
            k: [] if v.get("type") == "array" else "" for k, v in asked.schema.get("properties", {}).items()
        }

    return judge


def holds(line: str, quote: str) -> bool:
    """Whether a shown line and a gold quote share their words."""
    text = fold(re.sub(r"^.*? \| ", "", line) if " | " in line else line)
    a, b = " ".join(words(text)), " ".join(words(quote))
    return b in a or (len(words(text)) >= 4 and a in b)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("deals", nargs="+", type=Path)
    given = ask.parse_args()
    settings = Settings()
    embedder = open_embedder("minilm", settings.models, threads=1)
    tool = scorer(given.deals[0].resolve().parents[1] / "tools" / "score_deals.py")
    table: dict[str, list[tuple[float | None, float | None]]] = {}
    for root in (d.resolve() for d in given.deals):
        gold = json.loads((root / "gold.json").read_text(encoding="utf-8"))
        with serving(knowing(gold)) as endpoint, tempfile.TemporaryDirectory() as folder:
            llm = open_llm(
                "openai:judge",
                models=settings.models,
                state=Path(folder) / "llm.json",
                context=64_000,
                base_url=endpoint.url,
                api_key="none",
            )
            assert llm is not None
            plain, read = one(root, embedder, None, tool, []), one(root, embedder, llm, tool, [])
            spent = ", ".join(f"{t.calls} {t.task}" for t in by_task(llm.calls))
            print(
                f"{root.name}: {len(llm.calls)} calls, {sum(c.tokens_in for c in llm.calls)} tokens in ({spent})",
                flush=True,
            )
        for figure in FIGURES:
            table.setdefault(figure, []).append((plain[figure], read[figure]))
    print("\n| figure | no LLM | a judge that knows |\n| --- | ---: | ---: |")
    for figure, pairs in table.items():
        cells = [[x for x in column if x is not None] for column in zip(*pairs, strict=True)]
        print(f"| {figure} | " + " | ".join(f"{statistics.mean(c):.2f}" if c else "-" for c in cells) + " |")


if __name__ == "__main__":
    main()
