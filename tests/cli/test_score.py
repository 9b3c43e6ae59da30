"""`forecast score` on the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from forecast.book.files.folder import Folder
from forecast.book.ledger import append_entries
from forecast.sentences import score_words
from forecast.sentences.score_words import score_text
from forecast.track_record.cohorts import COHORTS
from tests.cli.conftest import Run, files_of
from tests.support.fixtures import fixture_file
from tests.support.invented_records import QUESTION, YES, at_day, collection, said, topic
from tests.support.metaculus_zips import write_professionals

pytestmark = pytest.mark.medium

RULES = ("baseline", "spot-baseline", "peer", "spot-peer", "relative-legacy")


def test_the_scores_of_ten_professionals_are_the_platforms_own(run: Run, book: Path, tmp_path: Path):
    """From the ZIP by `import` into the record: all 330 scores of each of five rules, from the forecasts alone, agree with Metaculus's own to 1e-9."""
    fixture_file("metaculus", "pros_binary_forecasts.csv")
    path = write_professionals(tmp_path / "pros.zip")
    assert run("import", "metaculus", str(path), "--others", "--crowd-complete").code == 0
    shown = run("score", "metaculus")
    assert (shown.code, shown.err) == (0, "")
    agreed = [f"metaculus, {rule}: 330 of 330 of the platform's own scores agree to 1e-9." for rule in RULES]
    assert shown.out.splitlines()[-5:] == agreed


def test_of_ones_own_export_only_the_baselines_can_be_computed(run: Run, book: Path, tmp_path: Path):
    """One person's forecasts give their baseline scores; of the others the command gives the platform's own, and says why they are not checked."""
    fixture_file("metaculus", "pros_binary_forecasts.csv")
    path = write_professionals(tmp_path / "pros.zip")
    run("import", "metaculus", str(path), "--me", "003")
    lines = run("score", "metaculus").out.splitlines()
    own = own_scores(path, "003")
    for line, rule in zip(lines[-6:-1], RULES, strict=True):
        agreed = "34 of 34 of the platform's own scores agree to 1e-9."
        unchecked = "the platform gives 34 scores, not checked here, since the forecasts of the others are not in the record."
        head, _, mine = line.partition(" Yours, as the platform gives them: ")
        assert head == f"metaculus, {rule}: {agreed if 'baseline' in rule else unchecked}"
        total, mean = sum(own[rule]), sum(own[rule]) / 34
        assert mine.startswith(f"mean {score_text(mean)} over 34 questions, sum {score_text(total)}, coverage ")
    assert lines[-1].startswith(
        "No peer and no relative scores of metaculus: the record does not say that it holds the forecasts of everybody"
    )


def own_scores(path: Path, name: str) -> dict[str, list[float]]:
    """The scores that an export gives somebody, by rule."""
    found: dict[str, list[float]] = {}
    with ZipFile(path) as archive, archive.open("score_data.csv") as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
            if name in {row["User ID"], row["User Username"]}:
                found.setdefault(row["Score Type"].replace("_", "-"), []).append(float(row["Score"]))
    return found


def test_a_negative_score_that_differs_has_a_minus_on_the_page(run: Run, book: Path):
    """As the numbers in tables have."""
    collection(book, [said("ann", 0.9)], scores=[{"question": "q", "who": "ann", "rule": "baseline", "score": "-540.811"}])
    run("score")
    assert "the platform has \u2212540.811" in (book / "reports" / "score.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (["--who", "ann"], "2 of them have a score here; 1 has no forecast that counts."),
        (["--who", "bob"], "1 of them has a score here; 2 have no forecast that counts."),
        ([], "2 of them have a score here; 1 has no forecast that counts."),
        (["--who", "cat"], "None of them has a forecast that counts."),
    ],
)
def test_settled_questions_without_a_forecast_are_counted(who: list[str], sentence: str, run: Run, book: Path):
    """Beside the number of those that count, for the forecasters who are shown."""
    questions = [{**QUESTION, "id": name} for name in ("q", "r", "s")]
    rows = [said("ann", 0.9), said("ann", 0.9, question="r"), said("bob", 0.5), said("cat", 0.5, 12)]
    collection(book, rows, questions=questions, resolutions=[{**YES, "question": name} for name in ("q", "r", "s")])
    lines = run("score", *who).out.splitlines()
    assert lines[:2] == ["3 questions count: resolved, and the scheduled close has come.", sentence]


