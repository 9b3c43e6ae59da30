"""What a topic would have earned had nothing drifted: its walks held at their first value, all else the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from forecast.book.topic import Parameter, Stream, Topic
from forecast.insight.prequential import prequential_scores
from forecast.insight.replay_pool import anchored_pool
from forecast.language.distributions.nested import WALKS
from forecast.language.distributions.walks import INIT
from forecast.language.expressions import Expression, Index, Name, map_nodes
from forecast.language.statements import Statement
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Settings
from forecast.schema.insight import ScorePoint


def with_static_scores(score: Sequence[ScorePoint], model: Model, settings: Settings) -> list[ScorePoint]:
    """Return the scores of a model with walks, each beside that of the same model held still; those of others as they are.

    Raises ``Unsound`` where the rows are impossible without the drift.
    """
    topic = static_topic(model.topic)
    if topic is None or not score:
        return list(score)
    pool = anchored_pool(topic, model.as_of, settings)
    still = {day.isoformat(): earned for day, earned, _ in prequential_scores(model_as_of(topic, model.as_of), pool, settings).score}
    return [{**point, "still": still[point["day"]]} for point in score]


def static_topic(topic: Topic) -> Topic | None:
    """Return a topic with a single value, distributed as the first one, in place of each walk; None where there is no walk.

    It asks nothing: only its record is of interest.
    """
    walks = {name for name, parameter in topic.parameters.items() if parameter.prior is not None and parameter.prior.distribution in WALKS}
    if not walks:
        return None

    def expression(tree: Expression) -> Expression:
        return map_nodes(tree, lambda node: Name(node.name, node.offset) if isinstance(node, Index) and node.name in walks else node)

    def statement(whole: Statement) -> Statement:
        return replace(whole, arguments={name: expression(argument) for name, argument in whole.arguments.items()})

    def parameter(one: Parameter) -> Parameter:
        if one.name in walks:
            assert one.prior is not None
            return replace(one, prior=statement(_initial_distribution(one.prior)), per="", labels=())
        by_label = {label: statement(prior) for label, prior in one.by_label.items()}
        return replace(one, prior=None if one.prior is None else statement(one.prior), by_label=by_label)

    def stream(one: Stream) -> Stream:
        return replace(
            one,
            value=statement(one.value),
            next={column: expression(formula) for column, formula in one.next.items()},
            reliability=None if one.reliability is None else expression(one.reliability),
            wrong=None if one.wrong is None else statement(one.wrong),
        )

    return replace(
        topic,
        streams={name: stream(one) for name, one in topic.streams.items()},
        series={
            name: replace(series, later=None if series.later is None else expression(series.later)) for name, series in topic.series.items()
        },
        quantities={name: replace(quantity, expression=expression(quantity.expression)) for name, quantity in topic.quantities.items()},
        questions={},
        parameters={name: parameter(one) for name, one in topic.parameters.items()},
        labels={name: labels for name, labels in topic.labels.items() if name in _label_sets(topic, but_not=walks)},
    )


def _label_sets(topic: Topic, *, but_not: Iterable[str]) -> set[str]:
    """The label sets that are still of use: those of columns, of Categorical parameters, of regimes, and of what remains ``per`` one."""
    columns = {name for stream in topic.streams.values() for name in (*stream.label_columns, *stream.reported)}
    return (
        columns
        | set(topic.parameters)
        | set(topic.regimes)
        | {parameter.per for name, parameter in topic.parameters.items() if name not in set(but_not)}
    )


def _initial_distribution(walk: Statement) -> Statement:
    """The distribution of a walk's first value."""
    arguments = {name.removeprefix(INIT): argument for name, argument in walk.arguments.items() if name.startswith(INIT)}
    return Statement(walk.inner["init_dist"], arguments, f"the first value of {walk.text}", walk.offset, {})
