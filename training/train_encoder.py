"""Fine-tunes an encoder: a question near the passage that answers it, far from the others of its deal or industry.

    python -m training.train_encoder --out FOLDER [--base FOLDER] [--epochs 6] [--minutes 35]

The base is MiniLM or all-mpnet-base-v2 (its folder with config.json and the tokenizer), whose word embeddings stay as they are.

Multiple-negatives ranking loss (Henderson et al. 2017): in a batch, mostly of few industries, every other passage is wrong for a
question, and each question brings one more wrong passage of its own excerpt. QMSum joins with the passages of its spans that are
nearest to the question. Held-out industries and series of meetings are never trained on. bfloat16 where the processor has it.
Labelled deals (``--deals``) join with their questions and the passages that the encoder wrongly ranks first; a quarter is held
out by the hash of its name. Those of ../shared are never trained on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from training.asked import deal_pools
from training.industries import Pool, held_out, industries, meetings, pool

TOKENS = 96
SCALE = 20.0
BASE = Path.home() / ".cache/preread/models/minilm"


@dataclass(frozen=True, slots=True)
class Pair:
    question: str
    right: tuple[str, ...]
    near: tuple[str, ...]
    pool: str


class Encoder:
    def __init__(self, folder: Path) -> None:
        self.tokens = AutoTokenizer.from_pretrained(str(folder))
        self.model = AutoModel.from_pretrained(str(folder))
        for name, weights in self.model.named_parameters():
            weights.requires_grad = "embeddings" not in name

    def __call__(self, texts: Sequence[str]) -> Tensor:
        given = self.tokens(
            list(texts), padding=True, truncation=True, max_length=TOKENS, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16):
            states = self.model(**given).last_hidden_state.float()
        mask = given["attention_mask"].unsqueeze(-1).float()
        return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.zeros((len(texts), self.model.config.hidden_size), np.float32)
        self.model.eval()
        with torch.no_grad():
            for start in range(0, len(order), 64):
                rows = order[start : start + 64]
                out[rows] = self([texts[i] for i in rows]).numpy()
        return out


def pairs(pools: Sequence[Pool], encoder: Encoder | None = None, most: int = 4) -> Iterator[Pair]:
    """The questions with what answers them, what stands near that, and, with an encoder, the wrong passages that it ranks
    first."""
    for p in pools:
        asked = [e for e in p.examples if e.right]
        scores = (
            encoder.embed([e.question for e in asked]) @ encoder.embed(p.passages).T
            if encoder and asked
            else None
        )
        for n, e in enumerate(asked):
            near = list(e.near)
            if scores is not None:
                no = {*e.right, *e.near, *e.spared}
                near += [int(i) for i in np.argsort(-scores[n]) if int(i) not in no][:most]
            yield Pair(e.question, _texts(p, e.right), _texts(p, near), p.name)


def _texts(p: Pool, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(p.passages[i] for i in places)


def nearest(found: Sequence[Pair], encoder: Encoder, most: int = 2) -> list[Pair]:
    """Of spans over many passages, the few nearest to the question: those that answer it, most likely."""
    texts = list(dict.fromkeys(t for p in found for t in (p.question, *p.right)))
    vectors = dict(zip(texts, encoder.embed(texts), strict=True))
    out: list[Pair] = []
    for p in found:
        best = sorted(p.right, key=lambda t: -float(vectors[t] @ vectors[p.question]))[:most]
        out.append(Pair(p.question, tuple(best), (), p.pool))
    return out


def batches(found: Sequence[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    """Batches of few pools each: pools in random order, one after the other, cut into runs of a quarter batch, shuffled."""
    by_pool: dict[str, list[Pair]] = {}
    for p in found:
        by_pool.setdefault(p.pool, []).append(p)
    runs: list[list[Pair]] = []
    for group in by_pool.values():
        chance.shuffle(group)
        runs += [group[i : i + size // 4] for i in range(0, len(group), size // 4)]
    chance.shuffle(runs)
    flat = [p for run in runs for p in run]
    return [flat[i : i + size] for i in range(0, len(flat), size)]


def loss_of(encoder: Encoder, batch: Sequence[Pair], chance: random.Random) -> Tensor:
    right = [chance.choice(p.right) for p in batch]
    near = [chance.choice(p.near) for p in batch if p.near]
    asked = encoder([p.question for p in batch])
    texts = [*right, *near]
    scores = SCALE * asked @ encoder(texts).T
    wrong = torch.tensor(
        [[j != i and t in {*p.right} for j, t in enumerate(texts)] for i, p in enumerate(batch)]
    )
    scores = scores.masked_fill(wrong, -1e4)
    return torch.nn.functional.cross_entropy(scores, torch.arange(len(batch)))


def ranks(pools: Sequence[Pool], encoder: Encoder) -> list[int]:
    """Rank (from 0) of the first right passage within its pool, of each question that has one."""
    out: list[int] = []
    for p in pools:
        passages = encoder.embed(p.passages)
        asked = [e for e in p.examples if e.right]
        for e, v in zip(asked, encoder.embed([e.question for e in asked]), strict=True):
            scores = passages @ v
            out.append(int((scores > max(scores[i] for i in e.right)).sum()))
    return out


def figures(found: Sequence[int]) -> dict[str, float]:
    r = np.array(found)
    if not len(r):
        return {}
    return {
        **{f"hit@{k}": round(float((r < k).mean()), 3) for k in (1, 5, 10)},
        "mrr": round(float((1 / (1 + r)).mean()), 3),
        "n": len(r),
    }


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--base", type=Path, default=BASE)
    ask.add_argument("--epochs", type=int, default=6)
    ask.add_argument("--rate", type=float, default=4e-5)
    ask.add_argument("--size", type=int, default=32)
    ask.add_argument("--minutes", type=float, default=35, help="of CPU time")
    ask.add_argument("--meetings", type=int, default=1, help="QMSum in every n-th epoch; 0 never")
    ask.add_argument("--corpus", type=float, default=1.0, help="share of the corpus and of QMSum")
    ask.add_argument("--deals", nargs="*", type=Path, default=[], help="labelled deals to learn from")
    ask.add_argument("--threads", type=int, default=1)
    given = ask.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(7)
    chance = random.Random(7)
    encoder = Encoder(given.base)
    sold = list(deal_pools(d.resolve() for d in given.deals))
    judged = [p for p in sold if held_out(p.group)]
    ours = [pool(i) for i in industries()]
    kept = [p for p in ours if held_out(p.group)]
    learnt = list(pairs([p for p in ours if not held_out(p.group)], encoder))
    learnt = chance.sample(learnt, round(given.corpus * len(learnt)))
    talks = list(pairs([m for m in meetings() if not held_out(m.group)])) if given.meetings else []
    talks = nearest(chance.sample(talks, round(given.corpus * len(talks))), encoder)
    learnt += pairs([p for p in sold if not held_out(p.group)], encoder, most=12)
    print(
        len(ours), "industries,", [p.name for p in kept], "held out;", len(learnt), "+", len(talks), "pairs"
    )
    print("before", figures(ranks(kept, encoder)), "deals", figures(ranks(judged, encoder)), flush=True)
    each = [
        learnt + (talks if given.meetings and n % given.meetings == 0 else []) for n in range(given.epochs)
    ]
    total = sum(-(-len(e) // given.size) for e in each)
    learning = [w for w in encoder.model.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=given.rate, weight_decay=0.01)
    step, best = 0, -1.0
    for epoch, found in enumerate(each):
        encoder.model.train()
        losses: list[float] = []
        for batch in batches(found, given.size, chance):
            share = step / total
            for group in optimizer.param_groups:
                group["lr"] = given.rate * min(1.0, share / 0.1, (1 - share) / 0.9 + 0.02)
            loss = loss_of(encoder, batch, chance)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
            if step % 20 == 0:
                print(step, "of", total, round(float(np.mean(losses[-20:])), 3), flush=True)
        now = figures(ranks(kept, encoder))
        real = figures(ranks(judged, encoder))
        print(
            epoch,
            "loss",
            round(float(np.mean(losses)), 3),
            now,
            "deals",
            real,
            f"{time.process_time() / 60:.1f} CPU-min",
            flush=True,
        )
        worth = now["mrr"] + real.get("mrr", 0.0)
        if worth > best:
            best = worth
            encoder.model.save_pretrained(given.out)
            encoder.tokens.save_pretrained(given.out)
            (given.out / "figures.json").write_text(json.dumps({"epoch": epoch, **now, "deals": real}))
        if time.process_time() / 60 > given.minutes:
            break


if __name__ == "__main__":
    sys.exit(main())
