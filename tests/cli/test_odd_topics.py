"""Topics that lack something: rows without a question, questions without rows, parameters or streams; through every command.

A topic is written from its parts.  Whatever is missing, a command answers or says in a line what is not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scipy import stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

from forecast.model.settings import Settings
from forecast.watching.drafts import draft_index, draft_topic
from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

TODAY = datetime.now(UTC).date()
HEAD = 'title = "Bulbs"\nopens = 2025-01-01\n'
BULBS = '[streams.lit]\nabout = "bulbs that lit"\nvalue = "Binomial(n=tried, p=good)"\nnext = { tried = "8" }\n'
ROWS = "on,value,tried,source\n2025-02-01,6,8,shelf\n2025-03-01,6,12,shelf\n"
GOOD = '[good]\nprior = "Beta(alpha=1, beta=1)"\nwhy = "Nobody has tried one yet."\n'
ASKS = '[questions.most]\nasks = "Are most of them good?"\nanswer = "good > 0.5"\nsettled = "By trying all."\n'
CALLS = '[streams.calls]\nabout = "calls"\nvalue = "Poisson(mu=0.4 * months)"\nwatched = true\n'
CALL_ROWS = "from,to,value,source\n2025-01-01,2025-01-31,1,log\n"
CALL_ASKS = '[questions.busy]\nasks = "Three calls in 2099?"\nsince = 2099-01-01\nby = 2099-12-31\nanswer = "total(calls) >= 3"\n'
PRICE = '[series.price]\nabout = "price"\nunit = "coins"\nlater = "3"\n'

TOPICS: Mapping[str, Mapping[str, str]] = {
    "rows_without_questions": {"topic.toml": HEAD + BULBS, "lit.csv": ROWS, "priors": GOOD},
    "a_record_without_rows": {"topic.toml": HEAD + BULBS + ASKS, "lit.csv": "on,value,tried,source\n", "priors": GOOD},
    "no_record": {"topic.toml": HEAD + BULBS + ASKS, "priors": GOOD},
    "no_streams": {"topic.toml": HEAD + ASKS, "priors": GOOD},
    "parameters_alone": {"topic.toml": HEAD, "priors": GOOD},
    "a_title_alone": {"topic.toml": HEAD},
    "people_alone": {"topic.toml": HEAD + '[questions.most]\nasks = "Are most of them good?"\nby = 2099-12-31\ntype = "probability"\n'},
    "no_parameters": {"topic.toml": HEAD + CALLS + CALL_ASKS, "calls.csv": CALL_ROWS},
    "an_empty_prior_file": {"topic.toml": HEAD + CALLS, "calls.csv": CALL_ROWS, "priors": ""},
    "a_stream_nobody_asks_about": {"topic.toml": HEAD + BULBS + CALLS + ASKS, "lit.csv": ROWS, "calls.csv": CALL_ROWS, "priors": GOOD},
    "a_series_alone": {"topic.toml": HEAD + PRICE, "price.csv": "date,value,source\n2025-01-05,5,shop\n"},
    "a_constant": {"topic.toml": HEAD + '[questions.sum]\nasks = "How much?"\nanswer = "2 + 2"\n'},
    "one_label": {
        "topic.toml": HEAD
        + '[streams.size]\nabout = "size"\nvalue = "Normal(mu=level[shelf], sigma=1)"\n'
        + '[questions.big]\nasks = "Is it?"\nanswer = "level[top] > 0"\n',
        "size.csv": "on,value,shelf,source\n2025-02-01,0.5,top,log\n",
        "priors": '[level]\nper = "shelf"\nprior = "Normal(mu=0, sigma=1)"\nunit = "cm"\nwhy = "Nothing is known yet."\n',
    },
    "whole_numbers_alone": {
        "topic.toml": HEAD + '[questions.odd]\nasks = "Is it?"\nanswer = "other == 1"\n',
        "priors": '[one]\nprior = "Bernoulli(p=0.5)"\nwhy = "Nothing is known yet."\n'
        '[other]\nprior = "Bernoulli(p=0.1 + 0.2 * one)"\nwhy = "It follows the other."\n',
    },
}
QUICK = ("rows_without_questions", "no_parameters", "a_title_alone", "people_alone")  # the rest are as quick, but many
COMMANDS = (
    ("check",),
    ("show",),
    ("update", "--no-referee", "--no-insight", "--draws", "512", "--as-of", "2025-06-01"),
    ("update", "--no-referee", "--draws", "512"),
    ("update", "--no-referee", "--draws", "512"),
    ("show",),
    ("show", "--json"),
    ("show", "odd"),
    ("why", "most"),
    ("why", "busy", "--since", "2025-01-20", "--draws", "512"),
    ("why", "odd.most", "--json"),
    ("evidence", "odd"),
    ("history", "busy", "--every", "year", "--until", "2025-06-01"),
    ("history", "most", "--every", "year", "--until", "2025-06-01"),
    ("diff", "2025-01-02", "2025-06-01", "--draws", "512"),
    ("whatif", "odd", "--prior", "good=Beta(alpha=2, beta=2)", "--draws", "512"),
    ("whatif", "odd", "--observe", "lit 2025-04-01 2 tried=8", "--draws", "512"),
    ("prior", "show"),
    ("prior", "show", "odd", "--json"),
    ("export", "odd", "--pymc"),
    ("report",),
    ("report", "odd"),
    ("prior", "set", "odd.good", "Beta(alpha=2, beta=3)"),
    ("prior", "set", "odd.nothing", "Beta(alpha=2, beta=3)"),
    ("say", "most", "30%", "--why", "A guess."),
    ("withdraw", "most"),
    ("due",),
    ("resolve", "most", "yes", "--on", "2025-05-01", "--source", "shelf"),
    ("show", "most"),
    ("why", "most"),
    ("observe", "lit", "--on", "2025-05-01", "--value", "2", "--set", "tried=10", "--source", "shelf"),
)


def written(root: Path, files: Mapping[str, str]) -> Path:
    """A book of one topic, ``odd``, of these files."""
    (root / "priors").mkdir(parents=True)
    (root / "seeds/odd").mkdir(parents=True)
    for name, text in files.items():
        path = root / "priors/odd.toml" if name == "priors" else root / "seeds/odd" / name
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("topic", [topic if topic in QUICK else pytest.param(topic, marks=pytest.mark.slow) for topic in TOPICS])
def test_every_command_answers_or_says_what_is_not_there(run: Run, tmp_path: Path, topic: str):
    """No command ends in an exception, none says nothing of why it fails, and no list of names is empty."""
    root = written(tmp_path / "odd", TOPICS[topic])
    assert run("check", on=root).code == 0
    for words in COMMANDS:
        ran = run(*words, on=root)
        assert ran.code in {0, 1, 2}, words
        assert ran.code == 0 or (ran.out + ran.err).strip(), words
        assert " here: \n" not in ran.err, words
        assert words[0] != "update" or ran.code == 0
    for insight in (False, True):
        path = root / "seeds/odd/topic.toml"
        path.write_text(f"{path.read_text(encoding='utf-8')}# {insight}\n", encoding="utf-8")
        made = draft_topic(root, "odd", as_of=TODAY, settings=Settings(draws=512), insight=insight)
        assert made is None or draft_index(root, {"odd": made})


@pytest.mark.parametrize("topic", ["rows_without_questions", "no_parameters", "a_title_alone"])
def test_draws_of_an_odd_topic_can_be_taken_away(run: Run, tmp_path: Path, topic: str):
    """A topic without questions or without parameters is exported for ArviZ as any other."""
    root = written(tmp_path / "odd", TOPICS[topic])
    assert run("export", "odd", "--netcdf", str(root / "out.nc"), "--draws", "512", on=root).code == 0
    assert (root / "out.nc").stat().st_size > 0


def test_rows_without_a_question_are_learnt_from(run: Run, tmp_path: Path):
    """The report has the parameter's posterior, Beta(13, 9), and `show` says that nothing is asked yet."""
    root = written(tmp_path / "odd", TOPICS["rows_without_questions"])
    assert run("update", "--no-referee", on=root).code == 0
    (good,) = json.loads((root / "reports/odd.json").read_text())["parameters"]
    exact = stats.beta(13, 9)
    assert good["posterior"]["mean"] == pytest.approx(exact.mean(), abs=0.002)
    assert good["posterior"]["quantiles"] == pytest.approx(exact.ppf([0.05, 0.25, 0.5, 0.75, 0.95]).tolist(), abs=0.005)
    assert run("show", on=root).out == "odd asks nothing yet; what its parameters come to is in reports/odd.md\n"
    hint = "    write a question into its topic.toml, as in [questions.NAME]; what its parameters come to is in its report\n"
    for asked in ("odd", "odd.most"):
        ran = run("show", asked, on=root)
        assert (ran.code, ran.err) == (1, f"seeds/odd/topic.toml:1:1: error: the topic `odd` asks nothing yet\n{hint}")


def test_chance_alone_is_simulated_where_nothing_is_unknown(run: Run, tmp_path: Path):
    """Without parameters the paths differ by chance, and the answer is the Poisson's own."""
    root = written(tmp_path / "odd", TOPICS["no_parameters"])
    assert run("update", "--no-referee", "--no-insight", on=root).code == 0
    (answer,) = json.loads((root / "reports/odd.json").read_text())["answers"]
    exact = float(stats.poisson(0.4 * 365 / (365.25 / 12)).sf(2))
    assert answer["value"]["value"] == pytest.approx(exact, abs=0.01)


def test_a_book_without_a_topic_says_so(run: Run, tmp_path: Path):
    """With no topic at all there is nothing to run."""
    (tmp_path / "none/seeds").mkdir(parents=True)
    (tmp_path / "none/priors").mkdir()
    ran = run("show", on=tmp_path / "none")
    assert (ran.code, ran.err) == (1, "seeds:1:1: error: this book has no topic yet\n    begin one with `forecast new`\n")
