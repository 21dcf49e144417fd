"""Mails as sources: who said what, what is quoted, forwarded, signature; each sentence once."""

# ruff: noqa: E501, RUF015 - samples in line

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import IngestError, LimitExceeded, UnreadableSource
from ingest.mail import parse_mail, parse_mbox, parse_msg, signature_of, strip_repeats, thread
from ingest.mail.reply import reply_of
from ingest.model import Source, UtteranceKind

SAMPLES = Path(__file__).parents[2] / "samples" / "mail"
HEAD = (
    b"From: Ann Bell <a@x.example>\nTo: b@y.example\nSubject: Re: s\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n"
)


def read(name: str) -> Source:
    return parse_mail(f"emails/{name}", (SAMPLES / name).read_bytes())


def texts(source: Source, kind: UtteranceKind) -> list[str]:
    return [u.text for u in source.utterances if u.kind is kind]


def test_interleaved_answers_stay_the_senders() -> None:
    source = read("interleaved.eml")
    assert texts(source, UtteranceKind.BODY) == [
        "Ellie, see below.",
        "The board, on the last Thursday of the month.",
        "It is, less the eight thousand for training.",
    ]
    assert texts(source, UtteranceKind.QUOTED) == [
        "Who signs on your side, and by when would the paper have to be with them?",
        "And is the budget still the one from January?",
    ]
    assert [u.speaker for u in source.utterances if u.kind is UtteranceKind.BODY] == ["Jürgen Adler"] * 3
    assert len(texts(source, UtteranceKind.BOILERPLATE)) == 2  # the attribution and the disclaimer


def test_signature_lines_and_people() -> None:
    source = read("interleaved.eml")
    assert signature_of(source) == (
        "Mit freundlichen Grüßen",
        "Jürgen Adler",
        "Leiter Einkauf, Northgate GmbH",
        "+49 30 5550 1234",
    )
    assert [(p.role, p.name, p.email) for p in source.participants][:3] == [
        ("from", "Jürgen Adler", "juergen.adler@northgate.example"),
        ("to", "Marsh, Ellie", "ellie.marsh@tollard.example"),
        ("cc", "Undisclosed Board", "board@northgate.example"),
    ]


def test_forward_keeps_its_author_and_date() -> None:
    source = read("forward.eml")
    forwarded = [u for u in source.utterances if u.kind is UtteranceKind.FORWARDED]
    assert [u.speaker for u in forwarded] == ["Petra Holm"] * 2
    assert forwarded[0].written_at is not None
    assert (forwarded[0].written_at.month, forwarded[0].written_at.hour) == (4, 16)
    assert texts(source, UtteranceKind.BODY) == [
        "Sam, this came from their works manager. Read the last line."
    ]
    assert ("Petra Holm", "Petra Holm") in {(p.name, p.label) for p in source.participants}


def test_html_only_keeps_items_and_drops_scripts() -> None:
    source = read("html-only.eml")
    assert texts(source, UtteranceKind.BODY) == [
        "The three things I would need , in this order:",
        "a date in writing from your side",
        "somebody on site for the fünf Tage",
    ]
    assert texts(source, UtteranceKind.QUOTED) == ["What would you need from us for August?"]


def test_each_sentence_is_stored_once() -> None:
    ask, answer = read("ask.eml"), read("interleaved.eml")
    copied = parse_mail(
        "c.eml", HEAD + b"\nWho signs on your side, and by when would the paper have to be with them?\n"
    )
    found = strip_repeats((answer, ask, copied))
    assert [s.key for s in found] == [answer.key, ask.key, "c.eml"]
    again = [u for s in found for u in s.utterances if u.text.startswith("Who signs")]
    assert [u.kind for u in again].count(UtteranceKind.BODY) == 1


def test_text_quoted_from_a_mail_that_is_missing_is_kept_as_its_authors() -> None:
    alone = strip_repeats((read("interleaved.eml"),))[0]
    kept = [u for u in alone.utterances if u.kind is UtteranceKind.FORWARDED]
    assert kept and {u.speaker for u in kept} == {"Marsh, Ellie"}


def test_threads_by_headers_and_without_them() -> None:
    ask, answer = read("ask.eml"), read("interleaved.eml")
    other = read("forward.eml")
    linked = thread((answer, other, ask))
    names = [s.mail.thread for s in linked if s.mail]
    assert names[0] == names[2] == "ask-1@tollard.example" != names[1]
    bare = ask.__class__
    hidden = parse_mail(
        "h.eml",
        (SAMPLES / "interleaved.eml")
        .read_bytes()
        .replace(b"In-Reply-To", b"X-A")
        .replace(b"References", b"X-B"),
    )
    assert isinstance(hidden, bare)
    names = [s.mail.thread for s in thread((ask, hidden)) if s.mail]
    assert names[0] == names[1]


