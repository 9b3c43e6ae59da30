"""Whether the values of a stream add up to a total that means something.

Counts and classes do.  Shares and other measurements do not, nor does evidence
that is there or not, such as "orders were found": ten rows that say so are no
ten orders.  What a topic itself adds up means what the topic says it means.
"""

from __future__ import annotations

from forecast.book.topic import Stream, Topic
from forecast.language.distributions.families import family_for, value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.faults import Fault
from forecast.model.used_names import series_and_streams_used


def adds_up(topic: Topic, stream: Stream) -> bool:
    """Whether a total of a stream's values means something.

    It does where a question or another stream uses it, where time is watched, so that values are events on its days, and
    where values are counts: numbers of events, of which a row can have more than one, or of classes. Evidence that exists once never adds up.
    """
    if stream.once:
        return False
    if stream.watched or stream.classes or stream.name in _totals_asked(topic, stream):
        return True
    return family_for(stream.value).discrete and not _is_one_trial(stream)


def _totals_asked(topic: Topic, stream: Stream) -> set[str]:
    """The streams whose totals questions or scenarios use, or other streams than this one."""
    asked = [expression for question in topic.questions_and_scenarios for expression in question.expressions]
    others = [other for name, other in topic.streams.items() if name != stream.name]
    entering = [expression for other in others for expression in (*other.next.values(), *other.entering)]
    later = [series.later for series in topic.series.values() if series.later is not None]
    return set(series_and_streams_used(topic, *asked, *(other.value for other in others), *entering, *later)[1])


def _is_one_trial(stream: Stream) -> bool:
    """Whether a value can only be 0 or 1, whatever the row says."""
    if value_kind_of(stream.value) is ValueKind.BINARY:
        return True
    trials = stream.value.arguments.get(family_for(stream.value).trials_argument)
    try:
        return trials is not None and evaluate_constant(trials) == 1
    except Fault:  # the expression is no number by itself
        return False
