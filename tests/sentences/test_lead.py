"""The question that leads, the paragraph beneath it, and which questions ask of one event."""

from __future__ import annotations

import re
from typing import Any

import pytest

from forecast.report.summary import question_summaries
from forecast.schema.topic import read_content
from forecast.sentences.lead import history_finding, last_moved_text, lead_answer, lead_paragraph
from forecast.sentences.model_uses import model_uses
from forecast.sentences.same_event import open_events
from forecast.sentences.signposts import is_only_a_sign
from forecast.sentences.split_words import unsplit_sentence
from tests.support.paths import ROOT

CHANCE = {"question": "rain", "label": "", "kind": "probability", "unit": "", "value": 0.1, "error": 0.003, "settled": False}


def point(day: str, value: float, *news: str) -> dict[str, Any]:
    """A day of a history."""
    return {"day": day, "values": [value], "errors": [0.002], "news": list(news)}


def insight(*points: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What is known of one chance."""
    looked = {"stream": "storms", "until": "2027-01-31", "values": [0.001], "errors": [0.0001]}
    found = {"measures": [CHANCE], "history": {"points": list(points), "settled": [None]}, "signposts": [], "sensitivity": [], "split": []}
    return found | {"information": [looked]} | more


def answer(name: str = "rain", **more: Any) -> dict[str, Any]:
    """An open question for a probability."""
    value = {"value": 0.1, "error": 0.003, "chance": [0.02, 0.3], "chance_errors": [0.0, 0.0]}
    asked = {
        "name": name,
        "kind": "probability",
        "status": "open",
        "headline": "10 %",
        "answer": "total(storms) >= 1",
        "given": "",
        "since": None,
    }
    return asked | {"value": value, "choices": [], "by": "2027-12-31"} | more


def content(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A report of a model in which storms bring floods, and alarms follow nothing."""
    streams = [
        {"name": name, "statement": statement, "next": {}, "unrecorded_days": 0}
        for name, statement in (
            ("storms", "Poisson(mu=rate * months)"),
            ("floods", "Binomial(n=total(storms), p=0.5)"),
            ("alarms", "Poisson(mu=rate)"),
        )
    ]
    parts = {"parameters": [], "series": [], "quantities": [], "streams": streams, "insight": None}
    return parts | {"answers": list(answers)} | more


def test_a_stream_that_has_no_part_in_what_is_asked_is_only_a_sign():
    """What brings the answer about, by itself or through another stream, is more; alarms with the same rate are a sign."""
    flood = content(answer(answer="total(floods) >= 1"))
    assert [
        is_only_a_sign(model_uses(flood), name, "rain") for name in ("storms", "floods", "alarms", "large of storms", "loud of alarms")
    ] == [False, False, True, False, True]


STEPS = (point("2026-01-01", 0.2), point("2026-03-04", 0.05, "storms: 0 (1 March 2026)"), point("2026-10-12", 0.1))
SPLIT = {"question": "rain", "label": "", "error": 0.01, "parts": [{"parameter": "rate", "label": "", "share": 0.3, "error": 0.01}]}


@pytest.mark.parametrize(
    ("share", "doubt"),
    [
        (0.4, "Most of the doubt is luck: 60 % of the variance would remain if all unknowns of the model were known."),
        (0.6, "Most of the doubt is ignorance: 60 % of the variance would be gone if all unknowns of the model were known."),
        (1.0, "The model leaves nothing to luck: all of the doubt would be gone if all unknowns of the model were known."),
    ],
)
def test_the_paragraph_names_the_day_before_the_last_news_and_the_largest_doubt(share, doubt):
    """All of it is read from the numbers, and what is unknown is left out."""
    its = insight(*STEPS, split=[{**SPLIT, "ignorance": share}])
    asked = answer()
    assert lead_paragraph(content(asked, insight=its), asked, "About one in ten.") == (
        "10 %: about one in ten. With what was known on 1 January 2026 the same model would have said 20 %; it fell to 5 % on 4 March 2026, "
        f"when this became known: storms: 0 (1 March 2026). {doubt} No single event we track would move it much. "
        "The unknown that matters most is “rate”, 30 % of the doubt."
    )


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "We have not worked out how far new evidence would move it."),
        ({"streams": [], "series": [{"name": "price", "later": "price"}]}, "We have not worked out how far new evidence would move it."),
        ({"streams": []}, "It has no record: only another prior would move it."),
    ],
)
def test_where_nobody_looked_what_a_row_would_do_nothing_is_said_of_it(parts, said):
    """A poll average simulates no poll, though the next one may move it far; what has no record has none to wait for."""
    asked = answer(answer="support > 40")
    told = content(asked, insight=insight(*STEPS, information=[]), **parts)
    assert lead_paragraph(told, asked, "About one in ten.").endswith(f"(1 March 2026). {said}")


