"""The yes-or-no questions of a topic that its record has settled: how each ended, and from when until when it could be forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question, Topic
from forecast.insight.record_events import settlement_days
from forecast.model.forward_streams import has_future
from forecast.model.model import model_as_of
from forecast.predict.paths import Paths
from forecast.predict.settlement import Status, status_of
from forecast.predict.void import find_condition_failure

_OUTCOMES: Mapping[Status, int] = {"happened": 1, "can no longer happen": 0}


@dataclass(frozen=True, slots=True)
class SettledQuestion:
    """A question that ended yes (``outcome`` 1) or no (0).

    It could be forecast from the end of ``opens``, the later of the day the topic opens and the day from which the question counts, until the
    day ``settled``, on which the world could know the outcome.
    """

    question: Question
    outcome: int
    opens: date
    settled: date

    def is_due(self, today: date) -> bool:
        """Whether its date has passed.

        A question that can end early only with yes is settled before its date only where it is yes, so those that are not due count for too much.
        """
        return self.question.by is not None and self.question.by <= today


@dataclass(frozen=True, slots=True)
class SettledQuestions:
    """Those of a topic, in its order; and the names of others that are settled: numbers, dates, choices, and what had no day to be forecast on."""

    questions: tuple[SettledQuestion, ...]
    others: tuple[str, ...]


def settled_questions(topic: Topic, until: date, parameters: Mapping[str, NDArray[Any]]) -> SettledQuestions:
    """Return the questions of a topic that the record settles as of a day; those that are void or annulled are left out.

    ``parameters`` are a few draws, for conditions that depend on them.  Raises ``Unsound`` where the model as of that day cannot be computed.
    """
    model = model_as_of(topic, until)
    starts = {name: model.records[name].through + ONE_DAY for name, stream in topic.streams.items() if has_future(stream)}
    paths = Paths(model, parameters, (), {}, starts)
    settled, others = [], []
    for name, day in settlement_days(topic, until, parameters).items():
        question = topic.questions[name]
        status = status_of(question, model, paths)
        if day is None or status in {"open", "annulled"} or find_condition_failure(question, model, paths) is not None:
            continue
        opens = max(topic.opens, question.since or topic.opens)
        if question.kind == "probability" and opens < day:
            settled.append(SettledQuestion(question, _OUTCOMES[status], opens, day))
        else:
            others.append(name)
    return SettledQuestions(tuple(settled), tuple(others))
