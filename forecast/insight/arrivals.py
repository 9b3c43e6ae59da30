"""The record of a topic in the order in which it arrived, piece by piece, and what each piece says at the draws of a pool.

A row that became known on a day is one piece.  Quiet time in a watched stream arrives with its days, so it comes in pieces, cut wherever
something else became known or began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.record_columns import record_columns
from forecast.book.rows import is_gradual, sort_rows
from forecast.book.topic import Row
from forecast.inference.posterior import BLOCK_CELLS
from forecast.insight.reweighting import Pool, with_rows
from forecast.language.arrays import Array
from forecast.model.chain_groups import ChainGroup, chain_of, table_groups
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import Model, row_table

MOST_OUT_OF_ORDER = 400  # pieces of the streams of a hidden regime that arrive out of the order of their days

type RowKey = tuple[str, int]  # a stream, and a row's place among its rows


@dataclass(frozen=True, slots=True)
class Piece:
    """A row as far as it was known by the end of the day ``known``: the whole of it, or quiet time up to ``end``."""

    key: RowKey
    known: date
    end: date


@dataclass(frozen=True, slots=True)
class PieceColumns:
    """The log-likelihood of a row up to a cut, ``(draws,)``: what is learnt from it, what it is unweighed, and that knowing no other report."""

    learnt: Array
    seen: Array
    alone: Array


def pieces_of(model: Model) -> list[Piece]:
    """Return the record in the order in which it arrived; on one day rows that became known, then quiet time up to the day's end."""
    keys = [(name, index) for name, rows in model.tables.items() for index in range(len(rows))]
    gradual = {key for key in keys if is_gradual_row(model, key)}
    rows = {key: row_of(model, key) for key in keys}
    stops = sorted({(row.start if key in gradual else row.known) - ONE_DAY for key, row in rows.items()})
    pieces: list[Piece] = []
    for key, row in rows.items():
        ends = [*(day for day in stops if row.start <= day < row.end), row.end] if key in gradual else [row.end]
        pieces += [Piece(key, end if key in gradual else row.known, end) for end in ends]
    return sorted(pieces, key=lambda piece: (piece.known, piece.key in gradual))


