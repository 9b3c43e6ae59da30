"""What a notebook shows of a book, a topic, a posterior and answers, and the DataTree of a topic."""

from __future__ import annotations

import shutil
from datetime import date
from html.parser import HTMLParser

import pytest

import forecast
from forecast.model.settings import Settings
from tests.support.paths import TINY_BOOK
from tests.support.variant_books import write_variant_book

pytestmark = pytest.mark.medium

NEW_YEAR = date(2025, 1, 1)
FEW = Settings(draws=2_048, chances=False)
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}


class Cells(HTMLParser):
    """The tags and attributes of a text, and the texts between them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Take a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        """Take a text."""
        self.texts.append(data)


def shown(value):
    """The parsed HTML of what a notebook asks for, which holds a table and nothing else that acts or has colours."""
    html = value._repr_html_()
    cells = Cells(html)
    assert "table" in cells.tags <= ALLOWED
    assert cells.attributes <= {"scope", "style"}
    assert "color" not in html
    return cells.texts


@pytest.fixture(scope="module")
def ferry():
    """The topic of the tiny book, with few draws."""
    return forecast.open_book(TINY_BOOK).topic("ferry", as_of=NEW_YEAR, settings=FEW)


def test_a_book_and_a_topic_are_shown_by_what_they_hold(ferry):
    """A book shows its topics with their titles, a topic its questions with their days."""
    assert {"ferry", "The ferry across Lake Elna", "3"} <= set(shown(forecast.open_book(TINY_BOOK)))
    assert {"next_fault", "When will the tenth breakdown be?", "31 December 2026"} <= set(shown(ferry))


def test_a_variant_is_shown_as_that(tmp_path):
    """A topic names its variants, one of them itself; a topic without variants is no variant."""
    write_variant_book(tmp_path)
    topic = forecast.open_book(tmp_path).topic("made", as_of=NEW_YEAR)
    fast = topic.variant("fast")
    assert repr(topic).startswith("<OpenTopic made as of 2025-01-01, ")
    assert repr(fast).startswith("<OpenTopic made, variant fast, as of 2025-01-01, ")
    assert repr(fast.variant("base").at(date(2026, 1, 1))).startswith("<OpenTopic made, variant fast, as of 2026-01-01, ")
    assert "It has variants: base, bursts, fast." in shown(topic)
    assert "It is the variant fast alone." in shown(fast)


def test_answers_of_a_topic_with_variants_have_their_range_over_them(tmp_path, ferry):
    """The ends are those of the answers under each variant, and the words are the report's; without variants there are none."""
    write_variant_book(tmp_path)
    topic = forecast.open_book(tmp_path).topic("made", as_of=NEW_YEAR, settings=FEW)
    answers = topic.answers()
    alone = [topic.variant(name).answers() for name in topic.topic.rivals]
    chances = [name for name, answer in answers.items() if answer.question.kind == "probability" and answer.status == "open"]
    assert chances
    for name in chances:
        (over,) = answers.ranges[name]["ranges"]
        values = [each[name].value.value for each in alone]
        assert (over["low"], over["high"]) == pytest.approx((min(values), max(values)), abs=0.03)
        assert answers.ranges[name]["said"] in repr(answers)
    assert ferry.answers().ranges == alone[0].ranges == {}


def test_base_of_a_topic_without_variants_is_that_topic(ferry):
    """It is shown as the topic."""
    assert repr(ferry.variant("base")) == repr(ferry)


def test_answers_are_shown_in_the_words_of_the_report(ferry):
    """Headline, range, sentence and Monte Carlo error of each answer are those of the report's content."""
    from forecast.content.topic import answer_content
    from forecast.report.tables import error_words
    from forecast.sentences.headlines import headline_of, ninety_percent_range

    answers = ferry.answers()
    texts = shown(answers)
    for answer in answers.values():
        content = answer_content(ferry.topic, answer)
        for text in (headline_of(content).in_words, ninety_percent_range(content), content["sentence"], error_words(content)):
            assert not text or text in texts


def test_a_posterior_is_shown_by_medians_and_ranges(ferry):
    """Each parameter has a row with its median; a discrete one has the chance of each value; the engine's draws are counted."""
    texts = " ".join(shown(ferry.posterior()))
    assert "breakdown rate" in texts
    assert "fault: hull" in texts
    assert "draws by importance sampling" in texts
    assert "draws by the prior" in " ".join(shown(ferry.prior()))