def test_every_cohort_has_a_sentence():
    """Of one question and of several."""
    assert {*score_words.COHORT_TEXTS} == {*COHORTS} - {"scored"}


def test_a_platforms_score_that_differs_is_listed(run: Run, book: Path):
    """The worst stand below the count, and one that cannot be computed is counted apart."""
    scores = [
        {"question": "q", "who": "ann", "rule": "baseline", "score": "84.79969065549501"},
        {"question": "q", "who": "bob", "rule": "baseline", "score": "50"},
        {"question": "gone", "who": "bob", "rule": "baseline", "score": "50"},
    ]
    collection(book, [said("ann", 0.9), said("bob", 0.5)], scores=scores)
    lines = run("score", "venue").out.splitlines()
    assert lines[-2:] == [
        "venue, baseline: 1 of 3 of the platform's own scores agree to 1e-9; 1 are not computed here.",
        "  q, bob: the platform has 50.0, computed here is 0.0",
    ]


def test_what_does_not_count_is_counted_with_its_reason(run: Run, book: Path):
    """Questions that are open or cancelled, forecasts after the close, and those entered later."""
    questions = [{**QUESTION, "id": name} for name in ("q", "open", "cancelled")]
    rows = [
        said("me", 0.6),
        said("me", 0.99, 12),
        said("me", 0.7, question="open"),
        said("me", 0.9, 3, recorded="2026-04-01T00:00:00Z"),
    ]
    topic(book, rows, questions=questions, resolutions=[YES, {**YES, "question": "cancelled", "outcome": "annulled"}], name="ferry")
    lines = run("score").out.splitlines()
    assert lines[:5] == [
        "1 question counts: resolved, and the scheduled close has come.",
        "1 question is open.",
        "1 question was annulled and is not scored.",
        "ferry: 1 forecast left out, made at or after the close or the resolution of its question.",
        "ferry: 1 forecast left out, entered more than a day after the time it claims.",
    ]
    later = lines.index("Entered later, so that nobody can know whether they were made at the time they claim:")
    assert lines[later + 2].split() == ["me", "Brier", "(0", "to", "1),", "last", "forecast", "lower", "1,", "few", "0.010", "0.010"]
    assert "Too few questions to judge" in " ".join(lines)


def test_questions_decided_early_are_shown_apart(run: Run, book: Path, monkeypatch: pytest.MonkeyPatch):
    """They wait for their scheduled close, and the command says what that changes."""
    far = {"id": "early", "scheduled_close": "2999-01-01T00:00:00Z", "actual_close": at_day(4)}
    resolutions = [YES, {**YES, "question": "early", "on": at_day(4)}]
    topic(
        book,
        [said("me", 0.5), said("me", 0.9, question="early")],
        questions=[QUESTION, {**QUESTION, **far}],
        resolutions=resolutions,
        name="ferry",
    )
    lines = run("score", "--rule", "brier").out.splitlines()
    assert lines[1] == "1 question was decided before its scheduled close, and counts from that date on, whatever the outcome."
    assert (
        lines[-1]
        == "With the questions that were decided early, me: Brier (0 to 1), last forecast 0.130 over 2 questions, not 0.250 over 1."
    )


def test_a_reference_is_compared_over_the_common_time(run: Run, book: Path):
    """Bob joins after five days: ann's 0.5 of these days is compared, and not her 0.9 before."""
    rows = [said("ann", 0.9), said("ann", 0.5, 5), said("bob", 0.8, 5)]
    collection(book, rows)
    data = json.loads(run("score", "venue", "--who", "ann", "--against", "bob", "--rule", "brier-over-time", "--json").out)
    (skill,) = data["skill"]
    assert (data["reference"], skill["who"], skill["questions"]) == ("bob", "ann", 1)
    assert (skill["own"], skill["reference"]) == pytest.approx((0.25, 0.04))
    assert (skill["difference"], skill["ratio"]) == pytest.approx((-0.21, 1 - 0.25 / 0.04))
    (constant,) = json.loads(run("score", "venue", "--who", "ann", "--against", "0.5", "--rule", "brier-over-time", "--json").out)["skill"]
    assert (constant["own"], constant["reference"]) == pytest.approx(((0.01 + 0.25) / 2, 0.25))


