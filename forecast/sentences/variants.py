"""What variants, rival versions of the model, come to in words: the range of an answer over them, and how their answers are mixed."""

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
    return {"ranges": ranges, "said": range_sentence(kind, unit, ranges)}


def combination_sentences(content: VariantsContent) -> list[str]:
    """Say how the answers of variants are mixed, and why not otherwise."""
    what = "A variant is a rival version of the model."
    rest = "Parameters, and what each stream may still bring, are shown for the topic as it stands."
    if content["combine"] == "evidence":
        return [
            f"{what} The answers are those of all variants together, each weighted by its weight before the record times its evidence. {rest}"
        ]
    if "scored" in content:
        scored = content["scored"]
        rows = "1 row" if scored["rows"] == 1 else f"{scored['rows']:,} rows"
        days = "1 day" if scored["days"] == 1 else f"{scored['days']:,} days"
        foreseen = f"{rows}, known on {days}, each scored by what was predicted the day before"
        best = "with the weights under which their mixture would have foreseen the record best"
        penalty = f"the stated weights count for {scored['stated_days']:g} days more"
        return [f"{what} The answers are those of all variants together, {best}: {foreseen}; {penalty}. {rest}"]
    stated = f"{what} The answers are those of all variants together, each with the weight that the topic states, whatever the record says of it. {rest}"
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


def range_sentence(kind: AnswerKind, unit: str, ranges: Sequence[RangeContent]) -> str:
    """Say the range of an answer over the versions of the model, in at most three digits; one number where both ends are printed alike."""
    if kind == "shares":
        said = words.join_words([f"{its['label'].replace('_', ' ')} {ends_over_versions(its, 'share')[0]}" for its in ranges])
        return f"Rival versions of the model give {said}."
    (ends, is_one), measured = ends_over_versions(ranges[0], unit if kind == "distribution" else "share"), ""
    what = "" if kind == "probability" else "a chance of " if is_one else "chances of "
    if kind == "distribution":
        what, measured = "a median of " if is_one else "medians of ", words.unit_tails(unit, ends)[1]
    by_then = " that it happens by then" if kind == "date" else ""
    return f"{'All versions of the model give' if is_one else 'Rival versions of the model give'} {what}{ends}{by_then}{measured}."


def ends_over_versions(its: RangeContent, unit: str) -> tuple[str, bool]:
    """Return a range over the versions of the model as it is printed, and whether that is one number."""
    low, high = words.in_unit(its["low"], unit), words.in_unit(its["high"], unit)
    return (low, True) if low == high else (words.ends_text(low, high), False)
