"""The question that a page begins with, and the paragraph beneath its answer, of at most 120 words, from the report's numbers alone.

Each sentence has its place: the answer; what it is compared with; what moved it last; the largest doubt; what would change it.
A sentence for which there is no room is left to the sections below, which say the same at length; what to watch for is not the first to go.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from forecast.book.calendar import ONE_DAY
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.history_points import error_at, points_of, value_at
from forecast.schema.insight import HistoryPoint, InsightContent, MeasureContent, SplitContent
from forecast.schema.on_record import ForecastContent
from forecast.schema.topic import TopicContent
from forecast.sentences.certain_then import certain_then
from forecast.sentences.forecasts import BASE_RATE, base_rate_name, forecasts_in_force, leading_forecast
from forecast.sentences.grounds import SENTENCE_END
from forecast.sentences.insight_text import (
    SELECTED_ERRORS,
    figure_name,
    is_noticed,
    measure_indices,
    statistic_name,
    value_text,
    value_texts,
)
from forecast.sentences.model_uses import model_uses
from forecast.sentences.news import news_text
from forecast.sentences.signpost_days import first_days
from forecast.sentences.signposts import next_move_with_sign
from forecast.sentences.split_words import RIGHT_VERSION, missing_split_sentence
from forecast.sentences.variants import range_sentence

MOST_WORDS = 120
LARGEST_FROM = 0.5  # of the doubt: from here on it is the largest
SAME_ERRORS = 2.0  # Monte Carlo errors of a difference, within which two figures are the same
SAME_ERRORS_AFTER_NEWS = 1.0  # likewise, where other news came between
SAME = 0.99  # of the doubt: a parameter that has more is what is asked of
NAMED_FROM = 0.1  # of the doubt: a parameter that has less is not worth a name
NEWS_KINDS = {"row", "correction", "series"}  # parts of a change that became known
OMISSION_WORDS = ("It leaves out", "It does not know", "It takes no account")  # how a reason says what a base rate is blind to
# Ranks of sentences, the first to have room first; a reference stands beside the figure, too.
ANSWER_RANK, WATCH_RANK, MOVE_RANK, DOUBT_RANK, REFERENCE_RANK, OMISSION_RANK, UNKNOWN_RANK = range(7)


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """A move of a measure from one day of its history to the next: the two days' points."""

    before: HistoryPoint
    after: HistoryPoint


@dataclass(frozen=True, slots=True)
class StepTexts:
    """The figures of a step: before and after it, and ``; 10 % now`` where the measure is elsewhere today."""

    before: str
    after: str
    rest: str


def lead_answer(content: TopicContent) -> AnswerContent | None:
    """Return the answer that a page begins with: that of the topic's ``lead`` while it is open, else the first open one; None where none is."""
    answers = [answer for answer in content["answers"] if answer["status"] not in words.RECORDED]
    return min(answers, key=lambda answer: answer["name"] != content.get("lead"), default=None)


def lead_paragraph(content: TopicContent, answer: AnswerContent, said: str) -> str:
    """Return the paragraph beneath an answer; ``said`` is the answer in a sentence."""
    sentences = list(_sentences(content, answer, said))
    kept: set[int] = set()
    left = MOST_WORDS
    for at in sorted(range(len(sentences)), key=lambda at: sentences[at][0]):
        if (count := len(sentences[at][1].split())) <= left:
            kept.add(at)
            left -= count
    return " ".join(sentences[at][1] for at in sorted(kept))


def main_measure(insight: InsightContent, question: str) -> int | None:
    """Return the place of the measure that stands for a question: its only one, or its likeliest choice; None where there is none."""
    return max(measure_indices(insight, question), key=lambda index: insight["measures"][index]["value"], default=None)


def reference_forecast(content: TopicContent, question: str) -> ForecastContent | None:
    """Return the forecast on record that an answer is compared with: a base rate in force, else the one that stands for the question; None where none is."""
    recorded = next((its for its in content.get("on_record", ()) if its["name"] == question), None)
    if recorded is None:
        return None
    return next((its for its in forecasts_in_force(recorded) if its["kind"] == BASE_RATE), None) or leading_forecast(recorded)