@pytest.mark.parametrize(("kind", "word"), [("aggregate", "aggregate"), ("base rate", "base-rate"), ("market", "market")])
def test_a_reference_may_be_a_kind_of_forecaster(kind: str, word: str, run: Run, book: Path):
    """Whoever of that kind forecast the question is the reference."""
    collection(book, [said("ann", 0.9), said("other", 0.5)], people=[{"who": "other", "kind": kind}])
    (skill,) = json.loads(run("score", "venue", "--who", "ann", "--against", word, "--rule", "brier", "--json").out)["skill"]
    assert skill["reference"] == pytest.approx(0.25)


def test_the_model_is_scored_by_what_the_ledger_said_at_the_time(run: Run, book: Path):
    """Its lines stand from when they were written, a hindcast is not among them, and a broken ledger stops the command."""
    line = {
        "format": 2,
        "at": at_day(5),
        "topic": "weather",
        "question": "q",
        "kind": "probability",
        "value": {"value": 0.8, "error": 0.01},
        "status": "open",
        "as_of": "2026-03-06",
        "made": "2026-03-06",
        "hindcast": False,
        "engine": "importance",
        "verdict": "agreed",
        "inputs": "0",
        "seed": 1,
        "draws": 256,
        "program": "0.4.0",
    }
    topic(book, [said("me", 0.5)])
    (book / "seeds/weather/topic.toml").write_text("")
    append_entries(Folder(book), [line, {**line, "at": at_day(7), "value": {"value": 0.9}, "hindcast": True, "as_of": "2026-03-02"}])
    (skill,) = json.loads(run("score", "--who", "me", "--against", "model", "--rule", "brier-over-time", "--json").out)["skill"]
    assert (skill["own"], skill["reference"]) == pytest.approx((0.25, 0.04))
    shown = run("score").out
    assert "Beside model, over the questions and times of both:" in shown.splitlines()
    (heading,) = (line for line in shown.splitlines() if line.split()[:4] == ["score", "questions", "mean", "model"])
    assert heading
    (usual,) = (its for its in json.loads(run("score", "--json").out)["skill"] if its["measure"] == "brier-over-time")
    assert (usual["own"], usual["reference"]) == pytest.approx((0.25, 0.04))
    ledger = book / "reports/ledger.jsonl"
    ledger.write_text(ledger.read_text().replace("0.8", "0.7", 1))
    shown = run("score")
    assert (shown.code, "the ledger was changed" in shown.err) == (1, True)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("topic", ["ferry", "venue"]),
        ("tag", ["no tag", "rain"]),
        ("source", ["own questions", "venue"]),
        ("horizon", ["up to a month"]),
        ("type", ["binary"]),
        ("year", ["2026"]),
    ],
)
def test_means_are_grouped(by: str, groups: list[str], run: Run, book: Path):
    """Each group has a line, in order."""
    topic(book, [said("me", 0.6)], name="ferry")
    collection(book, [said("123", 0.8)], questions=[{**QUESTION, "tags": "rain"}], me=["123"])
    data = json.loads(run("score", "--by", by, "--rule", "brier", "--json").out)
    assert [its["group"] for its in data["summaries"]] == groups
    assert {its["who"] for its in data["summaries"]} == {"me"}


def test_each_score_is_a_row_of_csv(run: Run, book: Path):
    """By question, forecaster and measure, with no cell that a spreadsheet would run."""
    collection(book, [said("=ann", 0.9), said("bob", 0)])
    shown = run("score", "--csv", "--rule", "log", "--rule", "baseline")
    rows = list(csv.reader(io.StringIO(shown.out)))
    assert rows[0] == ["record", "question", "who", "measure", "score", "coverage", "cohort", "made"]
    assert [row[1:5] for row in rows[1:]] == [
        ["venue:q", "'=ann", "log", "0.10536051565782628"],
        ["venue:q", "'=ann", "baseline", "84.79969065549501"],
        ["venue:q", "bob", "log", "inf"],
        ["venue:q", "bob", "baseline", "-inf"],
    ]


def test_an_infinite_score_stays_infinite(run: Run, book: Path):
    """The mean is infinite, the median is given, and there is no interval."""
    questions = [{**QUESTION, "id": name} for name in "qrs"]
    rows = [said("ann", value, question=name) for name, value in zip("qrs", (0, 0.5, 0.9), strict=True)]
    collection(book, rows, questions=questions, resolutions=[{**YES, "question": name} for name in "qrs"])
    (its,) = json.loads(run("score", "--rule", "log", "--json").out)["summaries"]
    assert (its["mean"], its["low"], its["high"], its["infinite"]) == ("inf", None, None, 1)
    assert its["median"] == pytest.approx(0.6931471805599453)
    line = next(line for line in run("score", "--rule", "log").out.splitlines() if line.startswith("ann"))
    assert line.split()[-2:] == ["inf", "0.693"]


