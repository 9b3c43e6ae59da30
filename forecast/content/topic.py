"""A topic's analysis as plain data: everything its pages show, ready for JSON.

Nothing here depends on the time of day or on the machine, so that the same
inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypedDict

from forecast.book.topic import Point, Quantity, Topic
from forecast.book.units import singular_unit_of_question, unit_of_question
from forecast.content.crossing_words import crossing_contents
from forecast.content.diagnosis import engine_content, verdict_content, warnings
from forecast.content.links import link_cautions, link_contents
from forecast.content.parameters import parameter_contents
from forecast.content.reasons import lead_and_note
from forecast.content.records import stream_contents
from forecast.content.regimes import regime_contents
from forecast.content.variant_ranges import variant_warnings, with_ranges
from forecast.inference.posterior import Posterior
from forecast.model.record import known_points
from forecast.predict.answers import Answer, Dates, Probability, Shares
from forecast.predict.cumulative import CumulativeTotal, cumulative_totals
from forecast.predict.distribution import Distribution
from forecast.predict.exchanged import HubDistribution
from forecast.predict.paths import Paths
from forecast.schema.answers import (
    AnnulmentContent,
    AnswerContent,
    AnswerRange,
    AnswerValue,
    CrossingContent,
    CumulativeContent,
    DateValue,
    DistributionValue,
    FailedContent,
    MassFunction,
    ModeContent,
    ProbabilityValue,
    SharesValue,
    ShareValue,
)
from forecast.schema.book import CodeContent
from forecast.schema.compact import compact_content
from forecast.schema.insight import ImpliedContent, InsightContent
from forecast.schema.json_data import round_numbers
from forecast.schema.links import LinkContent
from forecast.schema.market import ContractContent
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.regimes import RegimeContent
from forecast.schema.relations import RelationContent
from forecast.schema.scenarios import ScenariosContent
from forecast.schema.topic import (
    REPORT_FORMAT,
    ParameterContent,
    PointContent,
    QuantityContent,
    RunContent,
    SeriesContent,
    TopicContent,
    VerdictContent,
    digest_of,
)
from forecast.schema.variants import VariantsContent
from forecast.sentences import answer_sentences
from forecast.sentences.answer_text import answer_text
from forecast.sentences.unrecorded import unrecorded_sentence


class _ContentExtras(TypedDict, total=False):
    """What only some reports have."""

    implied: list[ImpliedContent]
    code: CodeContent
    relations: list[RelationContent]
    contracts: list[ContractContent]
    on_record: list[RecordedQuestion]
    priors_written: str


class _LinksExtra(TypedDict, total=False):
    """What only a topic with links to others has."""

    links: list[LinkContent]


class _RegimesExtra(TypedDict, total=False):
    """What only a topic with hidden regimes has."""

    regimes: list[RegimeContent]


class _AnswerExtras(TypedDict, total=False):
    """What only some answers have."""

    given_error: float
    fraction: bool
    annulled: str
    annulment: AnnulmentContent
    crossings: list[CrossingContent]
    failed: FailedContent
    reasons: list[str]
    variants: AnswerRange
    unit_one: str
    resolution: str
    model_headline: str
    cumulative: CumulativeContent


class _ScenariosExtra(TypedDict, total=False):
    """What only a topic with scenarios has."""

    scenarios: ScenariosContent


class _VariantsExtra(TypedDict, total=False):
    """What only a topic with variants has."""

    variants: VariantsContent


class UnseenBound(TypedDict, total=False):
    """How far from 0, or from 1, a probability may be that every case gave so."""

    at_most: float
    at_least: float


class _NumberExtras(TypedDict, total=False):
    """What only some numbers have."""

    no_mean: str
    hub_quantiles: list[float]
    pmf: MassFunction
    scale: Literal["log", "symlog"]
    linear_within: float
    trimmed: bool
    modes: list[ModeContent]


def topic_content(
    *,
    topic: Topic,
    posterior: Posterior,
    prior: Posterior,
    paths: Paths,
    answers: Mapping[str, Answer],
    verdict: VerdictContent | None,
    run: RunContent,
    insight: InsightContent | None = None,
    implied: Sequence[ImpliedContent] = (),
    parameters: Sequence[ParameterContent] | None = None,
    variants: VariantsContent | None = None,
    scenarios: ScenariosContent | None = None,
    totals: Mapping[str, CumulativeTotal] | None = None,
) -> TopicContent:
    """Return everything the pages of a topic show.

    Of a topic with ``variants`` the answers are those of all together, and all else is of the topic as it stands.

    ``verdict`` is None where no referee ran.  ``insight`` is what ``forecast.insight`` found, None where nobody looked; ``implied`` is what the priors imply
    that nobody can have meant, as ``forecast.elicitation.prior_checks`` says it; ``parameters`` may be given where they have been described already.
    ``totals`` are what questions count, day by day, by all variants together; without variants they are those of the paths.  Numbers
    are rounded to six significant digits.  Raises ``ValueError`` where a number
    is not finite.
    """
    model = posterior.model
    judged = verdict_content(verdict)
    streams = stream_contents(model, paths)
    implications: _ContentExtras = {"implied": list(implied)} if implied else {}
    rivals: _VariantsExtra = {} if variants is None else {"variants": variants}
    branches: _ScenariosExtra = {} if scenarios is None else {"scenarios": scenarios}
    regimes: _RegimesExtra = {"regimes": regime_contents(model, paths)} if topic.regimes else {}
    linked = link_contents(topic, model.as_of)
    links: _LinksExtra = {"links": linked} if linked else {}
    counted = cumulative_totals(posterior, paths, answers) if totals is None else totals
    answered = [answer_content(topic, answers[name], counted.get(name)) for name in topic.questions]
    code: _ContentExtras = {} if topic.own is None else {"code": {"path": topic.own.path, "sha256": topic.own.sha256}}
    content: TopicContent = {
        "format": REPORT_FORMAT,
        "digest": "",
        "name": topic.name,
        "title": topic.title,
        **lead_and_note(topic),
        "origin": topic.origin,
        "as_of": model.as_of.isoformat(),
        "opens": topic.opens.isoformat(),
        "step": topic.step,
        "warnings": [*warnings(posterior.diagnostics, judged), *(variant_warnings(variants) if variants else ()), *link_cautions(linked)],
        "unrecorded": unrecorded_sentence(streams, model.as_of),
        "answers": answered if variants is None else with_ranges(answered, variants),
        **rivals,
        **branches,
        "parameters": parameter_contents(prior, posterior) if parameters is None else list(parameters),
        **regimes,
        **links,
        **implications,
        "streams": streams,
        "series": [_series(topic, name, model.as_of) for name in topic.series],
        "quantities": [_quantity(quantity) for quantity in topic.quantities.values()],
        "insight": insight,
        "engine": engine_content(posterior.diagnostics),
        "verdict": judged,
        "run": run,
        **code,
    }
    shown = compact_content(round_numbers(content))
    return {**shown, "digest": digest_of(shown)}


def answer_content(topic: Topic, answer: Answer, total: CumulativeTotal | None = None) -> AnswerContent:
    """Return a question with its answer, as a number and as a sentence; ``total`` is what it counts, day by day."""
    question = answer.question
    unit = unit_of_question(topic, question)
    value: AnswerValue | None = None if answer.value is None else round_numbers(_value(answer.value))
    given: _AnswerExtras = {"given_error": answer.given_error} if question.given is not None else {}
    unit_one = singular_unit_of_question(topic, question)
    one: _AnswerExtras = {"unit_one": unit_one} if unit_one else {}
    fraction: _AnswerExtras = {"fraction": True} if question.is_fraction else {}
    crossings: _AnswerExtras = {"crossings": crossing_contents(answer.crossings)} if answer.crossings else {}
    content: AnswerContent = {
        "name": question.name,
        "asks": question.asks,
        "kind": question.kind,
        "by": _iso(question.by),
        "since": _iso(question.since),
        "answer": question.answer_text,
        **fraction,
        "choices": [{"label": label, "condition": text} for label, text in question.choice_texts.items()],
        "given": question.given_text,
        "given_probability": None if answer.status == "not answerable" else answer.given,
        **given,
        **_annulment(answer),
        **crossings,
        "rule": question.settled,
        "unit": unit,
        **one,
        "status": answer.status,
        **_why_unanswered(answer),
        **_cumulative(total),
        "headline": answer_sentences.headline(question.kind, value, unit=unit, status=answer.status),
        "sentence": "",
        "value": value,
    }
    return {**content, "sentence": answer_text(content)}


def _cumulative(total: CumulativeTotal | None) -> _AnswerExtras:
    """What a question counts, day by day; nothing of one that counts no total."""
    if total is None:
        return {}
    days = [day.isoformat() for day in total.days]
    through = total.through.isoformat()
    return {"cumulative": {"streams": list(total.streams), "through": through, "days": days, "quantiles": total.quantiles.tolist()}}


def _value(value: Probability | Distribution | Dates | Shares) -> AnswerValue:
    match value:
        case Probability():
            probability: ProbabilityValue = {
                "value": value.value,
                "error": value.error,
                "chance": None if value.chance is None else list(value.chance),
                "chance_errors": None if value.chance_errors is None else list(value.chance_errors),
                **unseen_bound(value.value, value.greatest_unseen),
            }
            return probability
        case Distribution():
            return _number_value(value)
        case Dates():
            dates: DateValue = {
                "quantiles": [_iso(day) for day in value.quantiles],
                "errors": list(value.quantile_errors),
                "intervals": [[_iso(day) for day in ends] for ends in value.intervals],
                "hub_quantiles": [_iso(day) for day in value.hub_quantiles],
                "not_by_then": value.not_by_then,
                "error": value.error,
                **unseen_bound(value.not_by_then, value.greatest_unseen),
                "curve": [{"day": day.isoformat(), "probability": probability} for day, probability in value.monthly],
            }
            return dates
        case Shares():
            shares: list[ShareValue] = [
                {"label": label, "value": share, "error": value.errors[label], **unseen_bound(share, value.greatest_unseen.get(label))}
                for label, share in value.values.items()
            ]
            choices: SharesValue = {"shares": shares, "none": value.none, "none_error": value.none_error}
            return choices


def _number_value(value: Distribution) -> DistributionValue:
    drawn = value.shape
    no_mean: _NumberExtras = {"no_mean": value.no_mean} if value.no_mean else {}
    scale: _NumberExtras = {} if drawn.scale == "linear" else {"scale": drawn.scale}
    within: _NumberExtras = {"linear_within": drawn.within} if drawn.scale == "symlog" else {}
    trimmed: _NumberExtras = {"trimmed": True} if drawn.trimmed else {}
    modes: _NumberExtras = (
        {"modes": [{"share": mode.share, "quantiles": list(mode.quantiles)} for mode in value.modes]} if value.modes else {}
    )
    return {
        "mean": value.mean,
        "mean_error": value.mean_error,
        "sd": value.sd,
        **no_mean,
        "quantiles": list(value.quantiles),
        "errors": list(value.quantile_errors),
        "intervals": [list(ends) for ends in value.intervals],
        **_hub_content(value.exchanged),
        "shape": {"discrete": drawn.discrete, "x": list(drawn.x), "y": list(drawn.y)},
        **scale,
        **within,
        **trimmed,
        **modes,
    }


def _hub_content(distribution: HubDistribution) -> _NumberExtras:
    """A number's distribution for the record: 23 quantiles, or the probability of each of a few values."""
    if distribution.quantiles:
        return {"hub_quantiles": list(distribution.quantiles)}
    return {
        "pmf": {
            "x": [value for value, _ in distribution.probabilities],
            "y": [probability for _, probability in distribution.probabilities],
        }
    }


