"""The essay's book: its files are right, its engines agree, its story is coherent, its reports are those the code makes."""

from __future__ import annotations

import json
import math
import re
import shutil
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest

from forecast.actions.check import check
from forecast.actions.due import due_questions
from forecast.book.files.folder import Folder
from forecast.book.reading import read_book
from forecast.book.relations import read_relations
from forecast.forecasts.reading import read_topic_record
from forecast.forecasts.times import days_of_text
from forecast.inference.pymc.model import render_pymc_model
from forecast.inference.pymc.nuts import _constrain_draws
from forecast.inference.pymc.starts import unconstrain_draws
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from forecast.model.settings import Settings
from forecast.model.total_log_likelihood import total_log_likelihood
from forecast.predict.analysis import analyse, condition_fast
from forecast.schema.topic import read_content
from tests.support.essay_topics import TOPICS, committed_reports, linked_topic, made_again
from tests.support.paths import ROOT
from tests.support.same_report import differences
from tests.support.shared_cache import shared_cache

LONG = "loyalty"  # minutes of NUTS
NUMBERS = {5: "five", 6: "six", 7: "seven"}
DAYS = (date(2024, 11, 15), date(2025, 3, 1), date(2025, 12, 31), date(2026, 8, 31), date(2026, 10, 12))


def test_the_book_has_no_problems():
    """Every file of the book is read without an error or a warning, and all its topics are there."""
    book, problems = read_book(ROOT)
    assert (tuple(sorted(book.topics)), problems) == (TOPICS, ())


def test_every_row_has_an_address_or_a_citation_and_none_is_of_grade_d():
    """A grade D fact is no observation."""
    book, _ = read_book(ROOT)
    rows = [row for topic in book.topics.values() for stream in topic.streams.values() for row in stream.rows]
    assert rows
    assert [row.place for row in rows if not row.source or row.grade == "D"] == []


def test_no_row_speaks_of_time_that_nobody_observed():
    """Nothing was seen from 13 October 2026 on, so no row reaches into it; from 25 June on there were digests alone, so a zero that ends later is B or C."""
    book, _ = read_book(ROOT)
    rows = [row for topic in book.topics.values() for stream in topic.streams.values() for row in stream.rows]
    assert max(row.end for row in rows) == date(2026, 10, 12)
    late = [row for row in rows if row.end > date(2026, 6, 24)]
    assert len(late) > 10
    assert [row.place for row in late if row.grade not in {"B", "C"}] == []


def test_every_question_that_the_rows_decide_is_resolved():
    """`check` names no question without a resolution, `due` none at all, and each resolution has a public address."""
    assert [problem for problem in check(ROOT, None, as_of=date(2026, 11, 28)).problems if "resol" in problem.message] == []
    assert due_questions(ROOT, now=datetime(2026, 11, 28, 12, tzinfo=UTC)).due == ()
    records = [read_topic_record(Folder(ROOT), name)[0] for name in TOPICS]
    settled = [its for record in records for its in record.resolutions if its.outcome != "annulled"]
    resolved = {its.question: (its.outcome, its.value, its.known) for its in settled}
    assert resolved == {
        "arrivals_2025": ("number", 223, date(2026, 2, 4)),
        "captive_2024": ("yes", None, date(2024, 12, 27)),
        "transfer_2025": ("no", None, date(2025, 12, 31)),
        "transfer_2026": ("yes", None, date(2026, 9, 23)),
        "transfer_2027": ("yes", None, date(2026, 9, 23)),
        "first_transfer": ("date", days_of_text("2026-09-15"), date(2026, 9, 23)),
    }
    assert all(its.source.startswith("http") for its in settled)


