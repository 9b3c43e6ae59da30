"""One forecast to take to Metaculus: of a question of the book, the model's or one on record, as the body of the request that submits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from forecast.actions.check import read_checked_book
from forecast.actions.question_record import QuestionRecord, forecasts_of, read_question_record
from forecast.actions.say import own_name
from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import topic_names
from forecast.book.files.problems import FileFault, Place, Problem, Result, has_errors
from forecast.book.files.writing import write_whole
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.own_questions import TYPES
from forecast.forecasts.question import QuestionScale
from forecast.forecasts.reading import collection_names, read_collection
from forecast.forecasts.record import standing_resolutions
from forecast.forecasts.terms import asked_key
from forecast.forecasts.timelines import span_at, timelines
from forecast.forecasts.times import days_of_date, text_of_days
from forecast.forecasts.values import ValueFault
from forecast.importers.continuous_range import range_points
from forecast.importers.metaculus_cdf import ServerCdf, cdf_of_cases, server_cdf
from forecast.importers.metaculus_forecast import Tails, options_for, stated_cdf
from forecast.importers.metaculus_payload import Payload, payload_text, server_options, server_probability
from forecast.importers.metaculus_target import MetaculusTarget, read_target, server_scale, target_of_terms
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.published import published_answers
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.analysis import EngineResult
from forecast.predict.answers import Probability, Shares
from forecast.predict.question_cdf import date_cdf, number_cases
from forecast.schema import words

_NUMBERS = frozenset({"number", "discrete"})


@dataclass(frozen=True, slots=True)
class PayloadChoices:
    """For which question there, and what of it the book does not say.

    ``target`` is a file or ``collection:id``; ``scale`` stands in place of what it says.  ``who`` asks for a forecast on record instead of
    the model's; ``rest`` is the option for what none of one's own choices takes.
    """

    target: str = ""
    question_id: int | None = None
    scale: QuestionScale | None = None
    who: str = ""
    rest: str = ""
    tails: Tails = field(default_factory=Tails)


@dataclass(frozen=True, slots=True)
class PayloadResult:
    """The body of the request, empty where there is none, and what was moved or forbids it."""

    text: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _FittingForecast:
    """A forecast in the form in which Metaculus asks for one: a probability, one for each option, or a distribution function; with warnings."""

    value: float | Mapping[str, float] | Array
    warnings: tuple[str, ...] = ()


def metaculus_payload(
    root: Path, question: str, choices: PayloadChoices, *, as_of: date, now: datetime, settings: Settings
) -> PayloadResult:
    """Return the forecast of a question as Metaculus's server takes it.

    The model's is computed as ``forecast update`` does, with the same draws; everything comes from the cases themselves, not
    from the quantiles or curves of a report.  What the server would refuse is moved to what it takes, with a warning.
    """
    if (ambiguous := _collection_problem(root, question)) is not None:
        return PayloadResult(problems=(ambiguous,))
    found, problems = read_question_record(root, question)
    if found is None or has_errors(problems):
        return PayloadResult(problems=problems)
    try:
        target = _target(root, found, choices)
        said = _chosen_forecast(root, found, target, choices, as_of=as_of, now=now, settings=settings)
        payload, moved = _payload(target, said.value)
    except FileFault as fault:
        return PayloadResult(problems=(fault.problem,))
    except Unsound as unsound:
        return PayloadResult(problems=unsound.problems)
    except ValueFault as fault:
        return PayloadResult(problems=(Problem(found.question.question.place, fault.message, fault.hint),))
    place = found.question.question.place
    warnings = (*said.warnings, *moved, *_end_warnings(root, found, choices, now))
    return PayloadResult(payload_text(payload), tuple(Problem(place, text, level="warning") for text in warnings))


def write_payload(text: str, path: Path) -> tuple[Problem, ...]:
    """Write the body of a request to a file; return why it cannot be written."""
    try:
        write_whole(path, text.encode())
    except OSError as error:
        return (access_problem(str(path), "be written", error),)
    return ()


def _collection_problem(root: Path, text: str) -> Problem | None:
    """Why a text that names a collection alone names no question; None where it does not."""
    folder = Folder(root)
    if ":" in text or "." in text or text in topic_names(folder) or text not in collection_names(folder):
        return None
    record, _ = read_collection(folder, text, forecasts=False)
    example = next(iter(record.questions), "ID")
    return Problem(
        Place(record.path), f"`{text}` is a collection of {len(record.questions):,} questions", f"name one question, as {text}:{example}"
    )


def _end_warnings(root: Path, found: QuestionRecord, choices: PayloadChoices, now: datetime) -> Iterator[str]:
    """Warn where the question on Metaculus is over, as far as an import says so: the server takes no forecast of it any more."""
    there: QuestionRecord | None = found if found.topic is None else None
    if ":" in choices.target and not Path(choices.target).exists():
        there = read_question_record(root, choices.target).value
    if there is None:
        return
    asked = there.question.question
    resolution = standing_resolutions(there.record).get((asked.id, ""))
    closes = asked.actual_close or asked.scheduled_close
    if resolution is not None:
        ended = (
            f"was resolved on {resolution.on.date()}"
            if resolution.value is not None or resolution.outcome in {"yes", "no"}
            else f"ended as `{resolution.outcome}` on {resolution.on.date()}"
        )
        yield f"{there.address} {ended}; the server takes no forecast of it any more"
    elif closes is not None and closes <= now:
        yield f"{there.address} closed on {closes.date()}; the server takes no forecast of it any more"


def _target(root: Path, found: QuestionRecord, choices: PayloadChoices) -> MetaculusTarget:
    """The question there: in a file, in a collection, the question itself, or as it is described."""
    kind = found.question.question.type
    now = datetime.max.replace(tzinfo=UTC)
    if choices.target:
        path = Path(choices.target)
        if path.suffix == ".json" or path.exists() or ":" not in choices.target:
            target = read_target(path, choices.question_id)
        else:
            there: Result[QuestionRecord] = read_question_record(root, choices.target)
            if there.value is None:
                raise FileFault(there.problems[0])
            target = target_of_terms(there.value.question, now)
    elif found.topic is None:
        target = target_of_terms(found.question, now)
    else:
        target = MetaculusTarget(kind)
    if kind != target.type and not {kind, target.type} <= _NUMBERS:
        raise ValueFault(f"this question is of type `{kind}`, and the one on Metaculus of type `{target.type}`")
    if choices.scale is not None:
        if target.type not in {*_NUMBERS, "date"}:
            raise ValueFault(f"a question of type `{target.type}` has no bounds")
        target = replace(target, scale=choices.scale)
    if target.type in {*_NUMBERS, "date"} and target.scale is None:
        hint = "name its JSON or an imported question with --target, or give --bounds LOW HIGH"
        raise ValueFault("the range of the question on Metaculus is not known", hint)
    number = choices.question_id or target.id
    if number is None:
        raise ValueFault("the id of the question on Metaculus is not known", "give it with --question-id; it is not the id of the post")
    return replace(target, id=number)


def _chosen_forecast(
    root: Path, found: QuestionRecord, target: MetaculusTarget, choices: PayloadChoices, *, as_of: date, now: datetime, settings: Settings
) -> _FittingForecast:
    name = found.question.question.id
    if found.topic is not None and name in found.topic.questions and not choices.who and found.question.is_asked:
        return _model_says(root, found, target, choices, as_of, settings)
    return _somebody_says(root, found, target, choices, now)


def _model_says(
    root: Path, found: QuestionRecord, target: MetaculusTarget, choices: PayloadChoices, as_of: date, settings: Settings
) -> _FittingForecast:
    assert found.topic is not None
    book, problems = read_checked_book(root, [found.topic.name])
    if has_errors(problems):
        raise Unsound(*problems)
    topic = book.topics[found.topic.name]
    question = topic.questions[found.question.question.id]
    settings = replace(settings, chances=False)
    published = published_answers(with_carried_posteriors(topic, as_of, settings), as_of, settings)
    answer = published.answers[question.name]
    if answer.value is None:
        if answer.reasons:
            raise Unsound(*answer.reasons)
        raise ValueFault(f"this question has no answer: it is {answer.status}")
    warnings = [] if published.sound else ["the engine does not vouch for these draws; `forecast update` says why"]
    warnings += [] if answer.status == "open" else [f"the record says of this question: {answer.status}"]
    match answer.value:
        case Probability(value=value):
            return _FittingForecast(value, tuple(warnings))
        case Shares(values=values):
            return _FittingForecast(options_for(target, values, choices.rest), tuple(warnings))
        case _:
            shares = published.shares(question.name)
            cdfs = [share * _model_cdf(question.name, published.results[name], settings, target) for name, share in shares.items() if share]
            return _FittingForecast(np.sum(cdfs, axis=0), tuple(warnings))


def _model_cdf(name: str, result: EngineResult, settings: Settings, target: MetaculusTarget) -> Array:
    question = result.posterior.model.topic.questions[name]  # as the variant has it
    assert target.scale is not None
    scale = server_scale(target.scale)
    if TYPES[question.kind] != "date":
        values, weights = number_cases(question, result)
        return cdf_of_cases(scale, values=values, weights=weights)
    assert question.by is not None
    end = days_of_date(question.by + timedelta(days=1))
    places = np.array(range_points(scale.range_min, scale.range_max, scale.zero_point, scale.buckets + 1))
    cdf = date_cdf(question, result, settings, places=places)
    if places[-1] > end and cdf[-1] < 1:
        message = f"the question here ends on {question.by}, and its range there on {text_of_days(float(places[-1]))}: what lies between is not known"
        raise ValueFault(message, "let the question here have a later `by`")
    return cdf


def _somebody_says(root: Path, found: QuestionRecord, target: MetaculusTarget, choices: PayloadChoices, now: datetime) -> _FittingForecast:
    """The forecast on record that is in force."""
    forecast = _in_force(root, found, choices.who or own_name(found.record), now)
    value = forecast.value
    if target.type == "binary":
        if forecast.form != "probability" or not isinstance(value, float):
            raise ValueFault(f"a forecast as `{forecast.form}` is no probability of yes")
        return _FittingForecast(value)
    if target.type == "options":
        if forecast.form != "options" or not isinstance(value, Mapping):
            raise ValueFault(f"a forecast as `{forecast.form}` gives no probability for each option")
        return _FittingForecast(options_for(target, value, choices.rest))
    if forecast.form == "cdf" and isinstance(value, tuple):
        if found.question.question.scale != target.scale:
            raise ValueFault("this forecast is a distribution function on another scale")
        return _FittingForecast(np.array(value))
    return _FittingForecast(stated_cdf(target, forecast.form, value, choices.tails))


def _in_force(root: Path, found: QuestionRecord, who: str, now: datetime) -> Forecast:
    asked = found.question.question
    key = asked_key(found.record, asked.id, asked.asked)
    for line in timelines(forecasts_of(root, found)):
        if (line.question, "" if found.record.is_imported else line.asked) == key and line.who == who:
            span = span_at(line, now)
            if span is not None:
                return span.forecast
    raise ValueFault(f"there is no forecast of `{who}` in force", "`forecast say` puts one on record; --who NAME asks for somebody else's")


def _payload(target: MetaculusTarget, value: float | Mapping[str, float] | Array) -> tuple[Payload, tuple[str, ...]]:
    """What is sent, and what was moved."""
    assert target.id is not None
    if isinstance(value, Mapping):
        options = server_options(value)
        return Payload(target.id, "probability_yes_per_category", options), tuple(_moved_options(value, options))
    if isinstance(value, float):
        taken = server_probability(value)
        moved = () if taken == value else (f"the probability is {value:.6g}; the server takes 0.001 to 0.999, so {taken:g} is written",)
        return Payload(target.id, "probability_yes", taken), moved
    assert target.scale is not None
    try:
        made = server_cdf(server_scale(target.scale), value)
    except ValueError as error:
        raise ValueFault(f"{error} of the question there") from None
    return Payload(target.id, "continuous_cdf", made.values), tuple(_moved_cdf(made))


def _moved_options(given: Mapping[str, float], taken: Mapping[str, float]) -> Iterator[str]:
    raised = [label for label, share in given.items() if share < taken[label] and taken[label] <= 0.001]
    if raised:
        named = ", ".join(f"`{label}` ({given[label]:.3g})" for label in raised)
        yield f"each option has a probability of at least 0.001 on the server: {named} raised to it, and the others lowered in proportion"


def _moved_cdf(made: ServerCdf) -> Iterator[str]:
    if made.outside > 1e-9:
        yield f"{words.percent(made.outside)} of the forecast lies beyond closed bounds of the question there; the rest was scaled up to take its place"
    if made.moved > 1e-9:
        yield f"the distribution function was standardised, since the server refuses it as it is; no value of it moved by more than {made.moved:.2g}"
