"""Tables of the answers with each prior changed show the priors that move something, and name the others."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from forecast.actions.why import reasons
from forecast.report.charts import topic_charts
from forecast.report.pages import render_topic
from forecast.report.tables_sensitivity import STILL_NOTE, VERSIONS_NOTE, sensitivity_sentences, sensitivity_tables
from forecast.schema.topic import digest_of, read_content
from forecast.sentences.own_priors import versions_of_varied_priors
from tests.support.paths import ROOT
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content


def insight_of(**changes: tuple[float, ...]) -> Any:
    """An insight of measures of 20 %, each prior of which moves them so far; the other changes of it move nothing."""
    count = len(next(iter(changes.values())))
    measures = [
        {"question": f"rain_{at}", "label": "", "kind": "probability", "unit": "", "value": 0.2, "error": 0.001, "settled": False}
        for at in range(count)
    ]
    sensitivity = [
        {"parameter": name.partition("__")[0], "label": name.partition("__")[2], "change": change, "statement": "", "pareto_k": 0.1, "refitted": False,
         "values": [{"value": 0.2 + part * moved, "change": part * moved, "error": 0.002} for moved in its]}
        for name, its in changes.items() for change, part in (("half as wide", 0.0), ("one sd higher", 1.0))
    ]  # fmt: skip
    return {"measures": measures, "sensitivity": sensitivity}


def test_a_table_has_the_priors_that_move_the_answer_and_names_the_others():
    """The strongest first; beneath it stand those that move only other answers, and above all tables those that move none."""
    insight = insight_of(drift=(0.03, 0.0), rate=(-0.05, 0.0), alike=(0.0, 0.0), apart__wet=(0.0, 0.02), apart__dry=(0.001, 0.02))
    first, second = sensitivity_tables(insight)
    assert first.caption == "Rain 0, 20 %, with each prior changed"
    assert [row[0] for row in first.rows] == ["rate", "drift"]
    assert first.rows[0] == ("rate", "20 %", "", "", "15 %", "reweighed")
    assert first.note == "2 other priors do not move it: apart (wet) and apart (dry)."
    assert [row[0] for row in second.rows] == ["apart, wet", "apart, dry"]
    assert sensitivity_sentences(insight) == [STILL_NOTE, "The prior of “alike” does not move any answer."]


def test_what_is_within_its_error_or_printed_alike_is_not_moved():
    """Two errors of 0.2 points are 0.4; beyond them 20.4 % is still printed as 20 %, and 20.6 % is not."""
    for moved, count in ((0.0039, 0), (0.0045, 0), (0.006, 1)):
        assert len(sensitivity_tables(insight_of(rate=(moved,)))) == count, moved


def test_answers_that_no_prior_moves_have_no_table():
    """They are named together; where no answer is moved that is said once."""
    insight = insight_of(rate=(0.05, 0.0, 0.0), alike=(0.0, 0.0, 0.0), drift=(0.0, 0.0, 0.0))
    assert [table.caption.partition(",")[0] for table in sensitivity_tables(insight)] == ["Rain 0"]
    assert sensitivity_sentences(insight) == [
        STILL_NOTE,
        "2 priors do not move any answer: alike and drift.",
        "No prior moves “rain 1” or “rain 2”.",
    ]
    assert sensitivity_sentences(insight_of(rate=(0.0,))) == [STILL_NOTE, "No prior moves any answer."]
    assert sensitivity_sentences({**insight, "sensitivity": []}) == []


def test_priors_of_one_name_stand_with_the_version_that_has_them():
    """Of the book's own topic whose versions have another prior each: the version's row does not stand in the place of the topic's, in tables, sentences, pictures and `why`."""
    content = read_content((ROOT / "reports/captives.json").read_bytes())
    insight = content["insight"]
    assert insight is not None
    versions = versions_of_varied_priors(content)
    assert versions == (*[""] * 12, *["silent"] * 4, *["two_men"] * 4, *["elsewhere"] * 4)
    table = next(table for table in sensitivity_tables(insight, versions) if table.caption.startswith("Names south"))
    assert [row[:1] + row[3:5] for row in table.rows] == [("names", "26 %", "31 %")]
    said = sensitivity_sentences(insight, versions)
    assert VERSIONS_NOTE in said
    assert not any(sentence.startswith("No prior moves") and "names south" in sentence for sentence in said)
    assert "the strongest is names: half as wide 29 %; twice as wide 28 %" in topic_charts(content)["tornado-names_south"].alt
    given = reasons(ROOT, "captives.names_south").priors
    assert any(reason.what.startswith("names of `elsewhere` one sd higher: ") for reason in given)


@pytest.mark.parametrize("topic", [path.stem for path in sorted((ROOT / "reports").glob("*.json")) if path.stem != "score"])
def test_no_variation_of_a_prior_is_lost(topic: str):
    """Each has a name of its own, with its change, and none is of a version that cannot be named."""
    content = read_content((ROOT / "reports" / f"{topic}.json").read_bytes())
    assert content["insight"] is not None
    rows, versions = content["insight"]["sensitivity"], versions_of_varied_priors(content)
    assert len({(row["parameter"], row["label"], version, row["change"]) for row, version in zip(rows, versions, strict=True)}) == len(rows)


def test_priors_of_one_version_alone_need_no_version_beside_their_name():
    """Where the topic as it stands has the prior too, each says whose it is."""
    content = copy.deepcopy(read_content((ROOT / "reports/captives.json").read_bytes()))
    assert content["insight"] is not None
    rows = content["insight"]["sensitivity"]
    content["insight"]["sensitivity"] = [row for row in rows if row.get("variant") == "silent"]
    assert set(versions_of_varied_priors(content)) == {""}


def test_tables_of_nothing_learnt_are_no_answers_without_the_row():
    """A row from which nothing is learnt still counts in totals; the section says so where it has such tables, and only there."""
    content = with_insight(sample_content())
    assert content["insight"]["leverage"]
    bare = content | {"insight": content["insight"] | {"leverage": []}}
    said = ["they are not the answers without that row." in render_markdown(its) for its in (content, bare)]
    assert said == [True, False]


def render_markdown(content: Any) -> str:
    """The report in Markdown."""
    return render_topic(content | {"digest": digest_of(content)})["route.md"].decode()
