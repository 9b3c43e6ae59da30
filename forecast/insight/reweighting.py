"""A pool of draws, weighed for any model that has the same parameters.

The pool knows what its draws come from: a mixture of the prior and of posteriors
as of some days.  The prior cancels, so a draw's weight under another model is
that model's likelihood over the mixture's, and both are sums of columns of one
matrix, log-likelihood by draw and by row.  A row that reads the same in two
models has the same column in both, and is computed once.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import count_column, is_counted
from forecast.book.topic import Topic
from forecast.inference.pareto import pareto_k
from forecast.inference.posterior import BLOCK_CELLS, Posterior, systematic_resample
from forecast.inference.weights import effective_size, log_sum, normalize_weights
from forecast.language.arrays import Array
from forecast.model.chain_groups import chain_of, group_depends, table_groups
from forecast.model.mixed_prior import MixedPrior
from forecast.model.model import Model, RowTable
from forecast.model.prior_ratio import log_prior_ratio
from forecast.model.used_names import names_used, quantities_used

RATIOS_KEPT = 8  # topics of whose joint prior the ratio at every draw is kept
COLUMNS_KEPT = 2**24  # draws times rows, 128 MB, up to which the log-likelihood of each row is kept for other models
TRUSTED_PARETO_K = 0.5  # largest Pareto k-hat at which weights carry: up to here their variance, and so the stated errors, are finite
TRUSTED_EFFECTIVE_SIZE = 1_000.0  # effective draws below which they do not: a tail can only be judged where it was seen


@dataclass(frozen=True, slots=True)
class PoolWeights:
    """The pool's draws weighed for a model: ``log_weight`` ``(draws,)`` with a log sum of 0; ``log_mean`` is the log of the mean weight before that."""

    log_weight: Array
    pareto_k: float
    effective_size: float
    log_mean: float = -np.inf

    @property
    def carry(self) -> bool:
        """Whether averages under these weights can be trusted."""
        return self.pareto_k <= TRUSTED_PARETO_K and self.effective_size >= TRUSTED_EFFECTIVE_SIZE

    @property
    def relative(self) -> Array:
        """The weights, summing to one."""
        weights: Array = np.exp(self.log_weight)
        return weights


@dataclass(frozen=True, slots=True)
class MixtureComponent:
    """Draws of a model's posterior with equal weights, and its log evidence (0 for a model without rows, the prior).

    ``sources`` ``(draws,)`` tells which are copies of one draw, where they were resampled; None where none are.
    """

    model: Model
    draws: Mapping[str, NDArray[Any]]
    log_evidence: float
    sources: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return max((len(values) for values in self.draws.values()), default=0)

    def first(self, count: int) -> MixtureComponent:
        """Return the first of the draws."""
        draws = {name: values[:count] for name, values in self.draws.items()}
        return replace(self, draws=draws, sources=None if self.sources is None else self.sources[:count])