def test_questions_are_chosen_by_day(run: Run, book: Path):
    """`--from` and `--to` take the days on which questions count."""
    collection(book, [said("ann", 0.9)])
    assert run("score", "--from", "2026-03-11", "--to", "2026-03-11", "--rule", "brier").out.splitlines()[3].split()[0] == "ann"
    assert "No forecast has a score yet." in run("score", "--to", "2026-03-10").out


def test_without_a_price_on_record_it_is_said_how_to_put_one_there(run: Run, book: Path):
    """Quotes of a contract are no forecasts of a market; where one forecast, it is compared with, and of other references nothing is said of prices."""
    collection(book, [said("ann", 0.9)])
    hint = "Quotes of contracts are no forecasts: `forecast say QUESTION 23% --who NAME --kind market` puts a price on record."
    assert hint in run("score", "--against", "market").out
    assert hint not in run("score", "--against", "base-rate").out


def test_a_rule_by_which_nothing_is_scored_is_named(run: Run, book: Path):
    """And of a rule that compares with a crowd it is said that topics have none."""
    collection(book, [said("ann", 0.9)])
    assert "No forecast has a score yet.\n" in run("score", "--rule", "all", "--to", "2026-03-10").out
    assert "No forecast has a score by `crps` or `wis` yet.\n" in run("score", "--rule", "crps", "--rule", "wis").out
    assert run("say", "three_more", "30%", "--why", "A guess.").code == 0
    crowd = "No forecast has a score by `peer` yet. Topics of a book have no crowd, as collections from a platform have; "
    assert f"{crowd}`--against NAME` compares with somebody.\n" in run("score", "ferry", "--rule", "peer").out


