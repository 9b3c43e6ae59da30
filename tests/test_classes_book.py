"""A book with streams of classes and hazards that change: checked, updated, explained, observed and taken away."""

from __future__ import annotations

import json
import shutil
from datetime import date

import numpy as np
import pytest

from forecast.actions.observe import Observation, observe, observe_quiet
from forecast.actions.update import update
from forecast.book.reading import read_book
from forecast.inference.importance.fit import condition
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.answers import paths_for
from forecast.predict.data_tree import data_tree
from forecast.schema.topic import read_content
from tests.support.command_line import CliRunner, commands
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

BOOK = ROOT / "tests" / "books" / "classes"
AS_OF = date(2026, 9, 30)


@pytest.fixture
def book(tmp_path):
    """A copy of the book."""
    root = tmp_path / "book"
    shutil.copytree(BOOK, root, ignore=shutil.ignore_patterns("reports"))
    return root


def test_the_book_is_sound():
    """The book has no problems, and its rows are read as classes and counts with their words."""
    read, problems = read_book(BOOK)
    assert (sorted(read.topics), problems) == (["lease", "vote"], ())
    streams = read.topics["vote"].streams
    assert {name: stream.classes for name, stream in streams.items()} == {
        "polls": ("left", "right", "other"),
        "mood": ("bad", "fair", "good"),
        "canvassed": ("left", "right", "other"),
    }
    assert [(row.value, row.said) for row in streams["polls"].rows] == [
        (100.0, "left 38, right 52, other 10"),
        (60.0, "left 30, right 25, other 5"),
    ]
    assert [(row.value, row.said) for row in streams["mood"].rows][:2] == [(0.0, "bad"), (1.0, "fair")]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The book's reports, with everything that is said of why."""
    root = tmp_path_factory.mktemp("classes") / "book"
    shutil.copytree(BOOK, root, ignore=shutil.ignore_patterns("reports"))
    done = update(root, as_of=AS_OF, today=AS_OF, settings=Settings(), referee=False)
    assert [problem.message for problem in done.problems] == []
    return root / "reports"


def content(reports, topic):
    """A report, which is whole."""
    return read_content((reports / f"{topic}.json").read_bytes())


@pytest.mark.slow
def test_a_report_says_classes_in_words(reports):
    """Rows, totals, what was foreseen, checks and what would move the answers speak of classes, in data and on the pages."""
    vote = content(reports, "vote")
    polls = next(stream for stream in vote["streams"] if stream["name"] == "polls")
    assert [row["said"] for row in polls["rows"]] == ["left 38, right 52, other 10", "left 30, right 25, other 5"]
    assert (polls["total"], [(each["label"], each["total"]) for each in polls["classes"]]) == (
        160,
        [("left", 68), ("right", 77), ("other", 15)],
    )
    foreseen = {(each["stream"], each["row"]): each for each in vote["insight"]["surprise"]}
    assert foreseen["mood", 0]["seen"] == "bad"
    assert sorted(part.split()[0] for part in foreseen["mood", 0]["predicted"].split(", ")) == ["bad", "fair", "good"]
    assert 0 < foreseen["polls", 1]["tail"] < 1
    assert {each["statistic"] for each in vote["insight"]["checks"] if each["stream"] == "mood"} == {
        "number of bad",
        "number of fair",
        "number of good",
    }
    informative = {each["stream"] for each in vote["insight"]["information"]}
    assert {"bad of mood", "left of canvassed"} <= informative
    assert not any(name.endswith("of polls") for name in informative), "answers to several polls of fifty are no number of the world"
    shares = [each for each in vote["parameters"] if each["name"] == "share"]
    assert [each["label"] for each in shares] == ["left", "right", "other"]
    assert sum(each["posterior"]["mean"] for each in shares) == pytest.approx(1, abs=1e-6)
    page = (reports / "vote.md").read_text()
    assert "left 38, right 52, other 10" in page
    assert "share[left]" in page
    assert "Recorded up to 1 May 2025: left 68, right 77, other 15. In each simulated step, however short, “asked” is 50, so that" in page
    lease = content(reports, "lease")
    assert {each["stream"] for each in lease["insight"]["signposts"]} == {"sold of ends", "scrapped of ends"}
    assert lease["insight"]["history"]["points"]


