"""A large model behind an OpenAI-compatible endpoint: it reads the whole record, and whatever it answers the pre-read
holds only what the record says.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from analysis.documents import PreRead
from analysis.evidence import verify
from analysis.walk import claims_of
from api.preread import Preread
from api.settings import Settings
from bench.endpoint import Asked, Endpoint, Failure, Judge, Raw, by_schema, serving

from .conftest import with_fakes

DEAL = "harborlight-clinics"
INVENTED = "Zanzibar wins 97 percent"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_deal: Path) -> Path:
    """The sample without its recording, as a lost deal, so that every chain has a question."""
    root = tmp_path_factory.mktemp("in") / DEAL
    shutil.copytree(sample_deal, root, ignore=shutil.ignore_patterns("*.m4a"))
    row = root / "opportunity.csv"
    row.write_text(row.read_text(encoding="utf-8").replace("Closed Won", "Closed Lost"), encoding="utf-8")
    return root


Open = Callable[[Judge], tuple[Preread, Endpoint]]


@pytest.fixture
def opened(home: Path, folder: Path) -> Generator[Open]:
    made: list[Any] = []

    def open_with(judge: Judge) -> tuple[Preread, Endpoint]:
        server = serving(judge)
        endpoint = server.__enter__()
        settings = Settings(
            llm="openai:judge",
            llm_base_url=endpoint.url,
            llm_api_key="k",
            llm_context=64_000,
            llm_price_in=2.0,
        )  # type: ignore[call-arg]
        application = with_fakes(Preread(settings))
        application.import_paths([folder])
        made.extend([application, server])
        return application, endpoint

    yield open_with
    for thing in made:
        thing.close() if isinstance(thing, Preread) else thing.__exit__(None, None, None)


def picks(asked: Asked) -> dict[str, Any]:
    """The longest lines, in words that every quote supports."""
    ids = sorted(asked.lines, key=lambda i: -len(asked.lines[i]))
    return by_schema(asked.schema, ids, "we listened to what they asked for")


def test_it_reads_the_whole_record_once_and_every_claim_verifies(opened: Open) -> None:
    application, endpoint = opened(picks)
    preread = application.draft(DEAL)
    record = _record(application)
    assert all(verify(record, c) for claim in claims_of(preread) for c in claim.citations)
    read = [a for a in endpoint.asked if "Mark the few lines" in a.system]
    shown = " ".join(" ".join(a.lines.values()) for a in read)
    spoken = [u for s in record.sources for u in s.utterances if u.kind.value in ("speech", "body")]
    assert all(" ".join(u.text.split()) in shown for u in spoken if "<<<" not in u.text)
    assert {"read_sources", "choose_lines", "retro_points", "check_support"} <= set(
        preread.drafted_by.prompts
    )
    assert any("we listened" in c.text.lower() for c in preread.went_well), (
        "its words stand where they are supported"
    )


def test_the_plan_is_what_is_then_sent(opened: Open) -> None:
    application, endpoint = opened(picks)
    plan = application.plan(DEAL)
    assert not endpoint.asked
    assert plan.cost is not None and plan.tokens_in > 2000
    application.draft(DEAL)
    planned = {t.task: t.calls for t in plan.tasks}
    sent = len(endpoint.asked)
    assert abs(sent - plan.calls) <= 3, planned
    assert 0.6 < plan.tokens_in / endpoint.tokens_in < 1.6
    assert application.plan(DEAL).calls == 0, "nothing new to ask"
    assert f"{sent} calls" in application.versions(DEAL)[0].what


def test_a_redraft_asks_nothing_and_one_more_mail_costs_a_quarter_at_most(
    opened: Open, folder: Path, tmp_path: Path
) -> None:
    application, endpoint = opened(picks)
    application.draft(DEAL)
    first, paid = len(endpoint.asked), endpoint.tokens_in
    application.draft(DEAL)
    assert len(endpoint.asked) == first
    source = (folder / "emails" / "10-kettle.eml").read_bytes()
    head, _, _ = source.partition(b"\n\n")
    head = re.sub(rb"(?im)^Message-ID:.*", b"Message-ID: <more@example.example>", head)
    more = tmp_path / "11-parking.eml"
    more.write_bytes(
        head + b"\n\nThe car park is closed on Thursday, please use the one behind the church.\n"
    )
    application.import_paths([more], deal=DEAL)
    application.draft(DEAL)
    assert 0 < endpoint.tokens_in - paid <= paid / 4


HOSTILE: dict[str, Judge] = {
    "ids of no line": lambda a: by_schema(a.schema, ["E9999", "../../etc", "E0", "S77"], "we listened"),
    "invented words": lambda a: by_schema(a.schema, list(a.lines), INVENTED),
    "everything supported": lambda a: by_schema(a.schema, list(a.lines)[::-1], f"Mr Quux said {INVENTED}"),
    "no JSON": lambda a: Raw("I would rather talk about " + INVENTED),
    "cut short": lambda a: Raw('{"marks": [{"id": "E1", "ab', reason="length"),
    "another shape": lambda a: Raw('[{"quote": "' + INVENTED + '"}]'),
    "nothing": lambda a: Raw(""),
    "refused": lambda a: Failure(400),
    "busy": lambda a: Failure(429, {"retry-after": "0", "retry-after-ms": "1"}),
    "broken": lambda a: Failure(500, {"retry-after-ms": "1"}),
    "no key": lambda a: Failure(401),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_model_changes_nothing_that_is_claimed(opened: Open, what: str) -> None:
    application, _ = opened(HOSTILE[what])
    preread, note = application.finish_draft(application.start_draft(DEAL))
    record = _record(application)
    claims = claims_of(preread)
    assert claims
    assert all(c.verified and c.citations for c in claims)
    assert all(verify(record, c) for claim in claims for c in claim.citations)
    told = preread.model_dump_json()
    assert "Zanzibar" not in told and "Quux" not in told and "97 percent" not in told
    assert PreRead.model_validate_json(preread.model_dump_json(by_alias=True)) == preread
    if what in ("busy", "broken", "no key"):
        assert note is not None and "evidence alone" in note
        assert ("PREREAD_LLM_API_KEY" in note) == (what == "no key")


def test_an_endpoint_that_is_busy_once_is_asked_again(opened: Open) -> None:
    turns = iter([Failure(429, {"retry-after-ms": "1"})])
    application, _ = opened(lambda a: next(turns, None) or picks(a))
    preread, note = application.finish_draft(application.start_draft(DEAL))
    assert note is None
    assert "read_sources" in preread.drafted_by.prompts


def test_an_endpoint_that_goes_away_half_way_leaves_what_it_said(opened: Open) -> None:
    left = iter(range(4))
    application, _ = opened(
        lambda a: picks(a) if next(left, None) is not None else Failure(500, {"retry-after-ms": "1"})
    )
    preread, note = application.finish_draft(application.start_draft(DEAL))
    assert note is not None and "in part from the evidence alone" in note
    assert "read_sources" in preread.drafted_by.prompts
    assert "as far as it answered" in application.versions(DEAL)[-1].what


def _record(application: Preread) -> Any:
    with application.parts.store.read() as unit:
        return unit.deals.record(unit.deals.find(DEAL).id)
