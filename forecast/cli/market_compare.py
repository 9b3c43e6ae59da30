"""``forecast market compare``: contracts beside our answers, and what a price would ask us to believe; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.lines import echo, print_columns, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, AsOf, Book, Draws, Seed, Trust, as_of_day, root_of, today
from forecast.schema import words

if TYPE_CHECKING:
    from forecast.schema.market import ContractContent

STALE_DAYS = 2  # before the day compared; a quote older than that has a warning
Compared = Annotated[
    str,
    typer.Argument(metavar="[QUESTION]", help="A question, a contract or a topic; all contracts by default.", show_default=False),
]
Beliefs = Annotated[
    bool, typer.Option("--beliefs/--no-beliefs", help="Say what the parameters would have to be for a price.", show_default=True)
]


def market_compare(
    question: Compared = "",
    *,
    beliefs: Beliefs = True,
    as_of: AsOf = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Compare our answers with what contracts are offered at, after fees and our own doubt.

    \b
    Examples:
      forecast market compare
      forecast market compare rain.more_than_100
      forecast market compare rain --no-beliefs --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.market_compare import compare_markets
    from forecast.model.settings import Settings

    compared = compare_markets(
        root_of(book, allow_links=allow_links),
        question,
        as_of=as_of_day(as_of, now=today()),
        settings=Settings(seed=seed, draws=draws, trust=trust),
        beliefs=beliefs,
    )
    stop_at(compared.problems, as_json=as_json)
    if as_json:
        print_output("market-compare", {"as_of": str(compared.as_of), "topics": compared.contracts})
    else:
        for topic, contracts in compared.contracts.items():
            for contract in contracts:
                _print_contract(topic, contract)
    for contract in (its for contracts in compared.contracts.values() for its in contracts):
        offer = contract["offer"]
        if offer is not None and offer["days_old"] > STALE_DAYS:
            age = words.days(offer["days_old"])
            echo(f"WARNING: the newest quote of {contract['name']} is {age} older than {compared.as_of}; import a newer one.", err=True)
    if compared.distrusted:
        echo(f"WARNING: by the engine's own checks the draws of {', '.join(compared.distrusted)} are not sound.", err=True)
        raise typer.Exit(3)


def _print_contract(topic: str, contract: ContractContent) -> None:
    """One contract: a line of what it is worth and offered at, sentences, rows since, and what would have to be believed."""
    from forecast.sentences.market import contract_headline, contract_sentences, moved_texts, price_belief_sentence, shift_texts, venue_name

    echo(f"{topic}.{contract['question']}: {contract['name']} ({venue_name(contract['venue'])}, {contract['id']})")
    echo(f"  {contract_headline(contract)}")
    offer = contract["offer"]
    if offer is not None:
        age = "on the day compared" if offer["days_old"] == 0 else f"{words.days(offer['days_old'])} before the day compared"
        echo(f"  Quoted at {offer['at'][:16].replace('T', ' ')} UTC, {age}.")
    for sentence in (*contract_sentences(contract), *_fees_hints(topic, contract)):
        echo(f"  {sentence}")
    if contract["rows_since"]:
        rows = [(its["known"], its["stream"], its["says"], its["source"]) for its in contract["rows_since"]]
        print_columns(rows, indent="    ")
        if contract["more_rows"]:
            echo(f"    and {contract['more_rows']:,} earlier")
    if contract.get("no_belief"):
        echo(f"  What would have to be believed is not known: {contract['no_belief']}.")
    belief = contract.get("belief")
    if belief is None:
        return
    echo(f"  {price_belief_sentence(belief, contract)}")
    if belief["moved"]:
        echo("  Median and 90 % interval now, and then:")
        print_columns([(name, before, "→", after) for name, before, after in map(moved_texts, belief["moved"])], indent="    ")
        if belief["more_moved"]:
            echo(f"    and {belief['more_moved']:,} values that move less")
    if belief["priors"]:
        echo("  Or one prior alone: its median now, the median that gives the price, and that prior:")
        print_columns(
            [(name, now, "→", new, prior or instead) for name, now, new, prior, instead in map(shift_texts, belief["priors"])],
            indent="    ",
        )


def _fees_hints(topic: str, contract: ContractContent) -> Iterator[str]:
    """How to state a contract's fees, or that it has none, where those of the offer are not known."""
    from forecast.markets.files.contract_fees import no_fees_hint

    offer = contract["offer"]
    if contract["no_fees"] and offer is not None:
        hint = no_fees_hint(topic, contract["name"], contract["venue"], date.fromisoformat(offer["at"][:10]))
        yield f"{words.capitalise(hint)}."
