"""What keeps a page from showing the contracts of a report's JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from forecast.schema.market import BeliefContent, ContractContent

_FILE_NAME = re.compile(r"[a-z0-9_-]+")  # of a contract, whose picture is named so


def contract_faults(contracts: Sequence[ContractContent]) -> Iterator[tuple[str, str]]:
    """Yield the place of each fault, from ``contracts`` on, and what it is."""
    names = [contract["name"] for contract in contracts]
    if len(set(names)) < len(names):
        yield "contracts", "two of them have one name"
    for number, contract in enumerate(contracts):
        for place, message in _faults_of(contract):
            yield f"contracts.{number}.{place}", message


def _faults_of(contract: ContractContent) -> Iterator[tuple[str, str]]:
    if not _FILE_NAME.fullmatch(contract["name"]):
        yield "name", "no contract can have this name"
    if contract["verdict"] not in {None, "within the spread", "within the fees"} and contract["purchase"] is None:
        yield "purchase", "there is a verdict, and nothing to buy"
    if [its["name"] for its in contract["deviations"]] not in ([], ["yes_if_yes", "yes_if_no", "void"]):
        yield "deviations", "these are not yes_if_yes, yes_if_no and void"
    offer = contract["offer"]
    times = {"moved": contract["moved"], "deadline": contract["deadline"], "offer.at": None if offer is None else offer["at"]}
    times |= {f"history.quotes.{place}.at": its["at"] for place, its in enumerate(contract["history"]["quotes"])}
    yield from ((place, "this is no time") for place, time in times.items() if time is not None and not _is_time(time))
    prices = {} if offer is None else {"offer.bid": offer["bid"], "offer.ask": offer["ask"]}
    for at, quote in enumerate(contract["history"]["quotes"]):
        prices |= {
            f"history.quotes.{at}.{name}": price
            for name, price in zip(("bid", "ask", "drawn"), (quote["bid"], quote["ask"], quote["drawn"]), strict=True)
        }
    for at, answer in enumerate(contract["history"]["answers"]):
        prices |= {
            f"history.answers.{at}.{name}": price
            for name, price in zip(("value", "low", "high"), (answer["value"], answer["low"], answer["high"]), strict=True)
        }
    yield from ((place, "a price lies between 0 and 1") for place, price in prices.items() if price is not None and not 0 <= price <= 1)
    if "belief" in contract:
        yield from _belief_faults(contract["belief"])


def _belief_faults(belief: BeliefContent) -> Iterator[tuple[str, str]]:
    lists = [("reach", belief["reach"], {2})] if belief["reach"] is not None else []
    for number, moved in enumerate(belief["moved"]):
        lists += [(f"moved.{number}.before", moved["before"], {1, 3}), (f"moved.{number}.after", moved["after"], {len(moved["before"])})]
    for number, shift in enumerate(belief["priors"]):
        lists += [(f"priors.{number}.reach", shift["reach"], {2}), (f"priors.{number}.medians", shift["medians"], {2})]
    yield from (
        (f"belief.{place}", "these are not as many numbers as are shown") for place, numbers, counts in lists if len(numbers) not in counts
    )


def _is_time(text: str) -> bool:
    """Whether a text is a time with its zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
