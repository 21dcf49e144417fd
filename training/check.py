"""Checks the training corpus and prints what it holds: `python training/check.py [FOLDER]`; exit 1 on a violation.

Rules are those of training/README.md. Counts are of excerpts, turns, labels and kinds of question.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

CORPUS = Path(__file__).resolve().parent / "corpus"
LABELS = frozenset(
    (
        *("readiness", "recognition", "polite_enthusiasm", "problem_talk", "seller_hope", "retraction"),
        *("authority", "loud", "factor_for", "factor_against", "factor_decoy", "comparison", "competition"),
        *("price_reason", "price_excuse", "value", "metrics", "economic_buyer", "decision_criteria"),
        *("decision_process", "paper_process", "identify_pain", "champion", "decision", "commitment"),
        *(
            "commitment_kept",
            "commitment_broken",
            "went_well",
            "could_go_better",
            "nurture_window",
            "objection",
        ),
        *("cause:existing_relationship", "cause:product_fit", "cause:price", "cause:timing", "cause:process"),
        *("cause:no_decision", "smalltalk"),
    )
)
# Labels that only one side can earn: the same words from the other side are a hard negative.
BUYERS = frozenset(
    (
        "readiness",
        "recognition",
        "polite_enthusiasm",
        "problem_talk",
        "retraction",
        "price_reason",
        "price_excuse",
    )
)
SIDES = frozenset({"buyer", "seller", "partner", "third_party"})
KINDS = frozenset(["fact", "who", "why", "when", "number", "cross_source", "unanswerable", "false_premise"])
OUTCOMES = frozenset({"won", "lost", "open"})
TURNS = {"call": (3, 8), "mail": (1, 4)}
KEYS = {"id", "industry", "medium", "outcome", "turns", "labels", "questions"}
# What people write about selling but nobody says while buying: a model that learns these learns nothing.
JARGON = re.compile(
    r"\b(deciding factors?|moments? of demand|economic buyer|champion(?:s|ed)?)\b", re.IGNORECASE
)
RUN = 8


class Line(NamedTuple):
    """One line of one file, as found."""

    place: str
    slug: str
    excerpt: dict[str, Any]


def read(folder: Path) -> tuple[list[Line], list[str]]:
    """All excerpts of a folder, and a complaint for each line that is no JSON object."""
    lines: list[Line] = []
    wrong: list[str] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            place = f"{path.name}:{number}"
            try:
                value = json.loads(text)
            except ValueError as error:
                wrong.append(f"{place}: not JSON ({error})")
                continue
            if isinstance(value, dict) and set(cast(dict[str, Any], value)) == KEYS:
                lines.append(Line(place, path.stem, cast(dict[str, Any], value)))
            else:
                wrong.append(f"{place}: an excerpt has exactly the keys {', '.join(sorted(KEYS))}")
    return lines, wrong


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


def filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def index(value: object, length: int) -> bool:
    """A turn's index, counted from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < length


def head_faults(line: Line) -> Iterator[str]:
    excerpt = line.excerpt
    if not re.fullmatch(re.escape(line.slug) + r"-\d{2,3}", str(excerpt["id"])):
        yield f"the id is the file's name and a number, like {line.slug}-07"
    if not filled(excerpt["industry"]):
        yield "no industry"
    if excerpt["medium"] not in TURNS:
        yield f"medium {excerpt['medium']!r}"
    if excerpt["outcome"] not in OUTCOMES:
        yield f"outcome {excerpt['outcome']!r}"


def turn_faults(line: Line) -> Iterator[str]:
    turns = line.excerpt["turns"]
    low, high = TURNS.get(line.excerpt["medium"], (1, 8))
    if not low <= len(turns) <= high:
        yield f"{len(turns)} turns in a {line.excerpt['medium']}, not {low} to {high}"
    sides: dict[str, str] = {}
    for number, turn in enumerate(turns):
        if set(turn) != {"who", "side", "text"} or not filled(turn["who"]) or not filled(turn["text"]):
            yield f"turn {number} needs who, side and text"
            continue
        if turn["side"] not in SIDES or sides.setdefault(turn["who"], turn["side"]) != turn["side"]:
            yield f"turn {number}: side {turn['side']!r} of {turn['who']}"
        if "{" in turn["text"] or "}" in turn["text"]:
            yield f"turn {number} has a brace, left over from a label"
        if found := JARGON.search(turn["text"]):
            yield f"turn {number} says {found.group(0)!r}"


