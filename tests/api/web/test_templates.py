from api.web.templates import doubtful, templates
from ingest.model import Utterance, Word


def test_doubtful_words_are_underlined_and_everything_is_escaped() -> None:
    words = (Word(0, 1, "<b>we", 0.2), Word(1, 2, "sign", 0.9), Word(2, 3, "Friday", 0.3))
    shown = doubtful(Utterance(0, "S1", "<b>we sign Friday & go", words=words))
    assert shown == (
        '<span class="doubt" title="heard unsure (0.20)">&lt;b&gt;we</span> sign '
        '<span class="doubt" title="heard unsure (0.30)">Friday</span> &amp; go'
    )


def test_words_that_are_no_longer_in_the_text_leave_it_whole() -> None:
    assert (
        doubtful(Utterance(0, "S1", "corrected text", words=(Word(0, 1, "gone", 0.1),))) == "corrected text"
    )


def test_every_template_compiles() -> None:
    environment = templates().env
    names = environment.list_templates()
    assert {"deal.html", "source.html", "ask.html"} <= set(names)
    for name in names:
        environment.get_template(name)
