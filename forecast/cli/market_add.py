"""``forecast market add``: a contract beside a question."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forecast.cli.completion import complete_question
from forecast.cli.lines import echo, print_columns, print_output, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, line_text, past_moment, path_value, reasons_by_name, root_of, texts_by_name
from forecast.system import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forecast.actions.market_add import AddedContract
    from forecast.markets.contract import Term, TermComparison
    from forecast.markets.files.default_deviations import WrittenPrior


def decimal_number(text: str) -> Decimal:
    """Return a number as it is typed, refusing what is none or not finite."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise typer.BadParameter(f"`{text}` is no number: write it as in 0.01")
    return number


Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION",
        autocompletion=complete_question,
        help="A question, topic.question, or one class of a question: winner[red].",
        show_default=False,
    ),
]
Venue = Annotated[Literal["kalshi", "polymarket", "polymarket-us", "manifold"], typer.Option("--venue", help="Where it is traded.")]
Id = Annotated[
    str,
    typer.Option(
        "--id", metavar="ID", parser=line_text, help="Kalshi's ticker, Polymarket's condition id, Manifold's market id or market/answer."
    ),
]
Side = Annotated[Literal["yes", "no"], typer.Option("--side", help="The side that pays where our question resolves Yes.")]
From = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        metavar="FILE",
        callback=path_value,
        help="What the venue answered for the market, or for its series: rules, ticks, fees (- for standard input).",
        show_default=False,
    ),
]
Retrieved = Annotated[
    str, typer.Option("--retrieved", metavar="TIME", help="When these files were fetched (default: now).", show_default=False)
]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", parser=line_text, help="Its name in the book (default: venue and id).", show_default=False)
]
Address = Annotated[str, typer.Option("--address", metavar="URL", parser=line_text, help="Its page.", show_default=False)]
Deadline = Annotated[
    str,
    typer.Option(
        "--deadline", metavar="TIME", help="The last moment that counts, with its zone: 2026-12-31T23:59-05:00.", show_default=False
    ),
]
Rules = Annotated[
    Path | None, typer.Option("--rules", metavar="FILE", callback=path_value, help="A file with the text of the rules.", show_default=False)
]
RulesHash = Annotated[str, typer.Option("--rules-hash", metavar="SHA256", help="The hash that the rules must have.", show_default=False)]
Currency = Annotated[
    Literal["USD", "USDC", "mana"] | None, typer.Option("--currency", help="What it pays (default: the venue's).", show_default=False)
]
Minimum = Annotated[
    Decimal | None,
    typer.Option("--minimum-order", metavar="N", parser=decimal_number, help="The smallest order, in contracts.", show_default=False),
]
Tick = Annotated[
    Decimal | None, typer.Option("--tick", metavar="STEP", parser=decimal_number, help="The step of its prices.", show_default=False)
]
SettlementSource = Annotated[
    str,
    typer.Option(
        "--settlement-source",
        metavar="TEXT",
        parser=line_text,
        help="Who settles it; contracts of one source deviate together.",
        show_default=False,
    ),
]
Group = Annotated[
    str, typer.Option("--group", metavar="ID", parser=line_text, help="The venue's event of exclusive outcomes.", show_default=False)
]
Refund = Annotated[
    Decimal,
    typer.Option("--refund", metavar="SHARE", parser=decimal_number, help="The share of the price that a void contract gives back."),
]
Same = Annotated[
    list[str] | None, typer.Option("--same", metavar="TERM", help="A term that is the same as our question's.", show_default=False)
]
Different = Annotated[
    list[str] | None, typer.Option("--different", metavar='TERM="NOTE"', help="A term that differs, and how.", show_default=False)
]
YesIfYes = Annotated[
    str, typer.Option("--yes-if-yes", metavar="PRIOR", help="How likely that side pays if we resolve Yes.", show_default=False)
]
YesIfNo = Annotated[
    str, typer.Option("--yes-if-no", metavar="PRIOR", help="How likely that side pays if we resolve No.", show_default=False)
]
Void = Annotated[str, typer.Option("--void", metavar="PRIOR", help="How likely the contract is void.", show_default=False)]
Why = Annotated[
    list[str] | None,
    typer.Option("--why", metavar='PRIOR="TEXT"', help="The reason of one of these three, in a sentence.", show_default=False),
]


