"""What lies between two states of a topic with variants: the changes of all of them together, and how they are weighed before and after.

A row, the passing of time or an edit that several variants have in common is one change.  That variants were added, taken out or given
other weights is one more, last of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from forecast.book.topic import BASE, Series, Stream, Topic
from forecast.insight.mixed_estimates import stacked_sums, weighs_by_evidence
from forecast.insight.state_diff import ChangeKind, StateChange, StateDiff
from forecast.language.arrays import Array

VARIANTS_CHANGE = "variants"  # the name of the change that is theirs
_PLACES: dict[ChangeKind, int] = {"time": 0, "row": 1, "correction": 1, "series": 2, "prior": 3, "model": 4}


@dataclass(frozen=True, slots=True)
class VariantWeighing:
    """The weight of each variant before the rows, and whether their evidence weighs them too.

    Weights by past predictions are those after the rows; ``replicates`` are then the same by replicate, ``(REPLICATES,)`` each.
    """

    amounts: Mapping[str, float]
    by_evidence: bool
    replicates: Mapping[str, Array] | None = None

    @property
    def is_single(self) -> bool:
        """Whether there is but one."""
        return len(self.amounts) == 1


@dataclass(frozen=True, slots=True)
class VariantsDiff:
    """Two states of a topic, either with variants or both: ``old`` as of ``since``, and ``new`` as of ``until``.

    ``stacked`` are the weights of each by past predictions, by replicate, where it weighs its variants so.
    """

    old: Topic
    since: date
    new: Topic
    until: date
    stacked: tuple[Mapping[str, Array] | None, Mapping[str, Array] | None] = (None, None)

    @property
    def by_variant(self) -> Mapping[str, StateDiff]:
        """What lies between the two states of each variant; one that only one state has is compared with itself on the other's record."""
        old, new = self.old.rivals, self.new.rivals
        names = [*new, *(name for name in old if name not in new)]
        return {
            name: StateDiff.between(
                old[name] if name in old else _with_record(new[name], self.old),
                self.since,
                new[name] if name in new else _with_record(old[name], self.new),
                self.until,
            )
            for name in names
        }

    @property
    def questions(self) -> frozenset[str]:
        """The questions that both ask in the same words of the model."""
        return self.by_variant[BASE].questions

    def changes(self) -> tuple[StateChange, ...]:
        """Return what changed: time first, then rows in the order in which they became known, series, priors, the model, the variants."""
        changes: dict[str, StateChange] = {}
        for variant, between in self.by_variant.items():
            for change in between.changes():
                where = "" if variant == BASE or change.kind not in {"prior", "model"} else f" under `{variant}`"
                changes.setdefault(change.name, replace(change, about=f"{change.about}{where}"))
        ordered = sorted(changes.values(), key=lambda its: (_PLACES[its.kind], (its.known or self.until, its.name) if its.added else ()))
        if self._is_weighed_otherwise:
            edited = _weighing_of(self.old, None) != _weighing_of(self.new, None)
            about = "the variants or their weights were edited" if edited else "the weights of variants followed their predictions"
            ordered.append(StateChange("model", VARIANTS_CHANGE, about))
        return tuple(ordered)

    def weights_before_rows(self, made: frozenset[str]) -> VariantWeighing:
        """Return how variants are weighed with some changes made, but for what the rows say of them."""
        is_new = VARIANTS_CHANGE in made or not self._is_weighed_otherwise
        return _weighing_of(self.new, self.stacked[1]) if is_new else _weighing_of(self.old, self.stacked[0])

    @property
    def _is_weighed_otherwise(self) -> bool:
        old, new = _weighing_of(self.old, self.stacked[0]), _weighing_of(self.new, self.stacked[1])
        return old.amounts != new.amounts or (old.by_evidence != new.by_evidence and not new.is_single)


def _weighing_of(topic: Topic, stacked: Mapping[str, Array] | None) -> VariantWeighing:
    if stacked:
        return VariantWeighing(stacked_sums(stacked), by_evidence=False, replicates=stacked)
    return VariantWeighing(dict(topic.prior_weights), weighs_by_evidence(topic))


def _with_record(rival: Topic, other: Topic) -> Topic:
    """A variant with the rows and points that another state of its topic has."""

    def stream_of(stream: Stream) -> Stream:
        return replace(stream, rows=other.streams[stream.name].rows) if stream.name in other.streams else stream

    def series_of(series: Series) -> Series:
        return replace(series, points=other.series[series.name].points) if series.name in other.series else series

    streams = {name: stream_of(stream) for name, stream in rival.streams.items()}
    return replace(rival, streams=streams, series={name: series_of(series) for name, series in rival.series.items()})
