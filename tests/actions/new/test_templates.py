"""The templates of `forecast new` are a tested book: sound files, honest examples, engines that agree."""

from __future__ import annotations

import csv
import json
import re
import shutil
from datetime import date
from pathlib import Path
from statistics import NormalDist

import pytest

from forecast.actions.check import check
from forecast.actions.new.days import AS_OF, BY, OPENS
from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.new.templates import TEMPLATES_DIRECTORY
from forecast.actions.placeholders import INVENTED_QUESTION, INVENTED_SOURCE, PLACEHOLDER, priors_with
from forecast.actions.update import update
from forecast.book.files.layout import prior_path, record_path, topic_path
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse

pytestmark = pytest.mark.medium


def test_there_is_a_sound_template_for_each_kind():
    """The book of templates has one topic for each kind, and neither an error nor a warning."""
    checked = check(TEMPLATES_DIRECTORY, None, as_of=AS_OF)
    assert (sorted(checked.book.topics), checked.problems) == (sorted(TEMPLATE_KINDS), ())
    assert [name for name, topic in checked.book.topics.items() if topic.opens != OPENS] == []


def test_every_example_is_called_invented():
    """A line of each topic file says so, as every row's source does, and a reason that only the person who asks can give."""
    book, _ = read_book(TEMPLATES_DIRECTORY)
    for kind, topic in book.topics.items():
        assert [line for line in (TEMPLATES_DIRECTORY / topic_path(kind)).read_text().splitlines() if line.startswith(INVENTED_QUESTION)]
        rows = [row for stream in topic.streams.values() for row in stream.rows]
        assert {row.source for row in rows} <= {"Invented example, no real source"}
        reasons = [why for parameter in topic.parameters.values() for why in (parameter.why, *parameter.why_by_label.values()) if why]
        assert [why for why in reasons if why.startswith("A placeholder: ")] or not reasons


def test_what_decides_an_answer_is_a_placeholder():
    """Only how rows scatter, and how seasons and pollsters differ, has a reason that serves everybody: the rest `update` asks for."""
    book, _ = read_book(TEMPLATES_DIRECTORY)
    kept = {kind: {*topic.parameters} - {*priors_with(topic, PLACEHOLDER)} for kind, topic in book.topics.items()}
    assert {kind: names for kind, names in kept.items() if names} == {
        "count": {"clumping"},
        "seasonal": {"clumping", "cosine", "sine"},
        "poll": {"lean", "usual_lean", "drift"},
        "share": {"evenness"},
    }


def test_a_level_that_wanders_is_made_as_the_template_says(tmp_path: Path):
    """With the walk of its remark the chance is that of a Normal that is wider each month, 34 %; the trend of the same rows is all but sure."""
    remark = (TEMPLATES_DIRECTORY / topic_path("level")).read_text(encoding="utf-8").partition("title")[0]
    (walk,) = re.findall(r'prior = "GaussianRandomWalk[^"]*"', remark.replace("\n# ", " "))
    assert 'a [level] with per = "month" and' in remark
    topic = (TEMPLATES_DIRECTORY / topic_path("level")).read_text(encoding="utf-8").removeprefix(remark)
    priors = (TEMPLATES_DIRECTORY / prior_path("level")).read_text(encoding="utf-8")
    noise = priors[priors.index("[noise]") :].replace("LogNormal(median=5, factor=3)", "LogNormal(median=0.1, factor=1.5)")
    answers = {}
    for name, text, prior in (
        ("keeps", topic, priors[: priors.index("[noise]")] + noise),
        (
            "wanders",
            topic.replace("start + trend * t", "level[month]"),
            f'[level]\nper = "month"\nunit = "cm"\nwhy = "It is so."\n{walk}\n{noise}',
        ),
    ):
        (tmp_path / "seeds" / name).mkdir(parents=True)
        (tmp_path / "priors").mkdir(exist_ok=True)
        (tmp_path / topic_path(name)).write_text(text, encoding="utf-8")
        (tmp_path / prior_path(name)).write_text(prior, encoding="utf-8")
        rows = "".join(f"2026-{month:02}-15,{level},1,,x,,\n" for month, level in ((1, 138), (3, 141), (5, 142), (6, 144)))
        (tmp_path / "seeds" / name / "levels.csv").write_text(f"on,value,readings,known,source,grade,note\n{rows}", encoding="utf-8")
        book, problems = read_book(tmp_path, [name])
        assert problems == ()
        answers[name] = analyse(book.topics[name], date(2026, 6, 30), Settings(), referee=False).result.answers["above"].value.value
    exact = NormalDist(144, (6 * 36) ** 0.5).cdf(150)  # from June to December
    assert answers["wanders"] == pytest.approx(1 - exact, abs=0.01)
    assert answers["keeps"] > 0.9


def test_templates_teach():
    """A template has at least as many remarks as tables."""
    for path in sorted(TEMPLATES_DIRECTORY.rglob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        tables = [at for at, line in enumerate(lines) if line.startswith("[")]
        assert sum("#" in line for line in lines) >= len(tables), path


def test_the_days_of_the_templates_are_those_that_move():
    """Every day in them lies between the first that the calendar knows and the last, and a record's columns are what the header names."""
    book, _ = read_book(TEMPLATES_DIRECTORY)
    for kind, topic in book.topics.items():
        days = [question.by for question in topic.questions.values() if question.by]
        days += [row.end for stream in topic.streams.values() for row in stream.rows]
        assert all(OPENS <= day <= BY for day in days)
        for stream in topic.streams:
            with (TEMPLATES_DIRECTORY / record_path(kind, stream)).open(encoding="utf-8") as file:
                assert len({len(cells) for cells in csv.reader(file)}) == 1


def finished_book(tmp_path: Path) -> Path:
    """A copy of the book of templates in which nothing is a placeholder any more."""
    root = tmp_path / "book"
    shutil.copytree(TEMPLATES_DIRECTORY, root)
    for path in (*root.glob("priors/*.toml"), *root.glob("seeds/*/*.csv"), *root.glob("seeds/*/topic.toml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace(f'"{PLACEHOLDER} ', '"As is known: ').replace(INVENTED_SOURCE, "A test").replace(INVENTED_QUESTION, "# Tried:"),
            encoding="utf-8",
        )
    return root


def test_a_topic_without_a_record_is_reported_without_a_history(tmp_path: Path):
    """A decomposition's report says that there is nothing to go back to; its JSON holds neither a day nor an infinity."""
    root = finished_book(tmp_path)
    done = update(root, topics=["decomposition"], as_of=AS_OF, today=AS_OF, settings=Settings(), referee=False)
    assert (done.exit_code, done.contents["decomposition"]["insight"]["history"]["points"]) == (0, [])
    text = (root / "reports/decomposition.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=pytest.fail)["name"] == "decomposition"
    assert "The record has no days to go back to." in (root / "reports/decomposition.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_the_engines_agree_on_every_template(kind: str, tmp_path: Path):
    """An update of the template ends well, with the referee agreed and no warning in the report."""
    root = finished_book(tmp_path)
    done = update(root, topics=[kind], as_of=AS_OF, today=AS_OF, settings=Settings(), referee=True, insight=False)
    content = done.contents[kind]
    assert (done.exit_code, done.problems, content["verdict"]["verdict"], content["warnings"]) == (0, (), "agreed", [])
