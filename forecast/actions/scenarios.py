"""What a report says of a topic's scenarios, read from the paths behind its published answers."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.book.topic import Topic
from forecast.content.scenarios import scenarios_content
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import EngineResult
from forecast.predict.answers import Answer
from forecast.predict.mixture import RivalResult
from forecast.predict.rival_weights import RivalWeights
from forecast.predict.scenarios import scenario_branches
from forecast.schema.scenarios import ScenariosContent


def branches_content(
    topic: Topic, results: Mapping[str, EngineResult], weights: RivalWeights | None, answers: Mapping[str, Answer], settings: Settings
) -> ScenariosContent | None:
    """Return the scenarios of a topic with its published ``answers`` in each; None where it has none.

    ``results`` are those of its variants, with their ``weights``; of a topic without variants its own under ``base``, with None.
    """
    if not topic.scenarios:
        return None
    rivals = {name: RivalResult(its.posterior, its.paths, its.answers, its.scenario_chances) for name, its in results.items()}
    rng = generator(settings.seed, topic.name, Purpose.SCENARIOS)
    return scenarios_content(topic, scenario_branches(topic, rivals, weights, answers, rng))
