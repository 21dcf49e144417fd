"""Fine-tunes MiniLM as a cross-encoder: question and passage read together, one score for "this passage answers the question".

    python -m training.train_reranker --out FOLDER [--base FOLDER] [--epochs 2] [--minutes 35]

A question's loss is the softmax over one right passage and several wrong ones (of its excerpt, and those that the base
encoder ranks first), so that nothing can be learnt from the question alone: in the corpus the wording of a question
nearly gives away whether it stands on a false premise, in real questions it does not. Questions without an answer are
therefore left out of the training and only measured: how well does the best score tell them from the others?
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from training.industries import Pool, held_out, industries, meetings, pool
from training.train_encoder import BASE, Encoder, Pair, batches, figures, nearest, pairs

TOKENS = 112
DEPTH = 40
FROZEN = 2  # lowest layers, and the word embeddings


class CrossEncoder:
    def __init__(self, folder: Path) -> None:
        self.tokens = AutoTokenizer.from_pretrained(str(folder))
        self.model = AutoModelForSequenceClassification.from_pretrained(str(folder), num_labels=1)
        for name, weights in self.model.named_parameters():
            low = any(f"layer.{i}." in name for i in range(FROZEN))
            weights.requires_grad = not (low or "embeddings" in name)

    def __call__(self, questions: Sequence[str], passages: Sequence[str]) -> Tensor:
        given = self.tokens(
            list(questions),
            list(passages),
            padding=True,
            truncation="only_second",
            max_length=TOKENS,
            return_tensors="pt",
        )
        with torch.autocast("cpu", torch.bfloat16):
            return self.model(**given).logits.float()[:, 0]

    def score(self, question: str, passages: Sequence[str]) -> np.ndarray:
        order = sorted(range(len(passages)), key=lambda i: len(passages[i]))
        out = np.zeros(len(passages), np.float32)
        self.model.eval()
        with torch.no_grad():
            for start in range(0, len(order), 32):
                rows = order[start : start + 32]
                out[rows] = self([question] * len(rows), [passages[i] for i in rows]).numpy()
        return out


@dataclass(frozen=True, slots=True)
class Case:
    """A question of a held-out industry with the passages that the base encoder ranks first."""

    question: str
    kind: str
    passages: tuple[str, ...]
    base: tuple[float, ...]
    right: tuple[int, ...]  # among the passages


def cases(pools: Sequence[Pool], encoder: Encoder, every: int = 1) -> list[Case]:
    out: list[Case] = []
    for p in pools:
        passages = encoder.embed(p.passages)
        for e in p.examples[::every]:
            scores = passages @ encoder.embed([e.question])[0]
            top = np.argsort(-scores)[:DEPTH]
            right = tuple(n for n, i in enumerate(top) if int(i) in e.right)
            out.append(
                Case(
                    e.question,
                    e.kind,
                    tuple(p.passages[int(i)] for i in top),
                    tuple(float(scores[i]) for i in top),
                    right if right else ((-1,) if e.right else ()),
                )
            )
    return out


def measured(found: Sequence[Case], model: CrossEncoder) -> dict[str, object]:
    """Ranks among the candidates, alone and added to the base cosine, and how the best score tells what can be answered."""
    alone, added, best = list[int](), list[int](), list[tuple[bool, float]]()
    for case in found:
        scores = model.score(case.question, case.passages)
        if case.kind != "false_premise":
            best.append((bool(case.right), float(scores.max())))
        if case.right and case.kind != "unanswerable":
            alone.append(_rank(scores, case.right))
            added.append(_rank(scores + 20 * np.array(case.base), case.right))
    return {"alone": figures(alone), "added": figures(added), "auc": _auc(best)}


def _rank(scores: np.ndarray, right: Sequence[int]) -> int:
    return 99 if right == (-1,) else int((scores > max(scores[i] for i in right)).sum())


def _auc(found: Sequence[tuple[bool, float]]) -> float:
    yes = np.array([s for y, s in found if y])
    no = np.array([s for y, s in found if not y])
    return round(float((yes[:, None] > no[None, :]).mean()), 3) if len(yes) and len(no) else float("nan")


def loss_of(model: CrossEncoder, batch: Sequence[Pair], wrong: int, chance: random.Random) -> Tensor:
    questions, passages = list[str](), list[str]()
    for n, p in enumerate(batch):
        others = [batch[(n + k) % len(batch)].right[0] for k in range(1, len(batch))]
        near = chance.sample(p.near, min(wrong - 1, len(p.near)))
        near += chance.sample(others, wrong - len(near))
        questions += [p.question] * (1 + wrong)
        passages += [chance.choice(p.right), *near]
    scores = model(questions, passages).view(len(batch), 1 + wrong)
    return torch.nn.functional.cross_entropy(scores, torch.zeros(len(batch), dtype=torch.long))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--base", type=Path, default=BASE, help="MiniLM, or an encoder made by train_encoder")
    ask.add_argument("--epochs", type=int, default=2)
    ask.add_argument("--rate", type=float, default=6e-5)
    ask.add_argument("--wrong", type=int, default=5, help="wrong passages a question")
    ask.add_argument("--minutes", type=float, default=35, help="of CPU time")
    ask.add_argument("--meetings", action="store_true", help="add QMSum")
    ask.add_argument("--threads", type=int, default=1)
    given = ask.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(7)
    chance = random.Random(7)
    encoder, model = Encoder(given.base), CrossEncoder(given.base)
    ours = [pool(i) for i in industries()]
    kept = cases([p for p in ours if held_out(p.group)], encoder, every=3)
    learnt = list(pairs([p for p in ours if not held_out(p.group)], encoder, most=8))
    if given.meetings:
        learnt += nearest(list(pairs([m for m in meetings() if not held_out(m.group)])), encoder)
    base = [99 if c.right == (-1,) else min(c.right) for c in kept if c.right and c.kind != "unanswerable"]
    print(len(learnt), "pairs; held out:", len(kept), "questions, base", figures(base), flush=True)
    del encoder
    size = 6
    total = given.epochs * -(-len(learnt) // size)
    optimizer = torch.optim.AdamW(
        [w for w in model.model.parameters() if w.requires_grad], lr=given.rate, weight_decay=0.01
    )
    step, losses, spent = 0, list[float](), False
    for epoch in range(given.epochs):
        for batch in batches(learnt, size, chance):
            if len(batch) < size or spent:
                continue
            model.model.train()
            share = step / total
            for group in optimizer.param_groups:
                group["lr"] = given.rate * min(1.0, share / 0.1, (1 - share) / 0.9 + 0.02)
            loss = loss_of(model, batch, given.wrong, chance)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
            spent = time.process_time() / 60 > given.minutes
            if step % 50 == 0:
                mean = round(float(np.mean(losses[-50:])), 3)
                print(step, "of", total, "loss", mean, f"{time.process_time() / 60:.1f} CPU-min", flush=True)
        now = measured(kept, model)
        print("epoch", epoch, now, f"{time.process_time() / 60:.1f} CPU-min", flush=True)
        model.model.save_pretrained(given.out)
        model.tokens.save_pretrained(given.out)
        (given.out / "figures.json").write_text(json.dumps({"epoch": epoch, **now}))


if __name__ == "__main__":
    sys.exit(main())
