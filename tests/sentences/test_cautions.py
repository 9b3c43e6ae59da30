"""What stands beside the answers: a model that does not reproduce its record, and numbers of one engine alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.report.pages import render_index, render_topic
from forecast.schema.topic import digest_of
from forecast.sentences.cautions import misfit_sentences, single_engine_sentence, verdict_words
from tests.support.paths import ROOT, topic_reports
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

ENDED = "The answers should not be trusted as they stand."


def check(
    tail: float, *, statistic: str = "largest", seen: float = 41, quantiles: tuple[float, ...] = (2, 3, 4, 5, 7)
) -> dict[str, object]:
    """One predictive check of a stream."""
    return {"stream": "transfers", "statistic": statistic, "seen": seen, "quantiles": list(quantiles), "tail": tail}


def content_with(*checks: dict[str, object]) -> dict[str, object]:
    """The sample's content with these predictive checks."""
    content = with_insight(sample_content())
    content = {**content, "insight": {**content["insight"], "checks": list(checks)}}
    return {**content, "digest": digest_of(content)}


@pytest.mark.parametrize(("tail", "count"), [(0, 1), (0.00098, 1), (0.001, 0), (0.02, 0), (1, 0)])
def test_a_check_below_a_thousandth_is_a_misfit_and_no_other(tail: float, count: int) -> None:
    """The limit itself is none."""
    assert len(misfit_sentences(content_with(check(0.3), check(tail)))) == count


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (check(0), "In transfers, the largest value is 41; in records simulated from the model it is between 2 and 7 nine times in ten,"),
        (
            check(0, statistic="share of zeros", seen=0.5, quantiles=(0, 0, 0, 0, 0)),
            "In transfers, the share of zeros is 50 %; in records simulated from the model it is 0 % nine times in ten,",
        ),
        (
            check(0, statistic="number of released", seen=12, quantiles=(1, 2, 3, 4, 5)),
            "In transfers, the number of released is 12; in records simulated from the model it is between 1 and 5 nine times in ten,",
        ),
        (check(0, statistic="sum"), "In transfers, the sum is 41;"),
        (check(0, statistic="mean"), "In transfers, the mean is 41;"),
    ],
)
def test_a_misfit_says_what_was_seen_and_what_was_predicted(given: dict[str, object], said: str) -> None:
    """The sentence names the stream, the statistic and both figures, and what follows for the answers."""
    (sentence,) = misfit_sentences(content_with(given))
    assert sentence.startswith(f"The model does not reproduce the record. {said}")
    assert sentence.endswith(f"and as extreme as what was seen in fewer than 1 of 1,000. {ENDED}")


def test_the_farthest_checks_are_said_and_the_others_counted() -> None:
    """Of many only the first four stand beside the answers, the farthest first."""
    found = misfit_sentences(content_with(*(check(0.0001 * index, seen=40 + index) for index in reversed(range(7)))))
    assert [sentence.split("is ")[1].split(";")[0] for sentence in found[:4]] == ["40", "41", "42", "43"]
    assert found[4:] == ("3 more checks are as extreme; see “How well the record was foreseen”.",)


def test_a_report_without_insight_has_no_misfits() -> None:
    """Where nobody looked there is nothing to say."""
    assert misfit_sentences(sample_content()) == ()


@pytest.mark.parametrize(("status", "count"), [("open", 1), ("not answerable", 1), ("settled", 0), ("happened", 0), ("void", 0)])
def test_answers_that_the_record_has_settled_need_no_model(status: str, count: int) -> None:
    """A misfit is said as long as one question is not decided by the record."""
    content = content_with(check(0))
    first, *others = content["answers"]
    settled = [{**each, "status": "settled"} for each in others]
    assert len(misfit_sentences({**content, "answers": [{**first, "status": status}, *settled]})) == count


def test_a_misfit_stands_beside_the_answers_on_every_page() -> None:
    """On page, Markdown and both indexes it comes after the heading of the answers, or of all topics, and before the first answer."""
    content = content_with(check(0))
    files = render_topic(content) | render_index([content])
    first = content["answers"][0]["asks"]
    for name, heading in (("route.html", 'id="answers"'), ("route.md", "## Answers"), ("index.html", "<h1>"), ("index.md", "# All")):
        text = files[name].decode()
        assert -1 < text.find(heading) < text.find("The model does not reproduce the record") < text.find(first), name
    for name, data in (render_topic(content_with(check(0.001))) | render_index([content_with(check(0.001))])).items():
        assert b"does not reproduce" not in data, name


@pytest.mark.parametrize("path", topic_reports(ROOT / "reports"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_published_topic_has_a_misfit(path: Path) -> None:
    """A warning that always comes is worth nothing."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert misfit_sentences(content) == ()
    assert not single_engine_sentence(content)


def with_verdict(word: str, *, warnings: tuple[str, ...] = ()) -> dict[str, object]:
    """The sample's content with another verdict."""
    content = {
        **sample_content(),
        "verdict": {"verdict": word, "sentence": "The fast engine failed.", "checks": []},
        "warnings": list(warnings),
    }
    return {**content, "digest": digest_of(content)}


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("agreed", "two engines agree"),
        ("disputed", "disputed"),
        ("failed", "the second engine failed"),
        ("unconfirmed", "one engine alone"),
        ("not refereed", "not refereed"),
    ],
)
def test_every_verdict_is_said_on_the_page(word: str, tag: str) -> None:
    """The tag beside the day has it, and the section on trust has its sentence; one engine alone is said above the answers too."""
    content = with_verdict(word)
    files = render_topic(content) | render_index([content])
    page = files["route.html"].decode()
    assert f'<span class="tag">{tag}</span>' in page
    assert f"<strong>{verdict_words(word).capitalize()}.</strong> The fast engine failed." in page
    assert f"**{verdict_words(word).capitalize()}.** The fast engine failed." in files["route.md"].decode()
    assert f"· {tag}" in files["index.md"].decode()
    for name in ("route.html", "route.md"):
        assert ("One engine alone. The fast engine failed." in files[name].decode()) is (word == "unconfirmed")


def test_a_warning_says_more_than_that_one_engine_is_alone() -> None:
    """Where the engine that is alone does not vouch for its draws, the warning stands by itself."""
    assert single_engine_sentence(with_verdict("unconfirmed")) == "One engine alone. The fast engine failed."
    assert not single_engine_sentence(with_verdict("unconfirmed", warnings=("Two trajectories diverged.",)))