@dataclass(frozen=True, slots=True)
class Pool:
    """Draws of a topic's parameters, ``(draws, 1 or labels)`` each, and what they were drawn from, part after part.

    ``log_ratio`` is the log density of what the draws come from over that of the
    ``prior``, the reference's joint prior, ``(draws,)``; up to a
    constant where they come of a single posterior.  ``mixed`` is the mixture of priors that stands for the first of its models' own wherever
    draws are weighed, and ``mixing`` the log of its ratio to that, ``(draws,)``; None where a model's own prior holds.  ``columns`` is the matrix so far: from what a row says to its log-likelihood at
    every draw; it only grows.  ``ratios`` are the ratios of the last topics' joint priors to the reference's, by the topic's identity.  What
    both hold follows from the draws.
    """

    parameters: Mapping[str, NDArray[Any]]
    log_ratio: Array
    reference: Model
    parts: tuple[MixtureComponent, ...] = ()
    columns: dict[bytes, Array] = field(default_factory=dict, repr=False)
    ratios: dict[int, tuple[Topic, Array]] = field(default_factory=dict, repr=False)
    mixed: MixedPrior | None = None
    mixing: Array | None = None

    def __len__(self) -> int:
        return len(self.log_ratio)

    def log_likelihood(self, model: Model) -> Array:
        """Return the model's log-likelihood, ``(draws, rows)`` with the rows of ``model.rows``."""
        parts = self._all_columns(model)
        return np.stack(parts, axis=1) if parts else np.zeros((len(self), 0))

    def weigh(self, model: Model, total: Array | None = None) -> PoolWeights:
        """Weigh the draws for a model's posterior; its parameters must be the pool's, its priors and rows need not.

        ``total`` is the log-likelihood of its rows, ``(draws,)``, where that is known.
        """
        return self.weigh_by(self.log_ratios(model, total))

    def log_ratios(self, model: Model, total: Array | None = None) -> Array:
        """Return the log of likelihood and prior over what the draws come from, ``(draws,)``; ``total`` as in ``weigh``."""
        its = (self.total(model) if total is None else total) + self.prior_ratio(model) - self.log_ratio
        return its if self.mixing is None else its + self.mixing

    def log_evidence(self, model: Model) -> float:
        """Return the log evidence of a model's rows, of use where its weights carry and the pool came of several parts."""
        return log_sum(self.log_ratios(model)) - math.log(len(self))

    def prior_ratio(self, model: Model) -> Array:
        """Return the log of the model's joint prior over the reference's at every draw, ``(draws,)``; ``weigh_by`` says that what is no number carries nothing."""
        topic = model.topic
        known = self.ratios.pop(id(topic), None)
        ratio = log_prior_ratio(model, self.reference, self.parameters, len(self)) if known is None else known[1]
        while len(self.ratios) >= RATIOS_KEPT:
            del self.ratios[next(iter(self.ratios))]
        self.ratios[id(topic)] = topic, ratio  # the topic too, so that no other has its identity
        return ratio

    def weigh_by(self, log_ratios: Array) -> PoolWeights:
        """Weigh the draws by given log ratios ``(draws,)``.

        Weights that are all zero carry nothing, and neither do those of which one is
        infinite or unknown: at a draw that rounding put on the edge of its range a
        density may be infinite.
        """
        if not np.isfinite(log_ratios.max()):
            return PoolWeights(log_ratios, np.inf, 0.0)
        total = log_sum(log_ratios)
        return PoolWeights(log_ratios - total, pareto_k(log_ratios), effective_size(log_ratios), total - math.log(len(log_ratios)))

    def total(self, model: Model) -> Array:
        """Return the log-likelihood of all rows of a model together, ``(draws,)``."""
        if not self.keeps_columns(model):
            with np.errstate(over="ignore"):
                return np.sum(
                    [density.sum(axis=1) for group in table_groups(model.tables) for density in self.group_blocks(model, group)], axis=0
                )
        columns = self._all_columns(model)
        with np.errstate(over="ignore"):  # rows so unlikely together that no float holds it are impossible
            return np.sum(columns, axis=0) + np.zeros(len(self))

    def resample(self, weights: PoolWeights, count: int, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Return ``count`` draws with equal weights, by systematic resampling in random order."""
        order = rng.permutation(len(self))
        picked = rng.permutation(order[systematic_resample(weights.relative[order], count, rng)])
        return {name: values[picked] for name, values in self.parameters.items()}

    def keeps_columns(self, model: Model) -> bool:
        """Whether a model's rows are few enough for their log-likelihood at every draw to be kept."""
        return len(self) * model.row_count <= COLUMNS_KEPT

    def row_blocks(self, model: Model, table: RowTable, rows: range) -> Iterator[Array]:
        """Yield the log-likelihood of some rows of a table, ``(draws, rows)``, a block at a time.

        What a row says in the company of others of its origin is what it says in the whole table.
        """
        size = len(rows) if group_depends({table.stream.name: table}) else max(1, BLOCK_CELLS // max(1, len(self)))
        for begin in range(rows.start, rows.stop, max(1, size)):
            chosen = range(begin, min(begin + size, rows.stop))
            some = table if len(chosen) == len(table) else _select_rows(table, chosen)
            yield (
                np.stack(self._columns_of(model, some, keep=False), axis=1)
                if self.keeps_columns(model)
                else self._work_out(model, {table.stream.name: some})
            )

    def group_blocks(self, model: Model, group: Mapping[str, RowTable]) -> Iterator[Array]:
        """Yield the log-likelihood of all rows of tables that enter together, ``(draws, rows)``, a block at a time; of several tables as one."""
        if len(group) == 1:
            for table in group.values():
                yield from self.row_blocks(model, table, range(len(table)))
        else:
            yield self._work_out(model, group)

    def _work_out(self, model: Model, tables: Mapping[str, RowTable]) -> Array:
        """The log-likelihood of the rows of some tables, ``(draws, rows)``."""
        # a pool has draws of the prior too, and the topic has been analysed: those beyond the range of floats are impossible
        return replace(model, tables=tables, beyond=model.beyond or 0.0).log_likelihood(self.parameters)

    def _all_columns(self, model: Model) -> list[Array]:
        """The columns of all rows of a model, in their order, those not known yet worked out and kept."""
        columns: dict[str, list[Array]] = {}
        for group in table_groups(model.tables):
            if len(group) > 1:
                columns |= self._columns_of_chain(model, group)
            else:
                columns |= {name: self._columns_of(model, table) for name, table in group.items()}
        return [column for name in model.tables for column in columns[name]]

    def _columns_of_chain(self, model: Model, group: Mapping[str, RowTable]) -> dict[str, list[Array]]:
        """The columns of the rows of several streams on one chain, all worked out where one is not known yet."""
        keys = _chain_keys(group, model)
        if any(key not in self.columns for its in keys.values() for key in its):
            densities = self._work_out(model, group)
            fresh = dict(zip([key for its in keys.values() for key in its], densities.T, strict=True))
            self.columns.update({key: column.copy() for key, column in fresh.items() if key not in self.columns})
        return {name: [self.columns[key] for key in its] for name, its in keys.items()}

    def _columns_of(self, model: Model, table: RowTable, *, keep: bool = True) -> list[Array]:
        """The columns of one stream's rows, those not known yet worked out together, and kept or not."""
        keys = _column_keys(table, model)
        missing = {key: index for index, key in enumerate(keys) if key not in self.columns}
        if not missing:
            return [self.columns[key] for key in keys]
        wanted = sorted({index for row in missing.values() for index in (*_earlier_rows_of_origin(table, row), row)})
        densities = self._work_out(model, {table.stream.name: _select_rows(table, wanted)})
        fresh = {keys[index]: densities[:, column].copy() for column, index in enumerate(wanted)}
        if keep:
            self.columns.update(fresh)
        return [fresh[key] if key in fresh else self.columns[key] for key in keys]


def part_of_posterior(posterior: Posterior, count: int, log_evidence: float, rng: np.random.Generator) -> MixtureComponent:
    """Return ``count`` draws of a posterior as a part of a pool, as ``Posterior.resample`` draws them."""
    order = rng.permutation(len(posterior))
    picked = order[systematic_resample(posterior.weights[order], count, rng)]
    return MixtureComponent(posterior.model, {name: values[picked] for name, values in posterior.parameters.items()}, log_evidence, picked)


def pool_of(parts: Sequence[MixtureComponent]) -> Pool:
    """Return a pool of draws from several models' posteriors.

    With a single part the evidence does not matter.
    """
    pool = Pool(_join_draws([part.draws for part in parts]), np.zeros(sum(map(len, parts))), parts[0].model, tuple(parts))
    return replace(pool, log_ratio=_mixture_ratio(pool, parts))


def extend_pool(pool: Pool, part: MixtureComponent) -> Pool:
    """Return a pool of several parts with one more.

    The draws there are get the density of the new part, and only the new ones that of all parts.
    """
    fresh = Pool(part.draws, np.zeros(len(part)), pool.reference)
    parts, count = (*pool.parts, part), len(pool) + len(part)
    of_old = np.log(len(part) / count) + _log_density(pool, part)
    ratio = np.concatenate([np.logaddexp(np.log(len(pool) / count) + pool.log_ratio, of_old), _mixture_ratio(fresh, parts)])
    columns = {key: np.concatenate([column, fresh.columns[key]]) for key, column in pool.columns.items() if key in fresh.columns}
    ratios = {key: (topic, np.concatenate([old, fresh.ratios[key][1]])) for key, (topic, old) in pool.ratios.items() if key in fresh.ratios}
    joined = Pool(_join_draws([pool.parameters, part.draws]), ratio, pool.reference, parts, columns, ratios)
    return joined if pool.mixed is None else with_mixed_prior(joined, pool.mixed)


def with_mixed_prior(pool: Pool, mixed: MixedPrior) -> Pool:
    """Return a pool whose draws are weighed under a mixture of priors, in place of that of the first of its models."""
    return replace(pool, mixed=mixed, mixing=mixed.log_ratio(pool.parameters, len(pool)))


def number_distinct(parts: Sequence[MixtureComponent]) -> NDArray[np.int64]:
    """Return for each draw of some parts the number of the distinct draw that it is, ``(draws,)``, in the order in which these come.

    Copies are no draws of their own: whoever counts them as such thinks that weights carry more, and errors are smaller, than is so.
    """
    numbers, begin = [], 0
    for part in parts:
        sources = np.arange(len(part)) if part.sources is None else part.sources
        _, first, inverse = np.unique(sources, return_index=True, return_inverse=True)
        numbers.append(begin + np.argsort(np.argsort(first))[inverse])
        begin += len(first)
    return np.concatenate(numbers)


def _join_draws(parts: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([draws[name] for draws in parts]) for name in parts[0]}


def _log_density(pool: Pool, part: MixtureComponent) -> Array:
    """The log density of what a part was drawn from over that of the reference's prior, at a pool's draws."""
    return pool.total(part.model) + pool.prior_ratio(part.model) - part.log_evidence


def _mixture_ratio(pool: Pool, parts: Sequence[MixtureComponent]) -> Array:
    """The same for the mixture of some parts."""
    counts = np.array([len(part) for part in parts])
    densities = np.stack([_log_density(pool, part) for part in parts])
    largest = densities.max(axis=0)
    with np.errstate(divide="ignore"):
        ratio: Array = largest + np.log((counts / counts.sum()) @ np.exp(densities - largest))
    return ratio


def pool_of_posterior(posterior: Posterior, draws: Mapping[str, NDArray[Any]]) -> Pool:
    """Return a pool of equally weighted draws of one posterior."""
    return pool_of([MixtureComponent(posterior.model, draws, 0.0)])


def with_rows(model: Model, kept: Mapping[str, Sequence[int]], *, others: bool = True) -> Model:
    """Return a model that has learnt from some rows only.

    ``kept`` gives, for a stream, the indices of the rows that remain as
    evidence; streams it does not name keep all theirs (none without ``others``).
    What happened stays as it happened: records, and so totals, are unchanged.
    """
    tables = {
        name: _select_rows(table, kept[name]) if name in kept else table if others else _select_rows(table, [])
        for name, table in model.tables.items()
    }
    return replace(model, tables=tables)


def relative_weights(weights: PoolWeights) -> Array:
    """Return weights relative to their mean, ``(draws,)``: 1 where nothing changed."""
    return normalize_weights(weights.log_weight) * len(weights.log_weight)


def _select_rows(table: RowTable, kept: Sequence[int]) -> RowTable:
    chosen = list(kept)
    return replace(
        table,
        record=replace(table.record, rows=table.record.rows.take(np.asarray(chosen, dtype=np.int64))),
        values=table.values[:, chosen],
        columns={name: values[:, chosen] for name, values in table.columns.items()},
        totals={name: values[:, chosen] for name, values in table.totals.items()},
        series={name: (known[:, chosen], later[:, chosen]) for name, (known, later) in table.series.items()},
        entry=None if table.entry is None else table.entry.at(chosen),
    )


def _earlier_rows_of_origin(table: RowTable, row: int) -> list[int]:
    """The rows before a row that its likelihood depends on: those of the same origin."""
    return [] if table.entry is None else table.entry.before(row).tolist()


def _column_keys(table: RowTable, model: Model) -> list[bytes]:
    """What each row's likelihood depends on besides the parameters, as bytes."""
    statement = f"{table.stream.name}|{_statement_text(table, model.topic)}".encode()
    stacked = row_facts(table, model)
    own = [stacked[:, index].tobytes() for index in range(len(table))]
    if table.entry is None:
        return [statement + row_text for row_text in own]
    return [b"|".join([statement, _origin_key(table, index, own), row_text]) for index, row_text in enumerate(own)]


def _chain_keys(group: Mapping[str, RowTable], model: Model) -> dict[str, list[bytes]]:
    """The same of rows on one chain, by stream: what they and those before them say, hashed."""
    chain = chain_of(group)
    assert chain is not None
    keys: dict[str, list[bytes]] = {name: [b""] * len(table) for name, table in group.items()}
    statements = {name: f"{name}|{_statement_text(table, model.topic)}".encode() for name, table in group.items()}
    facts = {name: row_facts(table, model) for name, table in group.items()}
    before = hashlib.sha256(b"chain")
    for name, row in chain.keys:
        entry = group[name].entry
        counts = b"1" if entry is None or entry.is_counted[row] else b"0"  # a copy says nothing
        before.update(b"|".join([statements[name], counts, np.ascontiguousarray(facts[name][:, row]).tobytes()]))
        keys[name][row] = before.digest()
    return keys


def row_facts(table: RowTable, model: Model) -> Array:
    """Return what the likelihood of each row of a table depends on besides parameters and the statement, ``(facts, rows)``."""
    used = names_used(model.topic, table.stream.value, *table.stream.entering)
    counts = table.stream.classes if is_counted(table.stream) else ()
    arrays = [
        table.values,
        *(table.columns[count_column(label)] for label in counts),
        *(values for name, values in table.columns.items() if name in used),
        *table.totals.values(),
    ]
    arrays += [part for pair in table.series.values() for part in pair]
    arrays += [] if table.entry is None else [table.entry.lower, table.entry.upper, table.entry.weights]
    arrays += [] if table.entry is None or table.entry.steps is None else [table.entry.steps]
    stacked: Array = np.concatenate([np.asarray(values, dtype=float) for values in arrays], axis=0)
    return stacked


def _origin_key(table: RowTable, row: int, own: list[bytes]) -> bytes:
    """What the rows say that a row's likelihood depends on besides itself, and which of them are copies of which."""
    assert table.entry is not None
    behind = _earlier_rows_of_origin(table, row)
    seen = [int(table.entry.observations[0, index]) for index in (*behind, row)]
    return b"|".join([*(own[index] for index in behind), bytes(str([seen.index(key) for key in seen]), "ascii")]) if behind else b""


def _statement_text(table: RowTable, topic: Topic) -> str:
    """The stream's statement with the quantities and the `later` expressions it uses: all that turns parameters into its likelihood."""
    stream = table.stream
    quantities = [f"{name}={topic.quantities[name].text}" for name in quantities_used(topic, stream.value, *stream.entering)]
    later = [f"{name}~{topic.series[name].later_text}" for name in table.series]
    entering = [f"{name}:{text}" for name, text in stream.entering_texts.items() if name != "weight"]  # a weight is a number by now
    regime = [str(table.entry.regime)] if table.entry is not None and table.entry.regime is not None else []
    return "|".join([stream.value.text, *quantities, *later, *entering, *regime])
