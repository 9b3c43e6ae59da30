"""What is said of means over few questions."""

from __future__ import annotations

import pytest

from forecast.schema.score import SummaryContent
from forecast.sentences.score_words import few_sentence


def mean(*, few: bool) -> SummaryContent:
    """The mean of a score."""
    return {
        "group": "",
        "who": "me",
        "measure": "brier",
        "label": "Brier (0 to 1)",
        "unit": "",
        "higher_is_better": False,
        "questions": 3 if few else 300,
        "clusters": 3,
        "infinite": 0,
        "few": few,
        "mean": 0.1,
        "median": 0.1,
        "low": None,
        "high": None,
    }


@pytest.mark.parametrize(
    ("which", "begins"),
    [((), ""), ((False, False), ""), ((True, False), "Too few questions to judge by some of these means"), ((True, True), "Too few questions to judge: these")],
)  # fmt: skip
def test_only_means_of_few_questions_are_called_so(which: tuple[bool, ...], begins: str):
    """Where some means are over many questions, the sentence does not speak of all."""
    sentence = few_sentence([mean(few=few) for few in which])
    assert sentence.startswith(begins)
    assert bool(sentence) == bool(begins)