def test_the_eve_of_the_news_is_said_as_that():
    """Where the day before the news is known, one day is named and not two."""
    its = insight(point("2026-03-03", 0.2), point("2026-03-04", 0.05, "storms: 0"))
    asked = answer()
    said = "On the eve of 4 March 2026 the same model would have said 20 %; it fell to 5 % when this became known: storms: 0."
    assert said in lead_paragraph(content(asked, insight=its), asked, "About one in ten.")


@pytest.mark.parametrize(
    ("share", "structure", "doubt"),
    [
        (
            0.7,
            0.5,
            "Most of the doubt is over which version of the model is right: knowing that would remove 50 % of the variance.",
        ),
        (
            0.7,
            0.3,
            "Most of the doubt is ignorance: 70 % of the variance would be gone if the right model and its unknowns were known.",
        ),
        (
            0.3,
            0.1,
            "Most of the doubt is luck: 70 % of the variance would remain if the right model and its unknowns were known.",
        ),
    ],
)
def test_the_paragraph_of_variants_counts_structure_among_the_doubts(share, structure, doubt):
    """Of a topic with variants the largest doubt may be which of them is right, and what would move the mixed answer is said."""
    asked = answer(answer="total(floods) >= 1")
    values = [{"value": 0.3, "change": 0.2, "error": 0.001}]
    post = {
        "stream": "storms",
        "condition": "at least one storm comes",
        "absence": False,
        "until": "2027-01-31",
        "chance": 0.1,
        "values": values,
    }
    its = insight(*STEPS, signposts=[post], split=[{**SPLIT, "ignorance": share, "structure": structure, "structure_error": 0.01}])
    said = lead_paragraph(content(asked, insight=its), asked, "About one in ten.")
    assert doubt in said
    assert "Watch whether at least one storm comes by 31 January 2027" in said


def test_the_paragraph_calls_a_sign_a_sign():
    """After a signpost of a stream that has no part in what is asked, the page says that it is no cause; after another it does not."""
    asked = answer(answer="total(floods) >= 1")
    for stream, is_sign in (("alarms", True), ("storms", False)):
        values = [{"value": 0.3, "change": 0.2, "error": 0.001}]
        post = {"stream": stream, "condition": f"{stream} come", "absence": False, "until": "2027-01-31", "chance": 0.1, "values": values}
        said = lead_paragraph(content(asked, insight=insight(*STEPS, signposts=[post])), asked, "About one in ten.")
        assert f"Watch whether {stream} come by 31 January 2027" in said
        assert ("a sign, not a cause" in said) is is_sign


def test_no_sign_is_spoken_of_that_is_not_named():
    """Where there is no room for what to watch, nothing is said of what it would be."""
    asked = answer(answer="total(floods) >= 1")
    values = [{"value": 0.3, "change": 0.2, "error": 0.001}]
    post = {"stream": "alarms", "condition": "alarms come", "absence": False, "until": "2027-01-31", "chance": 0.1, "values": values}
    said = lead_paragraph(content(asked, insight=insight(*STEPS, signposts=[post])), asked, " ".join(["Long."] * 100))
    assert "Watch whether" not in said
    assert "a sign" not in said


