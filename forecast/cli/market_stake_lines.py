"""Stakes as lines on the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from forecast.cli.lines import echo
from forecast.schema import words

if TYPE_CHECKING:
    from forecast.actions.contract_stakes import StakeAtChance, StakeResult
    from forecast.markets.stakes.advice import ContractAdvice, StakeAdvice

STALE_AFTER = timedelta(days=1)  # a quote's age, from which a stake on it has a warning
ADVICE_ALONE = "This is advice: nothing is ordered, and a price may have moved since its quote."


def print_stakes(result: StakeResult) -> None:
    """Print what to buy, what not and why, what all of it comes to on other draws, and what is assumed."""
    for line in stake_lines(result):
        echo(line)


def stake_lines(result: StakeResult) -> Iterator[str]:
    """The lines."""
    request, advice = result.request, result.advice
    money = result.currency
    part = "the whole Kelly stake" if request.fraction == 1 else f"{request.fraction:g} of the Kelly stake"
    yield f"Stakes as of {result.as_of}: {request.bankroll:,.2f} {money} in cash, {part}."
    yield _pool_sentence(result)
    yield ""
    if advice is not None:
        for each in sorted(advice.contracts, key=lambda its: -its.order.spent):
            yield from _contract_lines(each, money)
            if each.name in result.ranges:
                yield f"    {_range_sentence(result.ranges[each.name], money)}"
            yield f"    {_quote_sentence(result.quote_ages[each.name])}"
    for name, reason in result.left_out.items():
        yield f"  {name}: left out, since {reason}."
    if advice is None:
        yield "  No contract can be staked on."
    elif any(each.order.count for each in advice.contracts):
        yield ""
        yield from _total_lines(advice, money)
    yield ""
    yield from result.notes
    yield ADVICE_ALONE


def stake_data(result: StakeResult) -> dict[str, Any]:
    """Return stakes as JSON has them; money in the contracts' currency, growth in natural logarithms of wealth."""
    advice, request = result.advice, result.request
    together = (
        None
        if advice is None
        else {
            "spent": sum(each.order.spent for each in advice.contracts),
            "locked": advice.locked,
            "expected_gain": advice.expected_gain,
            "expected_log_growth": advice.growth,
            "expected_log_growth_where_chosen": advice.chosen_growth,
            "optimality_gap": advice.gap,
            "unseen": advice.unseen,
            "pooled_jointly": advice.is_joint,
            "prices_contradict_by": advice.missed,
            "drawdown": {name: getattr(advice.drawdown, name) for name in advice.drawdown.__slots__},
        }
    )
    return {
        "as_of": str(result.as_of),
        "currency": result.currency,
        "cash": request.bankroll,
        "fraction": request.fraction,
        "model_weight": {"value": request.weight.value, "error": request.weight.error, "questions": request.weight.questions},
        "contracts": [] if advice is None else [_contract_data(each, result) for each in advice.contracts],
        "left_out": dict(result.left_out),
        "together": together,
        "notes": list(result.notes),
    }


def _pool_sentence(result: StakeResult) -> str:
    weight = result.request.weight
    if weight.value == 1:
        return "Chances are the model's alone, as requested; prices are ignored."
    basis = (
        f"estimated from {weight.questions} settled questions" if weight.is_estimated else "stated, because too few questions have settled"
    )
    return f"Chances average model and market in log odds; the model has weight {weight.value:.2g} ({basis})."


def _range_sentence(ends: tuple[StakeAtChance, StakeAtChance], money: str) -> str:
    """What would be bought at both ends of the interval of our chance."""
    low, high = (_points(end.chance) for end in ends)
    bought = ["nothing" if end.side is None else f"{end.count:,.10g} {end.side.upper()} for {end.spent:,.2f} {money}" for end in ends]
    return f"At {low} and {high}, the ends of the 90 % interval of the model's chance, it would be {bought[0]}, and {bought[1]}."


def _quote_sentence(age: timedelta) -> str:
    """How old the price is that a stake rests on, and a warning from a day on."""
    from forecast.markets.quote_table import age_text

    stale = " Warning: the offer may have changed; import a newer one." if age > STALE_AFTER else ""
    return f"Its quote is {age_text(age)} old.{stale}"


def _contract_lines(each: ContractAdvice, money: str) -> Iterator[str]:
    chances = f"model {_points(each.model)}, market {_points(each.market)}, pool {_points(each.pooled)}"
    void = f", void {words.percent(each.void)}" if each.void else ""
    if not each.order.count or each.edge is None:
        yield f"  {each.name}: nothing, {each.refusal}."
    else:
        fees = f" and {each.order.fees:,.2f} in fees" if each.order.fees else ""
        side = each.edge.side.upper()
        yield f"  {each.name}: buy {each.order.count:,.10g} {side} for {each.order.cost:,.2f} {money}{fees}; expected gain {each.expected_gain:,.2f}."
    edge = (
        ""
        if each.edge is None
        else f"; edge of {each.edge.side.upper()} {100 * each.edge.value:+.1f} points, two errors {100 * each.edge.needed:.1f}"
    )
    yield f"    Chance of YES: {chances}{void}{edge}."


def _total_lines(advice: StakeAdvice, money: str) -> Iterator[str]:
    spent = sum(each.order.spent for each in advice.contracts)
    shared = f", of which {advice.locked:,.2f} stay locked" if advice.locked < spent - 0.005 else ""
    its = advice.drawdown
    yield f"Together {spent:,.2f} {money}{shared}. On draws that were not used to choose the stakes:"
    yield f"  Expected gain {advice.expected_gain:,.2f} {money}; expected log growth {100 * advice.growth:.2g} % (on those that were, {100 * advice.chosen_growth:.2g} %)."
    yield f"  Chance of losing half of wealth or more on these contracts alone: {words.percent(its.half_at_once)}."
    yield f"  Over {its.bets} such bets in a row at the same shares of wealth, the chance of being down by half at some point is {words.percent(its.half)}, and by nine tenths {words.percent(its.ruin)}."
    yield f"  The deepest fall from a peak is then {words.percent(its.median_fall)} in the median run, and {words.percent(its.high_fall)} or more in one run in 20."
    yield f"  Outcomes that no draw shows, in which everything locked is lost, are given a chance of {100 * advice.unseen:.2g} %."


def _points(chance: float) -> str:
    return f"{100 * chance:.1f} %"


def _contract_data(each: ContractAdvice, result: StakeResult) -> dict[str, Any]:
    edge, age, ends = each.edge, result.quote_ages[each.name], result.ranges.get(each.name)
    return {
        "contract": each.name,
        "side": edge.side if edge is not None and each.order.count else None,
        "count": each.order.count,
        "cost": each.order.cost,
        "fees": each.order.fees,
        "quote_hours_old": round(age.total_seconds() / 3600, 2),
        "expected_gain": each.expected_gain,
        "chance": {"model": each.model, "market": each.market, "pooled": each.pooled, "void": each.void},
        "edge": None
        if edge is None
        else {"side": edge.side, "value": edge.value, "break_even": edge.break_even, "error": edge.error, "doubt": edge.doubt},
        "range": None
        if ends is None
        else [{"chance": end.chance, "side": end.side, "count": end.count, "spent": end.spent} for end in ends],
        "refusal": each.refusal or None,
    }