def test_questions_that_were_withdrawn_stay_in_the_record():
    """Each has a reason; what was asked in other words under the same name is asked anew."""
    records = {name: read_topic_record(Folder(ROOT), name)[0] for name in TOPICS}
    withdrawn = {(name, its.question): its.note for name in TOPICS for its in records[name].resolutions if its.outcome == "annulled"}
    assert sorted(withdrawn) == [
        ("loyalty", "next_wish"),
        ("loyalty", "not_belief"),
        ("loyalty", "why_so_few"),
        ("return", "any_war"),
        ("return", "more_than_in_korea"),
        ("return", "next_captive"),
        ("route", "third_man"),
    ]
    assert all(note.startswith("Withdrawn") for note in withdrawn.values())


def engines_agree(topic, day):
    """Compare the two engines on one topic without variants."""
    verdict = analyse(topic, day, Settings(), referee=True).verdict
    assert verdict.verdict == "agreed", (topic.name, verdict.sentence)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*TOPICS} - {LONG}))
def test_the_two_engines_agree(name):
    """On every answer and every parameter the engines differ by no more than their Monte Carlo errors allow, as of the last of these days."""
    engines_agree(linked_topic(name, DAYS[-1]).as_it_stands, DAYS[-1])


@pytest.mark.slow
def test_the_two_engines_have_one_density_of_the_topic_that_nuts_samples_long():
    """At draws of its posterior PyMC's log density is that of priors and rows by the fast engine, and of the coordinates.

    It notices a prior or a row that one engine reads otherwise, by far less than draws would show.  That NUTS gets through this topic is seen where
    its leverage is compared, without some rows; that the answers agree with all of them, in the study below and in the committed verdict.
    """
    model = model_as_of(linked_topic(LONG, DAYS[-1]).as_it_stands, DAYS[-1])
    rng, rendered = np.random.default_rng(20261130), render_pymc_model(model)
    drawn = unconstrain_draws(model, rendered, condition_fast(model, Settings()).resample(20, rng))
    ours = np.logaddexp.reduce([log_joint(model, rendered, drawn, hypothesis.values) for hypothesis in rendered.hypotheses])
    theirs = compiled(rendered.pymc)
    assert [theirs(x) for x in drawn] == pytest.approx(ours + log_jacobian(model, rendered, drawn), abs=1e-4)


def log_joint(model, rendered, drawn, discrete):
    """The log density of continuous parameters, in their own units, with discrete ones and rows."""
    known = {name: np.repeat(codes, len(drawn), axis=0) for name, codes in discrete.items()}
    parameters = {**_constrain_draws(model, rendered, drawn), **known}
    priors = (block.log_density(model, parameters[block.name][:, list(block.positions)], parameters) for block in blocks(model))
    return sum(priors) + total_log_likelihood(model, parameters)


def compiled(pymc_model):
    """The log density of a model at a point in its own coordinates."""
    density = pymc_model.compile_logp()
    sizes = [int(np.prod(value.type.shape)) for value in pymc_model.value_vars]

    def at(x):
        parts = np.split(x, np.cumsum(sizes)[:-1])
        return float(
            density({value.name: part.reshape(value.type.shape) for value, part in zip(pymc_model.value_vars, parts, strict=True)})
        )

    return at


def log_jacobian(model, rendered, drawn):
    """By how much parameters move with their coordinates, by differences: each moves with its own and with none after it."""
    total, width, at = np.zeros(len(drawn)), 1e-5, 0
    for free in rendered.free:
        wing = np.zeros(drawn.shape[1])
        wing[at : at + free.size] = width
        up, down = (_constrain_draws(model, rendered, drawn + side * wing)[free.block.name] for side in (1, -1))
        total += np.log((up - down)[:, list(free.block.positions)] / (2 * width)).sum(axis=1)
        at += free.size
    return total


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("name", TOPICS)
def test_the_two_engines_agree_on_all_days(name, day):
    """So they do as of the days of the other hindcasts, too."""
    engines_agree(linked_topic(name, day).as_it_stands, day)


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("name", TOPICS)
def test_the_two_engines_agree_on_variants(name):
    """So they do on each variant, as of the last of these days."""
    for variant in linked_topic(name, DAYS[-1]).variants.values():
        engines_agree(variant.topic, DAYS[-1])


