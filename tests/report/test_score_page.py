"""The page of scores: what its JSON holds, that page and Markdown come from it alone, and what it says of open questions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.book_inputs import book_inputs
from forecast.book.files.folder import Folder
from forecast.report.rerender import render_missing_pages, rerender_reports
from forecast.report.score_page import render_score_page, score_page_files
from forecast.schema.hindcast_scores import MeanScoreContent
from forecast.schema.score_page import read_score_page
from forecast.schema.topic import ReportFault
from tests.support.invented_records import QUESTION, YES, collection, said, topic
from tests.support.paths import TINY_BOOK
from tests.support.score_pages import hindcast_sample, sample_score_page, score_page_of

pytestmark = pytest.mark.medium

DAY = date(2026, 3, 5)  # four of the ten days have passed, and the fifth ends


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the tiny book, without reports."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    return root


def test_a_settled_question_has_its_forecasts_beside_the_others(book: Path):
    """Each forecast has its score, and the median of the others and its score at that time."""
    collection(book, [said("7", 0.5), said("7", 0.8, 5), said("bob", 0.6), said("cat", 0.4, 3)], me=["7"])
    (question,) = score_page_of(book)["settled"]
    (person,) = question["people"]
    assert (question["address"], question["outcome"], person["who"]) == ("venue:q", "yes", "me")
    assert [(step["said"], step["score"]) for step in person["steps"]] == [("50 %", 0.25), ("80 %", 0.04)]
    assert [step["beside"] for step in person["steps"]] == [
        {"who": "the others' median", "probability": 0.6, "score": 0.16},
        {"who": "the others' median", "probability": 0.5, "score": 0.25},
    ]


def test_a_number_is_shown_by_its_median_and_interval(book: Path):
    """In the unit of the question; so is the outcome."""
    question = {**QUESTION, "type": "number", "unit": "mm"}
    rows = [said("me", [[0.05, 10], [0.5, 30], [0.95, 80]], form="quantiles")]
    topic(book, rows, questions=[question], resolutions=[{**YES, "outcome": "number", "value": "41"}], name="ferry")
    (shown,) = score_page_of(book)["settled"]
    assert (shown["outcome"], shown["people"][0]["steps"][0]["said"]) == ("41 mm", "30 mm (90 %: 10 mm to 80 mm)")


def test_what_an_update_now_would_score_is_what_it_scores(book: Path):
    """Half of the time has passed at 0.5: each line is the mean of both halves, for yes and for no."""
    topic(book, [said("me", 0.5)], questions=[{**QUESTION, "actual_close": ""}], resolutions=[], name="ferry")
    (question,) = score_page_of(book, DAY)["open"]
    assert (question["passed"], question["keep"]["probability"]) == (0.5, 0.5)
    assert question["keep"]["if_yes"] == {"brier": 0.25, "brier-over-time": 0.25, "baseline": 0.0}
    (nine,) = [its for its in question["updates"] if its["probability"] == pytest.approx(0.9)]
    assert nine["if_yes"] == pytest.approx({"brier": 0.01, "brier-over-time": 0.13, "baseline": 42.3998})
    assert nine["if_no"] == pytest.approx({"brier": 0.81, "brier-over-time": 0.53, "baseline": -116.096})


@pytest.mark.parametrize(
    "change",
    [
        {"actual_close": "2026-03-04T00:00:00Z"},
        {"scheduled_close": "2026-03-02T00:00:00Z", "actual_close": ""},
    ],
    ids=["closed", "past"],
)
def test_a_question_that_cannot_be_updated_has_no_table(change: Mapping[str, str], book: Path):
    """It is closed, or its scheduled close has passed."""
    topic(book, [said("me", 0.5)], questions=[{**QUESTION, **change}], resolutions=[], name="ferry")
    assert score_page_of(book, DAY)["open"] == []


def test_expected_scores_are_those_of_what_an_aggregate_says(book: Path):
    """Each is the mean of both outcomes by its probability, and saying what it says is best by each measure."""
    people = [{"who": "all", "kind": "aggregate"}]
    topic(
        book,
        [said("me", 0.5), said("all", 0.9, 2)],
        questions=[{**QUESTION, "actual_close": ""}],
        resolutions=[],
        people=people,
        name="ferry",
    )
    (question,) = score_page_of(book, DAY)["open"]
    assert question["believer"] == "all"
    for its in (question["keep"], *question["updates"]):
        for measure, expected in its["expected"].items():
            assert expected == pytest.approx(
                0.9 * float(its["if_yes"][measure]) + 0.1 * float(its["if_no"][measure]), rel=1e-5
            )  # the page has six digits
    best = min(question["updates"], key=lambda its: float(its["expected"]["brier-over-time"]))
    assert best["probability"] == pytest.approx(0.9)
    assert best["expected"]["brier"] == pytest.approx(0.09)


def test_options_have_expected_scores(book: Path):
    """By what an aggregate says if it has the same options, else by one's own forecast; the two-sided Brier score is that of the rule."""
    asked = {**QUESTION, "type": "options", "actual_close": ""}
    mine, theirs = {"a": 0.5, "b": 0.5}, {"a": 0.8, "b": 0.2}
    people = [{"who": "all", "kind": "aggregate"}]
    rows = [said("me", mine, form="options"), said("all", theirs, 2, form="options")]
    topic(book, rows, questions=[asked], resolutions=[], people=people, name="ferry")
    (question,) = score_page_of(book, DAY)["open"]
    assert (question["believer"], question["keep"]["probability"], question["keep"]["if_yes"]) == ("all", None, {})
    assert question["keep"]["expected"]["brier-two-sided"] == pytest.approx(0.5)
    (other,) = question["updates"]
    assert other["expected"]["brier-two-sided"] == pytest.approx(0.8 * 0.08 + 0.2 * 1.28)
    assert other["expected"]["brier-two-sided-over-time"] == pytest.approx((0.5 + 0.8 * 0.08 + 0.2 * 1.28) / 2)
    assert "expected if all is right" in (book / "reports/score.html").read_text(encoding="utf-8").lower()
    topic(book, [rows[0]], questions=[asked], resolutions=[], people=people, name="ferry")
    (alone,) = score_page_of(book, DAY)["open"]
    assert (alone["believer"], alone["updates"]) == ("me", [])


