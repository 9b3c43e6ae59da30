"""Tables of a topic's variants: their weights, the answers under each, and how far the weights depend on the width of priors."""

from __future__ import annotations

from collections.abc import Iterable

from forecast.report.charts_answers import name_as_words
from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.topic import TopicContent
from forecast.schema.variants import PRIOR_PLACE, VariantContent, VariantsContent
from forecast.sentences.variants import LEAST_WEIGHT

BASE_WHY = "The topic as it stands."


def weights_table(variants: VariantsContent) -> ReportTable:
    """Each variant with what it replaces, and its weight before and after the record."""
    columns = (
        Column("variant", "head"),
        Column("before, as stated", "number"),
        Column("after", "number"),
        *([Column("by evidence", "number")] if "scored" in variants else []),
        Column("log evidence", "number"),
        Column("engines"),
        Column("replaces", "code"),
        Column("why", "note"),
    )
    rows = tuple(
        (
            name_as_words(rival["name"]),
            words.percent(rival["before"]),
            words.percent(rival["after"], error=rival["error"]),
            *([_weight_by_evidence(rival)] if "scored" in variants else []),
            _evidence(rival),
            _engines(rival),
            "; ".join(f"{change['place']} = {change['text']}" for change in rival["changes"]),
            rival["why"] or BASE_WHY,
        )
        for rival in variants["rivals"]
    )
    return ReportTable(
        "The variants: their weights as their author stated them before the record and as they are after it, and what each replaces",
        columns,
        rows,
    )


def answers_table(content: TopicContent, variants: VariantsContent) -> ReportTable:
    """The answer to each question under each variant, beside that of all together."""
    columns = (
        Column("question", "head"),
        Column("together", "number"),
        *(Column(name_as_words(rival["name"]), "number") for rival in variants["rivals"]),
    )
    under = [{answer["question"]: answer["headline"] for answer in rival["answers"]} for rival in variants["rivals"]]
    rows = tuple(
        (name_as_words(answer["name"]), answer["headline"], *(its.get(answer["name"], "") for its in under))
        for answer in content["answers"]
    )
    return ReportTable("The answer under each variant", columns, rows)


def wider_table(variants: VariantsContent) -> ReportTable:
    """The weights after the record with all priors half and twice as wide."""
    columns = (Column("priors", "head"), *(Column(name_as_words(rival["name"]), "number") for rival in variants["rivals"]), Column("note"))
    published = ("as they are", *(words.percent(rival["after"], error=rival["error"]) for rival in variants["rivals"]), "")
    rows = [published]
    for wider in variants["wider"]:
        cells = [""] * len(variants["rivals"]) if wider["weights"] is None else [words.percent(weight) for weight in wider["weights"]]
        rows.append((wider["change"], *cells, wider.get("note", "")))
    return ReportTable("The weights after the record, with all priors half and twice as wide", columns, tuple(rows))


def priors_note(content: TopicContent) -> str:
    """Say whose the parameters of a topic with variants are that a report shows, and which priors its other versions have; empty without variants."""
    if "variants" not in content:
        return ""
    base, *others = content["variants"]["rivals"]
    weight = words.percent(base["after"], error=base["error"])
    shown = f"These are the parameters of the topic as it stands, the version “{name_as_words(base['name'])}”, which has {weight} of the weight."
    own = {name_as_words(rival["name"]): [name_as_words(name) for name in _own_priors(rival)] for rival in others}
    listed = "; ".join(f"{name}: {words.join_words(priors)}" for name, priors in own.items() if priors)
    return f"{shown} Priors of other versions stand under “Rival structures” ({listed})." if listed else shown


def foreign_priors_sentence(content: TopicContent, varied: Iterable[str]) -> str:
    """Say which of the priors that are varied only some versions of the model have, and which versions; empty where all are the topic's."""
    own = {parameter["name"] for parameter in content["parameters"]}
    rivals = content["variants"]["rivals"] if "variants" in content else []
    having = {name: [rival["name"] for rival in rivals if name in _own_priors(rival)] for name in varied if name not in own}
    listed = [
        f"{name_as_words(name)} ({words.join_words([name_as_words(its) for its in names])})" for name, names in having.items() if names
    ]
    return f"Priors that only some versions of the model have: {words.join_words(listed)}." if listed else ""


def light_versions_sentence(variants: VariantsContent) -> str:
    """Say which versions have too little weight to count in ranges; empty where all count."""
    light = [f"“{name_as_words(rival['name'])}”" for rival in variants["rivals"] if rival["after"] < LEAST_WEIGHT]
    if not light:
        return ""
    return f"Ranges over versions of the model leave out what has less than {words.percent(LEAST_WEIGHT)} of the weight: {words.join_words(light)}."


def _own_priors(rival: VariantContent) -> tuple[str, ...]:
    """The parameters whose priors a variant replaces or adds, each once, without its labels."""
    places = (change["place"] for change in rival["changes"] if change["place"].startswith(PRIOR_PLACE))
    return tuple(dict.fromkeys(place.removeprefix(PRIOR_PLACE).partition(".")[0] for place in places))


def _engines(rival: VariantContent) -> str:
    """What the comparison of the engines came to, and of the draws what a reader must know."""
    notes = [rival["verdict"]]
    notes += [] if rival["sound"] else ["draws not sound"]
    notes += [f"draws of {name_as_words(rival['draws_of'])}, weighted anew"] if "draws_of" in rival else []
    return "; ".join(notes)


def _evidence(rival: VariantContent) -> str:
    if rival["log_evidence"] is None or rival["log_evidence_error"] is None:
        return "not known"
    return f"{rival['log_evidence']:.2f} ± {rival['log_evidence_error']:.1g}"


def _weight_by_evidence(rival: VariantContent) -> str:
    weight = rival.get("by_evidence")
    return "not known" if weight is None else words.percent(weight)