def test_scores_of_rows_add_up_to_the_evidence(reports):
    """The log scores of the rows, classes among them, are together the log evidence of the record."""
    vote = content(reports, "vote")
    scores = sum(each["log_score"] for each in vote["insight"]["surprise"])
    assert scores == pytest.approx(vote["engine"]["log_evidence"], abs=0.05)


def test_a_row_of_classes_is_observed(book):
    """A class, counts, and quiet time are appended as rows; a class that is none is refused and nothing is written."""
    day = date(2026, 9, 1)
    done = observe(book, "mood", Observation(day, day, "good", "notes"), today=AS_OF)
    assert (done.problems, done.line) == ((), "2026-09-01,good,notes")
    counts = {"value_left": "3", "value_right": "4", "value_other": "0", "asked": "7"}
    done = observe(book, "polls", Observation(day, day, "", "notes", columns=counts), today=AS_OF)
    assert (done.problems, done.line) == ((), "2026-09-01,7,3,4,0,notes,")
    done = observe_quiet(book, "ends", through=day, source="notes", today=AS_OF, columns={})
    assert (done.problems, done.line) == ((), "2026-07-01,2026-09-01,none,notes")
    before = (book / "seeds/vote/mood.csv").read_text()
    done = observe(book, "mood", Observation(day, day, "god", "notes"), today=AS_OF)
    assert [(each.message, each.hint) for each in done.problems] == [
        ("`value` is none of the stream's classes: god", "did you mean `good`?")
    ]
    assert (book / "seeds/vote/mood.csv").read_text() == before


def test_rows_of_classes_can_be_supposed(book):
    """A supposed poll for the left moves its share up, and a supposed sale settles the question."""
    runner = CliRunner()

    def what_if(*words):
        ran = runner.invoke(commands(), ["whatif", *words, "--as-of", "2026-09-30", "--book", str(book), "--json"])
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)

    poll = "polls 2026-09-30 value_left=90 value_right=10 value_other=0 asked=100"
    found = what_if("vote", "--observe", poll)
    assert found["after"]["left_share"]["value"]["mean"] > found["before"]["left_share"]["value"]["mean"] + 0.1
    sold = what_if("lease", "--observe", "ends 2026-07-01..2026-09-30 sold")["after"]
    assert (sold["sold"]["status"], sold["sold"]["value"]["value"]) == ("happened", 1.0)
    assert {each["label"]: each["value"] for each in sold["how"]["value"]["shares"]} == {"sold": 1.0, "scrapped": 0.0}


def test_a_record_of_counts_begins_without_a_value(book):
    """The first row of counts makes a file whose columns are the classes'."""
    (book / "seeds/vote/polls.csv").unlink()
    day = date(2026, 9, 1)
    counts = {"value_left": "3", "value_right": "4", "value_other": "0", "asked": "7"}
    assert observe(book, "polls", Observation(day, day, "", "notes", columns=counts), today=AS_OF).problems == ()
    assert (book / "seeds/vote/polls.csv").read_text().splitlines()[0] == (
        "from,to,known,source,grade,note,value_left,value_right,value_other,asked"
    )


@pytest.mark.slow
def test_arviz_has_the_classes(tmp_path):
    """The data tree has shares by label and counts by class, and can be written as netCDF."""
    topic = read_book(BOOK)[0].topics["vote"]
    rng = np.random.default_rng(1)
    posterior = condition(model_as_of(topic, AS_OF), rng=rng)
    tree = data_tree(posterior, paths_for(posterior.model, posterior.resample(200, rng), rng), rng)
    assert tree["posterior"]["share"].dims == ("chain", "draw", "share_label")
    assert tree["observed_data"]["polls"].dims == ("polls_row", "polls_class")
    assert tree["posterior_predictive"]["polls"].sizes == {"chain": 4, "draw": 1000, "polls_row": 2, "polls_class": 3}
    assert tree["observed_data"]["polls"].sel(polls_class="right").values.tolist() == [52, 25]
    tree.to_netcdf(tmp_path / "vote.nc")