def notable_steps(insight: InsightContent, index: int) -> list[HistoryStep]:
    """Return the days on which news moved a measure by something of note, the earliest first: by its history, or by the split of its change since the last news."""
    measure, points = insight["measures"][index], points_of(insight, index)
    steps = [HistoryStep(before, after) for before, after in pairwise(points) if after["news"] and _is_move(measure, before, after, index)]
    split = _split_step(insight, index)
    if split is None or any(step.after["day"] == split.after["day"] for step in steps):
        return steps
    return sorted([*steps, split], key=lambda step: step.after["day"])


def step_texts(insight: InsightContent, index: int, step: HistoryStep) -> StepTexts:
    """Return the figures of a step of a measure.

    Where the measure has not moved by two Monte Carlo errors since, its newest figure, which is the most exact, stands for the one after
    the step: two figures within errors of each other would tell of a change that nobody has seen.  Where there has been other news since,
    by one, since that may well have moved it.
    """
    measure, newest = insight["measures"][index], points_of(insight, index)[-1]
    points = (step.before, step.after, newest)
    values, errors = [value_at(point, index) for point in points], [error_at(point, index) for point in points]
    before, after, now = value_texts(measure, values, errors=errors)
    since = value_at(newest, index) - value_at(step.after, index)
    has_news = any(point["news"] for point in points_of(insight, index) if point["day"] > step.after["day"])
    most = (SAME_ERRORS_AFTER_NEWS if has_news else SAME_ERRORS) * math.hypot(error_at(newest, index), error_at(step.after, index))
    is_still = abs(since) < most
    if after == now or (is_still and now != before):
        return StepTexts(before, now, "")
    return StepTexts(before, after, f"; {now} now")


def last_moved_text(insight: InsightContent, index: int) -> str:
    """Return when news last moved a measure, how far, and where it is now if elsewhere: ``34 % → 11 % on 23 September 2026; 10 % now``; empty where none has."""
    measure, steps = insight["measures"][index], notable_steps(insight, index)
    if not steps:
        return ""
    texts = step_texts(insight, index, steps[-1])
    of = f"{statistic_name(measure)} " if statistic_name(measure) else ""
    return f"{of}{texts.before} → {texts.after} on {words.day(steps[-1].after['day'])}{texts.rest}"


def history_finding(insight: InsightContent, index: int) -> str:
    """Return what the history of a measure comes to, as the title of its picture: ``Fell from 32 % to 11 % on 23 September 2026; 10 % now``."""
    measure, points = insight["measures"][index], points_of(insight, index)
    steps = notable_steps(insight, index)
    of = f"{figure_name(measure)} ".lstrip()
    if not steps:
        return words.capitalise(_drift_text(measure, points[0], points[-1], index))
    step = steps[-1]
    texts, day = step_texts(insight, index, step), words.day(step.after["day"])
    verb = "fell" if value_at(step.after, index) < value_at(step.before, index) else "rose"
    moved = f"{of}{verb} from {texts.before} to {texts.after} on {day}{texts.rest}"
    return words.capitalise(f"{moved}{_earlier_text(measure, step, points, index)}")


def _split_step(insight: InsightContent, index: int) -> HistoryStep | None:
    """The last news as a step, by the more exact split of the change since its eve, where that makes it one; None where it does not.

    Otherwise a report would say below that this news moved the answer last, and above that an older one did.
    """
    measure = insight["measures"][index]
    move = next((move for move in insight.get("moves", ()) if move["against"] == "replay"), None)
    pairs = [
        pair for pair in pairwise(points_of(insight, index)) if move is not None and pair[0]["day"] == move["since"] and pair[1]["news"]
    ]
    if move is None or not pairs:
        return None
    parts = [part for part in move["parts"] if part["kind"] in NEWS_KINDS]
    change, error = sum(part["points"][index] for part in parts), math.hypot(*(part["errors"][index] for part in parts))
    before, after = (
        _with_figure(point, index, move["before"][index] + moved, error) for point, moved in zip(pairs[0], (0.0, change), strict=True)
    )
    if not is_noticed(measure, change, error=SELECTED_ERRORS / 2 * error) or _value(measure, before, index) == _value(
        measure, after, index
    ):
        return None
    return HistoryStep(before, after)


def _with_figure(point: HistoryPoint, index: int, value: float, error: float) -> HistoryPoint:
    values, errors = list(point["values"]), list(point["errors"])
    values[index], errors[index] = value, error
    return {**point, "values": values, "errors": errors}


