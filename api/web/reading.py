"""The pages to read: deals, a pre-read, the record, a source, people, history, questions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from analysis.documents import Citation, PreRead
from analysis.walk import claims_of
from api.application import Application
from api.errors import NotFound
from api.views import DealView, SourceView
from api.web.glance import base, glance, thin, troubles
from api.web.path import Picture, picture
from api.web.present import CAUSES, MEDDPICC_TITLES, SECTION_TITLES
from api.web.templates import page, unsure
from ingest.crosstalk import overlapping
from ingest.model import Source, SourceKind, Utterance


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive utterances of one speaker, as a page shows them."""

    name: str | None
    side: str | None
    utterances: tuple[Utterance, ...]


def router(application: Application) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    def deals(request: Request) -> HTMLResponse:
        failed = [j for j in application.downloads() if j.error and j.state in ("failed", "waiting")]
        return page(request, "deals.html", here="deals", deals=application.deals(), failed=failed)

    @routes.get("/deals/{deal_id}")
    def deal(request: Request, deal_id: str, version: int | None = None) -> HTMLResponse:
        return _deal(request, application, deal_id, version)

    @routes.get("/deals/{deal_id}/plan")
    def plan(request: Request, deal_id: str) -> Response:
        """A piece of the deal's page, which asks for it when it is shown; nothing where nothing would be asked."""
        found = application.plan(deal_id)
        return page(request, "plan.html", plan=found) if found.calls else Response(status_code=204)

    @routes.get("/deals/{deal_id}/preread.{ending}")
    def export(deal_id: str, ending: str, version: int | None = None) -> Response:
        return _export(application.preread(deal_id, version), deal_id, ending)

    @routes.get("/deals/{deal_id}/record")
    def record(request: Request, deal_id: str) -> HTMLResponse:
        found, sources = application.deal(deal_id), application.sources(deal_id)
        return page(
            request,
            "record.html",
            here="deals",
            tab="record",
            deal=found,
            sources=sources,
            troubles=troubles(application.jobs(deal_id), sources),
        )

    @routes.get("/deals/{deal_id}/sources/{key:path}")
    def source(request: Request, deal_id: str, key: str, raw: bool = False) -> HTMLResponse:
        return _source(request, application, deal_id, key, raw)

    @routes.get("/deals/{deal_id}/people")
    def people(request: Request, deal_id: str, undone: bool | None = None) -> HTMLResponse:
        found = application.deal(deal_id)
        return page(
            request,
            "people.html",
            here="deals",
            tab="people",
            deal=found,
            undone=undone,
            people=application.people(deal_id),
            audible=_audible(application, deal_id),
            remembered={v.name for v in application.voiceprints() if v.deal_id == found.id},
        )

    @routes.get("/deals/{deal_id}/history")
    def history(request: Request, deal_id: str) -> HTMLResponse:
        found = application.deal(deal_id)
        return page(
            request,
            "history.html",
            here="deals",
            tab="history",
            deal=found,
            versions=application.versions(deal_id),
        )

    @routes.get("/ask")
    def ask(request: Request, q: str = "", deal: str = "", job: str = "", answer: str = "") -> HTMLResponse:
        return _ask(request, application, q[:500], deal, job, answer)

    return routes


def by_key_and_path(sources: tuple[SourceView, ...]) -> dict[str, SourceView]:
    """Sources by path and by key: citations carry either."""
    return {**{s.path: s for s in sources}, **{s.key: s for s in sources}}


def _newest(application: Application, deal_id: str, version: int | None) -> PreRead | None:
    if version is not None:
        return application.preread(deal_id, version)
    try:
        return application.preread(deal_id)
    except NotFound:
        return None


def _deal(request: Request, application: Application, deal_id: str, version: int | None) -> HTMLResponse:
    deal = application.deal(deal_id)
    sources = application.sources(deal_id)
    doc = _newest(application, deal_id, version)
    old = bool(doc and deal.version and doc.version != deal.version)
    complete = deal.draft_state != "evidence" or old
    jobs = application.jobs(deal_id)
    return page(
        request,
        "deal.html",
        here="deals",
        tab="preread",
        deal=deal,
        doc=doc,
        old=old,
        complete=complete,
        editable=not old,
        working=any(j.state in ("waiting", "running") for j in jobs),
        troubles=troubles(jobs, sources),
        rejected_files=[s for s in sources if s.state == "rejected"],
        lines=glance(doc) if doc else (),
        calls=sources,
        base=base(sources),
        thin=thin(doc, sources, claims_of(doc)) if doc else (),
        sources=by_key_and_path(sources),
        persons={p.id: p.name for p in doc.people} if doc else {},
        picture=_picture(deal, doc, sources) if doc else None,
        corrected=application.corrected_since(deal_id, doc.version) if doc else None,
        titles=SECTION_TITLES,
        meddpicc=MEDDPICC_TITLES,
        causes=CAUSES,
    )