def test_texts_of_a_book_are_shown_as_text(tmp_path):
    """Markup in a title or a question stays text in a notebook."""
    shutil.copytree(TINY_BOOK, tmp_path / "book")
    path = tmp_path / "book/seeds/ferry/topic.toml"
    text = path.read_text().replace("The ferry across Lake Elna", "<script>alert(1)</script>")
    path.write_text(text.replace("the tenth", "<img src=x onerror=y>"))
    book = forecast.open_book(tmp_path / "book")
    topic = book.topic("ferry", as_of=NEW_YEAR, settings=FEW)
    assert "<script>alert(1)</script>" in shown(book)
    assert "<script>alert(1)</script>, as of 1 January 2025" in shown(topic)
    shown(topic.answers())


def test_one_call_gives_a_data_tree_of_the_documented_shapes(ferry):
    """Groups, dimensions and sizes are those that the docstring names."""
    tree = ferry.data_tree()
    predictive = {"prior_predictive", "posterior_predictive"}
    groups = {"posterior", "prior", "sample_stats", "observed_data", "log_prior", "log_likelihood", "predictions"} | predictive
    assert set(tree.children) == groups
    assert tree["posterior"]["breakdown_rate"].dims == ("chain", "draw")
    assert tree["posterior"]["breakdown_rate"].shape == (4, 1000)
    assert tree["prior"]["breakdown_rate"].shape == (1, 1000)
    assert tree["prior_predictive"]["breakdowns"].shape == (1, 1000, tree["observed_data"]["breakdowns"].size)
    assert {tree[group]["breakdown_rate"].attrs["units"] for group in ("posterior", "prior")} == {"breakdowns per 100 crossings"}
    assert tree["posterior"]["lateness"].dims == ("chain", "draw", "weather_label")
    assert tree["log_likelihood"]["breakdowns"].dims == ("chain", "draw", "breakdowns_row")
    assert tree["observed_data"]["breakdowns"].dims == ("breakdowns_row",)
    assert tree["predictions"]["breakdowns"].dims == ("chain", "draw", "day")
    assert all(name in type(ferry).data_tree.__doc__ for name in groups)


def test_what_a_shell_shows_is_short_and_says_what_it_is():
    """Of books, topics, draws, paths, answers and analyses: no arrays, the topic and its day, and each answer's sentence."""
    book = forecast.open_book(TINY_BOOK)
    topic = book.topic("ferry", as_of=NEW_YEAR, settings=FEW)
    analysis, answers = topic.analyse(), topic.answers()
    paths = analysis.result.paths
    assert repr(book).startswith(f"<OpenBook {TINY_BOOK}: ")
    assert repr(topic).startswith("<OpenTopic ferry as of 2025-01-01, questions: three_more, ")
    assert f"{len(topic.posterior()):,} draws, " in repr(topic.posterior())
    assert repr(paths).startswith(f"<Paths of ferry as of 2025-01-01: {len(paths):,} paths, ")
    assert repr(analysis).startswith("<Analysis of ferry as of 2025-01-01: <EngineResult: <Posterior of ferry as of 2025-01-01: ")
    assert repr(analysis).endswith("verdict: no second engine was asked for>")
    assert repr(answers).splitlines()[0] == "<Answers of ferry as of 2025-01-01>"
    assert [line.split(":")[0].strip() for line in repr(answers).splitlines()[1:]] == list(answers)
    assert repr(topic.model()) == "<Model of ferry as of 2025-01-01: 6 parameters, 6 rows>"
    assert repr(topic.topic).startswith("Topic(name='ferry', title='The ferry across Lake Elna', ")
    for shown_object in (book, topic, topic.topic, topic.model(), topic.posterior(), paths, analysis.result, analysis, *answers.values()):
        assert len(repr(shown_object)) < 700
        assert "array(" not in repr(shown_object)
        assert "\n" not in repr(shown_object)
    assert [repr(answer).split(",")[0] for answer in answers.values()] == [f"<Answer to {name}" for name in answers]
    assert analysis._repr_html_() == analysis.result.posterior._repr_html_() == analysis.result._repr_html_()