def add(
    question: Question,
    *,
    venue: Venue,
    contract: Id,
    side: Side,
    files: From = None,
    retrieved: Retrieved = "",
    name: Name = "",
    address: Address = "",
    deadline: Deadline = "",
    rules: Rules = None,
    rules_hash: RulesHash = "",
    currency: Currency = None,
    minimum_order: Minimum = None,
    tick: Tick = None,
    settlement_source: SettlementSource = "",
    group: Group = "",
    refund: Refund = Decimal(1),
    same: Same = None,
    different: Different = None,
    yes_if_yes: YesIfYes = "",
    yes_if_no: YesIfNo = "",
    void: Void = "",
    why: Why = None,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Add a market's contract beside a question: a table in seeds/TOPIC/contracts.toml, and its three priors in priors/TOPIC.toml.

    Nothing is fetched: --from takes what the venue answered, saved in a file. Priors that are not given are wide defaults, which say so.

    \b
    Examples:
      forecast market add three_more --venue kalshi --id KXFERRY-25DEC31 --side yes --from market.json --from series.json
      forecast market add winner[red] --venue manifold --id x1Yz/aB3 --side yes --same polarity
      forecast market add rain --venue polymarket --id 0x51f6 --side no --different deadline_zone="In New York, five hours later."
      forecast market add rain --venue kalshi --id KXRAIN --side yes --yes-if-yes 0.98 --why yes_if_yes="Nine of nine so far agreed."
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.market_add import NewContract, add_contract

    new = NewContract(
        question=question,
        venue=venue,
        id=contract,
        side=side,
        name=name,
        address=address,
        deadline=deadline,
        rules=_rules_text(rules),
        rules_hash=rules_hash,
        currency=currency or "",
        minimum_order=minimum_order,
        tick=tick,
        settlement_source=settlement_source,
        group=group,
        refund=refund,
        terms=_terms(same or (), different or ()),
        priors=_priors({"yes_if_yes": yes_if_yes, "yes_if_no": yes_if_no, "void": void}, why or ()),
    )
    done = add_contract(
        root_of(book, allow_links=allow_links),
        new,
        files or (),
        retrieved=past_moment(retrieved or "now", now=utc_now().replace(microsecond=0), option="--retrieved"),
        read_input=sys.stdin.buffer.read,
    )
    _print(done, as_json=as_json)


def _rules_text(path: Path | None) -> str:
    from forecast.book.files.sources import decode_bytes

    if path is None:
        return ""
    try:
        return decode_bytes(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise typer.BadParameter(f"{path} cannot be read: {why}", param_hint="--rules") from None


def _terms(same: Sequence[str], different: Sequence[str]) -> Mapping[Term, TermComparison]:
    from forecast.markets.contract import TermComparison

    notes = texts_by_name(different, option="--different")
    terms = {_term(text, option="--same"): TermComparison("same") for text in same}
    for text, note in notes.items():
        term = _term(text, option="--different")
        if term in terms:
            raise typer.BadParameter(f"`{term}` is either the same or different", param_hint="--different")
        terms[term] = TermComparison("different", note)
    return terms


def _term(text: str, *, option: str) -> Term:
    from forecast.language.faults import did_you_mean
    from forecast.markets.contract import TERMS

    for term in TERMS:
        if term == text.strip():
            return term
    raise typer.BadParameter(f"`{text}` is no term; {did_you_mean(text, TERMS) or f'terms: {", ".join(TERMS)}'}", param_hint=option)


def _priors(given: Mapping[str, str], why: Sequence[str]) -> Mapping[str, WrittenPrior]:
    from forecast.language.faults import did_you_mean
    from forecast.markets.files.default_deviations import WrittenPrior

    reasons = reasons_by_name(why)
    for key in reasons:
        if not given.get(key):
            hint = did_you_mean(key, given) or f"give its prior with --{key.replace('_', '-')}"
            raise typer.BadParameter(f"`{key}` is no prior that is given; {hint}", param_hint="--why")
    for key, prior in given.items():
        if prior and key not in reasons:
            raise typer.BadParameter(f'{prior} needs its reason: add --why {key}="..."', param_hint=f"--{key.replace('_', '-')}")
    return {key: WrittenPrior(prior, reasons[key]) for key, prior in given.items() if prior}


def _print(done: AddedContract, *, as_json: bool) -> None:
    """Print what was added and what is left to do."""
    from forecast.actions.market_add import unknown_terms

    stop_at(done.problems, as_json=as_json)
    contract = done.contract
    assert contract is not None  # else there were problems
    unknown = unknown_terms(contract)
    if as_json:
        print_output(
            "market-add",
            {
                "problems": problems_as_data(done.problems),
                "contract": contract.name,
                "question": f"{contract.topic}.{contract.question_name}",
                "path": done.path,
                "line": contract.place.line,
                "unknown": unknown,
                "default_priors": {key: its.prior for key, its in done.defaults.items()},
                "own_question": {"reasons": done.own.reasons, "table": done.own.table},
                "addresses": done.addresses,
                "notes": done.notes,
            },
        )
        return
    side = contract.side.capitalize()
    echo(
        f"Added {contract.name} ({done.path}:{contract.place.line}): its {side} pays where {contract.topic}.{contract.question_name} resolves Yes."
    )
    for note in done.notes:
        echo(note)
    if unknown:
        echo(f"Nobody has compared these terms yet: {', '.join(unknown)}. Read both rules, then edit [{contract.name}.terms].")
    if done.defaults:
        echo(f"These priors are wide defaults from the checklist, not estimates; edit them in {done.priors_path}:")
        print_columns([(key, its.prior) for key, its in done.defaults.items()], indent="  ")
    if done.own.reasons:
        echo(f"The model can answer the contract's own question, since {'; '.join(done.own.reasons)}.")
        echo(f"Add it to seeds/{contract.topic}/topic.toml, and make it the `question` of {contract.name}:")
        for line in done.own.table:
            echo(f"  {line}")
    if done.addresses:
        echo("Its quotes are at:")
        for address in done.addresses:
            echo(f"  {address}")
        echo(f"Save what they answer, then: forecast market import {contract.venue} FILE --retrieved TIME")
    else:
        echo(
            f"No public address of quotes is known of {contract.venue}; save them by hand, then: forecast market import {contract.venue} FILE"
        )
