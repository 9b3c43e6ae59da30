"""The kind that a question's words suggest: that which a person would choose, or none."""

from __future__ import annotations

import pytest

from forecast.actions.new.suggested_kinds import suggested_kind

pytestmark = pytest.mark.small


@pytest.mark.parametrize(
    ("asks", "kind"),
    [
        ("Will there be a coup in Guinea in 2027?", "hazard"),
        ("By 31 March 2027: will it open?", "hazard"),
        ("When will the station open?", "hazard"),
        ("Will there be at least one strike in 2027?", "hazard"),
        ("Will there be more than 9 hurricanes in 2027?", "count"),
        ("How many owls will be ringed in 2027?", "count"),
        ("How many dentists work in Leeds?", "decomposition"),
        ("How many piano tuners are there in Chicago?", "decomposition"),
        ("How many storms were there in 2025?", "count"),
        ("How many people signed by 1 March?", "count"),
        ("How often will it break down?", "count"),
        ("What share of the patients will recover?", "share"),
        ("Will more than 30 % of the patients recover?", "share"),
        ("What percentage will support the tram?", "poll"),
        ("Will the president's approval be above 45 % in May 2027?", "poll"),
        ("Will the tram win the vote on 14 March 2027?", "poll"),
        ("Will the referendum on the tram pass?", "poll"),
        ("Will there be a referendum on the tram?", "hazard"),
        ("Will Anna win the cup?", "hazard"),
        ("Will Bitcoin close above 100k on 31 May 2027?", "level"),
        ("Will unemployment exceed 6 % in 2027?", "level"),
        ("How high will the pond stand on 31 December 2027?", "level"),
        ("Who will win the cup?", "options"),
        ("Which town will be chosen?", "options"),
        ("Why did the water bill rise?", "hypotheses"),
        ("Will the ferry run if the county pays?", "conditional"),
        ("Will there be two storms in 2027?", ""),
        ("Will there be at least 3 and fewer than 9 storms in 2027?", ""),
        ("What will become of it?", ""),
        ("How much will it cost?", ""),
    ],
)
def test_words_suggest_the_kind_that_answers_them(asks: str, kind: str):
    """Where the words leave it open, or the kind would refuse them, none is offered."""
    assert suggested_kind(asks) == kind
