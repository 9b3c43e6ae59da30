"""What to watch for: another event before the answer's own count, and of that, that it is the answer."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest

from forecast.schema.topic import TopicContent
from forecast.sentences.certain_then import NOTHING_CERTAIN
from forecast.sentences.insight_text import next_signpost
from forecast.sentences.model_uses import ModelUses, Node
from forecast.sentences.signpost_days import first_days, watched_days
from forecast.sentences.signposts import next_move_with_sign

BY = "2026-12-31"
NODES = (Node("rate", "parameter"), Node("both", "quantity"), Node("storms", "stream"), Node("floods", "stream"), Node("q", "question"))


def uses(*edges: tuple[str, str]) -> ModelUses:
    """A model of two streams, in which the first of each pair is used by the second."""
    return ModelUses(NODES, edges)


@pytest.mark.parametrize(
    ("edges", "counted"),
    [
        ([("storms", "q")], "storms"),
        ([("rate", "q"), ("storms", "q"), ("rate", "storms")], "storms"),
        ([("both", "q"), ("storms", "both")], "storms"),
        ([("both", "q"), ("storms", "both"), ("floods", "both")], ""),
        ([("storms", "q"), ("floods", "storms")], "storms"),  # what floods bring about is counted as storms
        ([("rate", "q")], ""),
    ],
)
def test_a_question_counts_one_stream_alone(edges: list[tuple[str, str]], counted: str) -> None:
    """By itself or through quantities, whatever else its chance rests on."""
    assert uses(*edges).counted_alone("q") == counted


def insight(*posts: dict[str, Any], kind: str = "mean") -> Any:
    """One open answer with signposts."""
    measure = {"question": "q", "label": "", "kind": kind, "unit": "", "value": 9.0 if kind == "mean" else 0.4, "error": 0.001}
    return {"measures": [measure | {"settled": False}], "moves": [], "history": {"points": []}, "signposts": list(posts)}


def post(stream: str, condition: str, value: float, *, until: str = BY, before: float = 9.0) -> dict[str, Any]:
    """A signpost under which the answer would be another."""
    estimate = {"value": value, "change": value - before, "error": 0.001}
    return {"stream": stream, "condition": condition, "absence": False, "until": until, "chance": 0.25, "values": [estimate]}


MORE, FEWER = post("storms", "at least 8 storms come", 15.0), post("storms", "fewer than 4 storms come", 4.0)
ONE_STREAM = uses(("storms", "q"), ("floods", "storms"))


def said_of(content: Any, model: ModelUses = ONE_STREAM) -> str:
    """What is said of the next move."""
    return next_move_with_sign(content, model, "q", by=BY, certain=NOTHING_CERTAIN)


def test_the_count_that_is_asked_is_no_event_to_watch() -> None:
    """Where nothing else moves an answer, the count is said to decide; of a chance with its name."""
    assert said_of(insight(MORE, FEWER)) == (
        "Only the rest of the count matters. If at least 8 storms come by 31 December 2026 (25 % likely), "
        "the expected value is 15; if fewer than 4 (25 % likely), 4."
    )
    chances = [post(its["stream"], its["condition"], value, before=0.4) for its, value in ((MORE, 0.9), (FEWER, 0.05))]
    assert "(25 % likely), the chance is 90 %; if fewer than 4 (25 % likely), 5 %." in said_of(insight(*chances, kind="probability"))


def test_another_event_goes_before_the_count_that_is_asked() -> None:
    """Though it moves the answer less; and so does the count of earlier days, or one that is not all that is asked."""
    flood = post("floods", "a flood comes", 10.0)
    assert said_of(insight(MORE, FEWER, flood)).startswith("Watch whether a flood comes by")
    assert next_signpost(insight(MORE, FEWER, flood), "q", by=BY, counted="storms") is flood
    early = post("storms", "at least 5 storms come", 12.0, until="2026-10-31")
    assert said_of(insight(MORE, FEWER, early)).startswith("Watch whether at least 5 storms come by 31 October 2026")
    often = [post("storms", f"it happens {count} times", value) for count, value in (("at least eleven", 15.0), ("fewer than six", 4.0))]
    assert said_of(insight(*often), uses(("storms", "q"), ("floods", "q"))).endswith(
        "If so, the expected value is 15; if fewer than six (25 % likely), 4."
    )
    one = post("storms", "fewer than 4 storms of such a kind come", 4.0)
    assert said_of(insight(MORE, one)).endswith(
        "if fewer than 4 storms of such a kind come (25 % likely), 4."
    )  # what is left is no number alone
    assert said_of(insight(MORE, FEWER), uses(("storms", "q"), ("floods", "q"))).startswith("Watch whether at least 8 storms")


@pytest.mark.parametrize(("unrecorded", "first"), [(90, {}), (91, {"storms": date(2026, 7, 1)})])
def test_a_stream_without_a_record_since_long_ago_counts_from_the_day_after_it(unrecorded: int, first: dict[str, date]) -> None:
    """Eight more by the end of December would be read as eight more from today on."""
    content = cast("TopicContent", {"streams": [{"name": "storms", "through": "2026-06-30", "unrecorded_days": unrecorded}]})
    assert first_days(content) == first


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        ("storms", "from 1 July to 31 December 2026"),
        ("severe of storms", "from 1 July to 31 December 2026"),
        ("floods", "by 31 December 2026"),
    ],
)
def test_what_is_watched_for_has_its_first_day_where_that_is_long_ago(stream: str, said: str) -> None:
    """In the sentence of the next move as well; another stream has its last day alone."""
    since = {"storms": date(2026, 7, 1)}
    seen = post(stream, "at least 8 more come", 15.0)
    assert watched_days(seen, since) == said
    sentence = next_move_with_sign(insight(seen), ONE_STREAM, "q", by=BY, certain=NOTHING_CERTAIN, since=since)
    assert f"at least 8 more come {said} (25 % likely)" in sentence