def test_open_numbers_are_said_to_have_no_expected_score(book: Path):
    """There is a sentence, and no table."""
    asked = {**QUESTION, "type": "number", "actual_close": ""}
    topic(book, [said("me", [[0.05, 10], [0.5, 30], [0.95, 80]], form="quantiles")], questions=[asked], resolutions=[], name="ferry")
    page = score_page_of(book, DAY)
    assert (page["open"], page["open_numbers"]) == ([], 1)
    for name in ("score.html", "score.md"):
        assert "1 open question asks for a number or a date" in (book / "reports" / name).read_text(encoding="utf-8")


def test_best_and_worst_calls_are_of_different_questions(book: Path):
    """Of three questions the best and the worst are named, and the middle one is in neither list."""
    questions = [{**QUESTION, "id": name, "text": f"Question {name}?"} for name in "abc"]
    rows = [said("me", value, question=name) for name, value in zip("abc", (0.2, 0.5, 0.9), strict=True)]
    topic(book, rows, questions=questions, resolutions=[{**YES, "question": name} for name in "abc"], name="ferry")
    calls = score_page_of(book)["calls"]
    assert calls is not None
    assert [[its["address"] for its in which] for which in (calls["best"], calls["worst"])] == [["ferry.c"], ["ferry.a"]]


def test_the_page_says_that_there_are_too_few_questions(book: Path):
    """With one question, at its top, in HTML and in Markdown."""
    topic(book, [said("me", 0.5)], name="ferry")
    score_page_of(book)
    for name in ("score.html", "score.md"):
        assert "Too few questions to judge" in (book / "reports" / name).read_text(encoding="utf-8")


def test_an_infinite_score_is_shown_as_such(book: Path):
    """On the page, and as a word in the JSON."""
    topic(book, [said("me", 0)], name="ferry")
    page = score_page_of(book)
    means = {its["measure"]: its["mean"] for its in page["scores"]["summaries"]}
    assert (means["log"], means["baseline"]) == ("inf", "-inf")
    assert '<td class="number">\N{MINUS SIGN}inf</td>' in (book / "reports" / "score.html").read_text(encoding="utf-8")


def test_the_page_is_made_again_from_its_json_to_the_byte(book: Path):
    """`forecast report` writes what was written, and the same day writes the same."""
    topic(book, [said("me", 0.5), said("me", 0.7, 3)], name="ferry")
    page = score_page_of(book)
    before = {path: path.read_bytes() for path in (book / "reports").rglob("*") if path.is_file() and path.name != ".lock"}
    assert {f"reports/{name}" for name in score_page_files(page)} == {str(path.relative_to(book)) for path in before}
    assert score_page_of(book) == page
    assert {path: path.read_bytes() for path in before} == before


def test_reports_made_again_include_the_page_of_scores(book: Path):
    """`forecast report` makes a page that was removed."""
    from forecast.actions.update import update
    from forecast.model.settings import Settings

    topic(book, [said("me", 0.5)], name="ferry")
    score_page_of(book)
    day = date(2025, 1, 1)
    update(book, as_of=day, today=day, settings=Settings(), referee=False, insight=False)
    (book / "reports" / "score.html").unlink()
    assert rerender_reports(book, "reports", None).problems == ()
    assert (book / "reports" / "score.html").is_file()


