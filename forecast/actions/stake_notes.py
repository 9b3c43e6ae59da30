"""What is assumed behind stakes, and what a reader must know to judge them, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forecast.actions.contract_offers import ContractMarket, collateral_groups
from forecast.markets.contract import Contract
from forecast.markets.files.default_deviations import DEFAULT_REASON
from forecast.markets.stakes.advice import StakeAdvice
from forecast.markets.stakes.outcome_tilting import MARGINAL_TOLERANCE
from forecast.predict.analysis import EngineResult
from forecast.schema import words


def stake_notes(markets: Sequence[ContractMarket], advice: StakeAdvice, results: Mapping[str, EngineResult]) -> tuple[str, ...]:
    """Return the sentences: of the draws, then of the contracts and their prices."""
    return (*_notes_on_draws(advice, results), *_notes_on_contracts(markets, results))


def _notes_on_draws(advice: StakeAdvice, results: Mapping[str, EngineResult]) -> Iterator[str]:
    if sum(each.order.count > 0 for each in advice.contracts) == 1:
        yield "There is one bet, and for one bet only the mean of its chance matters, however uncertain that chance is."
    if len(results) > 1:
        yield f"The topics {words.join_words(sorted(results))} have no link, and are treated as independent."
    for topic, result in results.items():
        if not result.posterior.diagnostics.sound:
            yield f"The engine does not vouch for the draws of topic {topic}; `forecast update` says why."
    if advice.overheld is not None:
        its = advice.overheld
        yield (
            f"WARNING: what you hold is worth {its.worth:,.2f} by these chances, all of which may be lost; that is no less than the "
            f"{its.at_risk:,.2f} of {its.wealth:,.2f} that this fraction puts at risk, so nothing more is bought. Sell some of it, or "
            f"choose a --fraction above {its.least_fraction:.2g}."
        )
    bounded = [each.name for each in advice.contracts if each.is_bounded]
    if bounded:
        yield f"On no draw does {words.join_words(bounded)} pay on one of its sides: the chance of that is the greatest that so many draws leave open."
    if advice.is_joint:
        yield "The contracts' chances, pooled one by one, contradict each other, so model and market are pooled jointly."
    if advice.missed > MARGINAL_TOLERANCE:
        yield f"Prices contradict each other by up to {100 * advice.missed:.1f} points, which counts as doubt; `forecast market coherence` says where."


def _notes_on_contracts(markets: Sequence[ContractMarket], results: Mapping[str, EngineResult]) -> Iterator[str]:
    unsaid = [each.contract.name for each in markets if each.contract.deviations is None]
    if unsaid:
        its = "its question" if len(unsaid) == 1 else "their questions"
        yield f"The prior file does not say how {words.join_words(unsaid)} may resolve differently from {its}: we assume that each resolves the same way."
    unestimated = [each.contract.name for each in markets if _has_defaults(each.contract)]
    if unestimated:
        rests = "its chance rests" if len(unestimated) == 1 else "their chances rest"
        yield f"How {words.join_words(unestimated)} may resolve differently from what we ask is a wide default of `forecast market add`, not an estimate; {rests} on it."
    conditional = [its.name for its in (each.contract for each in markets) if _is_conditional(its, results[its.topic])]
    if conditional:
        yield f"{words.join_words(conditional)} {'is' if len(conditional) == 1 else 'are'} taken to be void where the question's condition fails, or the question is annulled."
    deep = [each.contract.name for each in markets if not each.depth_is_known]
    if deep:
        yield f"How many contracts of {words.join_words(deep)} are offered is not known, so slippage is not counted; import an order book."
    if any(each.contract.currency == "USDC" for each in markets):
        yield "A USDC is counted as a dollar."
    contracts = [each.contract for each in markets]
    for group in collateral_groups(contracts):
        yield f"{words.join_words([contracts[index].name for index in group])} exclude each other and share collateral: NO of several locks what they cost less what they are certain to pay."


def _has_defaults(contract: Contract) -> bool:
    """Whether nobody has estimated one of the probabilities by which a contract may end otherwise than its question."""
    its = contract.deviations
    return its is not None and any(prior.why.startswith(DEFAULT_REASON) for prior in (its.yes_if_yes, its.yes_if_no, its.void))


def _is_conditional(contract: Contract, result: EngineResult) -> bool:
    question = result.posterior.model.topic.questions[contract.question]
    return question.given is not None or question.annulled is not None
