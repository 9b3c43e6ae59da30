"""The reports that an update of some topics leaves behind: those of other topics that have a prior from one of these."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from forecast.actions.plan import TopicPlan
from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path, topic_names
from forecast.book.files.problems import FileFault
from forecast.book.links import topics_mentioned, transitive_mentions


def reports_left_behind(root: Path, plans: Collection[TopicPlan]) -> tuple[str, ...]:
    """Return the topics of a book, not among those of ``plans``, whose links lead to one of these that was conditioned anew."""
    anew = {plan.topic for plan in plans if "condition" in plan.steps}
    if not anew:
        return ()
    folder, updated = Folder(root), {plan.topic for plan in plans}
    names = topic_names(folder)
    mentioned = {name: _mentions(folder, name) for name in names}
    return tuple(name for name in names if name not in updated and anew.intersection(transitive_mentions(name, mentioned)))


def _mentions(folder: Folder, name: str) -> tuple[str, ...]:
    """The topics that the links of a topic name; none where its prior file cannot be read, which its own update will say."""
    path = prior_path(name)
    try:
        return topics_mentioned(folder.read(path).decode(errors="replace")) if folder.kind(path) == "file" else ()
    except FileFault:
        return ()
