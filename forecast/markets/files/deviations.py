"""What a prior file says of contracts: ``[contracts.NAME.yes_if_yes]``, ``yes_if_no`` and ``void``, each a number or a distribution with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forecast.book.checks.statements import check_prior_family, check_statement, family_of, has_share_values
from forecast.book.draft import ParsedText
from forecast.book.files.conform import conform
from forecast.book.files.contract_shapes import CONTRACTS, DeviationsTable, DeviationTable
from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem, Result, has_errors
from forecast.book.files.sources import Document, parse_document, read_source_if_any
from forecast.book.sentences import SENTENCE_HINT, is_sentence
from forecast.language.distributions.families import component, value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import names_in
from forecast.language.faults import Fault
from forecast.language.statements import Statement, parse_statement
from forecast.markets.deviation_priors import DeviationPrior, DeviationPriors

_HINT = "write a number from 0 to 1, or a distribution there, as in Beta(mean=0.97, strength=30)"


def read_deviations(folder: Folder, topic: str) -> tuple[Document | None, Mapping[str, DeviationPriors], tuple[Problem, ...]]:
    """Return a topic's prior file, what it says of contracts by their names, and what is wrong with that; None where it is no TOML, or has nothing of contracts.

    What the file says of parameters is the matter of ``forecast.book.draft_reading``, and so is a fault of its syntax.
    """
    source, _ = read_source_if_any(folder, prior_path(topic))
    document = None if source is None or CONTRACTS not in source.text else parse_document(source).value  # nearly no file has any
    content = {} if document is None else document.content.get(CONTRACTS, {})
    if document is None or not content:
        return document, {}, ()
    if not isinstance(content, Mapping):
        wrong = document.at_key(
            (CONTRACTS,), f"`{CONTRACTS}` is no parameter", f"what is believed of a contract stands in [{CONTRACTS}.NAME.void]"
        )
        return document, {}, (wrong,)
    read: dict[str, DeviationPriors] = {}
    problems: list[Problem] = []
    for name, table in content.items():
        priors, wrong_here = _priors_of_contract(document, table, (CONTRACTS, name))
        problems += wrong_here
        if priors is not None:
            read[name] = priors
    return document, read, tuple(problems)


def _priors_of_contract(document: Document, content: object, keys: Keys) -> Result[DeviationPriors]:
    shaped = conform(document, DeviationsTable, content, keys)
    if shaped.value is None or has_errors(shaped.problems):
        return Result(None, shaped.problems)
    table: DeviationsTable = shaped.value
    problems: list[Problem] = []
    read = {
        key: _prior(document, its, (*keys, key), problems)
        for key, its in (("yes_if_yes", table.yes_if_yes), ("yes_if_no", table.yes_if_no), ("void", table.void))
    }
    sound = {key: prior for key, prior in read.items() if prior is not None}
    return Result(DeviationPriors(**sound) if len(sound) == len(read) else None, tuple(problems))


def _prior(document: Document, table: DeviationTable, keys: Keys, problems: list[Problem]) -> DeviationPrior | None:
    if not is_sentence(table.why):
        hint = SENTENCE_HINT
        problems.append(document.at_value((*keys, "why"), "`why` is not a sentence", hint))
    at: Keys = (*keys, "prior")
    if isinstance(table.prior, int | float):
        if not 0 <= table.prior <= 1:  # NaN is neither
            problems.append(document.at_value(at, f"{table.prior:g} is no probability", _HINT))
            return None
        return DeviationPrior(f"{table.prior:g}", table.why, document.place(at), float(table.prior))
    try:
        written = ParsedText(document, at, table.prior, parse_statement(table.prior))
    except Fault as fault:
        problems.append(document.of_fault(at, fault))
        return None
    wrong = next(_statement_problems(written), None)
    if wrong is not None:
        problems.append(wrong)
        return None
    return DeviationPrior(table.prior, table.why, document.place(at), component(1.0, written.tree))


def _statement_problems(written: ParsedText[Statement]) -> Iterator[Problem]:
    """Why a statement is no distribution of a probability, the first reason first."""
    for expression in written.tree.arguments.values():
        for name in names_in(expression):
            yield written.problem(f"`{name}` is used here, and a contract's priors have numbers alone", _HINT)
    yield from check_statement(written)
    yield from check_prior_family(written)
    kind = family_of(written)
    if kind is None or kind.discrete or value_kind_of(written.tree) is ValueKind.SIMPLEX or not has_share_values(written):
        yield written.problem("this is no distribution of a probability", _HINT)
