"""What tests of the book's answers read: its files by the standard library, and the answers that the project makes of them."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import date
from typing import Any

import numpy as np

from forecast.book.reading import read_book
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.settings import Settings
from forecast.predict.analysis import published_result
from forecast.predict.mixture import RivalResult, mix_answers
from forecast.predict.rival_weights import rival_weights
from tests.support.paths import ROOT

AS_OF = date(2026, 11, 28)


def book_answers(name: str) -> dict[str, Any]:
    """The answers of a topic over its variants, as the project computes them."""
    book, problems = read_book(ROOT, [name])
    assert [problem for problem in problems if "counts twice" not in problem.message] == []
    settings = Settings()
    topic = with_carried_posteriors(book.topics[name], AS_OF, settings)
    results = {rival: published_result(its, AS_OF, settings) for rival, its in topic.rivals.items()}
    rivals = {rival: RivalResult(its.posterior, its.paths, its.answers) for rival, its in results.items()}
    weights = rival_weights(topic, {rival: its.posterior for rival, its in rivals.items()}, settings)
    assert weights.combine == "evidence", weights.reason
    return mix_answers(rivals, weights, np.random.default_rng(20261128))


def priors_of(name: str, variant: str = "base") -> dict[str, Any]:
    """The prior file of a topic, with the tables that a variant replaces."""
    file = tomllib.loads((ROOT / "priors" / f"{name}.toml").read_text(encoding="utf-8"))
    replaced = file.pop("variants", {}).get(variant, {}).get("priors", {})
    return {**file, **replaced}


def prior_statement(name: str, parameter: str, variant: str = "base") -> str:
    """The statement of a prior; of a labelled one as `parameter[label]`."""
    table, _, label = parameter.partition("[")
    prior = priors_of(name, variant)[table]["prior"]
    return prior[label.rstrip("]")] if label else prior


def prior_arguments(name: str, parameter: str, variant: str, *arguments: str) -> tuple[float, ...]:
    """The numbers of a prior's arguments, by their names."""
    statement = prior_statement(name, parameter, variant)
    found = dict(re.findall(r"(\w+)=([-\d.e]+)", statement))
    return tuple(float(found[argument]) for argument in arguments)


def variants_of(name: str) -> dict[str, float]:
    """The stated weight of each variant."""
    file = tomllib.loads((ROOT / "seeds" / name / "topic.toml").read_text(encoding="utf-8"))
    return {variant: table["weight"] for variant, table in file.get("variants", {}).items()}


def last_rows(name: str, stream: str) -> list[dict[str, str]]:
    """The rows of a record that no later row replaces (by its id)."""
    with (ROOT / "seeds" / name / f"{stream}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    replaced = {row.get("replaces") for row in rows} - {"", None}
    return [row for row in rows if row.get("id") not in replaced]
