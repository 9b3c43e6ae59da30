"""The page of phrases: every kind of sentence that a report says of answers and of events, as the code makes it.

``python -m tests.sentences.test_phrases`` writes the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import inf
from typing import Any

import pytest

from forecast.book.event_phrases import EventPhrases
from forecast.book.topic import Series, Stream
from forecast.book.value_range import ValueRange
from forecast.insight.event_clauses import (
    at_least_clause,
    fewer_than_clause,
    measured_clause,
    none_clause,
    one_or_more_clause,
    point_clause,
    row_clause,
)
from forecast.schema import words
from forecast.sentences import answer_sentences
from forecast.sentences.change_sentences import change_sentence
from forecast.sentences.insight_text import next_move_sentence
from forecast.sentences.last_moved import last_move_sentence
from forecast.sentences.signposts import NOT_WORKED_OUT, WITHOUT_RECORD
from forecast.sentences.unrecorded import unrecorded_sentence
from tests.support.bad_english import bad_english
from tests.support.building import make_topic
from tests.support.paths import ROOT

PAGE = ROOT / "forecast" / "PHRASES.md"
INTRODUCTION = """# Phrases in use

What reports, pages and the terminal say of answers, and of what may move them. The examples are made by the code: `python -m tests.sentences.test_phrases` writes this page, and a test holds it. Another test reads every sentence that is generated for the book, the templates and random books against a list of what a native speaker would rewrite (`tests/support/bad_english.py`).

