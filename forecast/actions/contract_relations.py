"""How the contracts of a topic hang together: for certain, and as their questions do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from forecast.actions.question_relations import Claim, claim_implies
from forecast.book.topic import Topic
from forecast.markets.coherence.states import Ending, ExclusiveGroup, Implication, Relations
from forecast.markets.contract import TERMS, Contract
from forecast.markets.files.contract_checks import classes_of


def claim_of(contract: Contract) -> Claim:
    """What a contract is about."""
    return Claim(contract.topic, contract.question, contract.label)


def settle_alike(one: Contract, other: Contract) -> bool:
    """Whether two contracts hang together just as their questions do.

    Then no term is unknown, each is the same as our question's, or differs from it in both contracts by the same note, under one venue and
    one settlement source.  Both pay in one currency.
    """
    together = one.venue == other.venue and one.settlement_source == other.settlement_source and bool(one.settlement_source)
    for term in TERMS:
        mine, its = one.term(term), other.term(term)
        both_same = mine.status == its.status == "same"
        if not both_same and not (together and mine.status == "different" and mine == its):
            return False
    return one.currency == other.currency


def certain_relations(contracts: Sequence[Contract], topics: Mapping[str, Topic]) -> Relations:
    """Return the relations of contracts, by their numbers: declared ones, exclusive events of a venue, and those of questions whose terms they share."""
    number = {its.name: at for at, its in enumerate(contracts)}
    implications = [
        Implication(Ending(number[its.name]), Ending(number[implied])) for its in contracts for implied in its.implies if implied in number
    ]
    for (at, one), (beside, other) in permutations(enumerate(contracts), 2):
        if one.topic == other.topic and settle_alike(one, other):
            topic = topics[one.topic]
            ours, theirs = Ending(at, one.side == "yes"), Ending(beside, other.side == "yes")
            if claim_implies(claim_of(one), claim_of(other), topic):
                implications.append(Implication(ours, theirs))
            elif _exclude_each_other(claim_of(one), claim_of(other), topic):
                implications.append(Implication(ours, Ending(theirs.contract, not theirs.pays)))
    return Relations(tuple(implications), _venue_groups(contracts))


def question_relations(contracts: Sequence[Contract], claims: Sequence[Claim], topics: Mapping[str, Topic]) -> Relations:
    """Return the relations of claims, by their numbers: those of their form, and what is declared of contracts on them, as if these were theirs."""
    number = {claim: at for at, claim in enumerate(claims)}
    named = {its.name: its for its in contracts}

    def ending(contract: Contract) -> Ending:
        return Ending(number[claim_of(contract)], contract.side == "yes")

    implications = [Implication(ending(its), ending(named[implied])) for its in contracts for implied in its.implies if implied in named]
    for one, other in permutations(claims, 2):
        if one.topic == other.topic:
            if claim_implies(one, other, topics[one.topic]):
                implications.append(Implication(Ending(number[one]), Ending(number[other])))
            elif _exclude_each_other(one, other, topics[one.topic]):
                implications.append(Implication(Ending(number[one]), Ending(number[other], pays=False)))
    groups = (
        ExclusiveGroup(tuple(dict.fromkeys(ending(contracts[its.contract]) for its in group.endings)), group.exhaustive)
        for group in _venue_groups(contracts)
    )
    return Relations(tuple(implications), tuple(groups))


def _exclude_each_other(one: Claim, other: Claim, topic: Topic) -> bool:
    """Whether two claims are different classes of one question."""
    question = topic.questions.get(one.question) or topic.judged.get(one.question)
    return one.question == other.question and one.label != other.label and question is not None and bool(classes_of(topic, question))


def _venue_groups(contracts: Sequence[Contract]) -> tuple[ExclusiveGroup, ...]:
    """The events that venues mark as exclusive; exhaustive where all their contracts say so."""
    events: dict[tuple[str, str], list[int]] = {}
    for at, its in enumerate(contracts):
        if its.group:
            events.setdefault((its.venue, its.group), []).append(at)
    return tuple(
        ExclusiveGroup(tuple(Ending(at) for at in members), all(contracts[at].exhaustive for at in members))
        for members in events.values()
        if len(members) > 1
    )
