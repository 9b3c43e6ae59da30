"""What the sliders of ``forecast watch`` ask for: the answers that other priors would give, and one prior written with its reason."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from forecast.actions.linked_fits import LinkedFits
from forecast.actions.set_prior import revise
from forecast.actions.whatif import answers_with_priors
from forecast.book.files.folder import Folder
from forecast.book.files.layout import topic_names
from forecast.book.files.prior_text import Revision
from forecast.book.files.problems import Problem, format_problems, has_errors
from forecast.book.links import LinkFit
from forecast.book.sentences import with_full_stop
from forecast.cache.store import Store
from forecast.model.settings import Settings
from forecast.watching.sliders import short_answer

LONGEST_SENT_TEXT = 2_000  # characters of a statement, a reason or a name


class WrongRequest(Exception):
    """A request that no slider sends."""


@dataclass(frozen=True, slots=True)
class PriorTrials:
    """What is needed to try and to write priors of a book; one is tried at a time, since each takes a core.

    ``fits`` carry the posteriors of linked topics from one trial to the next, by the hash of all that determines them.
    """

    root: Path
    settings: Settings
    turn: threading.Lock = field(default_factory=threading.Lock)
    fits: dict[str, LinkFit] = field(default_factory=dict, repr=False)

    def try_priors(self, asked: object, as_of: date) -> dict[str, Any]:
        """Return the answers of a topic with other priors, or the problems; nothing is written.

        ``asked`` has a ``topic``, and ``priors`` by their names.  Raises ``WrongRequest`` where it has not.
        """
        request = _object_of(asked)
        topic, priors = self._topic(request), {name: _text(request, "priors", name) for name in _object_of(request.get("priors"))}
        with self.turn:
            linked = LinkedFits(Store(None), self.settings, self.fits)
            found = answers_with_priors(self.root, topic, priors, as_of=as_of, settings=self.settings, linked=linked)
        if has_errors(found.problems):
            return _refusal(found.problems)
        answers = [{"name": name, "asks": answer["asks"], "says": short_answer(answer)} for name, answer in found.after.items()]
        return {"answers": answers, "distrusted": found.distrusted}

    def write_prior(self, asked: object, today: date) -> dict[str, Any]:
        """Write one prior into its file with the reason, reviewed today, or return why not.

        ``asked`` has a ``topic``, a ``prior`` (a parameter, or ``parameter[label]``), a ``statement`` and a ``why``.  Raises ``WrongRequest``
        where it has not.
        """
        request = _object_of(asked)
        topic, (statement, why) = self._topic(request), (_text(request, name).strip() for name in ("statement", "why"))
        name, _, label = _text(request, "prior").removesuffix("]").partition("[")
        if not why:
            return {"problems": "Say why: a prior without a reason is not written."}
        done = revise(self.root, topic, Revision(name, statement, label, with_full_stop(why), today), today=today)
        if has_errors(done.problems):
            return _refusal(done.problems)
        return {"written": f"{done.path}:{done.line}"}

    def _topic(self, request: Mapping[str, Any]) -> str:
        topic = _text(request, "topic")
        if topic not in topic_names(Folder(self.root)):
            raise WrongRequest("there is no such topic")
        return topic


def _refusal(problems: tuple[Problem, ...]) -> dict[str, Any]:
    return {"problems": format_problems(problems)}


def _object_of(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise WrongRequest("this is no object of JSON")
    return value


def _text(request: Mapping[str, Any], *keys: str) -> str:
    value: Any = request
    for key in keys:
        value = _object_of(value).get(key)
    if not isinstance(value, str) or len(value) > LONGEST_SENT_TEXT:
        raise WrongRequest(f"`{keys[0]}` is no text, or too long a one")
    return value
