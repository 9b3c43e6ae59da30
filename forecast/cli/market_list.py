"""``forecast market list``: the contracts of a book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.lines import echo, print_columns, print_output, print_problems, problems_as_data
from forecast.cli.options import AllowLinks, AsJson, Book, Topics, root_of

if TYPE_CHECKING:
    from forecast.markets.contract import Contract, TermStatus


def list_(*, topics: Topics = None, book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False) -> None:
    """List the contracts of the book, with their questions, deadlines, and the terms that differ or that nobody has compared.

    \b
    Examples:
      forecast market list
      forecast market list route --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    import typer

    from forecast.actions.market_list import list_contracts

    found = list_contracts(root_of(book, allow_links=allow_links), topics or None)
    wrong = any(problem.level == "error" for problem in found.problems)
    if as_json:
        print_output(
            "market-list", {"problems": problems_as_data(found.problems), "contracts": [_data(contract) for contract in found.contracts]}
        )
    else:
        print_problems(found.problems, err=True)
        if found.contracts:
            head = ("contract", "question", "side", "deadline", "different", "unknown")
            print_columns([head, *(_row(contract) for contract in found.contracts)])
        elif not wrong:
            echo("There are no contracts here; add one with `forecast market add`.")
    if wrong:
        raise typer.Exit(1)


def _row(contract: Contract) -> tuple[str, ...]:
    return (
        contract.name,
        f"{contract.topic}.{contract.question_name}",
        contract.side,
        deadline_text(contract),
        *(", ".join(_terms(contract, status)) or "none" for status in ("different", "unknown")),
    )


def deadline_text(contract: Contract) -> str:
    """Return a contract's deadline in its own zone, or that it is not known."""
    return "not known" if contract.deadline is None else f"{contract.deadline:%Y-%m-%d %H:%M %:z}"


def _terms(contract: Contract, status: TermStatus) -> list[str]:
    from forecast.markets.contract import TERMS

    return [term for term in TERMS if contract.term(term).status == status]


def _data(contract: Contract) -> dict[str, Any]:
    from forecast.markets.contract import TERMS

    priors = contract.deviations
    believed = {} if priors is None else {"yes_if_yes": priors.yes_if_yes, "yes_if_no": priors.yes_if_no, "void": priors.void}
    return {
        "name": contract.name,
        "topic": contract.topic,
        "question": contract.question_name,
        "venue": contract.venue,
        "id": contract.id,
        "side": contract.side,
        "address": contract.address,
        "deadline": None if contract.deadline is None else contract.deadline.isoformat(),
        "currency": contract.currency,
        "terms": {term: {"status": contract.term(term).status, "note": contract.term(term).note} for term in TERMS},
        "priors": {key: {"prior": prior.text, "mean": prior.mean, "why": prior.why} for key, prior in believed.items()},
        "fees_from": [schedule.holds_from.isoformat() for schedule in contract.fees],
    }