def _earlier_text(measure: MeasureContent, step: HistoryStep, points: Sequence[HistoryPoint], index: int) -> str:
    """Where a measure began, if it has gone the other way since than the last news moved it: a picture that falls is not headed by a rise alone."""
    first, last = points[0], points[-1]
    whole, moved = value_at(last, index) - value_at(first, index), value_at(step.after, index) - value_at(step.before, index)
    if whole * moved >= 0 or not _is_move(measure, first, last, index):
        return ""
    return f"; it was {_value(measure, first, index)} on {words.day(first['day'])}"


def _drift_text(measure: MeasureContent, before: HistoryPoint, after: HistoryPoint, index: int) -> str:
    """How far a measure went that no news moved: quiet time does that."""
    of = f"{figure_name(measure)} ".lstrip()
    values, errors = [value_at(point, index) for point in (before, after)], [error_at(point, index) for point in (before, after)]
    (was, now), day = value_texts(measure, values, errors=errors), words.day(before["day"])
    if was == now:
        return f"{of}{'is ' if of else ''}{now} now, as on {day}; no single event has moved it"
    verb = "fell" if value_at(after, index) < value_at(before, index) else "rose"
    return f"{of}{verb} from {was} to {now} since {day}; no single event moved it"


def _sentences(content: TopicContent, answer: AnswerContent, said: str) -> Iterator[tuple[int, str]]:
    """The sentences in their order, each with its rank among those that room is left for: what is also said elsewhere on the first screen goes first."""
    is_chance = answer["kind"] == "probability" and answer["value"] is not None
    if "variants" in answer:  # stands beside the figure
        said = said.removesuffix(range_sentence(answer["kind"], answer["unit"], answer["variants"]["ranges"])).rstrip()
    yield ANSWER_RANK, f"{answer['headline']}: {said[:1].lower()}{said[1:]}" if is_chance else said
    insight = content["insight"]
    index = None if insight is None else main_measure(insight, answer["name"])
    measure = None if insight is None or index is None else insight["measures"][index]
    mean = "" if measure is None or measure["kind"] != "mean" else value_text(measure, measure["value"])
    is_mean_said = mean not in {"", answer["headline"]}
    if is_mean_said:
        yield ANSWER_RANK, f"That is the median; the rest is about the mean (expected value), {mean}."
    if (reference := reference_forecast(content, answer["name"])) is not None:
        yield REFERENCE_RANK, _reference_sentence(reference)
        if reference["kind"] == BASE_RATE and (omitted := _omission(reference["why"])):
            yield OMISSION_RANK, omitted
    if insight is None or index is None or measure is None:
        return
    yield from ((MOVE_RANK, sentence) for sentence in _move_sentences(insight, index, is_mean_said=is_mean_said))
    split = _split_of(insight, index)
    if split is not None:
        yield DOUBT_RANK, _split_sentence(split)
    uses, certain = model_uses(content), certain_then(content)
    yield WATCH_RANK, next_move_with_sign(insight, uses, answer["name"], by=answer["by"], certain=certain, since=first_days(content))
    if split is not None:
        yield from ((UNKNOWN_RANK, sentence) for sentence in _unknown_sentences(split, answer["answer"]))
    elif missing := missing_split_sentence(answer, measure):
        yield UNKNOWN_RANK, missing


def _reference_sentence(reference: ForecastContent) -> str:
    if reference["kind"] == BASE_RATE:
        return f"{words.capitalise(base_rate_name(reference))} gives {reference['says']}."
    return f"For comparison: {reference['who']}, {reference['says']} ({words.day(reference['day'])})."


def _omission(why: str) -> str:
    """Return the last sentence of a reason, where it says what a base rate leaves out or does not know; empty where it does not."""
    last = SENTENCE_END.split(why.strip())[-1]
    return last if last.startswith(OMISSION_WORDS) and last.endswith((".", "!", "?")) else ""


