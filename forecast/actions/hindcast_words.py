"""What is said with the scores of settled questions, and the scores as plain data: how few there are, and what their author may have known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from forecast.actions.hindcast_scores import HindcastScores
from forecast.insight.settled_scores import ANSWER_ORIGINS, STATIC_REFERENCES, MeanScore, SettledScore, mean_of_scores
from forecast.schema.hindcast_scores import HindcastMeanContent, HindcastRowContent, HindcastScoresContent, MeanScoreContent
from forecast.schema.score import figure
from forecast.schema.words import day, join_words
from forecast.sentences.priors_written import time_between

FEWEST_TO_JUDGE = 30  # settled questions below which a mean score tells next to nothing


def score_sentences(scores: HindcastScores) -> tuple[str, ...]:
    """Return what must be known before the scores are read, in plain words."""
    return tuple(_sentences(scores))


def scores_as_data(scores: HindcastScores) -> HindcastScoresContent:
    """Return the scores as data for scripts: a row for each question and origin, means of those that are due and of the others, and the sentences.

    A score that is infinite is the text ``inf``, since JSON has no such number.
    """
    rows = [_row(its) for its in scores.scores]
    means: list[HindcastMeanContent] = [
        {
            "origin": origin,
            "due": due,
            "questions": len(those),
            "scores": {name: _score(score) for name, score in mean_scores(those).items()},
        }
        for origin in ANSWER_ORIGINS
        for due in (True, False)
        if (those := [its for its in scores.scores_from(origin) if its.is_due == due])
    ]
    priors = {topic: None if since is None else since.isoformat() for topic, since in scores.priors_since.items()}
    return {
        "until": scores.until.isoformat(),
        "rows": rows,
        "means": means,
        "others": list(scores.others),
        "priors_since": priors,
        "left_out": [{"topic": topic, "why": why} for topic, why in scores.left_out],
        "origins": dict(ANSWER_ORIGINS.items()),
        "references": dict(STATIC_REFERENCES.items()),
        "sentences": list(score_sentences(scores)),
    }


def mean_scores(scores: Sequence[SettledScore]) -> dict[str, MeanScore]:
    """Return the mean scores over questions of the model and of each reference, by name."""
    return {
        "model": mean_of_scores([its.score for its in scores]),
        **{name: mean_of_scores([its.references[name][1] for its in scores]) for name in STATIC_REFERENCES},
    }


def _row(its: SettledScore) -> HindcastRowContent:
    question = its.settled.question
    return {
        "question": its.address,
        "asks": question.asks,
        "origin": its.origin,
        "outcome": its.settled.outcome,
        "opens": its.settled.opens.isoformat(),
        "settled": its.settled.settled.isoformat(),
        "by": None if question.by is None else question.by.isoformat(),
        "due": its.is_due,
        "forecasts": its.forecasts,
        "days": round(its.days, 6),
        **_score(its.score),
        "references": {name: {"probability": probability, **_score(score)} for name, (probability, score) in its.references.items()},
    }


def _score(score: MeanScore) -> MeanScoreContent:
    return {"brier": score.brier, "log_bits": figure(score.log_bits)}


def _sentences(scores: HindcastScores) -> Iterator[str]:
    replayed = scores.scores_from("replay")
    if not replayed:
        yield f"The record settles no yes-or-no question as of {day(scores.until)}."
    else:
        yield from _how_few(replayed, scores.until)
        yield "All replays are hindcasts: today's statements, priors and questions, with what was known on each day."
        for topic, those in groupby(replayed, key=lambda its: its.topic):
            yield from _since_when(topic, list(those), scores.priors_since.get(topic))
        yield "The base rate is the share of yes among the questions with which each stands, which is known only afterwards."
        yield from _what_the_ledger_said(scores, len(replayed))
    if scores.others:
        yield (
            f"Settled too, and left out: {join_words(scores.others)}. Either they were open on no day, or they ask for a number, a date or a"
            " choice, of which a replay keeps no whole distribution to score."
        )
    for topic, why in scores.left_out:
        yield f"`{topic}` is not replayed: {why}."


def _how_few(replayed: Sequence[SettledScore], until: date) -> Iterator[str]:
    topics, count, yes = len({its.topic for its in replayed}), len(replayed), sum(its.settled.outcome for its in replayed)
    of_topics = "1 topic" if topics == 1 else f"{topics} topics"
    settled = "question is" if count == 1 else "questions are"
    yield f"{count} yes-or-no {settled} settled in {of_topics} as of {day(until)}; {yes} ended with yes."
    if count < FEWEST_TO_JUDGE:
        yield "They are too few to tell skill from luck: one question more can turn every comparison."
    for (topic, on), those in groupby(sorted(replayed, key=_when), key=_when):
        names = [its.settled.question.name for its in those]
        if len(names) > 1:
            yield f"{join_words(names)} of `{topic}` were settled by the news of one day, {day(on)}: they count as little more than one."
    early = [its.address for its in replayed if not its.is_due]
    if early:
        yield (
            f"{join_words(early)} ended before {'its date' if len(early) == 1 else 'their dates'}. Of questions that can end early only with"
            " yes, those settled so far are nearly all yes, so these stand apart."
        )


def _when(its: SettledScore) -> tuple[str, date]:
    return its.topic, its.settled.settled


def _since_when(topic: str, scores: Sequence[SettledScore], since: date | None) -> Iterator[str]:
    """Since when the priors have been public, against when the questions opened and ended."""
    if since is None:
        yield f"The ledger has not published the priors of `{topic}` as they are now: they may have been written with all outcomes known."
        return
    opened = min(its.settled.opens for its in scores)
    late = [its for its in scores if its.settled.settled <= since]
    if since <= opened:
        return
    known = f", when {'all' if len(late) == len(scores) else len(late)} of these questions had been settled" if late else ""
    yield f"Priors of `{topic}` written {time_between(opened, since)} later: they have been in the ledger since {day(since)}, and the first of these questions opened on {day(opened)}{known}."


def _what_the_ledger_said(scores: HindcastScores, count: int) -> Iterator[str]:
    said = len(scores.scores_from("ledger"))
    if said:
        yield f"The ledger has forecasts of {said} of these {count} that were made while they were open."
    elif scores.first_line is None:
        yield "The ledger is empty."
    else:
        yield f"The ledger, which begins on {day(scores.first_line)}, has no forecast of these that was made while they were open."