- A chance is said in words that follow its printed percentage (the table is in [reports/README.md](../reports/README.md)); a number by its median and 90 % range.
- Numbers have at most three significant digits, more only where a narrow range needs them, or where the parts of a change must add up. Whole numbers that were recorded are given as they were recorded.
- Events are told by the clauses that the topic gives (`event`, `events`, `no_event`; see [seeds/README.md](../seeds/README.md)), or by the name of their stream.
"""
CLAUSES = EventPhrases("another captive asks to go South", "{n} more captives ask to go South", "no other captive asks to go South")
CHANCE = {"question": "third_man", "label": "", "kind": "probability", "unit": "", "value": 0.1, "error": 0.002, "settled": False}
NUMBER = CHANCE | {"kind": "mean", "value": 6.2, "error": 0.01}


def page() -> str:
    """The text of the page."""
    parts = [INTRODUCTION]
    for heading, rows in phrases().items():
        lines = [f"| {when} | {said} |" for when, said in rows.items()]
        parts.append("\n".join([f"## {heading}\n", "| when | what is said |", "| --- | --- |", *lines]) + "\n")
    return "\n".join(parts)


def phrases() -> Mapping[str, Mapping[str, str]]:
    """Examples by heading: when something is said, and what."""
    return {
        "A chance": _chances(),
        "A number": _numbers(),
        "A date, and choices": _dates_and_choices(),
        "What to watch for": _signposts(),
        "What moved an answer last": _moves(),
        "What may be seen of a stream": _clauses(),
        "What a row says": _rows(),
        "Time without rows": _unrecorded(),
    }


def _chances() -> dict[str, str]:
    def said(value: float, interval: tuple[float, float] | None, status: str = "open", error: float = 0.001) -> str:
        return answer_sentences.probability_sentence(value=value, error=error, chance_interval=interval, status=status)

    return {
        "what is known leaves it in doubt": said(0.12, (0.01, 0.3)),
        "it does so at one end": said(0.12, (0.0001, 0.3)),
        "it does not": said(0.12, (0.121, 0.122)),
        "it is small whatever is assumed": said(0.0004, (0.00002, 0.0006), error=0.0001),
        "there is a condition": answer_sentences.given_sentence(0.16),
        "the question may be annulled": answer_sentences.annulled_sentence(0.05, error=0.001),
        "the record has settled it": said(1.0, None, "happened"),
    }


def _numbers() -> dict[str, str]:
    def said(*points: float, unit: str = "men", one: str = "man", **more: Any) -> str:
        errors = [0.001 * abs(point) for point in points]
        return answer_sentences.distribution_sentence(
            quantiles=points, errors=errors, unit=unit, unit_one=one, status=more.pop("status", "open"), **more
        )

    return {
        "a count": said(3, 4, 4, 9, 16),
        "one of something": said(0, 1, 1, 2, 4),
        "the least value is the median": said(0, 0, 0, 1, 3),
        "one value is left": said(2, 2, 2, 2, 2),
        "a share": said(0.16, 0.4, 0.56, 0.7, 0.95, unit="share"),
        "a ratio (its unit begins with `odds of` or ends in `ratio`)": said(
            0.0198, 0.05, 0.0804, 0.14, 0.323, unit="odds of being taken rather than killed, against a Russian's"
        ),
        "a unit of many words": said(0.4, 0.9, 1.32, 2.2, 4.1, unit="captures for each thousand soldier-months"),
        "it falls into two ranges": said(1, 2, 40, 60, 80, unit="", modes=[(0.45, (1, 2, 3)), (0.55, (50, 60, 80))]),
        "the record has settled it": said(2, 2, 2, 2, 2, status="settled"),
    }


def _dates_and_choices() -> dict[str, str]:
    def said(*days: str | None, status: str = "open", missed: float = 0.3) -> str:
        return answer_sentences.date_sentence(quantiles=days, not_by_then=missed, error=0.001, by="2027-12-31", status=status)

    late = said("2027-05-02", None, None, None, None, missed=0.9)
    return {
        "a date": said("2026-12-03", "2027-02-01", "2027-06-11", "2027-11-30", None),
        "a date that probably comes too late": late,
        "a date within a row": said("2026-09-11", "2026-09-13", "2026-09-16", "2026-09-18", "2026-09-20", status="happened"),
        "choices": answer_sentences.shares_sentence(
            values={"fear": 0.77, "belief": 0.2, "chance": 0.03}, errors=dict.fromkeys(("fear", "belief", "chance"), 0.001), none=0.0
        ),
    }


def _insight(**parts: Any) -> Any:
    return {"measures": [CHANCE], "moves": [], "signposts": [], "history": {"points": []}, **parts}


def _post(condition: str, chance: float, value: float, *, absence: bool = False) -> dict[str, Any]:
    estimate = {"value": value, "change": value - 0.1, "error": 0.002}
    return {
        "stream": "wishes",
        "condition": condition,
        "absence": absence,
        "until": "2027-05-31",
        "chance": chance,
        "values": [estimate],
    }


def _signposts() -> dict[str, str]:
    told, named = _stream(phrases=CLAUSES), _stream()
    return {
        "the stream has clauses": next_move_sentence(
            _insight(signposts=[_post(one_or_more_clause(told), 0.15, 0.39), _post(none_clause(told), 0.85, 0.05, absence=True)]),
            "third_man",
        ),
        "it has none": next_move_sentence(
            _insight(signposts=[_post(one_or_more_clause(named), 0.15, 0.39), _post(none_clause(named), 0.85, 0.05, absence=True)]),
            "third_man",
        ),
        "more or less than usual": next_move_sentence(
            _insight(signposts=[_post(at_least_clause(named, 40), 0.2, 0.31), _post(fewer_than_clause(named, 12), 0.24, 0.04)]), "third_man"
        ),
        "no event moves it": next_move_sentence(_insight(), "third_man"),
        "no row to come is simulated": NOT_WORKED_OUT,
        "there is no record": WITHOUT_RECORD,
    }


def _moves() -> dict[str, str]:
    def moved(before: float, after: float, *points: float, measure: Mapping[str, Any] = CHANCE) -> str:
        abouts = ("two captives reach South Korea, 11 to 20 September 2026", "67 days passed")
        parts = [
            {
                "kind": kind,
                "name": kind,
                "about": about,
                "known": "2026-09-23",
                "source": "",
                "points": [each],
                "errors": [0.0005],
                "bits": [0.1],
            }
            for kind, about, each in zip(("row", "time"), abouts, points, strict=False)
        ]
        move = {"since": "2026-09-22", "against": "replay", "before": [before], "after": [after], "parts": parts}
        return last_move_sentence(_insight(measures=[measure], moves=[move]), "third_man")

    quiet = [{"day": day, "values": [value], "errors": [0.001], "news": []} for day, value in (("2024-10-28", 0.1), ("2026-11-28", 0.1))]
    return {
        "a row moved it": moved(0.99, 0.79, -0.2),
        "a row moved most of it": moved(0.32, 0.1, -0.21, -0.01),
        "other changes went the other way": moved(0.52, 0.82, 0.33, -0.03),
        "a number": moved(6.4, 6.2, -0.2, measure=NUMBER),
        "a change since the last report, within its error": change_sentence(CHANCE, 0.1, 0.102, [], error=0.001),
        "of a number": change_sentence(NUMBER, 4.376, 4.38, [], error=0.005),
        "nothing did": last_move_sentence(_insight(history={"points": quiet}), "third_man"),
    }


def _clauses() -> dict[str, str]:
    told, named, level = _stream(phrases=CLAUSES), _stream(), _stream("Normal(mu=rate, sigma=1)", name="levels", unit="cm")
    return {
        "one or more, with clauses": one_or_more_clause(told),
        "one or more, without": one_or_more_clause(named),
        "none": none_clause(named),
        "many, with clauses": at_least_clause(told, 3),
        "many, without": at_least_clause(named, 3),
        "few": fewer_than_clause(named, 12),
        "a class": one_or_more_clause(_stream(name="mood"), "good"),
        "a measurement": measured_clause(level, "above", 151, spread=9, is_sum=False),
        "a measurement with a clause": measured_clause(
            replace(level, phrases=EventPhrases(events="the level is {n} cm")), "below", 140, spread=9, is_sum=False
        ),
    }


def _rows() -> dict[str, str]:
    told, named = _stream(phrases=CLAUSES), _stream()
    one, two = (replace(told.rows[0], value=value) for value in (1, 2))
    some = replace(two, between=ValueRange(5, inf))
    made = _stream("Normal(mu=rate, sigma=1)", unit="share")
    share = replace(made, rows=(replace(made.rows[0], value=0.147),))
    return {
        "one, with clauses (it may be the first)": row_clause(told, one),
        "two, with clauses": row_clause(told, two),
        "none, with clauses": row_clause(told, replace(one, value=0)),
        "one, without": row_clause(named, one),
        "at least five": row_clause(told, some),
        "at least five, without": row_clause(named, some),
        "a share, with a clause": row_clause(replace(share, phrases=EventPhrases(events="historians put it at {n}")), share.rows[0]),
        "a value of a series": point_clause(_series("troops near the border; the best estimate", "soldiers"), 8000),
        "one whose unit says what values mean": point_clause(_series("a promise", "0 none, 1 given"), 1),
    }


def _series(about: str, unit: str) -> Series:
    return Series("series", about, unit, None, "", ())


def _unrecorded() -> dict[str, str]:
    stream: Any = {"name": "wishes", "rows": [1], "total": 2, "fan": {}, "unrecorded_days": 45, "through": "2026-10-12"}
    other = stream | {"name": "captures", "unrecorded_days": 1, "through": "2026-11-25"}
    return {
        "all records end on one day": unrecorded_sentence([stream], date(2026, 11, 26)),
        "they end on several": unrecorded_sentence([stream, other], date(2026, 11, 26)),
        "they reach the day": unrecorded_sentence([stream | {"unrecorded_days": 0}], date(2026, 11, 26)),
    }


def _stream(value: str = "Poisson(mu=rate)", *, name: str = "wishes", unit: str = "men", phrases: EventPhrases | None = None) -> Stream:
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=2)"}, streams={name: value}, rows={name: [3]})
    return replace(topic.streams[name], unit=unit, phrases=phrases or EventPhrases())


def test_the_page_has_the_phrases_in_use():
    """PHRASES.md is what the code makes, to the byte."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("heading", phrases())
def test_phrases_are_good_english(heading: str):
    """None has a pattern of those that a native speaker would rewrite, and each sentence begins with a capital and has a full stop."""
    its = phrases()[heading]
    assert [*bad_english(its.values())] == []
    if heading not in {"What may be seen of a stream", "What a row says"}:
        assert [said for said in its.values() if said != words.capitalise(said) or not said.endswith(".")] == []


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
