"""One suite for SQLite and PostgreSQL: units of work, the job table, migrations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from api.errors import Ambiguous, NotFound, Unavailable
from api.jobs.task import this_worker
from api.store import Store, schema
from api.store.jobs import MAX_ATTEMPTS
from api.store.models import now
from ingest.model import Correction, Opportunity

LOOMS = Opportunity("006A", "Looms for Fenwick")


def alive(owner: str) -> bool:
    return True


def make_deal(store: Store, name: str = "fenwick", row: Opportunity = LOOMS) -> str:
    with store.write() as unit:
        return unit.deals.create(name, row).id


def make_job(
    store: Store, kind: str = "import", key: str = "k", deal: str | None = None, **payload: str
) -> str:
    with store.write() as unit:
        return unit.jobs.enqueue(kind, "mail", key, deal_id=deal, payload=payload).id  # type: ignore[arg-type]


def claim(store: Store, job: str, owner: str = "a:1:x", lease_s: float = 60) -> bool:
    with store.write() as unit:
        return unit.jobs.claim(job, owner, lease_s) is not None


def test_a_deal_is_found_by_id_opportunity_and_name(store: Store) -> None:
    deal = make_deal(store)
    with store.read() as unit:
        for wanted in (deal, "006A", "Fenwick", "looms for fenwick"):
            assert unit.deals.find(wanted).id == deal
        with pytest.raises(NotFound, match="preread deals"):
            unit.deals.find("nobody")
    make_deal(store, "fenwick", Opportunity("006B", "Spindles"))
    with store.read() as unit, pytest.raises(Ambiguous, match="fenwick-2"):
        unit.deals.find("FENWICK")


def test_what_is_not_committed_never_was_and_wakes_nobody(store: Store) -> None:
    woken: list[str] = []
    with pytest.raises(RuntimeError), store.write() as unit:
        unit.deals.create("gone", LOOMS)
        unit.after_commit(lambda: woken.append("gone"))
        raise RuntimeError
    with store.write() as unit:
        unit.deals.create("kept", LOOMS)
        unit.after_commit(lambda: woken.append("kept"))
        assert not woken
    assert woken == ["kept"]
    with store.read() as unit:
        assert [deal.name for deal in unit.deals.all()] == ["kept"]


def test_times_come_back_aware(store: Store) -> None:
    deal = make_deal(store)
    with store.read() as unit:
        created = unit.deals.find(deal).created_at
    assert isinstance(created, datetime) and created.tzinfo is not None
    assert abs((now() - created).total_seconds()) < 60


def test_corrections_stay_in_order_and_the_newest_is_taken_back(store: Store) -> None:
    deal = make_deal(store)
    said = [Correction("rename", "p-1", f"name {n}") for n in range(3)]
    with store.write() as unit:
        for correction in said:
            unit.deals.correct(deal, correction, "you")
    with store.write() as unit:
        assert unit.deals.corrections(deal) == tuple(said)
        assert unit.deals.undo(deal) == said[-1]
        assert unit.deals.corrections(deal) == tuple(said[:-1])


def test_one_of_many_workers_gets_a_job(store: Store) -> None:
    job = make_job(store)
    got: list[bool] = []
    start = threading.Barrier(6)

    def work(number: int) -> None:
        start.wait()
        got.append(claim(store, job, f"host:{number}:x"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True]


def test_the_same_work_waits_once(store: Store) -> None:
    first = make_job(store, key="same")
    assert make_job(store, key="same") == first
    claim(store, first)
    assert make_job(store, key="same") != first, "what runs already may have read the old state"


def test_a_lease_that_ran_out_is_given_to_somebody_else(store: Store) -> None:
    job = make_job(store)
    assert claim(store, job, "a:1:x", lease_s=-1)
    with store.write() as unit:
        assert unit.jobs.release(alive) == (job,)
    assert claim(store, job, "b:2:y")
    with store.write() as unit:
        assert not unit.jobs.finish(job, "a:1:x"), "the first comes too late"
        assert not unit.jobs.beat(job, "a:1:x", 60)
        assert unit.jobs.finish(job, "b:2:y", "result")
    with store.read() as unit:
        done = unit.jobs.get(job)
    assert done is not None and (done.state, done.result_id, done.attempts) == ("done", "result", 2)


def test_a_dead_worker_s_job_is_released_at_once(store: Store) -> None:
    job = make_job(store)
    claim(store, job, this_worker())
    with store.write() as unit:
        assert unit.jobs.release(alive) == ()
        assert unit.jobs.release(lambda owner: False) == (job,)


def test_a_job_on_which_worker_after_worker_dies_is_given_up(store: Store) -> None:
    job = make_job(store)
    for _ in range(MAX_ATTEMPTS):
        assert claim(store, job, lease_s=-1)
        with store.write() as unit:
            unit.jobs.release(alive)
    assert not claim(store, job)
    with store.read() as unit:
        failed = unit.jobs.get(job)
    assert failed is not None and failed.state == "failed" and failed.error


def test_stopping_a_worker_counts_as_no_attempt(store: Store) -> None:
    job = make_job(store)
    claim(store, job, "host:7:x")
    with store.write() as unit:
        unit.jobs.put_back_all("host:7:")
    with store.read() as unit:
        waiting = unit.jobs.get(job)
    assert waiting is not None and (waiting.state, waiting.attempts) == ("waiting", 0)


Enqueue = Callable[..., str]


def test_a_deal_is_indexed_after_its_imports_and_drafted_after_that(store: Store) -> None:
    deal, other = make_deal(store), make_deal(store, "other", Opportunity("006B", "Other"))
    draft = make_job(store, "draft", "d", deal)
    index = make_job(store, "index", "i", deal)
    job = make_job(store, "import", "m", deal)
    elsewhere = make_job(store, "draft", "o", other)
    assert claim(store, elsewhere), "other deals do not wait"
    for wanted in (job, index, draft):
        waiting = [j for j in (draft, index, job) if j != wanted and j in (draft, index)]
        for later in waiting if wanted == job else ():
            assert not claim(store, later)
        assert claim(store, wanted, "w:1:x")
        with store.write() as unit:
            assert unit.jobs.finish(wanted, "w:1:x")


def test_work_waits_for_a_model_on_its_way(store: Store) -> None:
    deal = make_deal(store)
    model = make_job(store, "models", "models:llm:qwen")
    evidence = make_job(store, "draft", "d", deal)
    phrase = make_job(store, "draft", "p", deal, step="phrase")
    assert not claim(store, phrase)
    assert claim(store, evidence, "w:1:x"), "the evidence-only draft needs no LLM"
    assert claim(store, model, "w:2:x")
    with store.write() as unit:
        unit.jobs.finish(evidence, "w:1:x")
        unit.jobs.fail(model, "w:2:x", "no network")
    assert claim(store, phrase), "and goes on without what could not be had"


def test_what_waits_is_called_out_again_after_a_while(store: Store) -> None:
    job = make_job(store)
    with store.write() as unit:
        assert [j.id for j in unit.jobs.due(30)] == [job]
        assert unit.jobs.due(30) == ()
        assert [j.id for j in unit.jobs.due(-1)] == [job]


def test_removing_a_deal_takes_everything_of_it(store: Store) -> None:
    deal = make_deal(store)
    make_job(store, deal=deal)
    with store.write() as unit:
        unit.deals.correct(deal, Correction("rename", "p", "x"), "you")
        unit.deals.remove(deal)
    with store.engine.connect() as connection:
        for table in ("deals", "jobs", "corrections", "files", "sources", "prereads"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_login_key_works_once(store: Store) -> None:
    with store.write() as unit:
        key, old = unit.add_login(5), unit.add_login(-1)
    with store.write() as unit:
        assert unit.use_login(key)
        assert not unit.use_login(key)
        assert not unit.use_login(old)
        assert not unit.use_login("guess")
        assert unit.secret() == unit.secret()


def test_tables_are_taken_to_the_newest_version_once(store: Store) -> None:
    ran: list[str] = []
    more: tuple[schema.Step, ...] = (lambda _: ran.append("one"), lambda _: ran.append("two"))
    steps = (*schema.STEPS, *more)
    make_deal(store)
    schema.prepare(store.engine, steps)
    schema.prepare(store.engine, steps)
    assert ran == ["one", "two"]
    with store.read() as unit:
        assert unit.deals.all()
    with pytest.raises(Unavailable, match="update Preread"):
        schema.prepare(store.engine)


def test_a_database_of_the_first_version_gets_the_table_of_edits(store: Store) -> None:
    deal = make_deal(store)
    with store.write() as unit:
        unit.session.execute(text("DROP TABLE transcript_edits"))
        unit.session.execute(text("UPDATE meta SET value = '1' WHERE key = 'schema'"))
    schema.prepare(store.engine)
    with store.read() as unit:
        assert unit.transcripts.of(deal) == ()


def test_a_step_that_fails_leaves_the_old_version(store: Store) -> None:
    def broken(connection: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        schema.prepare(store.engine, (*schema.STEPS, broken))
    schema.prepare(store.engine)