def side_fault(line: Line, label: dict[str, Any]) -> Iterator[str]:
    side = line.excerpt["turns"][label["turn"]].get("side")
    if (label["label"] in BUYERS and side != "buyer") or (
        label["label"] == "seller_hope" and side != "seller"
    ):
        yield f"label {label['label']} on the words of a {side}"


def label_faults(line: Line) -> Iterator[str]:
    seen: set[str] = set()
    for label in line.excerpt["labels"]:
        if label.get("label") not in LABELS or not set(label) <= {"turn", "label", "about"}:
            yield f"label {label!r}"
        elif not index(label.get("turn"), len(line.excerpt["turns"])):
            yield f"label {label['label']} on turn {label.get('turn')!r}, which is not there"
        elif "about" in label and not filled(label["about"]):
            yield f"label {label['label']} is about nothing"
        else:
            yield from side_fault(line, label)
        key = json.dumps(label, sort_keys=True)
        if key in seen:
            yield f"label twice: {key}"
        seen.add(key)


def question_faults(line: Line) -> Iterator[str]:
    questions = line.excerpt["questions"]
    if len(questions) > 3:
        yield f"{len(questions)} questions, more than 3"
    for question in questions:
        if set(question) != {"q", "turns", "kind", "answer"} or not (
            filled(question["q"]) and filled(question["answer"])
        ):
            yield f"question {question!r}"
            continue
        if question["kind"] not in KINDS:
            yield f"kind of question {question['kind']!r}"
        if bool(question["turns"]) == (question["kind"] == "unanswerable"):
            yield f"only an unanswerable question has no turns: {question['q']!r}"
        if not all(index(turn, len(line.excerpt["turns"])) for turn in question["turns"]):
            yield f"question on turns {question['turns']}, not all there: {question['q']!r}"


def shape_faults(line: Line) -> list[str]:
    """What is wrong with one excerpt by itself."""
    if any(not isinstance(line.excerpt[key], list) for key in ("turns", "labels", "questions")):
        return [f"{line.place}: turns, labels and questions are lists"]
    for key in ("turns", "labels", "questions"):
        if any(not isinstance(item, dict) for item in line.excerpt[key]):
            return [f"{line.place}: every item of {key} is an object"]
    faults = (*head_faults(line), *turn_faults(line), *label_faults(line), *question_faults(line))
    return [f"{line.place}: {fault}" for fault in faults]


def repeated_ids(lines: list[Line]) -> list[str]:
    count = Counter(str(line.excerpt["id"]) for line in lines)
    return [f"id {name} is used {times} times" for name, times in sorted(count.items()) if times > 1]


def shared_runs(lines: list[Line]) -> list[str]:
    """Runs of eight words that occur in excerpts of two industries, one complaint a pair of excerpts."""
    first: dict[tuple[str, ...], Line] = {}
    pairs: dict[tuple[str, str], str] = {}
    for line in lines:
        for turn in line.excerpt["turns"]:
            spoken = words(turn["text"])
            for start in range(len(spoken) - RUN + 1):
                run = tuple(spoken[start : start + RUN])
                other = first.setdefault(run, line)
                if other.slug != line.slug:
                    pairs.setdefault((other.place, line.place), " ".join(run))
    return [f"{a} and {b} share {run!r}" for (a, b), run in pairs.items()]


def faults(folder: Path) -> list[str]:
    """Everything that breaks a rule in a folder of excerpts; empty when all is well."""
    lines, wrong = read(folder)
    wrong += [fault for line in lines for fault in shape_faults(line)]
    # A broken shape would break the counting of words, so that waits until the shapes are right.
    return wrong or repeated_ids(lines) + shared_runs(lines)


def table(folder: Path) -> str:
    """Counts of a folder whose shapes are right, as text."""
    excerpts = [line.excerpt for line in read(folder)[0]]
    labels = Counter(label["label"] for e in excerpts for label in e["labels"])
    kinds = Counter(question["kind"] for e in excerpts for question in e["questions"])
    industries = {e["industry"] for e in excerpts}
    media = Counter(f"{e['medium']}, {e['outcome']}" for e in excerpts)
    turns = sum(len(e["turns"]) for e in excerpts)
    rows = [
        f"{len(industries)} industries, {len(excerpts)} excerpts, {turns} turns, {kinds.total()} questions"
    ]
    rows += [f"  {name:<28}{count:>6}" for name, count in sorted(media.items())]
    rows += ["labels", *(f"  {name:<28}{labels[name]:>6}" for name in sorted(LABELS))]
    rows += ["questions", *(f"  {name:<28}{kinds[name]:>6}" for name in sorted(KINDS))]
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else CORPUS
    found = faults(folder)
    if found:
        print("\n".join(found))
        return 1
    print(table(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
