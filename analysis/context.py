"""What a section of the pre-read is given to draft itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.corpus import Corpus
from analysis.documents import PersonRef, PreRead
from analysis.llms import LLM
from ingest.model import Person


@dataclass(frozen=True)
class DraftContext:
    """``so_far``: the pre-read with the sections that were drafted before this one (order:
    ``draft.SECTIONS``). ``prompts`` collects the versions of the prompts that helped; ``empty`` the reasons
    why sections are empty; ``readings`` what a large LLM made of the whole record (``analysis.reading``).
    ``llm`` is None for the evidence-only draft: then every section phrases by template."""

    corpus: Corpus
    llm: LLM | None
    so_far: PreRead
    prompts: dict[str, str] = field(default_factory=dict[str, str])
    empty: dict[str, str] = field(default_factory=dict[str, str])
    readings: dict[str, object] = field(default_factory=dict[str, object])

    def say_empty(self, section: str, why: str) -> None:
        """Record why a section has nothing to show."""
        self.empty[section] = why

    @property
    def small(self) -> bool:
        """Whether the LLM is a small one: it is asked only where its choice was measured to help, as each call costs
        half a minute on two cores."""
        return self.llm is not None and self.llm.context <= 8192

    @property
    def room(self) -> int:
        """How many candidates a prompt may show: 8 for a small context, up to 40 for a large one."""
        return 8 if self.llm is None or self.llm.context <= 8192 else min(40, self.llm.context // 1000)

    @property
    def roomy(self) -> bool:
        """Whether the LLM is a large one, by its context. A 1.5B model names reasons that the quote does not
        give (docs/quality.md), so it is not asked to."""
        return self.llm is not None and self.room > 8


def person_ref(person: Person) -> PersonRef:
    """A person as the document shows them."""
    return PersonRef(
        id=person.id,
        name=person.name,
        title=person.title,
        side=person.side.value,
        emails=list(person.emails),
        aliases=list(person.aliases),
    )