def unseen_bound(probability: float, unseen: float | None) -> UnseenBound:
    """Return how far from 0, or from 1, a probability may be that every case gave so; nothing where ``unseen`` is None."""
    if unseen is None:
        return {}
    return {"at_most": unseen} if probability < 0.5 else {"at_least": 1 - unseen}


def _why_unanswered(answer: Answer) -> _AnswerExtras:
    """Within which days the condition of a void question failed, and why a question is not answerable; nothing where there is an answer."""
    if answer.failed is not None:
        return {"failed": {"first": answer.failed.first.isoformat(), "last": answer.failed.last.isoformat()}}
    return {"reasons": list(_reasons(answer))} if answer.value is None else {}


def _reasons(answer: Answer) -> tuple[str, ...]:
    """Why a question is not answerable, with what to do about it."""
    return tuple(f"{problem.message}: {problem.hint}" if problem.hint else problem.message for problem in answer.reasons)


def _annulment(answer: Answer) -> _AnswerExtras:
    """What annuls the question and the chance of it; nothing where nothing does."""
    if answer.annulled is None:
        return {}
    chance: AnnulmentContent = {"probability": answer.annulled.chance, "error": answer.annulled.error}
    return {"annulled": answer.question.annulled_text, "annulment": chance}


def _series(topic: Topic, name: str, as_of: date) -> SeriesContent:
    series = topic.series[name]
    points = [_point(point) for point in known_points(series, as_of)]
    return {"name": name, "about": series.about, "unit": series.unit, "later": series.later_text, "points": points}


def _quantity(quantity: Quantity) -> QuantityContent:
    content: QuantityContent = {"name": quantity.name, "text": quantity.text}
    return {**content, "unit": quantity.unit} if quantity.unit else content


def _point(point: Point) -> PointContent:
    return {
        "day": point.day.isoformat(),
        "value": point.value,
        "known": point.known.isoformat(),
        "source": point.source,
        "grade": point.grade or "",
        "note": point.note,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