def test_the_committed_reports_were_refereed():
    """In each committed report the engines agree on the topic as it stands and on every variant."""
    book, _ = read_book(ROOT)
    for name, topic in book.topics.items():
        content = read_content((ROOT / "reports" / f"{name}.json").read_bytes())
        assert content["verdict"]["verdict"] == "agreed", (name, content["verdict"]["sentence"])
        verdicts = {rival["name"]: rival["verdict"] for rival in content["variants"]["rivals"]}
        assert verdicts == dict.fromkeys(topic.rivals, "agreed")


def test_relations_hold_in_every_replay():
    """On every day since October 2024 on which a committed report replays one side of a relation, both sides agree with it within four errors."""
    relations, _ = read_relations(Folder(ROOT))
    checked = 0
    for relation in relations:
        left, sign, right = re.fullmatch(r"(\S+) (==|<=) (\S+)", relation.text).groups()
        sides = [replays(address) for address in (left, right)]
        assert all(sides), relation.name
        for day in sorted({day for side in sides for day in side if day >= "2024-11"}):
            found = [newest(side, day) for side in sides]
            if None in found:
                continue
            (one, one_error), (other, other_error) = found
            apart = abs(one - other) if sign == "==" else one - other
            assert apart <= 4 * math.hypot(one_error, other_error) + 1e-9, (relation.name, day, found)
            checked += 1
    assert checked > 300


def test_a_return_is_rarer_than_another_transfer_once_kyiv_has_promised():
    """On every day since the promise of 6 March 2026 that the committed report of the route replays, to be given back is less likely than another transfer.

    It is no relation of the book: before that day a return was the likelier of the two.
    """
    returned, sent = replays("route.any_returned"), replays("route.another_transfer")
    promised = [day for day in returned if day >= "2026-03-06"]
    assert promised[0] == "2026-03-06"
    assert len(promised) >= 12
    assert [day for day in promised if returned[day][0] >= sent[day][0]] == []


