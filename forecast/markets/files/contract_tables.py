"""One table of ``contracts.toml`` as a contract, with all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from forecast.book.files.conform import conform
from forecast.book.files.contract_shapes import ContractTable, TermsTable, TickTable
from forecast.book.files.names import CONTRACT_NAME, LONGEST_CONTRACT_NAME
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem, Result, has_errors
from forecast.book.files.sources import Document
from forecast.markets.contract import TERMS, Contract, Term, TermComparison, rules_hash
from forecast.markets.files.fee_tables import read_decimal, read_fees
from forecast.markets.quotes import Venue
from forecast.markets.ticks import TickRange

CURRENCY: Mapping[Venue, str] = {"kalshi": "USD", "polymarket": "USDC", "polymarket-us": "USD", "manifold": "mana"}
_ASKED = re.compile(r"(?P<question>[^\[\]]+)(?:\[(?P<label>.+)\])?")


def read_contract(document: Document, topic: str, name: str) -> Result[Contract]:
    """Return the contract of one table, or None where anything in it is an error.  Whether there is such a question, its topic knows."""
    problems = [*_name_problems(document, name)]
    shaped = conform(document, ContractTable, document.content[name], (name,))
    problems += shaped.problems
    if shaped.value is None:
        return Result(None, tuple(problems))
    table: ContractTable = shaped.value
    keys: Keys = (name,)
    asked = _ASKED.fullmatch(table.question)
    if asked is None:
        problems.append(document.at_value((name, "question"), f"`{table.question}` names no question", "as in rain, or winner[red]"))
    problems += _address_problems(document, keys, table.address)
    problems += _rules_problems(document, keys, table)
    if table.deadline is not None and table.deadline.tzinfo is None:
        hint = f"write its zone, as in {table.deadline.isoformat()}-05:00, or with Z for UTC"
        problems.append(document.at_value((name, "deadline"), "this deadline has no zone", hint))
    ticks = tuple(_read_tick(document, (name, "ticks", at), its, problems) for at, its in enumerate(table.ticks))
    fees = read_fees(document, (name, "fees"), table.venue, table.fees, problems)
    minimum = None if table.minimum_order is None else read_decimal(document, (name, "minimum_order"), table.minimum_order, problems)
    if minimum is not None and minimum < 0:
        problems.append(document.at_value((name, "minimum_order"), f"an order has no fewer than 0 contracts, not {minimum}"))
    refund = read_decimal(document, (name, "refund"), table.refund, problems)
    if refund is not None and not 0 <= refund <= 1:
        problems.append(document.at_value((name, "refund"), f"`refund` is a share of the price, from 0 to 1, not {refund}"))
    if has_errors(tuple(problems)) or asked is None or refund is None:
        return Result(None, tuple(problems))
    contract = Contract(
        name=name,
        place=document.place(keys),
        topic=topic,
        question=asked["question"].strip(),
        label=(asked["label"] or "").strip(),
        venue=table.venue,
        id=table.id,
        side=table.side,
        address=table.address,
        rules=table.rules,
        rules_hash=table.rules_hash,
        deadline=table.deadline,
        ticks=tuple(tick for tick in ticks if tick is not None),
        minimum_order=minimum,
        currency=table.currency or CURRENCY[table.venue],
        settlement_source=table.settlement_source,
        group=table.group,
        exhaustive=table.exhaustive,
        implies=tuple(table.implies),
        refund=refund,
        terms=_read_terms(table.terms),
        fees=fees,
    )
    return Result(contract, tuple(problems))


def _read_terms(table: TermsTable) -> dict[Term, TermComparison]:
    return {term: TermComparison(its.status, its.note) for term in TERMS if (its := getattr(table, term)) is not None}


def _read_tick(document: Document, keys: Keys, table: TickTable, problems: list[Problem]) -> TickRange | None:
    found: list[Problem] = []
    start, end, step = (read_decimal(document, (*keys, key), getattr(table, key), found) for key in ("start", "end", "step"))
    if step is not None and step <= 0:
        found.append(document.at_value((*keys, "step"), f"prices come in steps above 0, not of {step}"))
    if start is not None and end is not None and not 0 <= start < end <= 1:
        found.append(document.at_value(keys, f"prices lie between 0 and 1, the lower first, not from {start} to {end}"))
    problems += found
    return None if found or start is None or end is None or step is None else TickRange(start, end, step)


def _name_problems(document: Document, name: str) -> list[Problem]:
    fault = contract_name_fault(name)
    return [] if fault is None else [document.at_key((name,), *fault)]


def contract_name_fault(name: str) -> tuple[str, str] | None:
    """Return the message and hint of a name that no contract can have, or None for a good one."""
    if CONTRACT_NAME.fullmatch(name) and len(name) <= LONGEST_CONTRACT_NAME:
        return None
    hint = f"small letters and digits, with single - or _ between them, at most {LONGEST_CONTRACT_NAME} characters"
    return "this cannot be a contract's name", hint


def _address_problems(document: Document, keys: Keys, address: str) -> list[Problem]:
    return (
        []
        if not address or is_web_address(address)
        else [
            document.at_value(
                (*keys, "address"), "this is no address of the web", "it begins with https:// or http://, has a host and no blanks"
            )
        ]
    )


def is_web_address(text: str) -> bool:
    """Whether a text is an address with http or https, a host, and nothing that splits it."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable() and " " not in text
    except ValueError:
        return False


def _rules_problems(document: Document, keys: Keys, table: ContractTable) -> list[Problem]:
    """A warning where the rules are not those that were hashed."""
    if not table.rules_hash:
        return []
    at = (*keys, "rules_hash")
    if not table.rules:
        return [
            document.at_key(
                at, "there are no `rules` whose hash this would be", "give the venue's text, or delete the hash", level="warning"
            )
        ]
    found = rules_hash(table.rules)
    if table.rules_hash == found:
        return []
    message = "the rules are not those of this hash: they were changed since it was written"
    hint = f'compare the terms again, then write rules_hash = "{found}"'
    return [document.at_key(at, message, hint, level="warning")]
