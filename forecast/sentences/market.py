"""Sentences on a contract beside our answer: what it is worth, what a difference comes to, and what would have to be believed for its price."""

from __future__ import annotations

from forecast.markets.comparison.price_comparison import has_range
from forecast.markets.files.default_deviations import DEFAULT_REASON
from forecast.schema import words
from forecast.schema.market import (
    BeliefContent,
    BetweenContent,
    ContractContent,
    MovedContent,
    PriorShiftContent,
    PurchaseContent,
)

OLD_QUOTE_DAYS = 7  # from which on a quote is said to be old
MOST_TERMS_NAMED = 10
VENUES = {"kalshi": "Kalshi", "polymarket": "Polymarket", "polymarket-us": "Polymarket US", "manifold": "Manifold"}
SIDES = {"yes": "YES", "no": "NO"}
NO_RANGE = "The model gives this chance no range, so whether the difference is within our own doubt cannot be said."
NO_INPUT = "Quotes are not an input of the model, so our answer does not take this price into account."


def price_text(price: float) -> str:
    """Return a price with two decimals, three where the third is not 0."""
    text = f"{price:.3f}".replace("-", words.MINUS)
    return text.removesuffix("0")


def contract_headline(contract: ContractContent) -> str:
    """Return what a contract is worth by our answer, and what is offered."""
    if contract["answer"] is None or contract["fair"] is None:
        return f"It is not compared: {contract['no_comparison']}."
    answer, fair = contract["answer"], contract["fair"]
    worth = f"By our answer of {words.percent(answer['value'])} its YES is worth {worth_text(contract, fair)}"
    offer = contract["offer"]
    if offer is None:
        return f"{worth}; it is not compared: {contract['no_comparison']}."
    return f"{worth}; {offer_text(contract)}."


def worth_text(contract: ContractContent, fair: BetweenContent) -> str:
    """Return a fair price with its 90 % interval, and alone where our chance has no range."""
    return between_text(fair) if _has_range(contract) else _estimate_text(fair["value"])


def between_text(value: BetweenContent) -> str:
    """Return a price with its 90 % interval."""
    middle, low, high = (_estimate_text(value[key]) for key in ("value", "low", "high"))
    return f"{middle} ({low} to {high})"


def venue_name(venue: str) -> str:
    """Return a venue as it writes itself."""
    return VENUES.get(venue, venue)


def _estimate_text(price: float) -> str:
    """A price that is estimated: two decimals, three near 0 and 1."""
    return f"{price:.2f}" if 0.1 <= price <= 0.9 or price in {0.0, 1.0} else f"{price:.3f}"


def offer_text(contract: ContractContent) -> str:
    """Return bid and ask with their day; empty where nothing is offered."""
    offer = contract["offer"]
    if offer is None:
        return ""
    sides = [f"{name} {price_text(price)}" for name, price in (("bid", offer["bid"]), ("ask", offer["ask"])) if price is not None]
    missing = [name for name, price in (("bid", offer["bid"]), ("ask", offer["ask"])) if price is None]
    nobody = f" and no {missing[0]}" if missing else ""
    return f"{', '.join(sides)}{nobody} on {words.day(offer['at'][:10])}"


def verdict_sentence(contract: ContractContent) -> str:
    """Return whether the difference goes beyond spread, fees and doubt; empty without a comparison."""
    best = contract["purchase"]
    if best is not None and contract["verdict"] in {"within our doubt", "beyond our doubt"} and not _has_range(contract):
        return f"{words.capitalise(_gain_text(best))}. {NO_RANGE}"
    match contract["verdict"]:
        case None:
            return ""
        case "within the spread":
            return "The fair price lies between bid and ask: there is nothing to gain on either side."
        case "within the fees":
            return "The difference is no more than the fees."
        case "within our doubt":
            assert best is not None
            return f"The difference is within our own doubt: {_gain_text(best)}, {_end_text(best)}."
        case _:
            assert best is not None
            return f"The difference is more than fees and our own doubt: {_gain_text(best)}, {_end_text(best)}."


def _stake_sentence(contract: ContractContent) -> str:
    """What a stake would rest on, where there is an edge."""
    if contract["verdict"] is None or contract["verdict"].startswith("within") or not _has_range(contract):
        return ""
    return "For a bet on this contract alone only the mean of our chance matters, however uncertain it is; for several, `forecast market stake` counts how they depend on each other, and takes topics without a link to be independent."