def test_a_sentence_for_which_there_is_no_room_is_left_out_whole():
    """A long text of news does not cut a sentence in two."""
    news = " ".join(["storms"] * 100)
    its = insight(STEPS[0], point("2026-03-04", 0.05, news), split=[{**SPLIT, "ignorance": 0.4}])
    asked = answer()
    said = lead_paragraph(content(asked, insight=its), asked, "About one in ten.")
    assert "storms" not in said
    assert said.endswith("No single event we track would move it much. The unknown that matters most is “rate”, 30 % of the doubt.")


def test_a_doubt_that_is_not_split_is_said_with_its_reason():
    """A condition, an annulment and a variance that is not known are reasons; a chance without any is settled, and nothing is said of it."""
    number = {**CHANCE, "kind": "mean", "value": 4.38}
    quiet = insight(STEPS[0], measures=[number])
    for asked, its, why in (
        (answer(given="total(floods) >= 1"), insight(STEPS[0]), "the split is computed only for questions without a condition"),
        (answer(annulled="total(floods) >= 1"), insight(STEPS[0]), "the split is computed only for questions that cannot be annulled"),
        (answer(kind="distribution", headline="3"), quiet, "the variance is infinite, or rests on values too rare for the draws to show"),
    ):
        assert f"How much of the doubt is luck is not known: {why}." in lead_paragraph(content(asked, insight=its), asked, "About 3.")
        assert unsplit_sentence([asked], its) == f"How much of the doubt is luck is not known for “rain”: {why}."
    assert "doubt" not in lead_paragraph(content(answer(), insight=insight(STEPS[0])), answer(), "About one in ten.")
    assert not unsplit_sentence([answer()], insight(STEPS[0]))


def test_the_paragraph_of_a_number_says_that_changes_are_of_its_mean():
    """Its figure is the median; where that is printed as the mean is, nothing need be said."""
    its = insight(STEPS[0], measures=[{**CHANCE, "kind": "mean", "value": 4.38}])
    for figure, is_said in (("3", True), ("4.38", False)):
        asked = answer(kind="distribution", headline=figure)
        said = lead_paragraph(content(asked, insight=its), asked, "Most likely 3.")
        assert ("That is the median; the rest is about the mean (expected value), 4.38." in said) is is_said


def test_what_is_asked_of_is_no_name_for_the_doubt():
    """A question for a parameter is in doubt for its sake alone, so that another one is named."""
    parts = [
        {"parameter": name, "label": label, "share": share, "error": 0.01}
        for name, label, share in (("cause", "", 0.98), ("names_south", "one_man", 0.2))
    ]
    asked = answer(answer="cause")
    its = insight(*STEPS, split=[{**SPLIT, "ignorance": 1.0, "parts": parts}])
    said = lead_paragraph(content(asked, insight=its), asked, "About one in ten.")
    assert "Of the other unknowns the one that matters most is “names south (one man)”, 20 % of the doubt." in said


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.1,), "The unknown that matters most is “a”, 10 % of the doubt."),
        ((0.099, 0.05), "No single unknown matters much: the largest is 10 % of the doubt."),
        ((0.004, 0.023), "No single unknown matters much: the largest is 2 % of the doubt."),
        ((0.98, 0.03), "No other unknown matters much: the largest is 3 % of the doubt."),
        ((0.001,), ""),
    ],
)
def test_an_unknown_is_named_only_where_it_matters(shares, said):
    """From a tenth of the doubt on; where the largest has less, that is said with its share, and nothing where none is beyond its error."""
    parts = [{"parameter": name, "label": "", "share": share, "error": 0.001} for name, share in zip(("a", "b"), shares, strict=False)]
    asked = answer(answer="a" if shares[0] > 0.5 else "total(floods) >= 1")
    text = lead_paragraph(
        content(asked, insight=insight(*STEPS, split=[{**SPLIT, "ignorance": 0.4, "parts": parts}])), asked, "One in ten."
    )
    assert text.endswith(said)
    assert ("unknown matters" in text or "unknown that" in text) is bool(said)


