"""Which answers are said to be certain once something is seen: those that follow from it, and no others."""

from __future__ import annotations

from itertools import starmap
from typing import Any

import pytest

from forecast.language.distributions.families import FAMILIES
from forecast.report.tables_why import signposts_table
from forecast.sentences.certain_then import COUNT_FAMILIES, certain_then
from forecast.sentences.insight_text import next_move_sentence

ROWS = (("2025-03-01", "2025-03-09", 1.0, {}), ("2025-12-20", "2026-01-10", 1.0, {}), ("2026-02-01", "2026-06-30", 2.0, {}))


def row(start: str, end: str, value: float, more: dict[str, Any]) -> dict[str, Any]:
    """A row of the record."""
    return {"start": start, "end": end, "value": value, **more}


def report(
    asked: str,
    condition: str = "a storm comes",
    value: float = 1.0,
    *,
    absence: bool = False,
    until: str = "2027-10-31",
    since: str | None = "2026-01-01",
    paired: bool = True,
    statement: str = "Poisson(mu=rate)",
    **more: Any,
) -> dict[str, Any]:
    """A report of a record of storms that ends on 30 June 2026, with a question that is asked to the end of 2027 and one signpost and its opposite."""
    answer = {"name": "rain", "kind": "probability", "answer": asked, "choices": [], "since": since, "by": "2027-12-31"}
    measure = {"question": "rain", "label": "", "kind": "probability", "unit": "", "value": 0.2, "error": 0.003, "settled": False}
    post = {"stream": "storms", "condition": condition, "absence": absence, "until": until, "chance": 0.1,
            "values": [{"value": value, "change": value - 0.2, "error": 0.002}]}  # fmt: skip
    other = post | {
        "condition": "the opposite",
        "absence": paired and not absence,
        "values": [{"value": 0.1, "change": -0.1, "error": 0.002}],
    }
    streams = [
        {"name": "storms", "statement": statement, "through": "2026-06-30", "rows": list(starmap(row, ROWS))},
        {"name": "floods", "statement": "Binomial(n=total(storms), p=0.5)", "through": "2026-06-30", "rows": []},
    ]
    insight = {"measures": [measure], "moves": [], "history": {"points": []}, "signposts": [post, other]}
    quantities = [{"name": "both", "text": "total(storms) + total(floods)"}]
    return {"answers": [answer | more], "insight": insight, "streams": streams, "quantities": quantities}


def is_settled(content: Any) -> bool:
    """Whether the first signpost settles the question."""
    post = content["insight"]["signposts"][0]
    return (post["stream"], post["condition"], post["until"], 0) in certain_then(content)


@pytest.mark.parametrize(
    ("asked", "settled"),
    [
        ("total(storms) >= 3", True),  # two since 2026 for sure, and one more
        ("total(storms) >= 4", False),  # the row across the new year may lie before it
        ("both >= 3", True),
        ("both - total(floods) >= 3", False),  # of two totals that are both open, the difference is
        ("total(floods) >= 1", False),  # on every path, and yet it does not follow
        ("total(storms) >= 3 and total(floods) >= 1", False),
        ("total(storms) >= 3 or total(floods) >= 1", True),
        ("not total(storms) < 3", True),
        ("total(storms) > rate", False),
    ],
)
def test_an_answer_is_certain_where_it_follows_from_what_is_seen_and_what_is_on_record(asked: str, *, settled: bool):
    """Rows that lie within the question's days count, and one event at least is seen; what only the model makes likely does not settle."""
    assert is_settled(report(asked)) is settled


def test_an_answer_is_ruled_out_where_what_is_seen_contradicts_it():
    """By too many events, or by none to the very last day where the record has none of the days asked for."""
    assert is_settled(report("total(storms) < 3", value=0.0))
    assert not is_settled(report("total(storms) < 4", value=0.0))
    quiet = {"condition": "no storm comes", "value": 0.0, "absence": True}
    assert is_settled(report("total(storms) >= 1", **quiet, until="2027-12-31", since="2026-07-01"))
    assert not is_settled(report("total(storms) >= 1", **quiet, until="2027-12-30", since="2026-07-01"))
    assert not is_settled(report("total(storms) >= 1", **quiet, until="2027-12-31", since="2026-06-30"))


