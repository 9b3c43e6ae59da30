"""What variants come to, in words: the range of an answer over them, and how their answers are mixed."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.schema import words
from forecast.schema.answers import AnswerKind, AnswerRange, AnswerValue, RangeContent, is_date, is_distribution, is_probability, is_shares
from forecast.schema.variants import VariantsContent

LEAST_WEIGHT = 0.01  # of a variant whose answer is in the range
MEDIAN_PLACE = 2  # among the quantiles of a number


def answer_range(kind: AnswerKind, unit: str, values: Sequence[tuple[float, AnswerValue | None]]) -> AnswerRange | None:
    """Return the range of an answer over variants, from the weight of each and its value; None where none that counts has one."""
    counted = [value for weight, value in values if weight >= LEAST_WEIGHT and value is not None]
    if not counted:
        return None
    figures = [_figures(value, kind) for value in counted]
    ranges: list[RangeContent] = [
        {"label": label, "low": min(each[label] for each in figures), "high": max(each[label] for each in figures)} for label in figures[0]
    ]
    return {"ranges": ranges, "said": _range_sentence(kind, unit, ranges)}


def combination_sentences(content: VariantsContent) -> list[str]:
    """Say how the answers of variants are mixed, and why not otherwise."""
    rest = "Parameters, and what may follow of each stream, are shown for the topic as it stands."
    if content["combine"] == "evidence":
        return [f"The answers are those of all variants together, each weighted by its weight before the record times its evidence. {rest}"]
    if "scored" in content:
        scored = content["scored"]
        rows = "1 row" if scored["rows"] == 1 else f"{scored['rows']:,} rows"
        days = "1 day" if scored["days"] == 1 else f"{scored['days']:,} days"
        foreseen = f"{rows}, known on {days}, each scored by what was predicted the day before"
        best = "with the weights under which their mixture would have foreseen the record best"
        penalty = f"the stated weights count for {scored['stated_days']:g} days more"
        return [f"The answers are those of all variants together, {best}: {foreseen}; {penalty}. {rest}"]
    stated = f"The answers are those of all variants together, each with the weight that the topic states, whatever the record says of it. {rest}"
    return [stated, f"The record cannot weigh them: {content['reason']}."] if content["reason"] else [stated]


def _figures(value: AnswerValue, kind: AnswerKind) -> dict[str, float]:
    """The numbers by which an answer is compared with that of another variant, by label."""
    if is_probability(value, kind):
        return {"": value["value"]}
    if is_distribution(value, kind):
        return {"": value["quantiles"][MEDIAN_PLACE]}
    if is_date(value, kind):
        return {"": 1 - value["not_by_then"]}
    assert is_shares(value, kind)
    return {share["label"]: share["value"] for share in value["shares"]}


def _range_sentence(kind: AnswerKind, unit: str, ranges: Sequence[RangeContent]) -> str:
    if kind == "shares":
        said = [f"{its['label'].replace('_', ' ')} {_percents(its)}" for its in ranges]
        return f"Over variants: {words.join_words(said)}."
    its = ranges[0]
    if kind == "distribution":
        low, high = words.distinct_texts((its["low"], its["high"]), unit, errors=(0.0, 0.0))
        measured = words.unit_tails(unit, high)[1]
        return f"Over variants the median is {low if low == high else f'{low} to {high}'}{measured}."
    of = "the chance that it happens by then" if kind == "date" else "the chance"
    return f"Over variants {of} is {_percents(its)}."


def _percents(its: RangeContent) -> str:
    low, high = words.percent(its["low"]), words.percent(its["high"])
    if low == high:
        return low
    return f"{low.removesuffix(' %')} to {high}" if low[0].isdigit() else f"{low} to {high}"