def _picture(deal: DealView, doc: PreRead, sources: tuple[SourceView, ...]) -> Picture | None:
    moment = next((x.when for c in doc.moment_of_demand.claims for x in c.citations if x.when), None)
    return picture(sources, moment if doc.moment_of_demand.found else None, deal.close_date)


def _source(
    request: Request, application: Application, deal_id: str, key: str, raw: bool = False
) -> HTMLResponse:
    deal = application.deal(deal_id)
    views = application.sources(deal_id)
    view = by_key_and_path(views).get(key)
    if view is None:
        raise NotFound(f"{deal.name} has no source {key}: see its record for what there is")
    source = application.source(deal_id, view.key)
    call = source.kind is SourceKind.CALL
    if call and raw:
        source = application.transcript(deal_id, view.key, raw=True)
    return page(
        request,
        "source.html",
        here="deals",
        deal=deal,
        source=source,
        view=view,
        turns=_turns(source, application, deal_id),
        unsure=sum(unsure(u) for u in source.utterances),
        both=overlapping(source.utterances) if call else frozenset[int](),
        voices=application.voices(deal_id, source.key) if source.kind is SourceKind.CALL else (),
        people=application.people(deal_id),
        raw=call and raw,
        edits=application.transcript_edits(deal_id, view.key) if call else (),
        audio=f"/deals/{deal_id}/files/{view.audio}" if view.audio else None,
    )


def _audible(application: Application, deal_id: str) -> set[str]:
    """The ids of the people who are heard in a recording."""
    recorded = {view.key for view in application.sources(deal_id) if view.has_audio}
    return {v.person_id for v in application.voices(deal_id) if v.person_id and v.key in recorded}


def _turns(source: Source, application: Application, deal_id: str) -> tuple[Turn, ...]:
    names: dict[str, tuple[str, str]] = {
        label: (p.person.name, p.person.side.value)
        for p in application.people(deal_id)
        for label in (p.person.name, *p.person.aliases)
    }
    names |= application.speakers(deal_id, source.key)
    turns: list[Turn] = []
    for label, run in groupby(source.utterances, key=lambda u: u.speaker):
        name, side = names.get(label or "", (label, None))
        turns.append(Turn(name, side if side != "unknown" else None, tuple(run)))
    return tuple(turns)


def _export(doc: PreRead, deal_id: str, ending: str) -> Response:
    from analysis import render

    name = f'attachment; filename="{deal_id}-v{doc.version}.{ending}"'
    match ending:
        case "md":
            return Response(
                render.to_markdown(doc), media_type="text/markdown", headers={"Content-Disposition": name}
            )
        case "docx":
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            return Response(render.to_docx(doc), media_type=kind, headers={"Content-Disposition": name})
        case "html":
            return Response(
                render.to_html(doc), media_type="text/html", headers={"Content-Disposition": name}
            )
        case "json":
            return Response(doc.model_dump_json(by_alias=True, indent=1), media_type="application/json")
        case _:
            raise NotFound(f"a pre-read comes as md, docx, html or json, not as {ending}")


def _ask(
    request: Request, application: Application, q: str, deal: str, job_id: str, answer_id: str
) -> HTMLResponse:
    job = application.job(job_id) if job_id else None
    if job and job.state == "done" and job.result_id:
        answer_id = job.result_id
    answer = application.answer(answer_id) if answer_id else None
    deals = application.deals()
    sources: dict[str, dict[str, SourceView]] = {}

    def deal_of(citation: Citation) -> str:
        return citation.deal or (answer.deals[0] if answer and answer.deals else "")

    def sources_of(citation: Citation) -> dict[str, SourceView]:
        name = deal_of(citation)
        if name not in sources:
            sources[name] = (
                by_key_and_path(application.sources(name)) if any(d.id == name for d in deals) else {}
            )
        return sources[name]

    return page(
        request,
        "ask.html",
        here="ask",
        q=answer.question if answer else q,
        chosen=deal,
        deals=deals,
        job=job,
        answer=answer,
        answers=application.answers(20),
        deal_of=deal_of,
        sources_of=sources_of,
    )
