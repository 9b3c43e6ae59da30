"""What priors imply that nobody can have meant: mass on the impossible, questions decided beforehand, a record that contradicts them.

Each is a warning, never an error: a prior may be right and surprising.  What can
be seen before any row is seen on a small sample of the prior and of futures drawn
from it, as if nothing had been recorded; whether the posterior ran into a prior's
edge is seen in the draws that are published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.book.topic import Parameter, Question, Step, Topic
from forecast.inference.importance.prior_sampling import exclude_overflow_draws, prior_draws
from forecast.inference.posterior import Posterior
from forecast.language.evaluate import evaluate
from forecast.language.expressions import indexed_name
from forecast.language.ops import NUMPY
from forecast.model.bounds import SHARE_UNIT, check_shares, share_quantities
from forecast.model.chosen_rows import distinct_rows
from forecast.model.errors import Unsound
from forecast.model.forward_streams import has_future
from forecast.model.invalid_values import describe_invalid_arguments, share_as_percent
from forecast.model.left_out import MOST_BEYOND, draws_beyond_floats, without_overflow
from forecast.model.model import Model, Parameters, RowTable, model_as_of
from forecast.model.overflow import StatementOverflow
from forecast.model.priors import Block, blocks
from forecast.model.settings import Purpose, generator
from forecast.model.used_names import series_and_streams_used
from forecast.predict.answers import Probability, answer, paths_for
from forecast.predict.distribution import Distribution
from forecast.predict.paths import Paths
from forecast.predict.samples import sample_of
from forecast.schema.insight import ImpliedContent
from forecast.schema.topic import ParameterContent
from forecast.schema.words import number
from forecast.schema.words import percent as percent_text

PRIOR_CHECK_DRAWS = 4_096  # of the prior
DRAWS_PER_HYPOTHESIS = 512  # of each hypothesis at least
PRIOR_CHECK_PATHS = 1_024  # simulated from them
MOST_CELLS_CHECKED, FEWEST_DRAWS_CHECKED = 2**23, 64  # draws times rows that are looked at, and draws at the least
DECIDED = 0.99  # on one side of a question's threshold, from which it counts as decided
LEAST_MASS = 0.001  # of a prior outside a share's bounds, from which it is reported
EDGES = (0.005, 0.995)  # of a prior
RIM = 0.05  # of a prior's span, next to a bound
LEAST_MASS_AT_BOUND, LEAST_RATIO_TO_PRIOR = 0.2, 4  # of the posterior that lies there, and how much more that is than the prior's
MOST_SAMPLE_STEPS = 240  # of the sample's future: finer steps are made coarser
COARSER: Mapping[Step, Step] = {"day": "week", "week": "month", "month": "quarter", "quarter": "year"}
DAYS_PER_STEP: Mapping[Step, int] = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}


def prior_warnings(topic: Topic, as_of: date, prior: Posterior | None = None) -> list[ImpliedContent]:
    """Return what a topic's priors imply that nobody can have meant, from a small sample of them, before any row.

    ``prior`` are draws of the topic's joint prior as of that day, where there are some already.
    """
    warnings = list(_priors_beyond_share(topic, as_of))
    try:
        if prior is None:
            prior = prior_draws(
                model_as_of(topic, as_of),
                rng=generator(1, topic.name, Purpose.IMPLIED),
                draws=PRIOR_CHECK_DRAWS,
                at_once=DRAWS_PER_HYPOTHESIS,
            )
    except Unsound:  # reported as an error by whoever computes
        return warnings
    sample = _sample(prior, generator(1, topic.name, Purpose.IMPLIED_SAMPLE))
    if draws_beyond_floats(sample.model, sample.parameters).any():
        with suppress(Unsound):  # where too many draws would be left out, none is
            prior = exclude_overflow_draws(prior, without_overflow(prior.model, prior.parameters, prior.weights))
            sample = _sample(prior, generator(1, topic.name, Purpose.IMPLIED_SAMPLE))
    return [*warnings, *_invalid_statements(sample), *_decided_questions(topic, as_of, sample)]


def prior_data_conflicts(parameters: Sequence[ParameterContent], prior: Posterior, posterior: Posterior) -> list[ImpliedContent]:
    """Return the parameters whose posterior ran into an edge of their prior.

    ``parameters`` are they as a report has them, with the mean and the 5, 25, 50, 75 and 95 % points of each before and after.
    """
    shown = {(parameter["name"], parameter["label"]): parameter for parameter in parameters}
    warnings = []
    for block in blocks(posterior.model):
        for position in block.positions if not block.family.discrete else ():
            label = block.parameter.labels[position] if block.parameter.labels else ""
            message = _edge_message(block, label, prior, shown[block.name, label]) or _bound_message(block, label, prior, posterior)
            if message:
                hint = "was the prior too narrow, or does a statement say something else than was meant?"
                warnings.append(_prior_warning(block.parameter, label, message, hint))
    return warnings


def _sample(prior: Posterior, rng: np.random.Generator) -> Posterior:
    """A few of the prior's draws, with equal weights."""
    equal = np.full(PRIOR_CHECK_DRAWS, -np.log(PRIOR_CHECK_DRAWS))
    return replace(prior, parameters=prior.resample(PRIOR_CHECK_DRAWS, rng), log_weight=equal, replicate=None)


