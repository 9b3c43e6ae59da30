"""What tests of the book's answers read: its files by the standard library, and the answers that the project publishes of them."""

from __future__ import annotations

import csv
import re
import tomllib
from types import SimpleNamespace
from typing import Any

from forecast.schema.topic import TopicContent
from tests.support.paths import ROOT


def answers_of(content: TopicContent) -> dict[str, SimpleNamespace]:
    """The answers of a report that the code makes, of a topic over its variants, by question; shares and their errors by label."""
    assert content["variants"]["combine"] == "evidence", content["variants"]["reason"]
    return {answer["name"]: _value_of(answer["value"]) for answer in content["answers"]}


def _value_of(value: Any) -> SimpleNamespace:
    if value is None or "shares" not in value:
        return SimpleNamespace(**(value or {}))
    return SimpleNamespace(
        **{name: {share["label"]: share[key] for share in value["shares"]} for name, key in (("values", "value"), ("errors", "error"))}
    )


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