@pytest.mark.parametrize(
    ("words", "code", "said_of_it"),
    [
        (["--rule", "brierr"], 2, "no rule is called `brierr`"),
        (["--against", "1.5"], 2, "1.5 is no probability"),
        (["--against", "agregate"], 2, "nobody called `agregate` has a forecast on record; did you mean `aggregate`?"),
        (["--who", "amn"], 2, "nobody called `amn` has a forecast on record; did you mean `ann`?"),
        (["venu"], 1, "there is no record of forecasts called `venu`"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: list[str], code: int, said_of_it: str, run: Run, book: Path):
    """With the reason, and a hint."""
    collection(book, [said("ann", 0.9)])
    shown = run("score", *words)
    assert (shown.code, said_of_it in " ".join(shown.err.split())) == (code, True)


def test_a_mistake_in_a_record_stops_the_command_with_its_place(run: Run, book: Path):
    """Nothing is scored by guessing."""
    collection(book, [said("ann", 0.9)])
    path = book / "seeds" / "records" / "venue" / "forecasts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "90"), encoding="utf-8")
    shown = run("score")
    assert shown.code == 1
    assert "seeds/records/venue/forecasts.csv:2" in shown.err


def test_without_a_record_the_command_says_how_to_begin_one(run: Run, book: Path):
    """Nothing is written then."""
    before = files_of(book)
    assert run("score").out == "No forecasts are on record yet; `forecast say` and `forecast import` add some.\n"
    assert files_of(book) == before


def test_scoring_writes_nothing_but_the_score_pages(run: Run, book: Path):
    """The record stays as it is."""
    collection(book, [said("ann", 0.9)])
    before = files_of(book)
    run("score")
    assert {name: data for name, data in files_of(book).items() if not str(name).startswith("reports")} == before


def ask_by_autumn(book: Path, name: str, breakdowns: int) -> None:
    """Add a question to the tiny book that its record has settled."""
    ask = f"""
[questions.{name}]
asks    = "Will the ferry break down {breakdowns} times by the end of September 2024?"
by      = 2024-09-30
answer  = "total(breakdowns) >= {breakdowns}"
settled = "By the harbour log."
"""
    file = book / "seeds/ferry/topic.toml"
    file.write_text(file.read_text(encoding="utf-8") + ask, encoding="utf-8")


def test_settled_questions_are_scored_as_hindcasts(run: Run, published: Path):
    """The command prints how few they are and their scores, gives the same as JSON and CSV, and writes the page, though nobody has a forecast on record."""
    ask = """
[questions.one_by_autumn]
asks    = "Will the ferry break down by the end of September 2024?"
by      = 2024-09-30
answer  = "total(breakdowns) >= 1"
settled = "By the harbour log."
"""
    file = published / "seeds/ferry/topic.toml"
    file.write_text(file.read_text(encoding="utf-8") + ask, encoding="utf-8")
    data = json.loads(run("score", "ferry", "--hindcasts", "--json", on=published).out)
    assert not (published / "reports/score.json").exists()
    shown = run("score", "--hindcasts", on=published)
    assert (shown.code, shown.out.splitlines()[: len(data["sentences"])]) == (0, data["sentences"])
    row = next(its for its in data["rows"] if (its["question"], its["origin"]) == ("ferry.one_by_autumn", "replay"))
    assert f"{row['brier']:.3f}" in next(line for line in shown.out.splitlines() if "ferry.one_by_autumn" in line and "yes" in line.split())
    cells = list(csv.DictReader(io.StringIO(run("score", "--hindcasts", "--csv", on=published).out)))
    assert [(its["question"], its["origin"], float(its["brier"]), float(its["prior_brier"])) for its in cells] == [
        (its["question"], its["origin"], its["brier"], its["references"]["prior"]["brier"]) for its in data["rows"]
    ]
    page = json.loads((published / "reports/score.json").read_text(encoding="utf-8"))
    assert page["hindcasts"]["scores"]["sentences"] == data["sentences"]
    assert page["scores"]["summaries"] == []


@pytest.mark.parametrize(
    "option", [["--by", "topic"], ["--against", "0.5"], ["--who", "me"], ["--from", "2026-01-01"], ["--rule", "brier"]]
)
def test_hindcasts_take_no_choice_but_topics(option: list[str], run: Run, book: Path):
    """What chooses among forecasts on record is refused with them."""
    shown = run("score", "--hindcasts", *option)
    assert (shown.code, "it goes with topics, --json and --csv alone" in " ".join(shown.err.split())) == (2, True)


def test_the_rows_behind_calls_stay_on_the_page_while_files_stand(run: Run, published: Path):
    """`--rows` names for the best and the worst call the row that mattered most, as of the forecast that stood longest; a changed file takes that away."""
    names = {"five": 5, "one": 1, "nine": 9}
    rows: list[Mapping[str, str]] = []
    for name, breakdowns in names.items():
        ask_by_autumn(published, name, breakdowns)
        rows += [
            {"question": name, "who": "me", "at": at, "recorded": at, "form": "probability", "value": value}
            for at, value in (("2024-08-01T00:00:00Z", "0.2"), ("2024-09-29T00:00:00Z", "0.9"))
        ]
    wording = {"type": "binary", "opens": "2024-07-01T00:00:00Z", "scheduled_close": "2024-10-01T00:00:00Z"}
    ends = [{"question": name, "outcome": "no" if name == "nine" else "yes", "on": "2024-10-01"} for name in names]
    topic(published, rows, questions=[{"id": name, "text": f"{name}?", **wording} for name in names], resolutions=ends, name="ferry")
    run("score", on=published)
    assert "\u201cforecast score --rows\u201d says which row" in (published / "reports/score.md").read_text(encoding="utf-8")
    shown = run("score", "--rows", on=published)
    assert shown.code == 0, shown.err
    said = [line for line in shown.out.splitlines() if line.startswith("ferry.")]
    assert [line.split(":")[0] for line in said] == ["ferry.nine, me", "ferry.one, me"]
    assert all("on 1 August 2024" in line for line in said)
    run("score", on=published)
    page = (published / "reports/score.md").read_text(encoding="utf-8")
    assert "forecast score --rows" not in page
    assert [call["row"] for call in calls_on_page(published)] == [line.partition(": ")[2] for line in said]
    path = published / "priors/ferry.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# another thought\n", encoding="utf-8")
    run("score", on=published)
    assert [call["row"] for call in calls_on_page(published)] == [None, None]


def calls_on_page(book: Path) -> list[dict[str, Any]]:
    """The best and the worst calls of the page of scores."""
    calls = json.loads((book / "reports/score.json").read_text(encoding="utf-8"))["calls"]
    return [*calls["best"], *calls["worst"]]


@pytest.mark.parametrize("option", [["--by", "topic"], ["--json"], ["--csv"], ["venue"]])
def test_rows_go_with_no_other_choice(option: list[str], run: Run, book: Path):
    """The page keeps them, and a choice writes no page."""
    collection(book, [said("ann", 0.9)])
    assert run("score", "--rows", *option).code == 2
