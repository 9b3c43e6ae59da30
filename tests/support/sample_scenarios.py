"""What a report may say of scenarios, of every kind, for a content that has answers."""

from __future__ import annotations

import copy
from typing import Any


def with_scenarios(content: Any) -> Any:
    """The content with five scenarios: two open ones, two that the record has settled, and one that is not answerable."""
    made = copy.deepcopy(content)
    asked = [answer for answer in made["answers"] if answer["status"] == "open"]
    within = [
        {"question": answer["name"], "headline": answer["headline"], "paths": 900.0, "value": copy.deepcopy(answer["value"])}
        for answer in asked
    ]
    first = within[0]
    moved = {**first, "headline": "99 %", "value": {**first["value"], "value": 0.99, "error": 0.001}}
    unknown = [{**each, "headline": "no answer", "paths": 3.0, "value": None} for each in within]
    unknown[0] = {**unknown[0], "paths": 0.0, "reasons": ["It divides by nothing."]}
    days = {"by": "2027-12-31", "since": "2026-11-01"}
    battle = {"name": "battle", "title": "They attack again", "when": "total(captures) >= 4", **days, "status": "open"}
    chance = {"value": 0.312, "error": 0.002, "chance": [0.011, 0.893], "chance_errors": [0.001, 0.002]}
    scenarios = [
        {**battle, "probability": dict(chance), "answers": [moved, *within[1:]]},
        {
            **battle,
            "name": "exchange",
            "title": "All for all",
            "probability": {"value": 0.0, "error": 0.0001, "at_most": 0.0003},
            "answers": unknown,
        },
        {**battle, "name": "begun", "title": "It began", "status": "happened", "probability": {"value": 1.0, "error": 0.0}, "answers": []},
        {
            **battle,
            "name": "never",
            "title": "It never begins",
            "status": "can no longer happen",
            "probability": {"value": 0.0, "error": 0.0},
            "answers": [],
        },
        {
            **battle,
            "name": "broken",
            "title": "A ratio",
            "by": None,
            "since": None,
            "status": "not answerable",
            "probability": None,
            "answers": [],
            "reasons": ["It cannot be worked out in 3 % of the cases."],
        },
    ]
    made["scenarios"] = {
        "least_paths": 100,
        "scenarios": scenarios,
        "none": {"probability": {"value": 0.65, "error": 0.002}, "answers": copy.deepcopy(within)},
        "several": {"value": 0.04, "error": 0.001},
    }
    return made