def _move_sentences(insight: InsightContent, index: int, *, is_mean_said: bool) -> Iterator[str]:
    """What the same model would have said before the last news that moved it, and what that was; of a mean that it is one, unless that has been said."""
    measure, points = insight["measures"][index], points_of(insight, index)
    steps = notable_steps(insight, index)
    given = "given" if is_mean_said else {"mean": "given a mean of", "median": "given a median of"}.get(measure["kind"], "said")
    if steps:
        step = steps[-1]
        verb = "fell" if value_at(step.after, index) < value_at(step.before, index) else "rose"
        day, now = words.day(step.after["day"]), step_texts(insight, index, step).after
        is_eve = date.fromisoformat(step.after["day"]) - date.fromisoformat(step.before["day"]) == ONE_DAY
        yield (
            f"{_replay_text(measure, step.before, index, given, eve_of=day if is_eve else '')}; it {verb} to {now}{'' if is_eve else f' on {day},'} "
            f"when this became known: {news_text(step.after['news'])}."
        )
    elif len(points) > 1:
        is_still = _value(measure, points[0], index) == _value(measure, points[-1], index)
        yield f"{_replay_text(measure, points[0], index, given)}{', as it does now' if is_still else '; no single event has moved it much since'}."


def _replay_text(measure: MeasureContent, point: HistoryPoint, index: int, given: str, *, eve_of: str = "") -> str:
    """What today's book would have given with the knowledge of a day, or of the eve of one: a hindcast, and not what was said."""
    of = f" for “{measure['label'].replace('_', ' ')}”" if measure["label"] else ""
    known = f"On the eve of {eve_of}" if eve_of else f"With what was known on {words.day(point['day'])}"
    return f"{known} the same model would have {given} {_value(measure, point, index)}{of}"


def _split_of(insight: InsightContent, index: int) -> SplitContent | None:
    measure = insight["measures"][index]
    return next((its for its in insight["split"] if (its["question"], its["label"]) == (measure["question"], measure["label"])), None)


def _split_sentence(split: SplitContent) -> str:
    if split.get("structure", 0.0) >= LARGEST_FROM:
        return f"Most of the doubt is over {RIGHT_VERSION}: knowing that would remove {words.share(split['structure'])} of the variance."
    known = "the right model and its unknowns were known" if "structure" in split else "all unknowns of the model were known"
    if split["ignorance"] >= 1:
        return f"The model leaves nothing to luck: all of the doubt would be gone if {known}."
    if split["ignorance"] >= LARGEST_FROM:
        return f"Most of the doubt is ignorance: {words.share(split['ignorance'])} of the variance would be gone if {known}."
    return f"Most of the doubt is luck: {words.share(1 - max(split['ignorance'], 0.0))} of the variance would remain if {known}."


def _unknown_sentences(split: SplitContent, asked: str) -> Iterator[str]:
    """The parameter that it would help most to know, by name, or that none matters much; what is itself asked of is no name for the doubt about it.

    Where all together have less than a name is given for, nothing is said of single ones: luck hides what they do to a chance.
    """
    if split["ignorance"] < NAMED_FROM:
        return
    found = sorted((part for part in split["parts"] if 2 * part["error"] < part["share"]), key=lambda part: -part["share"])
    others = [part for part in found if part["share"] < SAME and part["parameter"] != asked]
    if split.get("structure", 0.0) >= LARGEST_FROM or not others:
        return
    top, is_first = others[0], found[0] is others[0]
    share = f"{words.percent(top['share'], error=top['error'])} of the doubt"
    if top["share"] < NAMED_FROM:
        yield f"No {'single' if is_first else 'other'} unknown matters much: the largest is {share}."
        return
    name = top["parameter"] + (f" ({top['label']})" if top["label"] else "")
    of = "The unknown that matters most" if is_first else "Of the other unknowns the one that matters most"
    yield f"{of} is “{name.replace('_', ' ')}”, {share}."


def _is_move(measure: MeasureContent, before: HistoryPoint, after: HistoryPoint, index: int) -> bool:
    """Whether the step is of note, and printed as one: of a thousand steps of a history chance makes less than one so large."""
    error = SELECTED_ERRORS / 2 * math.hypot(error_at(before, index), error_at(after, index))
    change = value_at(after, index) - value_at(before, index)
    return is_noticed(measure, change, error=error) and _value(measure, before, index) != _value(measure, after, index)


def _value(measure: MeasureContent, point: HistoryPoint, index: int) -> str:
    return value_text(measure, value_at(point, index), error=error_at(point, index))