@pytest.mark.parametrize(("ignorance", "is_said"), [(0.099, False), (0.1, True)])
def test_nothing_is_said_of_single_unknowns_where_luck_has_nearly_all_of_the_doubt(ignorance, is_said):
    """A rate that has 5 % of the doubt about a rare event may still be all that its chance rests on: it does not matter little."""
    asked = answer()
    parts = [{"parameter": "rate", "label": "", "share": 0.05, "error": 0.001}]
    text = lead_paragraph(
        content(asked, insight=insight(*STEPS, split=[{**SPLIT, "ignorance": ignorance, "parts": parts}])), asked, "One in ten."
    )
    assert "Most of the doubt is luck" in text
    assert ("unknown matters" in text) is is_said


@pytest.mark.parametrize(("after", "said"), [(0.109, ""), (0.112, "10 % → 11 % on 4 March 2026")])
def test_a_step_within_three_of_its_errors_is_no_news(after: float, said: str):
    """On one of many days chance alone goes so far: 3.2 errors are passed over, and 4.2 are told."""
    assert last_moved_text(insight(point("2026-03-01", 0.1), point("2026-03-04", after, "a")), 0) == said


def test_the_title_of_a_history_is_what_it_found():
    """The last news that moved the answer, or that none has."""
    assert history_finding(insight(*STEPS), 0) == "Fell from 20 % to 5 % on 4 March 2026; 10 % now"
    opposed = insight(point("2026-01-01", 0.3), point("2026-03-03", 0.05), point("2026-03-04", 0.1, "storms: 1"))
    assert history_finding(opposed, 0) == "Rose from 5 % to 10 % on 4 March 2026; it was 30 % on 1 January 2026"
    level = insight(point("2026-01-01", 0.104), point("2026-03-03", 0.05), point("2026-03-04", 0.1, "storms: 1"))
    assert history_finding(level, 0) == "Rose from 5 % to 10 % on 4 March 2026"
    assert last_moved_text(insight(*STEPS), 0) == "20 % → 5 % on 4 March 2026; 10 % now"
    quiet = insight(STEPS[0], point("2026-10-12", 0.2, "storms: 0"))
    assert history_finding(quiet, 0) == "20 % now, as on 1 January 2026; no single event has moved it"
    drifted = insight(STEPS[0], point("2026-10-12", 0.1))
    assert history_finding(drifted, 0) == "Fell from 20 % to 10 % since 1 January 2026; no single event moved it"
    assert not last_moved_text(quiet, 0)
    of_fear = insight(*STEPS, measures=[{**CHANCE, "label": "no_fear"}])
    assert history_finding(of_fear, 0) == "The chance of “no fear” fell from 20 % to 5 % on 4 March 2026; 10 % now"


@pytest.mark.parametrize(("now", "said"), [(0.1145, "20 % → 11 % on 4 March 2026"), (0.116, "20 % → 11 % on 4 March 2026; 12 % now")])
def test_a_figure_within_two_errors_of_the_newest_is_not_another_one(now: float, said: str):
    """What differs from today's figure by chance alone is told as today's: in a table, a title and the paragraph."""
    its = insight(point("2026-03-03", 0.2), point("2026-03-04", 0.109, "storms: 1"), point("2026-10-12", now))
    assert last_moved_text(its, 0) == said
    assert history_finding(its, 0) == f"Fell from {said.replace('→', 'to')}"
    assert "it fell to 11 % when" in lead_paragraph(content(answer(), insight=its), answer(), "About one in ten.")