def test_a_record_without_a_gap_counts_in_what_is_ruled_out():
    """Where its rows lie on each other's heels from the first day that counts, their sum is the most; a gap, or a range without an end, leaves it open."""
    quiet = {"condition": "no storm comes", "value": 0.0, "absence": True, "until": "2027-12-31"}
    whole = [row("2025-12-20", "2026-01-31", 1.0, {}), row("2026-02-01", "2026-06-30", 0.0, {})]
    for rows, least, settled in (
        (whole, 2, True),
        (whole, 1, False),  # the row across the new year may have it
        (whole[1:], 2, False),
        ([whole[0], row("2026-02-02", "2026-06-30", 0.0, {})], 2, False),
        ([whole[0], row("2026-02-01", "2026-06-30", 0.0, {"low": 0.0, "high": None})], 2, False),
        ([whole[0], row("2026-02-01", "2026-06-30", 0.0, {"low": 0.0, "high": 3.0})], 4, False),
        ([whole[0], row("2026-02-01", "2026-06-30", 0.0, {"low": 0.0, "high": 3.0})], 5, True),
    ):
        content = report(f"total(storms) >= {least}", **quiet)
        content["streams"][0]["rows"] = rows
        assert is_settled(content) is settled, (rows, least)


def test_amounts_are_read_from_the_clause_of_a_signpost():
    """At least so many, or fewer; where a clause has two amounts neither is taken."""
    many = {"since": "2026-07-01", "paired": False}
    assert is_settled(report("total(storms) >= 12", "at least twelve storms come", **many))
    assert not is_settled(report("total(storms) >= 13", "at least twelve storms come", **many))
    assert is_settled(report("total(storms) < 1200", "fewer than 1,200 storms come", **many, until="2027-12-31"))
    assert not is_settled(report("total(storms) < 1199", "fewer than 1,200 storms come", **many, until="2027-12-31"))
    assert not is_settled(report("total(storms) >= 2", "at least two storms with at least two dead come", **many))
    assert not is_settled(report("total(storms) >= 1", "storms come", **many))


def test_a_value_near_one_or_a_total_that_may_fall_is_never_certain():
    """Nor is a chance that some path contradicts, nor one of another day, nor a fraction, nor what a variant counts in another way."""
    asked = "total(storms) >= 3"
    assert not is_settled(report(asked, value=0.99999))
    assert not is_settled(report(asked, value=0.0))  # the paths contradict it
    assert not is_settled(report(asked, statement="Normal(mu=rate, sigma=1)"))
    assert not is_settled(report(asked, since="2026-07-02"))  # it may be seen the day before
    assert not is_settled(report(asked, until="2028-01-01"))
    assert not is_settled(report(asked, fraction=True))
    rivals = [{"changes": [{"place": "quantities.both", "text": "total(floods)"}]}]
    assert not is_settled(report("both >= 3") | {"variants": {"rivals": rivals}})


def test_a_date_is_certain_where_the_event_has_come_and_never_ruled_out():
    """By then it has happened; a condition that fails on the last day may have held before."""
    assert is_settled(report("first(total(storms) >= 3)", kind="date"))
    assert not is_settled(report("first(total(storms) < 3)", value=0.0, kind="date"))


def test_of_choices_one_that_is_certain_rules_the_others_out():
    """A label is certain where its own condition holds, and impossible where that of another does."""
    choices = [{"label": "some", "condition": "total(storms) >= 3"}, {"label": "none", "condition": "total(floods) >= 1"}]
    for label, value, settled in (("some", 1.0, True), ("none", 0.0, True), ("none", 1.0, False)):
        content = report("", value=value, kind="shares", choices=choices)
        content["insight"]["measures"][0]["label"] = label
        assert is_settled(content) is settled


def test_page_and_sentence_say_that_it_is_certain():
    """In place of a bound, which leaves a doubt that there is not; without proof the bound stays."""
    content = report("total(storms) >= 3")
    insight: Any = content["insight"]
    known = certain_then(content)
    assert next_move_sentence(insight, "rain", certain=known).endswith("(10 % likely). If so, it is certain; if not, 10 %.")
    assert signposts_table(insight, [], known).rows[1][-1] == "100 %"
    assert next_move_sentence(insight, "rain").endswith("If so, above 99.5 %; if not, 10 %.")
    assert signposts_table(insight, []).rows[1][-1] == "above 99.5 %"
    content = report("total(storms) < 3", value=0.0)
    insight = content["insight"]
    insight["measures"][0]["label"] = "few_storms"
    known = certain_then(content)
    assert "If so, the chance of “few storms” is 0 %; if not," in next_move_sentence(insight, "rain", certain=known)
    assert signposts_table(insight, [], known).rows[1][-1] == "0 %"


def test_families_of_counts_are_those_whose_values_add_up_and_are_never_negative():
    """All families of counts and of classes are there, and no others."""
    kinds = {name: family.value_kind for name, family in FAMILIES.items()}
    assert {name for name, kind in kinds.items() if FAMILIES[name].discrete and not kind.may_be_negative} == COUNT_FAMILIES
