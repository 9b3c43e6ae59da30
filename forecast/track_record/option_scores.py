"""Scores of probabilities for each of several options, of which one came true, or several in part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from forecast.language.arrays import Array, Indices
from forecast.scoring.brier import brier_score_two_sided
from forecast.scoring.logarithmic import log_score, log_score_bits, probability_of_class
from forecast.scoring.spherical import spherical_score
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.partial_scores import GIVEN, PartialScores
from forecast.track_record.record_questions import RecordQuestion

FIRST_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def score_options(counted: CountedForecasts) -> Iterator[PartialScores]:
    """Yield the scores of forecasts with a probability for each option.

    Of a forecast made before an option existed, the options of that time are scored, and the last of all, "Other", stands for the new one.
    Options that are ranges of numbers in ascending order have the scores of ordered options too.
    """
    groups: dict[tuple[int, bool], list[tuple[int, list[float], Sequence[float]]]] = {}
    for question, resolved in enumerate(counted.questions):
        if resolved.wording is None or resolved.wording.type != "options" or resolved.resolution is None:
            continue
        of_question = counted.of_question(question)
        names = option_names(resolved, [its.value for its in counted.forecasts[of_question]])
        ordered = are_ordered(names)
        for place in range(of_question.start, of_question.stop):
            value = counted.forecasts[place].value
            if not isinstance(value, Mapping):
                continue
            present = [name for name in names if name in value]
            shares = _outcome_shares(resolved, present, last=names[-1]) if len(present) == len(value) > 1 else None
            if shares is not None:
                groups.setdefault((len(present), ordered), []).append((place, [value[name] for name in present], shares))
    for (_, ordered), rows in groups.items():
        yield from _score_group(rows, ordered=ordered)


def option_names(question: RecordQuestion, values: Sequence[object]) -> tuple[str, ...]:
    """Return the options of a question in their order: those on record, or else those that forecasts name."""
    if question.options:
        return tuple(dict.fromkeys(option.option for option in question.options))
    return tuple(dict.fromkeys(str(name) for value in values if isinstance(value, Mapping) for name in value))


def are_ordered(names: Sequence[str]) -> bool:
    """Return whether three options or more are ranges of numbers in ascending order, as 0, 1, 2-3, >3 are: every name's first number is not below the one before."""
    found = [FIRST_NUMBER.search(name) for name in names]
    numbers = [float(match[0]) for match in found if match is not None]
    return len(numbers) == len(names) > 2 and all(before <= after for before, after in pairwise(numbers)) and len(set(names)) == len(names)


def _outcome_shares(question: RecordQuestion, present: Sequence[str], *, last: str) -> Sequence[float] | None:
    """The share of each option in what happened; one that is not there counts for the last of all, and None is returned where that lacks too."""
    assert question.resolution is not None
    value = question.resolution.value
    shares = {str(value): 1.0} if question.resolution.outcome == "label" else value
    if not isinstance(shares, Mapping):
        return None
    result = [float(shares.get(name, 0.0)) for name in present]
    absent = sum(share for name, share in shares.items() if name not in present)
    if absent and last not in present:
        return None
    result[-1] += absent
    return result


def _score_group(rows: Sequence[tuple[int, list[float], Sequence[float]]], *, ordered: bool) -> Iterator[PartialScores]:
    places = np.array([row[0] for row in rows], dtype=np.intp)
    probabilities = np.array([row[1] for row in rows], dtype=np.float64)
    shares = np.array([row[2] for row in rows], dtype=np.float64)
    yield PartialScores("brier-two-sided", places, brier_score_two_sided(probabilities=probabilities, outcome=shares))
    single = np.flatnonzero(shares.max(axis=1) == 1)
    if single.size == 0:
        return
    places, probabilities, classes = places[single], probabilities[single], shares[single].argmax(axis=1)
    for rule, scores in _class_scores(probabilities, classes, ordered=ordered):
        yield PartialScores(rule, places, scores)


def _class_scores(probabilities: Array, classes: Indices, *, ordered: bool) -> Iterator[tuple[str, Array]]:
    given = probability_of_class(probabilities=probabilities, outcome=classes)
    yield GIVEN, given
    yield "log", log_score(probability_of_outcome=given)
    yield "log-bits", log_score_bits(probability_of_outcome=given)
    yield "spherical", spherical_score(probabilities=probabilities, outcome=classes)
    if ordered:
        from forecast.scoring.ranked import ordinal_brier_score, ranked_probability_score

        yield "rps", ranked_probability_score(probabilities=probabilities, outcome=classes)
        yield "ordinal", ordinal_brier_score(probabilities=probabilities, outcome=classes)