def test_the_readme_counts_topics_and_structures():
    """Each topic as it stands and each of its variants is a structure."""
    book, _ = read_book(ROOT)
    structures = sum(len(topic.rivals) for topic in book.topics.values())
    said = re.search(r"computes (\w+) topics with (\d+) rival structures", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert said.groups() == (NUMBERS[len(book.topics)], str(structures))


def replays(address):
    """The replayed values of a question with their errors, by day, from the committed report."""
    topic, question = address.split(".")
    insight = read_content((ROOT / "reports" / f"{topic}.json").read_bytes())["insight"]
    places = [
        place for place, its in enumerate(insight["measures"]) if its["question"] == question and its["kind"] in {"probability", "mean"}
    ]
    return {point["day"]: (point["values"][places[0]], point["errors"][places[0]]) for point in insight["history"]["points"]}


def newest(side, day):
    """What was last replayed by a day; None before the first."""
    known = [its for its in side if its <= day]
    return side[max(known)] if known else None


@pytest.mark.slow
def test_the_route_tells_a_coherent_story():
    """A transfer by the end of 2026: likelier after the captures and the first wish, less so through the quiet, certain once it has happened.

    The second day is that on which the captures became known; on the next Kyiv offered the men in exchange, and the chance falls back.
    """
    days = [date(2024, 11, 15), date(2025, 1, 13), date(2025, 3, 1), date(2025, 12, 31), date(2026, 8, 31), date(2026, 10, 12)]
    route = linked_topic("route", days[-1]).as_it_stands
    told = [analyse(route, day, Settings(draws=4096, chances=False), referee=False).result.answers for day in days]
    november, captured, asked, quiet, quieter, sent = (answers["transfer_2026"].value.value for answers in told)
    assert november < captured < asked > quiet > quieter < sent == 1
    for answers in told:
        ladder = [answers[f"transfer_{year}"].value.value for year in (2025, 2026, 2027)]
        assert all(early <= late for early, late in pairwise(ladder))


@pytest.mark.slow
def test_the_committed_reports_are_what_the_code_makes(made_reports, tmp_path):
    """Made again as of their own day, without asking why, and of one topic with it, every report has the same numbers.

    They are the same to the last digit where the processor is of the kind on which the reports were made.
    """
    committed, day = committed_reports()
    assert sorted(path.name for path in (ROOT / "reports").glob("*.json")) == sorted([*(f"{name}.json" for name in TOPICS), "score.json"])
    assert made_reports.keys() == committed.keys()
    assert [place for name in committed for place in differences(without_why(made_reports[name]), without_why(committed[name]))] == []
    explained = made_again(tmp_path, day, topics=["captives"], cache=shared_cache()).contents["captives"]
    assert differences(without_relations(numbers(explained)), without_relations(numbers(committed["captives"]))) == []


@pytest.mark.study
@pytest.mark.slow
def test_the_committed_reports_are_what_the_code_makes_from_nothing(tmp_path):
    """With why, every report is the same, byte for byte where the versions are those of the report."""
    committed, day = committed_reports()
    shutil.copytree(ROOT / "reports", tmp_path / "reports")
    done = made_again(tmp_path, day, pages=True)
    assert {name: numbers(content) for name, content in done.contents.items()} == {
        name: numbers(content) for name, content in committed.items()
    }
    if all(committed[name]["run"]["versions"] == content["run"]["versions"] for name, content in done.contents.items()):
        assert [path for path in done.written if not path.endswith(".html")] == []
        assert done.recorded == 0


@pytest.mark.slow
def test_a_committed_hindcast_is_what_the_code_makes(tmp_path):
    """Replayed again without asking why, the second of the committed hindcasts of the route has the same numbers, and all say that they are hindcasts."""
    committed = committed_hindcasts()
    assert [content["run"]["hindcast"] for content in committed.values()] == [True] * 4
    day = sorted(committed)[1]
    made = replayed(tmp_path, day, insight=False, cache=shared_cache())
    assert differences(without_relations(without_why(made)), without_relations(without_why(committed[day]))) == []


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_the_committed_hindcasts_are_what_the_code_makes(number, tmp_path):
    """Replayed again, each committed hindcast of the route is the same."""
    committed = committed_hindcasts()
    day = sorted(committed)[number]
    made = replayed(tmp_path, day, insight=committed[day]["insight"] is not None)
    assert without_relations(numbers(made)) == without_relations(numbers(committed[day]))


def committed_hindcasts():
    """The committed hindcasts of the route, by day."""
    return {path.parent.name: read_content(path.read_bytes()) for path in sorted((ROOT / "reports").glob("as-of/*/route.json"))}


def replayed(root, day, **named):
    """The report of the route as of an earlier day."""
    return made_again(root, date.fromisoformat(day), today=date(2026, 11, 28), topics=["route"], **named).contents["route"]


def without_relations(content):
    """A report without its relations to topics, which are there only where all are updated together."""
    return {key: value for key, value in content.items() if key != "relations"}


def without_why(content):
    """A report's numbers without what only an update that asks why finds."""
    kept = numbers({**content, "insight": None, "implied": []})
    return {**kept, "variants": {key: value for key, value in kept["variants"].items() if key != "wider"}}


def numbers(content):
    """A report's content without what depends on the versions installed and on the remembered verdicts."""
    run = {key: value for key, value in content["run"].items() if key != "versions"}
    run["hashes"] = {key: value for key, value in run["hashes"].items() if key != "refereed"}
    rivals = [{key: value for key, value in rival.items() if key not in {"verdict", "sentence"}} for rival in content["variants"]["rivals"]]
    variants = {**content["variants"], "rivals": rivals}
    return json.loads(json.dumps({**content, "run": run, "variants": variants, "verdict": None, "warnings": None, "digest": ""}))
