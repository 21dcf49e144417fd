"""Settings in, parts out: the one place that knows which backend is in use. Everything heavy is made on
first use.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from api.cores import cores, share
from api.errors import BadInput
from api.files import Blobs
from api.keyword import open_keyword_index
from api.settings import Settings
from api.store import Store, Unit, open_store
from api.store.jobs import Job
from api.views import JobKind

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.embedders import Embedder
    from analysis.indexes import KeywordIndex, VectorIndex
    from analysis.rerankers import Reranker
    from ingest.diarizers import Diarizer
    from ingest.transcribers import Transcriber

log = logging.getLogger(__name__)


class Waker(Protocol):
    """Tells workers that a job waits. May be lost: the sweep finds what was not heard."""

    def wake(self, job_id: str, queue: str) -> None: ...


class Parts:
    """The parts of one process. ``waker`` None: jobs are done by who waits for them."""

    def __init__(self, settings: Settings, *, waker: Waker | None = None) -> None:
        self.settings, self.waker = settings, waker
        self.errors: dict[str, Exception] = {}  # of jobs that failed in this process, as they were raised
        self._lock = threading.RLock()
        self._corpora: dict[str, tuple[str, Corpus]] = {}
        self._reranker: tuple[str, Reranker | None] | None = None
        self._reranker_lock = (
            threading.RLock()
        )  # putting one together takes seconds: nobody else waits for that
        self._instead: dict[
            str, str
        ] = {}  # rerankers that could not be used, and what is used in their place

    @cached_property
    def store(self) -> Store:
        self.settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return open_store(self.settings.database)

    @cached_property
    def blobs(self) -> Blobs:
        return Blobs(self.settings.files_url or str(self.settings.home / "files"))

    @cached_property
    def keywords(self) -> KeywordIndex:
        with self._lock:
            return open_keyword_index(self.settings.database, self.settings.home)

    @cached_property
    def vectors(self) -> VectorIndex:
        return self._open_vectors(self.embedder.name)

    def _open_vectors(self, embedder: str) -> VectorIndex:
        from analysis.indexes import open_vectors

        with self._lock:
            return open_vectors(embedder, folder=self.settings.home / "chroma", url=self.settings.chroma_url)

    @property
    def any_vectors(self) -> VectorIndex:
        """The vector index for removing: that works without the embedder's model, which may be missing."""
        from analysis.errors import ModelUnavailable

        try:
            return self.vectors
        except ModelUnavailable:
            return self._open_vectors(self.settings.embedder)

    @cached_property
    def embedder(self) -> Embedder:
        from analysis.embedders import open_embedder
        from analysis.embedders.remembered import Remembered

        s = self.settings
        with self._lock:
            inner = open_embedder(
                s.embedder, s.models, base_url=s.llm_base_url, api_key=s.llm_api_key, threads=s.threads
            )
            return Remembered(inner, s.home / "examples")

    @property
    def reranker_name(self) -> str:
        """Which reranker the settings mean now: a better one may arrive while this process runs."""
        from analysis.rerankers import chosen

        name = chosen(self.settings.reranker, self.settings.models)
        return self._instead.get(name, name)

    @property
    def reranker(self) -> Reranker | None:
        from analysis.errors import ModelUnavailable
        from analysis.rerankers import LIGHT, open_reranker

        s = self.settings
        with self._reranker_lock:
            name = self.reranker_name
            if self._reranker is None or self._reranker[0] != name:
                try:
                    opened = open_reranker(name, s.models, threads=cores(s.threads))
                except ModelUnavailable as error:
                    if s.reranker != "auto" or name == LIGHT:
                        raise
                    log.warning("%s; %s is used instead", error, LIGHT)
                    self._instead[name] = name = LIGHT
                    opened = open_reranker(name, s.models, threads=cores(s.threads))
                self._reranker = (name, opened)
            return self._reranker[1]

    def reading(self) -> tuple[Reranker | None, VectorIndex | None]:
        """The reranker with what it has read ahead; no index where it reads when it is asked."""
        reranker = self.reranker
        ahead = reranker is not None and reranker.ahead
        return reranker, self.vectors.beside(reranker.key) if reranker and ahead else None

    @property
    def encoders(self) -> str:
        """What the vectors of a deal are made by."""
        from analysis.rerankers import version

        return f"{self.settings.embedder} {version(self.reranker_name, self.settings.models)}"

    @cached_property
    def transcriber(self) -> Transcriber:
        return transcriber(self.settings)

    @cached_property
    def diarizer(self) -> Diarizer | None:
        from ingest.diarizers import open_diarizer

        s = self.settings
        return open_diarizer(s.diarizer, s.models, threads=share(s.threads))

    # jobs

    def enqueue(
        self, unit: Unit, kind: JobKind, queue: str, key: str, *, deal: str | None = None, **payload: str
    ) -> Job:
        """A job in the caller's transaction; workers are woken when it is committed, and not when it is
        not.
        """
        job = unit.jobs.enqueue(kind, queue, key, deal_id=deal, payload=payload)
        unit.after_commit(lambda: self.wake(job))
        return job

    def wake(self, job: Job) -> None:
        if self.waker is not None:
            self.waker.wake(job.id, job.queue)

    def wake_followers(self, deal_id: str | None) -> None:
        """After a job: whoever waited for it may start (a model's arrival concerns every deal)."""
        if self.waker is None:
            return
        with self.store.read() as unit:
            waiting = unit.jobs.waiting()
        for job in waiting:
            if deal_id is None or job.deal_id == deal_id:
                self.wake(job)

    # what analysis works on

    def corpus(self, deal_id: str) -> Corpus:
        """A deal's record with its stored vectors; kept while the deal stays as it is."""
        from analysis.corpus import build_corpus
        from analysis.windows import build_windows

        with self._lock:
            with self.store.read() as unit:
                deal = unit.deals.find(deal_id)
                kept = self._corpora.get(deal.id)
                if kept and deal.indexed and kept[0] == deal.indexed:
                    return kept[1]
                record = unit.deals.record(deal.id)
            windows = build_windows(record)
            corpus = build_corpus(record, self.embedder, self.vectors.vectors([w.id for w in windows]))
            if len(self._corpora) >= 16:
                self._corpora.pop(next(iter(self._corpora)))
            self._corpora[deal.id] = (deal.indexed, corpus)
            return corpus

    def corpus_to_draft(self, deal_id: str) -> Corpus:
        """A deal's corpus with what the reranker has read of it, where sections can judge by that."""
        from analysis.answers.readings import with_readings
        from analysis.cards import Encoders
        from analysis.corpus import Corpus
        from analysis.heads import open_heads

        corpus = self.corpus(deal_id)
        reranker, index = self.reading()
        if reranker is None or not reranker.ahead:
            return corpus
        if open_heads(Encoders(self.embedder.name, reranker.key)) is None:
            return corpus
        kept = corpus.memo.get(reranker.key)  # a draft asks twice: from the evidence, then with the LLM
        if not isinstance(kept, Corpus):
            corpus.memo[reranker.key] = kept = with_readings(corpus, reranker, index)
        return kept

    def forget(self, deal_id: str) -> None:
        self._corpora.pop(deal_id, None)

    def close(self) -> None:
        for name in ("vectors", "store"):
            part = self.__dict__.pop(name, None)
            close = getattr(part, "close", None)
            if close:
                close()


