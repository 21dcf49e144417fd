"""prompts knows words: one Markdown file a task.

A file opens with a YAML front matter (``task``, ``inputs``, ``output``) and holds a ``# system`` and a ``#
user`` part with ``{{input}}`` places. A prompt's version is the SHA-256 of its text; it is stored with
everything the prompt helped to write. ``examples/*.txt`` hold example sentences, one a line, that rank
candidates; ``#`` starts a comment.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

FENCE_OPEN, FENCE_CLOSE = "<<<", ">>>"
_PLACE = re.compile(r"\{\{(\w+)\}\}")


class PromptError(Exception):
    """A prompt file is missing or malformed, or is rendered with the wrong inputs."""


@dataclass(frozen=True, slots=True)
class Rendered:
    task: str
    version: str
    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    task: str
    version: str  # "sha256:…" of the file
    inputs: tuple[str, ...]
    system: str
    user: str

    def render(self, values: Mapping[str, str]) -> Rendered:
        """Fill in the places. Values are data: what looks like a place or a fence in them is defused."""
        if set(values) != set(self.inputs):
            raise PromptError(f"prompt {self.task} wants {sorted(self.inputs)}, got {sorted(values)}")
        safe = {k: defuse(v) for k, v in values.items()}

        def fill(text: str) -> str:
            return _PLACE.sub(lambda m: safe[m[1]], text)

        return Rendered(self.task, self.version, fill(self.system), fill(self.user))


def defuse(text: str) -> str:
    """Untrusted text with everything that could close its fence taken apart."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››").replace("<|", "‹|").replace("|>", "|›")


@cache
def load(task: str) -> Prompt:
    """The prompt of a task, by the name of its file."""
    try:
        text = (files(__name__) / f"{task}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PromptError(f"no prompt is called {task}") from None
    head = re.match(r"---\n(.*?)\n---\n# system\n(.*?)\n# user\n(.*)\Z", text, re.S)
    if not head:
        raise PromptError(f"prompts/{task}.md needs a front matter, a '# system' and a '# user' part")
    meta = yaml.safe_load(head[1])
    places = set(_PLACE.findall(head[2] + head[3]))
    if meta.get("task") != task or places != set(meta.get("inputs", [])):
        raise PromptError(f"prompts/{task}.md: front matter and places disagree: {sorted(places)}")
    version = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return Prompt(task, version, tuple(meta["inputs"]), head[2].strip(), head[3].strip())


def tasks() -> tuple[str, ...]:
    """The names of all prompts."""
    return tuple(sorted(f.name[:-3] for f in files(__name__).iterdir() if f.name.endswith(".md")))


@cache
def examples(topic: str) -> tuple[str, ...]:
    """The example sentences of a topic (``examples/<topic>.txt``)."""
    try:
        text = (files(__name__) / "examples" / f"{topic}.txt").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PromptError(f"no example sentences for {topic}") from None
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def topics() -> tuple[str, ...]:
    """The names of all topics with example sentences."""
    return tuple(
        sorted(f.name[:-4] for f in (files(__name__) / "examples").iterdir() if f.name.endswith(".txt"))
    )


@cache
def vocabulary() -> frozenset[str]:
    """Words that the example sentences write small, or open a sentence with: plain words, no names."""
    lines = [line for topic in topics() for line in examples(topic)]
    small = {w for line in lines for w in re.findall(r"\b[a-z]['a-z]*[a-z]\b", line)}
    return frozenset(small | {line.split()[0].lower().strip(",.!?") for line in lines})
