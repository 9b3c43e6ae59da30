"""What the matrix of evidence says, in words and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from forecast.insight.evidence_matrix import INCONSISTENT_BITS, EvidenceMatrix, RowEvidence
from forecast.schema.words import MINUS, number, percent

MOST_ROWS_NAMED = 5  # rows in a sentence
DECIMALS = 2  # of bits: more would be noise


def bits(value: float) -> str:
    """Return bits with their sign, an empty text where there are none."""
    if value == float("inf"):
        return "+∞"
    if value == -float("inf"):
        return f"{MINUS}∞"
    text = f"{value:+.{DECIMALS}f}"
    if not text.strip("+-0."):
        return f"{0:.{DECIMALS}f}"
    return text.replace("-", MINUS) if isfinite(value) else ""


def row_words(evidence: RowEvidence) -> str:
    """Return which row it is: its stream, its days and its value."""
    row = evidence.row
    days = row.end.isoformat() if row.start == row.end else f"{row.start} to {row.end}"
    return f"{evidence.stream} {number(row.value)}, {days}"


def row_verdict(evidence: RowEvidence, matrix: EvidenceMatrix) -> str:
    """Return what a row says: for which hypothesis over which, and with which it is inconsistent."""
    values = matrix.hypotheses.values
    if not evidence.is_diagnostic:
        return "says the same of all"
    if not isfinite(evidence.diagnosticity):
        return f"impossible under {values[evidence.worst]}"
    return f"{evidence.diagnosticity:.1f} bits for {values[evidence.best]} over {values[evidence.worst]}"


def inconsistent_with(evidence: RowEvidence, matrix: EvidenceMatrix) -> tuple[str, ...]:
    """Return the hypotheses under which a row is at most half as likely as under the others together."""
    return tuple(value for value, cell in zip(matrix.hypotheses.values, evidence.cells, strict=True) if cell.bits <= -INCONSISTENT_BITS)


def summary(matrix: EvidenceMatrix) -> tuple[str, ...]:
    """Return what all rows together say, and on which of them that rests."""
    lines = [_ranking_sentence(matrix)]
    if not matrix.rows:
        return (*lines, "There are no rows yet: this is the prior.")
    return (
        *lines,
        _inconsistency_sentence(matrix),
        *_undiagnostic_sentence(matrix),
        *_decisive_sentences(matrix),
        _droppable_sentence(matrix),
        _error_sentence(matrix),
    )


def evidence_matrix_data(matrix: EvidenceMatrix) -> dict[str, Any]:
    """Return the matrix as plain data; what is not a finite number of bits is null, and ``impossible`` says under which it is so."""
    its, values = matrix.hypotheses, matrix.hypotheses.values

    def by_value(numbers: Any) -> dict[str, float | None]:
        return {value: float(figure) if isfinite(figure) else None for value, figure in zip(values, numbers, strict=True)}

    return {
        "hypotheses": its.name,
        "values": list(values),
        "prior": by_value(its.prior),
        "posterior": by_value(its.posterior),
        "bits": {"prior": by_value(matrix.prior), "rows": by_value(matrix.total), "posterior": by_value(matrix.posterior)},
        "errors": by_value(matrix.errors),
        "ranking": [values[at] for at in matrix.ranking],
        "rows": [
            {
                "stream": evidence.stream,
                "row": evidence.index,
                "from": evidence.row.start.isoformat(),
                "to": evidence.row.end.isoformat(),
                "value": evidence.row.value,
                "known": evidence.row.known.isoformat(),
                "source": evidence.row.source,
                "bits": by_value([cell.bits for cell in evidence.cells]),
                "errors": by_value([cell.error for cell in evidence.cells]),
                "likelihood": by_value([cell.likelihood for cell in evidence.cells]),
                "impossible": [value for value, cell in zip(values, evidence.cells, strict=True) if cell.likelihood == -float("inf")],
                "inconsistent_with": list(inconsistent_with(evidence, matrix)),
                "diagnostic": evidence.is_diagnostic,
                "says": row_verdict(evidence, matrix),
                "without": by_value(evidence.without),
                "ranking_without": [values[at] for at in evidence.ranking],
            }
            for evidence in matrix.rows
        ],
        "decisive": list(matrix.decisive),
        "suffice": list(matrix.kept),
        "summary": list(summary(matrix)),
    }


def _ranking_sentence(matrix: EvidenceMatrix) -> str:
    its = matrix.hypotheses
    order = [f"{its.values[at]} {percent(float(its.posterior[at]))}" for at in matrix.ranking]
    return f"In order: {', '.join(order)}."


def _inconsistency_sentence(matrix: EvidenceMatrix) -> str:
    counts = [
        f"{value} {sum(value in inconsistent_with(evidence, matrix) for evidence in matrix.rows)}" for value in matrix.hypotheses.values
    ]
    return f"Rows inconsistent with each, at most half as likely as under the others: {', '.join(counts)}."


def _undiagnostic_sentence(matrix: EvidenceMatrix) -> tuple[str, ...]:
    silent = [evidence for evidence in matrix.rows if not evidence.is_diagnostic]
    return (f"Without diagnostic value: {_row_list(silent)}.",) if silent else ()


def _decisive_sentences(matrix: EvidenceMatrix) -> tuple[str, ...]:
    if matrix.decisive:
        return tuple(
            f"The ranking rests on {row_words(evidence)}: without it {_shares(matrix, evidence)}."
            for evidence in _rows(matrix, matrix.decisive)[:MOST_ROWS_NAMED]
        )
    most = matrix.rows[matrix.by_weight[0]]
    return (f"The ranking rests on no single row, most on {row_words(most)}: without it {_shares(matrix, most)}.",)


def _droppable_sentence(matrix: EvidenceMatrix) -> str:
    dropped = len(matrix.rows) - len(matrix.kept)
    alone = len(matrix.rows) - len(matrix.decisive)
    kept = _row_list(_rows(matrix, matrix.kept))
    if not matrix.kept:
        return "All rows could be dropped together without changing the ranking: it is the prior's."
    of = f"{alone} of {len(matrix.rows)} rows" if len(matrix.rows) > 1 else f"{alone} of 1 row"
    return f"{of} could be dropped one at a time without changing the ranking, {dropped} together; what remains: {kept}."


def _row_list(rows: Sequence[RowEvidence]) -> str:
    """Some rows by name, and how many more there are."""
    named = "; ".join(row_words(evidence) for evidence in rows[:MOST_ROWS_NAMED])
    return named if len(rows) <= MOST_ROWS_NAMED else f"{named}; and {len(rows) - MOST_ROWS_NAMED} more"


def _error_sentence(matrix: EvidenceMatrix) -> str:
    largest = max(cell.error for evidence in matrix.rows for cell in evidence.cells)
    return (
        f"The largest Monte Carlo error of a row's bits is {largest:.2g}."
        if largest > 0
        else "There is no Monte Carlo error in a row's bits."
    )


def _rows(matrix: EvidenceMatrix, places: tuple[int, ...]) -> list[RowEvidence]:
    return [matrix.rows[place] for place in places]


def _shares(matrix: EvidenceMatrix, evidence: RowEvidence) -> str:
    return ", ".join(f"{matrix.hypotheses.values[at]} {percent(evidence.without[at])}" for at in evidence.ranking)