def transcriber(settings: Settings) -> Transcriber:
    """What hears recordings, by the settings. Raises ``IngestError``."""
    from ingest.transcribers import open_transcriber

    return open_transcriber(
        settings.transcriber,
        settings.models,
        threads=share(settings.threads),
        endpoint=settings.transcriber_url,
        api_key=settings.transcriber_api_key,
    )


def check(settings: Settings) -> None:
    """Say at once what cannot work later. Raises ``BadInput``."""
    if settings.transcriber.startswith("openai-http") and not settings.transcriber_url:
        raise BadInput(
            f"PREREAD_TRANSCRIBER is {settings.transcriber!r} and PREREAD_TRANSCRIBER_URL is not set: "
            "give it the server's address, such as http://localhost:8000"
        )
    if settings.llm not in ("none", "embedded") and ":" not in settings.llm:
        raise BadInput(
            f"PREREAD_LLM is {settings.llm!r}: use none, embedded or provider:model, such as ollama:qwen3"
        )


def deal_ids(unit: Unit, wanted: Sequence[str]) -> tuple[str, ...]:
    """The ids of deals that a person named by id, Opportunity ID or name. Raises ``NotFound`` or
    ``Ambiguous``.
    """
    return tuple(dict.fromkeys(unit.deals.find(name).id for name in wanted))
