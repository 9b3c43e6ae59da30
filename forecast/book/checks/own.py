"""Checks of a topic's own model: that it is asked for, and that NUTS alone can answer what the topic declares."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from forecast.book.checks.statements import family_of
from forecast.book.draft import Draft
from forecast.book.files.folder import Folder
from forecast.book.files.layout import MODEL_FILE, TOPIC_FILE, model_path
from forecast.book.files.problems import Place, Problem, Result
from forecast.book.files.sources import read_source
from forecast.book.topic import OwnModel


def read_own_model(folder: Folder, draft: Draft, files: tuple[str, ...]) -> Result[OwnModel]:
    """Return a topic's own model as text, never run here; None where it has none, or does not ask for it.

    ``files`` are the names in the topic's directory.
    """
    if MODEL_FILE not in files:
        return Result(None)
    path = model_path(draft.name)
    if draft.table.engine != "nuts":
        hint = f'say engine = "nuts" in {TOPIC_FILE} to make it the model'
        unused = Problem(Place(path), f"`{MODEL_FILE}` is not used: {TOPIC_FILE} does not ask for NUTS", hint, level="warning")
        return Result(None, (unused,))
    source, problems = read_source(folder, path)
    problems = (*problems, *_check_continuous(draft), *_check_regimes(draft))
    if source is None:
        return Result(None, problems)
    return Result(OwnModel(path, source.text, hashlib.sha256(source.text.encode()).hexdigest()), problems)


def _check_continuous(draft: Draft) -> Iterator[Problem]:
    """NUTS moves in continuous values, and what a topic's own model sums out nobody else can draw."""
    for name, prior in draft.parameters.items():
        parts = [part.written for part in prior.parts.values() if part.written]
        kinds = [family_of(written) for written in (*prior.statements.values(), *parts)]
        if any(kind is not None and kind.discrete for kind in kinds):
            yield draft.priors.at_key(
                (name,),
                f"`{name}` is discrete, and a topic with its own model is sampled by NUTS alone",
                f"sum it out in {MODEL_FILE}, and declare here the continuous parameters that answers need",
            )


def _check_regimes(draft: Draft) -> Iterator[Problem]:
    """States are drawn given the rows by the statements, which a topic's own model may not follow."""
    for name in draft.table.regimes:
        message = f"a topic with its own model has no hidden regimes: {MODEL_FILE} need not follow the statements by which states are found"
        yield draft.topic.at_key(("regimes", name), message, f"sum the states out in {MODEL_FILE}, or leave that file out")