def columns_in_order(model: Model, pool: Pool, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, PieceColumns]]:
    """Yield each piece with its column, a block of them at a time; all at once where what a report says depends on others of its origin."""
    apart = all(table.entry is None for table in model.tables.values())
    size = max(1, BLOCK_CELLS // len(pool)) if apart else max(1, len(pieces))
    for begin in range(0, len(pieces), size):
        some = pieces[begin : begin + size]
        columns = _columns(model, replace(pool, columns=dict(pool.columns)), some)  # what cut rows add to the matrix is not kept
        yield from ((piece, columns[piece.key, piece.end]) for piece in some)


def update_log_weights(running: Array, column: Array, last: Array) -> Array:
    """Return the log weights, ``(draws,)``, of what has been seen with one piece more; a draw that was impossible stays so."""
    with np.errstate(invalid="ignore", over="ignore"):
        following: Array = np.where(np.isneginf(running), -np.inf, running + (column - last))
    return following


def row_of(model: Model, key: RowKey) -> Row:
    """Return the row that a key means."""
    return model.tables[key[0]].record.rows[key[1]]


def is_gradual_row(model: Model, key: RowKey) -> bool:
    """Return whether a row arrives with its days: quiet time in a watched stream, unless it corrects another row."""
    row = row_of(model, key)
    return is_gradual(row, model.topic.streams[key[0]])


def _columns(model: Model, pool: Pool, pieces: Sequence[Piece]) -> Mapping[tuple[RowKey, date], PieceColumns]:
    """The log-likelihood of each row up to each of its cuts."""
    columns: dict[tuple[RowKey, date], PieceColumns] = {}
    for group in table_groups(model.tables):
        wanted = [piece for piece in pieces if piece.key[0] in group]
        if not wanted:
            continue
        rows = [replace(row_of(model, piece.key), end=piece.end) for piece in wanted]
        if (chain := chain_of(group)) is not None:
            columns |= _columns_of_chain(model, pool, chain, wanted, rows)
            continue
        ((name, whole),) = group.items()
        if whole.entry is None:
            matrix = _likelihood(model, pool, {name: rows})
            columns |= {(piece.key, piece.end): PieceColumns(*(matrix[:, column],) * 3) for column, piece in enumerate(wanted)}
            continue
        for index, (piece, row) in enumerate(zip(wanted, rows, strict=True)):
            before = [other for other in rows[:index] if row.origin and other.origin == row.origin]
            learnt, seen = (_likelihood(model, pool, {name: [*before, row]}, weighed=weighed)[:, -1] for weighed in (True, False))
            alone = _likelihood(model, pool, {name: [row]}, weighed=False)[:, -1] if before and seen.any() else seen
            columns[piece.key, piece.end] = PieceColumns(learnt, seen, alone)
    return columns


def _columns_of_chain(
    model: Model, pool: Pool, chain: ChainGroup, pieces: Sequence[Piece], rows: Sequence[Row]
) -> dict[tuple[RowKey, date], PieceColumns]:
    """The same of the streams that a hidden regime drives, where a piece says what it adds to all of theirs that had arrived before it."""
    alone = [_likelihood(model, pool, {piece.key[0]: [row]})[:, -1] for piece, row in zip(pieces, rows, strict=True)]
    if tuple(piece.key for piece in pieces) == chain.keys:
        matrix = _likelihood(
            model, pool, {name: [row_of(model, (name, at)) for at in range(len(table))] for name, table in chain.tables.items()}
        )
        places = {key: column for column, key in enumerate((name, at) for name, table in chain.tables.items() for at in range(len(table)))}
        added = matrix[:, [places[piece.key] for piece in pieces]]
    else:
        added = _added_out_of_order(model, pool, chain, pieces, rows)
    columns: dict[tuple[RowKey, date], PieceColumns] = {}
    latest: dict[RowKey, Array] = {}
    for at, piece in enumerate(pieces):  # of a row that comes in pieces the last column is taken off again
        latest[piece.key] = latest.get(piece.key, np.zeros(len(pool))) + added[:, at]
        columns[piece.key, piece.end] = PieceColumns(latest[piece.key], latest[piece.key], alone[at])
    return columns


def _added_out_of_order(model: Model, pool: Pool, chain: ChainGroup, pieces: Sequence[Piece], rows: Sequence[Row]) -> Array:
    """What each piece adds to the log-likelihood of all that had arrived before it, ``(draws, pieces)``, where they do not arrive in the order of their days."""
    if len(pieces) > MOST_OUT_OF_ORDER:
        named = " and ".join(f"`{name}`" for name in chain.tables)
        records = "record" if len(chain.tables) == 1 else "records"
        message = f"{len(pieces):,} pieces of the {records} of {named} became known out of the order of their days"
        hint = f"with a hidden regime at most {MOST_OUT_OF_ORDER} are compared with what was predicted"
        raise Unsound(topic_problem(model.topic, ("streams", next(iter(chain.tables))), message, hint))
    arrived: dict[RowKey, Row] = {}
    before, added = np.zeros(len(pool)), np.empty((len(pool), len(pieces)))
    for at, (piece, row) in enumerate(zip(pieces, rows, strict=True)):
        arrived[piece.key] = row
        by_stream = {name: sort_rows([its for (stream, _), its in arrived.items() if stream == name]) for name in chain.tables}
        whole = _likelihood(model, pool, {name: its for name, its in by_stream.items() if its}).sum(axis=1)
        with np.errstate(invalid="ignore"):
            added[:, at] = np.where(np.isneginf(whole), -np.inf, whole - before)
        before = whole
    return added


def _likelihood(model: Model, pool: Pool, rows: Mapping[str, Sequence[Row]], *, weighed: bool = True) -> Array:
    """The log-likelihood of some rows of some streams, one after the other, ``(draws, rows)``, as it is learnt or, not ``weighed``, as it is."""
    tables = {}
    for name, its in rows.items():
        cut = row_table(model.topic, replace(model.tables[name].record, rows=record_columns(its)), model.records, model.as_of)
        if cut.entry is not None and not weighed:
            cut = replace(cut, entry=replace(cut.entry, weights=np.ones_like(cut.entry.weights)))
        tables[name] = cut
    return pool.log_likelihood(replace(with_rows(model, {}, others=False), tables=tables))
