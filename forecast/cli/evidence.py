"""``forecast evidence``: what each row says for and against each hypothesis, in bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.completion import complete_topic
from forecast.cli.lines import echo, print_columns, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, AsOf, Book, Seed, Variant, as_of_day, root_of, today

if TYPE_CHECKING:
    from forecast.insight.evidence_matrix import EvidenceMatrix

Topic = Annotated[str, typer.Argument(metavar="TOPIC", autocompletion=complete_topic, help="A topic with a Categorical parameter.")]
Of = Annotated[
    str | None, typer.Option("--of", metavar="NAME", help="Which Categorical parameter (default: the first).", show_default=False)
]


def evidence(
    *,
    topic: Topic,
    of: Of = None,
    variant: Variant = "",
    as_of: AsOf = None,
    seed: Seed = 1,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Show what each row says for and against each hypothesis, in bits, and on which row the ranking rests.

    A row's bits for a hypothesis are the log2 of how much likelier it is under it than under the others,
    given the rows before it; the prior's bits plus those of all rows are the posterior's.

    \b
    Examples:
      forecast evidence loyalty
      forecast evidence loyalty --as-of 2025-06-01 --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.evidence import NoHypotheses, read_and_weigh_evidence
    from forecast.insight.evidence_text import evidence_matrix_data
    from forecast.model.settings import Settings

    day = as_of_day(as_of, now=today())
    try:
        weighed = read_and_weigh_evidence(
            root_of(book, allow_links=allow_links), topic, of=of, as_of=day, settings=Settings(seed=seed), variant=variant
        )
    except NoHypotheses as none:
        raise typer.BadParameter(str(none), param_hint="TOPIC" if of is None else "--of") from None
    stop_at(weighed.problems, as_json=as_json)
    assert weighed.matrix is not None
    assert weighed.diagnostics is not None
    warning = "" if weighed.diagnostics.sound else f"the fast engine could not be trusted with it ({weighed.diagnostics.reason})"
    if as_json:
        print_output(
            "evidence",
            {"topic": topic, "as_of": day.isoformat(), **evidence_matrix_data(weighed.matrix), "warnings": [warning] if warning else []},
        )
    else:
        echo(f"{topic}, as of {day}: what each row says of {weighed.matrix.hypotheses.name}, in bits")
        if warning:
            echo(f"  WARNING: {warning}")
        _print(weighed.matrix)
    if warning:
        raise typer.Exit(3)


def _print(matrix: EvidenceMatrix) -> None:
    from forecast.insight.evidence_text import bits, row_verdict, row_words, summary
    from forecast.schema.words import percent

    its = matrix.hypotheses
    rows = [("", *its.values, ""), ("the prior", *map(bits, matrix.prior), ", ".join(percent(float(share)) for share in its.prior))]
    rows += [(row_words(row), *(bits(cell.bits) for cell in row.cells), row_verdict(row, matrix)) for row in matrix.rows]
    rows.append(("the posterior", *map(bits, matrix.posterior), ", ".join(percent(float(share)) for share in its.posterior)))
    print_columns(rows, indent="  ", right=tuple(range(1, len(its.values) + 1)))
    for line in summary(matrix):
        echo(line)