def contract_sentences(contract: ContractContent) -> list[str]:
    """Return everything else that is said of a contract: time, ages, how it may deviate, terms, quotes through time, and cautions."""
    said = [
        verdict_sentence(contract),
        _stake_sentence(contract),
        _year_sentence(contract),
        _age_sentence(contract),
        _fees_sentence(contract),
    ]
    said += [
        _deviation_sentence(contract),
        _void_question_sentence(contract),
        _defaults_sentence(contract),
        *_term_sentences(contract),
        _moved_sentence(contract),
        _history_sentence(contract),
    ]
    return [sentence for sentence in (*said, *_source_sentences(contract)) if sentence]


def price_belief_sentence(belief: BeliefContent, contract: ContractContent) -> str:
    """Return what the parameters would have to be for a price, or why that cannot be said."""
    price = f"YES at {price_text(belief['price'])}"
    chance = belief["chance"]
    if belief["status"] == "impossible":
        if not 0 < chance < 1:
            return f"No values of the parameters give this price: {price} is fair at no chance of our question from 0 to 100 %."
        return f"No values of the parameters give this price: the record has settled our question, and {price} would take a chance of {words.percent(chance)}."
    if belief["status"] == "not resolved":
        reach = belief["reach"]
        told = (
            "they are too few" if reach is None else f"they only reach chances from {words.percent(reach[0])} to {words.percent(reach[1])}"
        )
        return (
            f"These draws cannot say what would have to be believed for {price}, a chance of {words.percent(chance)}: {told}. "
            "Other values of the parameters may give it."
        )
    divergence = words.number(belief["divergence"], error=max(belief["divergence_error"], 0.0005))
    bits = "bit" if divergence == "1" else "bits"
    return (
        f"For {price} our chance would have to be {words.percent(chance)} and not {_ours(contract)}. The least change of the parameters' "
        f"distribution that makes it so is {divergence} {bits}, on {belief['effective']:,.0f} effective draws."
    )


def moved_texts(moved: MovedContent) -> tuple[str, str, str]:
    """Return a value's name, what is believed of it now, and what would be."""
    name = f"{moved['name']}[{moved['label']}]" if moved["label"] else moved["name"]
    if len(moved["before"]) == 1:  # of a category
        return f"{name} is {moved['category']}", words.percent(moved["before"][0]), words.percent(moved["after"][0])
    before, after = (words.points_texts(values, moved["unit"]) for values in (moved["before"], moved["after"]))
    return name, f"{before[1]} ({before[0]} to {before[2]})", f"{after[1]} ({after[0]} to {after[2]})"


def shift_texts(shift: PriorShiftContent) -> tuple[str, str, str, str, str]:
    """Return a prior's name, its median, the median that it would take, the prior that has it, and else what is reached instead."""
    name = f"{shift['name']}[{shift['label']}]" if shift["label"] else shift["name"]
    median = words.in_unit(shift["median"], shift["unit"], error=0.003 * abs(shift["median"]))
    if shift["new_median"] is not None:
        new = words.in_unit(shift["new_median"], shift["unit"], error=0.003 * abs(shift["new_median"]))
        return name, median, new, shift["statement"], ""
    low, high = (words.percent(chance) for chance in shift["reach"])
    reached = f"the chance stays at {low}" if low == high else f"the chance goes from {low} to {high}"
    first, last = (words.number(value, error=0.01 * abs(value)) for value in shift["medians"])
    how_far = "six standard deviations either way" if shift["status"] == "not within six sd" else "as far as the draws tell"
    none = "none" if shift["status"] == "not within six sd" else "not known"
    return name, median, none, "", f"{reached} with medians from {first} to {last}, {how_far}"


def _ours(contract: ContractContent) -> str:
    return "what it is" if contract["answer"] is None else words.percent(contract["answer"]["value"])


def _has_range(contract: ContractContent) -> bool:
    answer = contract["answer"]
    return answer is None or has_range(answer["value"], answer["low"], answer["high"])


def _gain_text(best: PurchaseContent) -> str:
    fee = f" and a fee of {price_text(best['fee'])}" if best["fee"] else ""
    return f"buying {SIDES[best['side']]} at {price_text(best['price'])}{fee} is expected to gain {price_text(best['gain'])} a contract"


def _end_text(best: PurchaseContent) -> str:
    end = best["gain_at_end"]
    what = f"gains {price_text(end)}" if end > 0 else f"loses {price_text(-end)}"
    return f"and {what} at the end of our interval that is nearer the price"