def test_long_paragraphs_are_cut_at_sentences() -> None:
    body = " ".join(f"This is sentence number {n} of a long paragraph." for n in range(40))
    source = parse_mail("a.eml", HEAD + b"\n" + body.encode() + b"\n")
    pieces = texts(source, UtteranceKind.BODY)
    assert len(pieces) > 3 and all(len(p.split()) <= 80 and p.endswith(".") for p in pieces)
    assert " ".join(pieces) == body


def test_mailbox_streams_and_names_the_bad_message(tmp_path: Path) -> None:
    good = HEAD + b"Message-ID: <%d@x.example>\n\nHello number %d, this is a mail.\n\n"
    raw = b"".join(b"From a@x.example Mon Jan  5 10:00:00 2026\n" + good % (n, n) for n in range(3))
    raw += b"From a@x.example Mon Jan  5 10:00:00 2026\n\nnot a mail\n\n"
    raw += b"From a@x.example Mon Jan  5 10:00:00 2026\n" + good % (0, 0)  # a second copy
    raw += b"From a@x.example Mon Jan  5 10:00:00 2026\n" + HEAD + b"\n>From here on it is quoted\n"
    path = tmp_path / "box.mbox"
    path.write_bytes(raw)
    found = list(parse_mbox("emails/box.mbox", path))
    assert [s.key for s in found if isinstance(s, Source)] == [
        *(f"emails/box.mbox#{n}@x.example" for n in range(3)),
        "emails/box.mbox#6",
    ]
    assert [str(e) for e in found if isinstance(e, IngestError)][0].startswith("emails/box.mbox, message 4: ")
    last = found[-1]
    assert isinstance(last, Source) and texts(last, UtteranceKind.BODY) == ["From here on it is quoted"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnreadableSource),
        (b" \n", UnreadableSource),
        (b"\x89PNG\r\n\x1a\n\x00\x00", UnreadableSource),
        (b"Dear all,\nthis is a letter.\n", UnreadableSource),
        (HEAD + b"\n" + b"x" * (65 << 20), LimitExceeded),
        (
            HEAD
            + b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500)
            ),
            LimitExceeded,
        ),
        (b"X-A: y\n" * 400_000 + HEAD + b"\nhi\n", LimitExceeded),
    ],
)
def test_bad_files_are_named(data: bytes, error: type[IngestError]) -> None:
    with pytest.raises(error) as raised:
        parse_mail("emails/a.eml", data)
    assert str(raised.value).startswith("emails/a.eml: ") and "\n" not in str(raised.value)


def test_what_is_merely_odd_is_read_with_a_note() -> None:
    source = parse_mail("a.eml", b"Subject: hello\nDate: yesterday\n\nNobody signed this one at all.\n")
    assert source.when is None and source.utterances[0].speaker is None
    assert any("From" in note for note in source.notes) and any("Date" in note for note in source.notes)
    many = b"--b\nContent-Type: text/plain\n\nhello there\n" * 10_000
    parts = parse_mail("a.eml", HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + many)
    assert len(parts.utterances) < 2_000 and any("parts" in note for note in parts.notes)
    odd = parse_mail(
        "a.eml", HEAD + b"Content-Type: text/plain; charset=klingon-8\n\nGr\xfc\xdfe an alle hier\n"
    )
    assert texts(odd, UtteranceKind.BODY) == ["Grüße an alle hier"]


def test_msg_that_is_none_is_named() -> None:
    with pytest.raises(UnreadableSource, match=r"a\.msg: "):
        parse_msg("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_any_bytes_give_a_source_or_our_error(data: bytes) -> None:
    for parse in (parse_mail, parse_msg):
        try:
            source = parse("a", data)
        except IngestError:
            continue
        assert [u.ordinal for u in source.utterances] == list(range(len(source.utterances)))


_PIECES = st.sampled_from(
    ["> ", ">> ", "On Mon, 5 Jan 2026 at 10:00, A <a@b.example> wrote:", "From: A B", "Sent: today", "To: c", "Subject: x", "\n", "\n\n",
     "-----Original Message-----", "Begin forwarded message:", "--", "Regards,", "Ann", "* item", "Some words that somebody wrote.", "\t", "é"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=40))
def test_every_utterance_stands_in_the_text(pieces: list[str]) -> None:
    body = "".join(p if p in ("> ", ">> ") else p + "\n" for p in pieces)
    source = parse_mail("a.eml", HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + body.encode())
    plain = " ".join(body.split())
    bare = " ".join(" ".join(line.lstrip("> ") for line in body.split("\n")).split())
    for utterance in source.utterances:
        if utterance.kind is UtteranceKind.BODY:
            assert utterance.text in plain or utterance.text in bare
    assert len(reply_of(body)) <= len(body)
