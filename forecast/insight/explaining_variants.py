"""What a report says of why where a topic has variants: what moved the mixed answers, their history, what they rest on, row by row, and what would change them.

Surprises, power and predictive checks are of one model each, and are left to the report of a variant alone; ``notes`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import BASE, Topic
from forecast.book.units import unit_of
from forecast.insight.baseline import UnknownVariation, baseline_of
from forecast.insight.change_report import EarlierReport, PublishedMeasures, last_news, moves_of, split_between
from forecast.insight.estimands import Measure, answered_measures, measures_of, published_values
from forecast.insight.eve_figures import known_figures
from forecast.insight.history import MOST_NEWS_DAYS, days_left_out, history_content, history_days
from forecast.insight.information import information, signposts
from forecast.insight.mixed_history import mixed_history
from forecast.insight.mixed_leverage import VariantBasis, mixed_leverage, published_evidence
from forecast.insight.mixed_sensitivity import mixed_sensitivity
from forecast.insight.mixed_variance import decompose_mixed_variance
from forecast.insight.published_cases import cases_of_variants
from forecast.insight.record_events import history_interval, news, thin_days
from forecast.insight.reweighting import Pool
from forecast.insight.shapley import ShapleySplit
from forecast.insight.variant_pools import variant_pools
from forecast.insight.variant_units import VariantUnits, variant_units, with_paths_of_its_own
from forecast.insight.variants_diff import VariantsDiff
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.predict.analysis import Analysis
from forecast.predict.answers import Answer
from forecast.predict.rival_weights import RivalWeights
from forecast.schema.insight import HistoryContent, HistoryPoint, InsightContent, MeasureContent, Move

ONE_MODEL_ALONE = "How well the record was foreseen is computed for one model at a time, and so not for rival versions together."


def explain_variants(
    topic: Topic,
    analyses: Mapping[str, Analysis],
    answers: Mapping[str, Answer],
    weights: RivalWeights,
    *,
    earlier: EarlierReport | None = None,
    progress: Progress = ignore_progress,
) -> InsightContent:
    """Return what moved the mixed answers, their history and their leverage; what cannot be said is named in ``notes``.

    ``earlier`` is the report before, where there was one.
    """
    progress("asking why")
    notes = [ONE_MODEL_ALONE]
    known = _published_measures(topic, analyses, answers)
    measures = [measure for measure, _, _ in known]
    figures = np.array([[value, error] for _, value, error in known]).reshape(len(known), 2)
    base = analyses[BASE]
    posteriors = {name: its.result.posterior for name, its in analyses.items()}
    pools = variant_pools(topic, base.model.as_of, base.settings, published=posteriors)
    bases = {name: baseline_of(with_paths_of_its_own(analysis)) for name, analysis in analyses.items()}
    units = variant_units(topic, analyses, bases, pools, weights)
    shares, errors = weights.of_all(), weights.errors()
    paths = {name: analysis.result.paths for name, analysis in analyses.items()}
    cases = cases_of_variants(measures, figures[:, 0], paths, shares, errors) if measures else None
    of_history: list[str] = []
    history = _history(topic, base, pools, measures, figures, of_history)
    moves, history = _moves(topic, base, pools, measures, figures, earlier=earlier, history=history, notes=notes)
    variants = cache(partial(_variant_bases, units, measures))
    leverage = _known_contents(lambda: mixed_leverage(units.topic, variants(), figures[:, 0]), "without a row", notes)
    sensitivity = _known_contents(
        lambda: mixed_sensitivity(units.topic, variants(), figures[:, 0], rivals=topic.rivals), "with other priors", notes
    )
    notes += of_history
    posts, unwatched = ([], []) if cases is None else signposts(cases)
    notes += unwatched
    return {
        "measures": [_measure(topic, measure, answers, value, error) for measure, value, error in known],
        "moves": moves,
        "leverage": leverage,
        "sensitivity": sensitivity,
        "power": [],
        "surprise": [],
        "score": [],
        "checks": [],
        "information": [] if cases is None else information(cases),
        "signposts": posts,
        "history": history,
        "split": decompose_mixed_variance(measures, bases, shares, errors),
        "notes": notes,
    }


def _published_measures(
    topic: Topic, analyses: Mapping[str, Analysis], answers: Mapping[str, Answer]
) -> list[tuple[Measure, float, float]]:
    """The measures that every variant answers, and a mean that is published under each, with values and errors."""
    measures = answered_measures(measures_of(topic), answers)
    measures = tuple(
        measure
        for measure in measures
        if all(analysis.result.answers[measure.question.name].value is not None for analysis in analyses.values())
    )
    values, errors = published_values(answers, measures)
    under_each = np.array([values, *(published_values(analysis.result.answers, measures)[0] for analysis in analyses.values())])
    published = zip(measures, values.tolist(), np.nan_to_num(errors).tolist(), np.isfinite(under_each).all(axis=0).tolist(), strict=True)
    return [(measure, value, error) for measure, value, error, is_known in published if is_known]


def _measure(topic: Topic, measure: Measure, answers: Mapping[str, Answer], value: float, error: float) -> MeasureContent:
    question = measure.question
    return {
        "question": question.name,
        "label": measure.label,
        "kind": measure.kind,
        "unit": unit_of(topic, question.answer) if measure.kind != "probability" and question.answer else "",
        "value": value,
        "error": error,
        "settled": answers[question.name].status != "open",
    }


def _moves(
    topic: Topic,
    base: Analysis,
    pools: Mapping[str, Pool],
    measures: Sequence[Measure],
    figures: Array,
    *,
    earlier: EarlierReport | None,
    history: HistoryContent,
    notes: list[str],
) -> tuple[list[Move], HistoryContent]:
    """What moved the measures, ``figures`` being their values and errors; without those moves in which a mean cannot be estimated.  And the history."""
    if not measures:
        return [], history
    until, settings = base.model.as_of, base.settings

    def split(since: date) -> ShapleySplit:
        return split_between(VariantsDiff(topic, since, topic, until), measures, settings, wide=pools)

    now = PublishedMeasures(topic, until, measures, figures[:, 0], figures[:, 1], last_news(base.model), split)
    moves, agreed = moves_of(now, earlier, history, notes)
    kept = [move for move in moves if np.isfinite([move["before"], *(part["points"] for part in move["parts"])]).all()]
    notes += [
        f"What moved the answers {move['why']} is not known: not every expected value could be estimated."
        for move in moves
        if move not in kept
    ]
    return kept, agreed


def _known_contents[Content](found: Callable[[], tuple[list[Content], list[str]]], what: str, notes: list[str]) -> list[Content]:
    """What an analysis of all variants found; nothing, with a note, where it is not known."""
    try:
        contents, silent = found()
    except (UnknownVariation, Unsound) as reason:
        notes.append(f"What the answers would be {what} is not known: {reason}.")
        return []
    notes += silent
    return contents


def _variant_bases(units: VariantUnits, measures: Sequence[Measure]) -> dict[str, VariantBasis]:
    """What leverage and sensitivity of each unit are worked out from; raises ``UnknownVariation`` where its evidence counts and is not known."""
    variants: dict[str, VariantBasis] = {}
    for name, basis in units.bases.items():
        places = {measure.key: place for place, measure in enumerate(basis.measures)}
        columns = tuple(places[measure.key] for measure in measures)
        pool = units.pools[name]
        variants[name] = VariantBasis(basis, pool, columns, published_evidence(units.topic, basis, pool))
    return variants


def _history(
    topic: Topic, base: Analysis, pools: Mapping[str, Pool], measures: Sequence[Measure], published: Array, notes: list[str]
) -> HistoryContent:
    until = base.model.as_of
    regular = history_days(topic, since=None, until=until, every=history_interval(since=topic.opens, until=until))
    known = thin_days(sorted(news(topic, until)), MOST_NEWS_DAYS)
    days = sorted({*regular, *(day - ONE_DAY for day in known if day > topic.opens)})
    if not days or not measures or not (topic.streams or topic.series):
        return {"points": [], "settled": [None] * len(measures)}
    replayed = mixed_history(topic, days, base.settings, pools=pools, has_ranges=True)
    notes += [f"The history leaves out {days}: {why}." for days, why in days_left_out(replayed.left_out)]
    places = {measure.key: place for place, measure in enumerate(replayed.measures)}
    columns = [places[measure.key] for measure in measures]
    content = history_content(replayed)
    points = [_with_columns(point, columns) for point in content["points"]]
    points = [point for point in points if any(value is not None for value in point["values"])]
    if points and points[-1]["day"] == until.isoformat():
        values, errors = known_figures(published[:, 0], published[:, 1])
        points[-1] = {**points[-1], "values": values, "errors": errors}
    return {"points": points, "settled": [content["settled"][at] for at in columns]}


def _with_columns(point: HistoryPoint, columns: Sequence[int]) -> HistoryPoint:
    """A day of a history with some of its measures."""
    chosen: HistoryPoint = {**point, "values": [point["values"][at] for at in columns], "errors": [point["errors"][at] for at in columns]}
    if "ranges" in point:
        chosen["ranges"] = [point["ranges"][at] for at in columns]
    return chosen
