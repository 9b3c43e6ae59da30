"""A contract as a table of ``contracts.toml``, and its priors as tables of a prior file: put behind what is there, which stays to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from decimal import Decimal

from forecast.book.files.contract_shapes import CONTRACTS
from forecast.book.files.prior_text import toml_text
from forecast.language.characters import escape_hidden_characters
from forecast.markets.contract import TERMS, Contract
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.files.default_deviations import WrittenPrior
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.polymarket_fees import PolymarketFees, PolymarketUSFees

_UTC_OFFSET = "+00:00"
_NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")  # as TOML has it


def contract_text(contract: Contract, *, deadline_note: str = "") -> str:
    """Return the table of a contract, with a comment behind its deadline where there is one."""
    lines = [
        f"[{contract.name}]",
        f"question = {toml_text(contract.question_name)}",
        f"venue = {toml_text(contract.venue)}",
        f"id = {toml_text(contract.id)}",
        f"side = {toml_text(contract.side)}  # pays where our question resolves Yes",
    ]
    if contract.address:
        lines.append(f"address = {toml_text(contract.address)}")
    if contract.deadline is not None:
        note = f"  # {deadline_note}" if deadline_note else ""
        lines.append(f"deadline = {contract.deadline.isoformat().replace(_UTC_OFFSET, 'Z')}{note}")
    if contract.rules:
        lines.append(f"rules = {long_text(contract.rules)}")
    if contract.rules_hash:
        lines.append(f"rules_hash = {toml_text(contract.rules_hash)}")
    lines.append(f"currency = {toml_text(contract.currency)}")
    if contract.minimum_order is not None:
        lines.append(f"minimum_order = {_decimal_text(contract.minimum_order)}")
    if contract.settlement_source:
        lines.append(f"settlement_source = {toml_text(contract.settlement_source)}")
    lines += _relation_lines(contract)
    lines.append(f"refund = {_decimal_text(contract.refund)}  # the share of the price that a void contract gives back")
    if contract.ticks:
        ticks = (
            f"{{start = {_decimal_text(its.start)}, end = {_decimal_text(its.end)}, step = {_decimal_text(its.step)}}}"
            for its in contract.ticks
        )
        lines.append(f"ticks = [{', '.join(ticks)}]")
    for schedule in contract.fees:
        lines += ["", f"[[{contract.name}.fees]]", *_fee_lines(schedule)]
    lines += ["", f"[{contract.name}.terms]  # same, different or unknown, as compared with our question", *_term_lines(contract)]
    return "\n".join(lines) + "\n"


def deviations_text(name: str, priors: Mapping[str, WrittenPrior], *, note: str = "") -> str:
    """Return the tables of a contract's priors, below a comment where there is one."""
    blocks = [f"# {note}\n" if note else ""]
    blocks += [
        f"[{CONTRACTS}.{name}.{key}]\nprior = {_prior_text(its.prior)}\nwhy   = {toml_text(its.why)}\n\n" for key, its in priors.items()
    ]
    return "".join(blocks).rstrip("\n") + "\n"


def append_table(text: str, table: str) -> str:
    """Return a text with a table behind it, an empty line between them, and its line ends those of the text."""
    ending = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else ending if text.endswith("\n") else ending * 2
    return text + gap + table.replace("\n", ending)


def plain_rules(text: str) -> str:
    """Return a venue's text as a file can hold it: without blanks at its ends, and with what nobody sees in it written by its code."""
    return escape_hidden_characters(text.replace("\r\n", "\n").strip(), kept="\n\t")


def long_text(plain: str) -> str:
    """Return a TOML string of a text of ``plain_rules``, one line for each of its own."""
    if "\n" not in plain:
        return toml_text(plain)
    body = "\n".join(toml_text(line)[1:-1] for line in plain.split("\n"))
    if '""' not in plain and not plain.endswith('"'):  # single quotes need no sign before them in such a string
        body = re.sub(r'(\\\\)|\\"', lambda found: found[1] or '"', body)
    return f'"""\n{body}"""'


def _prior_text(prior: str) -> str:
    """A prior as it is written: a number as one, a statement as a text."""
    return prior if _NUMBER.fullmatch(prior) else toml_text(prior)


def _decimal_text(number: Decimal) -> str:
    return toml_text(f"{number.normalize():f}")


def _term_lines(contract: Contract) -> Iterator[str]:
    for term in TERMS:
        its = contract.term(term)
        note = f", note = {toml_text(its.note)}" if its.note else ""
        yield f"{term} = {{status = {toml_text(its.status)}{note}}}"


def _fee_lines(schedule: FeeSchedule) -> Iterator[str]:
    yield f"holds_from = {_moment_text(schedule.holds_from)}"
    yield f"source = {toml_text(schedule.source)}"
    match schedule:
        case KalshiFees():
            yield f"type = {toml_text(schedule.fee_type)}"
            yield f"taker_multiplier = {_decimal_text(schedule.taker_multiplier)}"
            if schedule.maker_multiplier is not None:
                yield f"maker_multiplier = {_decimal_text(schedule.maker_multiplier)}"
        case PolymarketFees():
            if schedule.category:
                yield f"category = {toml_text(schedule.category)}"
            yield f"rate = {_decimal_text(schedule.rate)}"
            yield f"exponent = {schedule.exponent}"
        case PolymarketUSFees():
            yield f"taker = {_decimal_text(schedule.taker)}"
            yield f"maker = {_decimal_text(schedule.maker)}"


def _moment_text(moment: datetime) -> str:
    """A moment as TOML has it; the beginning of a day in UTC as that day."""
    whole = moment.isoformat().replace(_UTC_OFFSET, "Z")
    return f"{moment:%Y-%m-%d}" if moment.timetz().replace(tzinfo=None) == time() and whole.endswith("Z") else whole


def _relation_lines(contract: Contract) -> list[str]:
    """What is said of how it hangs together with other contracts."""
    lines = [f"group = {toml_text(contract.group)}"] if contract.group else []
    if contract.exhaustive:
        lines.append("exhaustive = true")
    if contract.implies:
        lines.append(f"implies = [{', '.join(toml_text(name) for name in contract.implies)}]")
    return lines