def test_a_missing_page_of_scores_is_made_from_its_json(book: Path):
    """As a fresh clone lacks it; where it is there nothing is written."""
    topic(book, [said("me", 0.5)], name="ferry")
    score_page_of(book)
    page = book / "reports" / "score.html"
    before = page.read_bytes()
    page.unlink()
    assert render_missing_pages(Folder(book), ["reports"]) == (("reports/score.html",), ())
    assert page.read_bytes() == before
    assert render_missing_pages(Folder(book), ["reports"]) == ((), ())


@pytest.mark.parametrize("edit", [("as_of", "2026-06-02"), ("more", 1), ("open", None)])
def test_a_changed_json_is_refused(edit: tuple[str, object], book: Path):
    """Edited by hand, with a key too many, or of another shape."""
    topic(book, [said("me", 0.5)], name="ferry")
    score_page_of(book)
    content = json.loads((book / "reports" / "score.json").read_text(encoding="utf-8"))
    content[edit[0]] = edit[1]
    with pytest.raises(ReportFault):
        read_score_page(json.dumps(content).encode())


def test_hindcasts_stay_on_the_page_until_they_are_made_again(book: Path):
    """In a section of their own, also where nobody has a forecast on record; once a file of a topic has changed the page says that they may be out of date."""
    given = hindcast_sample()
    assert score_page_of(book, hindcasts=given)["hindcasts"] == {"inputs": book_inputs(Folder(book)), "stale": False, "scores": given}
    topic(book, [said("me", 0.5)], name="ferry")
    kept = score_page_of(book)
    assert (kept["hindcasts"] or {})["stale"] is False
    text = (book / "reports" / "score.md").read_text(encoding="utf-8")
    section = text.split("## Settled questions, as hindcasts and from the ledger")[1].split("\n## ")[0]
    assert "Made as of 1 December 2024 by \u201cforecast score --hindcasts\u201d" in section
    assert "| ferry.quiet | no | 30 days | 4 | 0.040 | inf | 0.250 | 1.00 | 0.000 | 0.00 |" in section
    assert "out of date" not in section
    path = book / "priors" / "ferry.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# another thought\n", encoding="utf-8")
    kept = score_page_of(book)
    assert (kept["hindcasts"] or {})["stale"] is True
    for name in ("score.html", "score.md"):
        assert "these scores may be out of date" in (book / "reports" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("half", "told"),
    [
        ({"brier": 0.25, "log_bits": 1.0}, "would have, inf bits against 1.00."),
        ({"brier": 0.03, "log_bits": 1.0}, "would have, Brier 0.040 against 0.030 and inf bits against 1.00."),
        ({"brier": 0.04, "log_bits": "inf"}, ""),
    ],
)
def test_a_model_that_does_worse_than_half_is_told(half: MeanScoreContent, told: str, book: Path):
    """The page says in words by which score the model's mean is worse than that of 50 % all the time, and nothing where it is by neither."""
    given = hindcast_sample()
    given["means"][0]["scores"]["half"] = half
    score_page_of(book, hindcasts=given)
    text = (book / "reports" / "score.md").read_text(encoding="utf-8")
    found = [line for line in text.splitlines() if "the model did worse than saying 50 %" in line]
    assert [line.endswith(told) for line in found] == [True] * bool(told)


def test_texts_of_a_record_are_shown_as_text(book: Path):
    """Markup in a question, an option and a name stays text."""
    hostile = "<script>alert(1)</script>"
    question = {**QUESTION, "type": "options", "text": hostile}
    rows = [said(hostile, {hostile: 0.5, "b": 0.5}, form="options")]
    collection(book, rows, questions=[question], resolutions=[{**YES, "outcome": "label", "value": hostile}])
    score_page_of(book)
    text = (book / "reports" / "score.html").read_text(encoding="utf-8")
    assert hostile not in text
    assert "&lt;script&gt;" in text
    assert hostile not in (book / "reports" / "score.md").read_text(encoding="utf-8")


def test_pictures_of_questions_that_are_gone_are_removed(book: Path):
    """Only those that the page shows stay."""
    topic(book, [said("me", 0.5)], name="ferry")
    score_page_of(book)
    (before,) = (book / "reports" / "score").iterdir()
    topic(
        book,
        [said("me", 0.5, question="other")],
        questions=[{**QUESTION, "id": "other"}],
        resolutions=[{**YES, "question": "other"}],
        name="ferry",
    )
    score_page_of(book)
    (after,) = (book / "reports" / "score").iterdir()
    assert before.name != after.name


def test_the_page_of_scores_is_not_folded(tmp_path):
    """Its sections stand open: only long tables and texts are folded."""
    page = render_score_page(sample_score_page(tmp_path / "book"))["score.html"].decode()
    assert "<h2 id=" in page
    assert "<summary><h2" not in page
