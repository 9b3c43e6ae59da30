"""Progress of work that has parts."""

from __future__ import annotations

from forecast.model.progress import PartialProgress


def test_a_part_counts_on_from_what_was_done_before_it():
    """What a part reports is passed on for the whole: with the part's label, after the parts before it, among all parts."""
    told: list[tuple[str, int, int]] = []
    part = PartialProgress(lambda doing, done=0, of=1: told.append((doing, done, of)), 30, 90, "ferry: ")
    part("weighing draws")
    part("replaying days", 7, 30)
    PartialProgress(part, 2, 5, "again: ")("sampling", 1)
    assert told == [("ferry: weighing draws", 30, 90), ("ferry: replaying days", 37, 90), ("ferry: again: sampling", 33, 90)]