def _year_sentence(contract: ContractContent) -> str:
    days, best = contract["days"], contract["purchase"]
    if days is None:
        return "Its deadline is not known, so neither is the gain a year."
    when = "Its deadline has passed." if days == 0 else f"It should be resolved in {words.days(days)}."
    if best is None or best["gain"] <= 0 or days == 0:
        return when
    if best["gain_a_year"] is None:
        return f"{when} Compounded over a year, the expected gain is more than 1,000,000 times what is spent."
    return f"{when} Compounded, the expected gain is {words.number(100 * best['gain_a_year'], error=0.5)} % a year on what is spent."


def _age_sentence(contract: ContractContent) -> str:
    offer = contract["offer"]
    if offer is None or offer["days_old"] < OLD_QUOTE_DAYS:
        return ""
    return f"This quote is {words.days(offer['days_old'])} old; the offer may have changed."


def _fees_sentence(contract: ContractContent) -> str:
    return f"No fees are counted: {contract['no_fees']}." if contract["no_fees"] and contract["offer"] is not None else ""


def _deviation_sentence(contract: ContractContent) -> str:
    means = {deviation["name"]: deviation["mean"] for deviation in contract["deviations"]}
    its = {name: words.share(mean) for name, mean in means.items()}
    if means == {"yes_if_yes": 1, "yes_if_no": 0, "void": 0}:
        return "We assume that it resolves exactly as our question does."
    if not its:
        return "The prior file does not say how it may resolve differently from our question, so we assume that it resolves the same way."
    ours = "pays" if contract["side"] == "yes" else "resolves No"
    return (
        f"The chance that it is void is taken to be {its['void']}; otherwise it {ours} with a chance of {its['yes_if_yes']} if our question "
        f"resolves Yes, and of {its['yes_if_no']} if it resolves No."
    )


def _void_question_sentence(contract: ContractContent) -> str:
    chance = contract.get("question_void")
    if not chance:
        return ""
    return f"It is taken to be void, too, where our question is: its condition fails, or it is annulled, with a chance of {words.percent(chance)}."


def _defaults_sentence(contract: ContractContent) -> str:
    """Which of these numbers nobody has estimated; empty where somebody has given all of them."""
    left = [f"`{its['name']}`" for its in contract["deviations"] if its["why"].startswith(DEFAULT_REASON)]
    if not left:
        return ""
    what = f"{words.join_words(left)} {'is a wide default' if len(left) == 1 else 'are wide defaults'} from the checklist"
    said = f"Nobody has estimated this: {what}, and what the contract is worth rests on {'it' if len(left) == 1 else 'them'}."
    answer = contract["answer"]
    if answer is None or contract["fair"] is None:
        return said
    alike = answer["value"] if contract["side"] == "yes" else 1 - answer["value"]
    return f"{said} If it always ended as our question does, its YES would be worth {_estimate_text(alike)}."


def _term_sentences(contract: ContractContent) -> list[str]:
    differ = [
        f"{words.capitalise(_term(its['term']))} differs{f': {its["note"].rstrip(".")}' if its['note'] else ''}."
        for its in contract["terms"]
        if its["status"] == "different"
    ]
    unknown = [_term(its["term"]) for its in contract["terms"] if its["status"] == "unknown"]
    if unknown:
        differ.append(f"Not compared yet, and so not known to be the same: {words.join_words(unknown)}.")
    return differ


def _term(name: str) -> str:
    return name.replace("_", " ")


def _moved_sentence(contract: ContractContent) -> str:
    if contract["moved"] is None:
        return ""
    rows = len(contract["rows_since"]) + contract["more_rows"]
    arrived = "no row has arrived" if not rows else "one row has arrived" if rows == 1 else f"{rows:,} rows have arrived"
    return f"Its price last moved on {words.day(contract['moved'][:10])}; {arrived} since."


def _history_sentence(contract: ContractContent) -> str:
    its = contract["history"]
    if its["compared"] < 2:
        return ""
    return (
        f"Of {its['compared']:,} quotes beside the answer of their time, the fair price lay below the bid in {its['below']:,}, "
        f"between bid and ask in {its['within']:,}, and above the ask in {its['above']:,}."
    )


def _source_sentences(contract: ContractContent) -> list[str]:
    if not contract["own_sources"]:
        return [NO_INPUT]
    return [
        f"{words.capitalise(words.join_words(contract['own_sources']))} of this topic name a prediction market as a source: a price may be in our answer."
    ]