@pytest.mark.parametrize(
    ("other", "said"), [((), "20 % → 11 % on 4 March 2026"), (("storms: 0",), "20 % → 10 % on 4 March 2026; 11 % now")]
)
def test_after_other_news_the_figure_of_the_day_stands(other: tuple[str, ...], said: str):
    """A difference of one error and more may well be what the other news made of it."""
    its = insight(
        point("2026-03-03", 0.2), point("2026-03-04", 0.104, "storms: 1"), point("2026-04-04", 0.106, *other), point("2026-10-12", 0.1095)
    )
    assert last_moved_text(its, 0) == said


@pytest.mark.parametrize(("of_news", "said"), [(0.012, "10 % → 11 % on 4 March 2026"), (0.003, "")])
def test_news_that_the_exact_split_shows_to_have_moved_an_answer_is_the_last_that_did(of_news: float, said: str):
    """The history, whose errors are greater, does not show it: so one page does not name two days for the last news."""
    parts = [
        {"kind": kind, "name": "storms", "about": "one storm", "known": "2026-03-04", "points": [each], "errors": [0.001]}
        for kind, each in (("row", of_news), ("time", 0.03), ("noise", 0.0))
    ]
    move = {"since": "2026-03-03", "until": "2026-10-12", "against": "replay", "before": [0.1], "after": [0.112], "parts": parts}
    its = insight(point("2026-03-03", 0.1), point("2026-03-04", 0.105, "storms: 1"), point("2026-10-12", 0.112), moves=[move])
    assert last_moved_text(its, 0) == said
    assert not last_moved_text({**its, "moves": [{**move, "against": "ledger"}]}, 0)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (answer("later", by="2028-12-31"), True),
        (answer("when", kind="date", answer="first(total(storms)  >= 1)"), True),
        (answer("many", answer="total(storms) >= 2"), False),
        (answer("if_flood", given="total(floods) >= 1"), False),
        (answer("from_2027", since="2027-01-01"), False),
        (answer("number", kind="distribution", answer="total(storms)"), False),
        (answer("past", status="happened"), None),
    ],
)
def test_questions_of_one_condition_are_one_event(other, together):
    """By another day or as a date it is the same event; another threshold, condition or first day makes another one, and settled ones are not listed."""
    events = [[its["name"] for its in event] for event in open_events(content(answer(), other))]
    expected = {True: [["rain", other["name"]]], False: [["rain"], [other["name"]]], None: [["rain"]]}
    assert events == expected[together]


@pytest.mark.parametrize(("varied", "together"), [((0.3, 0.05), True), ((0.3, 0.06), False)])
def test_questions_whose_chances_are_one_number_whatever_happens_are_one_event(varied, together):
    """Two chances that agree now and after every signpost are the same event; one that differs after a signpost is not."""
    asked = (answer(), answer("third", answer="total(floods) >= 3"))
    values = [
        [{"value": first, "change": 0.0, "error": 0.0}, {"value": second, "change": 0.0, "error": 0.0}]
        for first, second in ((0.3, varied[0]), (0.05, varied[1]))
    ]
    posts = [{"stream": "storms", "condition": "", "until": "", "chance": 0.5, "values": each} for each in values]
    its = insight(measures=[CHANCE, {**CHANCE, "question": "third"}], signposts=posts)
    assert (len(open_events(content(*asked, insight=its))) == 1) is together


@pytest.mark.parametrize("topic", ["route", "arrivals", "captives", "loyalty", "punishment", "return"])
def test_what_to_watch_for_is_in_every_paragraph_of_the_book(topic: str) -> None:
    """However long the news that moved an answer are, a reader is told what would change it; a comparison, which also stands beside the figure, goes before."""
    content = read_content((ROOT / "reports" / f"{topic}.json").read_bytes(), name=f"{topic}.json")
    answer = lead_answer(content)
    assert answer is not None
    paragraph = lead_paragraph(content, answer, question_summaries(content, "plain")[answer["name"]].said)
    assert len(paragraph.split()) <= 120
    assert re.search(
        r"Watch whether|No single event we track|No event we track|Only the rest of the count|We have not worked out how far", paragraph
    )
    if topic in {"route", "arrivals"}:
        assert "Most of the doubt is luck" in paragraph
