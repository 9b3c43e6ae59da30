"""Counts that nobody records: drawn with the future, in each step after the other streams, and never observed."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.actions.observe import Observation, observe, observe_quiet
from forecast.book.files.problems import Problem
from forecast.book.hashes import numbers_hash
from forecast.book.topic import Book, Topic
from forecast.content.records import stream_contents
from forecast.insight.baseline import baseline_of
from forecast.insight.explaining import explain
from forecast.insight.information import signposts
from forecast.insight.published_cases import cases_of_one
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, published_result
from forecast.predict.data_tree import data_tree
from forecast.predict.paths import Paths, simulate
from forecast.predict.pymc_program import program_with_answers
from forecast.sentences.unrecorded import unrecorded_sentence
from tests.support.building import make_topic
from tests.support.small_books import book_of

pytestmark = pytest.mark.medium

OPENS, AS_OF, END = date(2025, 1, 1), date(2025, 6, 30), date(2026, 6, 30)
HALF = {"from": OPENS, "to": AS_OF}
NEVER = 0.3  # of those who come, the share that never asks
DRAWS = 20_000
FRESH = "total(comers) - total(drawn)"
STREAMS: dict[str, Any] = {
    "never": {"value": f"Binomial(n={FRESH}, p={NEVER})", "latent": True},
    "drawn": {"value": f"Binomial(n={FRESH}, p=1)", "latent": True},
    "comers": {"value": "Poisson(mu=rate * months)", "watched": True},
    "asks": {"value": "Binomial(n=max(total(comers) - total(never) - total(asks), 0), p=1 - 0.2 ** months)", "watched": True},
}
ROWS = {"comers": [{"value": 0, **HALF}], "asks": [{"value": 0, **HALF}]}


def topic_of(**changes: Any) -> Topic:
    """People who come, some of whom will never ask, and those who do."""
    given = {
        "priors": {"rate": "Gamma(alpha=8, beta=4)"},
        "streams": STREAMS,
        "rows": ROWS,
        "questions": {"many": {"answer": "total(asks) >= 15", "by": END}, "how_many": {"answer": "total(asks)", "by": END}},
        "opens": OPENS,
    }
    return make_topic(**{**given, **changes})


def paths_of(topic: Topic, as_of: date = AS_OF) -> Paths:
    """Futures at draws of the prior."""
    rng = np.random.default_rng(5)
    rates = rng.gamma(8, 1 / 4, (DRAWS, 1))
    return simulate(model_as_of(topic, as_of), {"rate": rates}, rng, until=END)


def test_each_person_is_of_one_kind_from_the_step_in_which_he_comes() -> None:
    """At every boundary of the future as many have been drawn as have come, and those who never ask are a binomial share of them."""
    from scipy.stats import binom, kstest

    paths = paths_of(topic_of())
    first = paths.days.index(paths.starts["never"])
    assert paths.starts["never"] == date(2025, 7, 1)
    assert (paths.totals["drawn"][:, : first + 1] == 0).all()
    assert (paths.totals["drawn"][:, first + 1 :] == paths.totals["comers"][:, first + 1 :]).all()
    rng = np.random.default_rng(6)
    for column in (first + 1, len(paths.days) - 1):
        came, never = paths.totals["comers"][:, column], paths.totals["never"][:, column]
        below, mass = binom.cdf(never - 1, came, NEVER), binom.pmf(never, came, NEVER)
        assert kstest(below + mass * rng.random(DRAWS), "uniform").pvalue > 0.001
    assert (paths.totals["asks"] + paths.totals["never"] <= paths.totals["comers"]).all()


def test_those_who_ask_do_so_from_the_step_after_they_come() -> None:
    """With months of one length the mean number of those who have asked is a sum of one closed form for each step."""
    paths = paths_of(topic_of())
    first = paths.days.index(paths.starts["never"])
    spans = zip(paths.days[first:-1], paths.days[first + 1 :], strict=True)
    months = np.array([(end - start).days / 365.25 * 12 for start, end in spans])
    expected = sum(2 * span * (1 - NEVER) * (1 - 0.2 ** months[step + 1 :].sum()) for step, span in enumerate(months))  # the mean rate is 2
    found = paths.totals["asks"][:, -1]
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / np.sqrt(DRAWS))


def test_those_of_the_record_are_drawn_in_the_first_step_of_the_future() -> None:
    """Who came before is among those of whom it is drawn by the end of that step."""
    paths = paths_of(topic_of(rows={**ROWS, "comers": [{"value": 2, **HALF}]}))
    first = paths.days.index(paths.starts["never"])
    assert (paths.totals["comers"][:, first] == 2).all()
    assert (paths.totals["drawn"][:, first] == 0).all()
    assert (paths.totals["drawn"][:, first + 1] == paths.totals["comers"][:, first + 1]).all()


def test_what_is_recorded_within_a_step_is_seen_at_its_end() -> None:
    """Where another record ends first, latent counts are drawn of the rows of streams whose record goes on, as they are of what is simulated."""
    short = [{"value": 0, "from": OPENS, "to": date(2025, 3, 31)}]
    april = [{"value": 0, "from": OPENS, "to": date(2025, 3, 31)}, {"value": 3, "from": date(2025, 4, 1), "to": date(2025, 4, 30)}]
    paths = paths_of(topic_of(rows={"comers": [*april, {"value": 0, "from": date(2025, 5, 1), "to": AS_OF}], "asks": short}))
    first = paths.days.index(paths.starts["never"])
    assert (paths.days[first], paths.days[first + 1]) == (date(2025, 4, 1), date(2025, 5, 1))
    assert (paths.totals["comers"][:, first + 1] == 3).all()
    assert (paths.totals["drawn"][:, first + 1 :] == paths.totals["comers"][:, first + 1 :]).all()


def test_a_latent_count_begins_where_the_first_record_ends() -> None:
    """It is drawn from the first day that another stream leaves open: also from a row that is not known yet."""
    short = {"comers": [{"value": 2, **HALF}], "asks": [{"value": 0, "from": OPENS, "to": date(2025, 3, 31)}]}
    assert model_as_of(topic_of(rows=short), AS_OF).records["drawn"].through == date(2025, 3, 31)
    hidden = {
        "comers": [{"value": 1, "from": date(2025, 2, 3), "to": date(2025, 2, 9), "known": END}, {"value": 2, **HALF}],
        "asks": ROWS["asks"],
    }
    hidden["comers"][1] |= {"from": date(2025, 2, 10)}
    assert model_as_of(topic_of(rows=hidden), AS_OF).records["drawn"].through == date(2025, 2, 2)
    assert model_as_of(topic_of(rows={}), AS_OF).records["drawn"].through == date(2024, 12, 31)


@pytest.mark.slow
def test_an_exported_program_draws_latent_counts_as_this_package_does() -> None:
    """A probability and a mean that rest on them agree within four errors."""
    result = published_result(topic_of(), AS_OF, Settings(chances=False))
    printed = io.StringIO()
    module: dict[str, Any] = {"__name__": "exported"}
    with contextlib.redirect_stdout(printed):
        exec(compile(program_with_answers(result.posterior.model), "program.py", "exec"), module)
        module["print_answers"](data_tree(result.posterior, None, np.random.default_rng(1)))
    lines = {line[:40].strip(): line[40:].split() for line in printed.getvalue().splitlines()[2:]}
    many, number = result.answers["many"].value, result.answers["how_many"].value
    for name, value, error in (("many", many.value, many.error), ("how_many, expected", number.mean, number.mean_error)):
        mean, own = map(float, lines[name])
        assert own < 0.1 * max(1.0, value)
        assert abs(mean - value) < 4 * np.hypot(own, error), (name, mean, value)


@pytest.mark.slow
def test_nobody_is_told_to_watch_for_what_nobody_records() -> None:
    """What to watch for names the streams with a record alone."""
    concluded = analyse(topic_of(), AS_OF, Settings(), referee=False)
    posts, _ = signposts(cases_of_one(baseline_of(concluded)))
    assert {post["stream"] for post in posts} <= {"comers", "asks"}
    assert posts


@pytest.mark.slow
def test_what_moved_an_answer_is_split_with_latent_counts_drawn_as_in_the_answer() -> None:
    """The split of the last change and the history replay days as an analysis of them does: what is left as noise is within its error."""
    quiet = {"value": 0, "from": date(2025, 4, 1), "to": date(2025, 6, 19)}
    news = [{"value": 1, "from": date(2025, 6, 20), "to": date(2025, 6, 22)}, {"value": 0, "from": date(2025, 6, 23), "to": AS_OF}]
    rows = {
        "comers": [{"value": 12, "from": OPENS, "to": date(2025, 3, 31)}, quiet, *news],
        "asks": [
            {"value": 0, "from": OPENS, "to": date(2025, 3, 31)},
            {**quiet, "value": 12},
            {"value": 0, "from": date(2025, 6, 20), "to": AS_OF},
        ],
    }  # whoever came in spring has asked, and is not among those who never will
    never = {"value": f"Binomial(n=min({FRESH}, total(comers) - total(asks)), p={NEVER})", "latent": True}
    asks = {**STREAMS["asks"], "value": "Binomial(n=max(total(comers) - total(never) - total(asks), 0), p=1 - 0.2 ** months)"}
    many_later = {"many": {"answer": "total(asks) >= 32", "by": END}}
    topic = topic_of(rows=rows, streams={**STREAMS, "never": never, "asks": asks}, questions=many_later)
    why = explain(analyse(topic, AS_OF, Settings(), referee=False))
    (many,) = (at for at, measure in enumerate(why["measures"]) if measure["question"] == "many")
    (move,) = (move for move in why["moves"] if move["against"] == "replay")
    (noise,) = (part for part in move["parts"] if part["kind"] == "noise")
    assert abs(noise["points"][many]) < 4 * noise["errors"][many]
    eve = date.fromisoformat(move["since"])
    replayed = analyse(topic, eve, Settings(), referee=False).result.answers["many"].value
    (point,) = (point for point in why["history"]["points"] if point["day"] == move["since"])
    for value, error in ((move["before"][many], move["errors"][many]), (point["values"][many], point["errors"][many])):
        assert abs(value - replayed.value) < 4 * np.hypot(error, replayed.error)


def test_a_report_shows_no_record_of_a_latent_count() -> None:
    """It has no total, no picture and no days without a row; its statement says that nobody records it."""
    topic = topic_of(rows={**ROWS, "asks": [{"value": 0, "from": OPENS, "to": date(2025, 6, 1)}]})
    paths = paths_of(topic)
    contents = {content["name"]: content for content in stream_contents(paths.model, paths)}
    assert {name for name, content in contents.items() if content.get("latent")} == {"drawn", "never"}
    assert all(contents[name]["fan"] is None and contents[name]["total"] is None for name in ("drawn", "never"))
    assert contents["never"]["entering"].startswith("Nobody records this count")
    recorded = [contents["comers"], contents["asks"]]
    assert "unknown" in unrecorded_sentence(recorded, AS_OF)
    assert unrecorded_sentence(list(contents.values()), AS_OF) == unrecorded_sentence(recorded, AS_OF)


def test_whether_a_count_is_latent_changes_numbers() -> None:
    """A topic whose stream is latent and one whose stream has no rows yet are two models."""
    topic = topic_of()
    plain = replace(topic, streams={name: replace(stream, latent=False) for name, stream in topic.streams.items()})
    assert numbers_hash(topic) != numbers_hash(plain)


def read(root: Path, more: str = "") -> tuple[Book, tuple[Problem, ...]]:
    """A book whose topic has a stream that is latent, with ``more`` said of it."""
    stream = f'[streams.never]\nabout = "who never asks"\nvalue = "Binomial(n=total(events), p=0.3)"\nlatent = true\n{more}'
    return book_of(root, answer="total(never) >= 1", more=stream)


@pytest.mark.parametrize(
    "more", ["watched = true", "once = true", 'weight = "0.5"', 'reliability = "0.9"\nwrong = "Poisson(mu=1)"', 'next = { seen = "1" }']
)
def test_what_is_said_of_rows_is_refused_of_a_count_that_has_none(tmp_path: Path, more: str) -> None:
    """Each such key is a problem that names both."""
    _, problems = read(tmp_path, more)
    key = more.partition(" ")[0]
    assert f"nobody records a latent stream, and `{key}` says something of its rows" in {problem.message for problem in problems}


def test_a_latent_count_has_no_file_and_takes_no_row(tmp_path: Path) -> None:
    """A file is refused by name; so are a row and quiet time."""
    book, problems = read(tmp_path)
    assert not [problem for problem in problems if problem.level == "error"]
    assert [name for name, stream in book.topics["made"].streams.items() if stream.latent] == ["never"]
    today = date(2025, 6, 1)
    row = observe(tmp_path, "made.never", Observation(date(2025, 2, 1), date(2025, 2, 1), "1", "a page"), today=today)
    quiet = observe_quiet(tmp_path, "made.never", through=date(2025, 2, 1), source="a page", today=today, columns={})
    assert [problem.message for done in (row, quiet) for problem in done.problems] == ["`never` is latent: nobody records it"] * 2
    (tmp_path / "seeds/made/never.csv").write_text("on,value,source\n2025-02-01,1,a page\n", encoding="utf-8")
    _, problems = read(tmp_path)
    assert [(problem.place.path, problem.message) for problem in problems if problem.level == "error"] == [
        ("seeds/made/never.csv", "`never` is latent, and nobody records it")
    ]