def _priors_beyond_share(topic: Topic, as_of: date) -> Iterator[ImpliedContent]:
    """Parameters whose unit is ``share`` and whose prior, where its arguments are numbers, reaches outside 0 to 1."""
    declared = {name for name, parameter in topic.parameters.items() if parameter.unit == SHARE_UNIT}
    if not declared:
        return
    for block in blocks(model_as_of(replace(topic, streams={}, series={}, questions={}, scenarios={}), as_of)):
        if block.name not in declared or block.fixed is None or block.family.discrete:
            continue
        below, above = (float(np.max(block.family.distribution(np.array([end]), **block.fixed))) for end in (0.0, 1.0))
        outside = below + 1 - above
        if outside >= LEAST_MASS:
            label = block.parameter.labels[block.positions[0]] if block.parameter.by_label else ""
            message = f"the prior of {_quoted_name(block.parameter, label)} has {share_as_percent(outside)} of its mass outside 0 to 1, where a share has no meaning"
            yield _prior_warning(block.parameter, label, message, "take a prior of a share, as Beta or LogitNormal")


def _invalid_statements(prior: Posterior) -> Iterator[ImpliedContent]:
    """Statements that make no distribution at some draws of the prior, and quantities that are shares and lie outside 0 to 1."""
    model = prior.model
    for name in model.tables:
        table = distinct_rows(model, name)
        if not len(table):
            continue
        draws = min(
            len(prior), max(MOST_CELLS_CHECKED // len(table), FEWEST_DRAWS_CHECKED)
        )  # in random order, so that the first are a sample too
        parameters = {parameter: values[:draws] for parameter, values in prior.parameters.items()}
        for begin in range(0, len(table), MOST_CELLS_CHECKED // draws):
            part = table.at(np.arange(begin, min(begin + MOST_CELLS_CHECKED // draws, len(table))))
            if (fault := _invalid_fault(model, part, parameters, draws)) is not None:
                yield _topic_warning(("streams", name, "value"), *fault)
                break
    try:
        check_shares(model, prior.parameters, prior.weights, of="prior's draws")
    except Unsound as unsound:
        for problem in unsound.problems:
            name = next(name for name in share_quantities(model.topic) if f"`{name}`" in problem.message)
            yield _topic_warning(("quantities", name), problem.message, problem.hint)


def _invalid_fault(model: Model, table: RowTable, parameters: Parameters, draws: int) -> tuple[str, str] | None:
    """The message and hint of a statement that makes no distribution for some of a table's rows, in any state of a regime; None where it makes one."""
    statement = table.stream.value
    for scope in model.row_scopes(table, parameters):
        with np.errstate(all="ignore"):
            kind, arguments = model.distribution_as_written(statement, scope)
            wrong = np.broadcast_to(np.isnan(kind.support(**arguments)[0]), (draws, len(table)))
        if wrong.any():
            message, hint, column = describe_invalid_arguments(statement, kind, arguments, wrong, of="prior's draws")
            return f"{message} (row of {table.record.rows[column].start})", hint
    return None


def _decided_questions(topic: Topic, as_of: date, prior: Posterior) -> Iterator[ImpliedContent]:
    """Questions that the prior decides alone, as if nothing had been recorded."""
    bare = replace(topic, streams={name: replace(stream, rows=()) for name, stream in topic.streams.items()})
    bare = _with_few_steps(bare)
    drawn = {name for name, stream in bare.streams.items() if has_future(stream)}
    questions = {name: question for name, question in bare.questions.items() if _streams_behind(bare, question) <= drawn}
    bare = replace(bare, questions=questions, scenarios={})
    if not questions or not topic.parameters:
        return
    rng = generator(1, topic.name, Purpose.IMPLIED_PATHS)
    try:
        model = model_as_of(bare, as_of)
        paths = _paths(model, {name: values[:PRIOR_CHECK_PATHS] for name, values in prior.parameters.items()}, rng)
    except Unsound as unsound:
        for problem in unsound.problems:
            named = [name for name, stream in bare.streams.items() if f"`{stream.value.text}`" in problem.message]
            keys = ("streams", named[0], "value") if named else ()
            yield _topic_warning(keys, f"{problem.message}, drawn from the prior", problem.hint)
        return
    for question in (question for question in questions.values() if question.kind in {"probability", "distribution"}):
        message = _decided_message(question, replace(prior, model=model), paths, rng)
        if message:
            yield _topic_warning(("questions", question.name), message, "look at the priors behind it, or ask for another threshold")


def _paths(model: Model, parameters: Parameters, rng: np.random.Generator) -> Paths:
    """Futures drawn from draws of the prior, without those that lead beyond the range of floats while they are few."""
    wanted = max(map(len, parameters.values()))
    while True:
        try:
            return paths_for(model, parameters, rng, dates=False)
        except StatementOverflow as overflown:
            if overflown.draws is None or (~overflown.draws).sum() < (1 - MOST_BEYOND) * wanted:
                raise
            parameters = {name: values[~overflown.draws] for name, values in parameters.items()}


def _decided_message(question: Question, prior: Posterior, paths: Paths, rng: np.random.Generator) -> str:
    if _has_several_values(question, prior, paths):
        return ""
    match answer(question, prior, paths, None, rng).value:
        case Probability(value=chance, error=error) if max(chance, 1 - chance) >= DECIDED:
            side, share = ("Yes", chance) if chance > 0.5 else ("No", 1 - chance)
            return f"the prior alone says {percent_text(share, error=error)} {side}: the question is decided before any row is seen"
        case Distribution(sd=0.0, mean=float(mean)):
            return f"the prior alone says {number(mean)} and nothing else: the question is decided before any row is seen"
        case _:
            return ""


def _has_several_values(question: Question, prior: Posterior, paths: Paths) -> bool:
    """Whether the number that a question asks for, in all cases, is seen to have several values: then no answer need be worked out."""
    if question.kind != "distribution" or question.answer is None or question.given is not None or question.annulled is not None:
        return False
    with np.errstate(all="ignore"):
        values = np.asarray(evaluate(question.answer, sample_of(question, prior, paths).scope, NUMPY))
    return bool(values.min() < values.max())


def _streams_behind(topic: Topic, question: Question) -> set[str]:
    """The streams that a question's answer depends on, through quantities and through the totals in their statements."""
    streams: set[str] = set()
    waiting = list(series_and_streams_used(topic, *question.expressions)[1])
    while waiting:
        stream = topic.streams[waiting.pop()]
        if stream.name not in streams:
            streams.add(stream.name)
            waiting += series_and_streams_used(topic, stream.value, *stream.next.values())[1]
    return streams


def _with_few_steps(topic: Topic) -> Topic:
    """The topic with a step so coarse that its future from the beginning has few of them."""
    last = max((question.by for question in topic.questions.values() if question.by), default=topic.opens)
    step = topic.step
    while (last - topic.opens).days / DAYS_PER_STEP[step] > MOST_SAMPLE_STEPS and step in COARSER:
        step = COARSER[step]
    return replace(topic, step=step)


def _edge_message(block: Block, label: str, prior: Posterior, shown: ParameterContent) -> str:
    """Say that the posterior's median, or its mean, lies beyond the prior's 0.5 or 99.5 % point."""
    if block.fixed is None or not block.family.is_apart:
        low, high = prior.quantiles(block.name, EDGES, label)
    else:
        low, high = (float(np.max(values)) for values in block.family.quantile(np.array(EDGES), **block.fixed))
    centres = {"median": shown["posterior"]["quantiles"][2]}
    before, after = shown["prior"]["mean"], shown["posterior"]["mean"]
    if before is not None and after is not None and low <= before <= high:  # a heavy tail may put a mean beyond by itself
        centres["mean"] = after
    for what, value in centres.items():
        for point, edge, beyond in ((EDGES[0], low, value < low), (EDGES[1], high, value > high)):
            if beyond:
                subject = f"the posterior {what} of {_quoted_name(block.parameter, label)}, {number(value)}"
                return f"{subject}, lies beyond the {100 * point:g} % point of its prior, {number(edge)}"
    return ""


def _bound_message(block: Block, label: str, prior: Posterior, posterior: Posterior) -> str:
    """Say that the posterior is piled up against a bound that the prior alone sets: not against 0, nor a share's 1."""
    if block.fixed is None:
        return ""
    lower, upper = (float(np.max(values)) for values in block.family.support(**block.fixed))
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return ""
    rim = RIM * (upper - lower)
    natural = {0.0, 1.0} if block.parameter.unit in {"", SHARE_UNIT} else {0.0}
    for bound in (lower, upper):
        before, after = (float(draws.weights[np.abs(draws.column(block.name, label) - bound) < rim].sum()) for draws in (prior, posterior))
        if bound not in natural and after >= max(LEAST_MASS_AT_BOUND, LEAST_RATIO_TO_PRIOR * before):
            return f"{share_as_percent(after)} of the posterior of {_quoted_name(block.parameter, label)} is piled up against the bound {number(bound)} of its prior"
    return ""


def _quoted_name(parameter: Parameter, label: str) -> str:
    return f"`{indexed_name(parameter.name, label)}`"


def _prior_warning(parameter: Parameter, label: str, message: str, hint: str) -> ImpliedContent:
    keys = [parameter.name, "prior", label] if label in parameter.by_label else [parameter.name, "prior"]
    return {"file": "priors", "keys": keys, "message": message, "hint": hint}


def _topic_warning(keys: tuple[str, ...], message: str, hint: str) -> ImpliedContent:
    return {"file": "topic", "keys": list(keys), "message": message, "hint": hint}
