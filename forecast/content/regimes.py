"""What a report says of hidden regimes: the filtered probability of each state in each calendar step, over draws of the posterior."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

import numpy as np

from forecast.book.calendar import step_labels
from forecast.book.topic import Step
from forecast.model.chain_groups import chain_group, driven_streams
from forecast.model.draw_blocks import choose_draws, draw_count
from forecast.model.forward_filter import following_probabilities
from forecast.model.model import Model, calendar_code
from forecast.model.regime_draws import state_probabilities, without_states
from forecast.model.regimes import transition_of
from forecast.predict.paths import Paths
from forecast.schema.regimes import RegimeContent

MOST_FILTERED_DRAWS = 4_096  # over which probabilities are averaged: an error of 0.8 points at most


class _SeveralStreams(TypedDict, total=False):
    """What only a regime that drives several streams has."""

    streams: list[str]


def regime_contents(model: Model, paths: Paths) -> list[RegimeContent]:
    """Return what is known of each regime's states as of the model's day; empty where there are no regimes."""
    return [_content(model, paths, name) for name in model.topic.regimes]


def _content(model: Model, paths: Paths, name: str) -> RegimeContent:
    regime, group, streams = model.topic.regimes[name], chain_group(model, name), driven_streams(model, name)
    plain = without_states(model, paths.parameters)
    draws = draw_count(plain)
    some = choose_draws(plain, np.unique(np.linspace(0, draws - 1, min(draws, MOST_FILTERED_DRAWS)).round().astype(np.int64)), draws)
    found = state_probabilities(model, name, some)
    last, transition = found[:, -1], transition_of(model.topic, regime, some)
    by_step = list(found.mean(axis=0))
    while len(by_step) <= calendar_code(model.topic, regime.step, model.as_of, model.as_of):
        last = following_probabilities(last, transition)
        by_step.append(last.mean(axis=0))
    several: _SeveralStreams = {"streams": list(streams)} if len(streams) > 1 else {}
    return {
        "name": name,
        "stream": next(iter(streams), ""),
        "step": regime.step,
        "states": list(regime.states),
        "labels": list(_labels(model, regime.step, len(by_step))),
        "probabilities": [chances.tolist() for chances in by_step],
        "observed": found.shape[1] if group is not None else 0,
        "parameters": list(dict.fromkeys(regime.parameters)),
        **several,
    }


def _labels(model: Model, step: Step, count: int) -> tuple[str, ...]:
    ends = [date.fromordinal(int(table.record.rows.end.max())) for table in model.tables.values() if len(table)]
    return step_labels(step, model.topic.opens, max([model.as_of, *ends]))[:count]
