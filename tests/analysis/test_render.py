import io
import zipfile

import pytest
from bs4 import BeautifulSoup
from docx import Document
from markdown_it import MarkdownIt

from analysis.documents import Citation, Claim, DealHeader, DraftedBy, PreRead, TimelineEntry
from analysis.draft import evidence_draft
from analysis.render import to_docx, to_html, to_markdown

HOSTILE = "<script>alert(1)</script> [x](http://evil.example) | **b** \x07 `c`"


@pytest.fixture(scope="module")
def preread(corpus) -> PreRead:
    return evidence_draft(corpus)


def hostile() -> PreRead:
    c = Claim(
        id="c", text=HOSTILE, citations=[Citation(source=HOSTILE, speaker=HOSTILE, quote=HOSTILE, start=63.2)]
    )
    return PreRead(
        deal=DealHeader(id="d", name=HOSTILE, stated_reason=HOSTILE),
        drafted_by=DraftedBy(llm="none", embeddings="e"),
        went_well=[c],
        timeline=[TimelineEntry(date="2026-05-12", event=HOSTILE, source=HOSTILE)],
        gaps=[HOSTILE],
    )


def test_every_quote_stands_in_every_format(preread):
    quotes = [q.quote for c in (*preread.could_go_better, *preread.value_articulation) for q in c.citations]
    assert quotes
    word = "\n".join(p.text for p in Document(io.BytesIO(to_docx(preread))).paragraphs)
    page = BeautifulSoup(to_html(preread), "html.parser").get_text()
    mark = BeautifulSoup(MarkdownIt().render(to_markdown(preread)), "html.parser").get_text()
    for quote in quotes:
        assert quote in word and quote in page and quote in mark


def test_where_a_quote_stands_is_said_in_minutes_and_day(preread):
    assert "calls/01-intro.vtt at 1:00, 10 Jun 2026" in to_html(preread)


def test_the_record_is_never_markup():
    page = BeautifulSoup(to_html(hostile()), "html.parser")
    assert page.find("script") is None and page.find("a") is None
    mark = BeautifulSoup(MarkdownIt("js-default").render(to_markdown(hostile())), "html.parser")
    assert mark.find("script") is None and mark.find("a") is None and mark.find("b") is None
    rows = mark.find_all("tr")
    assert all(len(r.find_all(["td", "th"])) == 4 for r in rows)
    assert zipfile.ZipFile(io.BytesIO(to_docx(hostile()))).testzip() is None


def test_a_claim_that_only_repeats_its_quote_is_not_told_twice():
    p = hostile()
    quote = Citation(source="calls/a.vtt", speaker="Dana Whitfield", quote="We lose a day a month on this.")
    texts = (
        "Dana Whitfield: “We lose a day a month on this.”",
        "It costs them a day: “We lose a day …”",
        "Our own words.",
    )
    p.went_well = [Claim(id=t, text=t, citations=[quote]) for t in texts]
    page = BeautifulSoup(to_html(p), "html.parser")
    assert [x.get_text() for x in page.select(".claim > p")] == ["It costs them a day", "Our own words."]
    assert page.get_text().count("We lose a day") == 3


def test_empty_sections_say_why():
    p = hostile()
    p.empty = {"value_articulation": "Nobody says it."}
    assert "Nobody says it." in to_markdown(p)
