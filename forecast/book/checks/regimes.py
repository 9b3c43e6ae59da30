"""Checks of hidden regimes: their states and steps, the parameters that move them, and the streams whose rows depend on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import numpy as np

from forecast.book.calendar import CALENDARS, MOST_CALENDAR_STEPS, step_numbers
from forecast.book.checks.scopes import find_used_names
from forecast.book.checks.statements import constants_of, has_share_values
from forecast.book.draft import Draft, PriorDraft, StreamDraft
from forecast.book.files.names import ARTICLES, DEFAULT
from forecast.book.files.problems import Problem, limit_problems
from forecast.book.files.shapes import RegimeTable
from forecast.book.regime import STATIONARY
from forecast.book.rows import current_rows
from forecast.language.distributions.families import family_for
from forecast.language.faults import Fault, did_you_mean

MOST_REGIME_STATES = 8
TELLING_LEVELS = np.array([0.05, 0.95])  # of priors that tell two states apart


def check_regimes(draft: Draft) -> Iterator[Problem]:
    """Yield what is wrong with the hidden regimes of a topic or a variant, and with the rows that depend on them.

    Of a regime that no statement uses only the states and steps are looked at: it may be that of a variant.
    """
    for name, regime in draft.table.regimes.items():
        if name in CALENDARS:
            message = f"`{name}` is a calendar step and cannot be the name of a regime"
            yield draft.topic.at_key(("regimes", name), message, "choose another name")
            continue
        shape = (*_check_states(draft, name, regime), *_check_step(draft, name, regime))
        yield from shape
        streams = tuple(_streams_of(draft, name))
        if not streams:
            continue
        yield from _check_start(draft, name, regime)
        yield from _check_moves(draft, name, regime)
        yield from _check_streams(draft, name, streams)
        if not shape:
            yield from _check_levels(draft, name, regime)
            for key in streams:
                yield from _check_rows(draft, draft.streams[key], name, regime)


def used_regimes(draft: Draft) -> tuple[str, ...]:
    """Return the regimes that some stream's statement uses."""
    return tuple(name for name in draft.table.regimes if any(_streams_of(draft, name)))


def check_unused_regimes(draft: Draft, used: Collection[str]) -> Iterator[Problem]:
    """Yield the regimes of a topic that neither it nor a variant uses; ``used`` are those that one does."""
    for name in draft.table.regimes:
        if name not in {*used, *CALENDARS} and len(draft.streams) == len(draft.table.streams):
            hint = f"use a parameter by its state, as in `level[{name}]`, or delete the regime"
            yield draft.topic.at_key(("regimes", name), f"no stream's statement uses the regime `{name}`", hint)


def _check_states(draft: Draft, name: str, regime: RegimeTable) -> Iterator[Problem]:
    keys = ("regimes", name, "states")
    twice = [state for state, count in Counter(regime.states).items() if count > 1]
    if DEFAULT in regime.states:
        message = f"`{DEFAULT}` cannot be a state: as a key of a prior it means every state without one of its own"
        yield draft.topic.at_value(keys, message, "choose another name")
    if twice:
        yield draft.topic.at_value(keys, f'the state "{twice[0]}" is listed twice')
    elif not 2 <= len(regime.states) <= MOST_REGIME_STATES:
        count = len(regime.states)
        hint = "with one state nothing changes" if count < 2 else "put together states that rows cannot tell apart"
        yield draft.topic.at_value(keys, f"a regime has 2 to {MOST_REGIME_STATES} states, and this one has {count}", hint)


def _check_step(draft: Draft, name: str, regime: RegimeTable) -> Iterator[Problem]:
    """Each simulated step must lie within a step of the regime."""
    own, step = draft.table.step, regime.step
    if CALENDARS.index(step) < CALENDARS.index(own) or (own == "week" != step):
        what = "crosses the ends of" if own == "week" else "is longer than"
        message = f"a {own}, the topic's step, {what} a {step}, in which the state stays the same"
        yield draft.topic.at_value(("regimes", name, "step"), message, 'give the topic a finer `step`, as in step = "day"')


def _check_start(draft: Draft, name: str, regime: RegimeTable) -> Iterator[Problem]:
    if regime.start != STATIONARY:
        yield from _check_shares(draft, name, regime, ("start",), regime.start)


def _check_moves(draft: Draft, name: str, regime: RegimeTable) -> Iterator[Problem]:
    """How states follow one another: by ``stay``, or by a Dirichlet parameter for each state."""
    keys = ("regimes", name)
    if bool(regime.stay) == bool(regime.transition):
        message = "both `stay` and `transition` are given" if regime.stay else "nothing says how the states follow one another"
        hint = "`stay` is the probability of the same state again; `transition` has a Dirichlet parameter for each state"
        yield draft.topic.at_key(keys, message, hint)
    if regime.stay:
        yield from _check_stay(draft, name, regime.stay)
    for state, parameter in regime.transition.items():
        if state not in regime.states:
            yield draft.topic.at_key((*keys, "transition", state), f'`{name}` has no state "{state}"', did_you_mean(state, regime.states))
        yield from _check_shares(draft, name, regime, ("transition", state), parameter)
    missing = [state for state in regime.states if state not in regime.transition]
    if regime.transition and missing:
        yield draft.topic.at_key((*keys, "transition"), f'`transition` does not say what follows "{missing[0]}"')


def _check_stay(draft: Draft, name: str, stay: str) -> Iterator[Problem]:
    keys = ("regimes", name, "stay")
    prior, unknown = _parameter(draft, stay)
    if prior is None:
        yield from (draft.topic.at_value(keys, *fault) for fault in unknown)
    elif prior.table.per not in {"", name}:
        message = f"`{stay}` has one value for each label of `{prior.table.per}`"
        yield draft.topic.at_value(keys, message, f'it has a single value, or one for each state: per = "{name}"')
    elif not _is_share(prior):
        yield draft.topic.at_value(keys, f"`{stay}` is no probability by its prior", "take a prior of a share, as Beta or LogitNormal")


def _is_share(prior: PriorDraft) -> bool:
    """Whether all that a prior says, where it can be read, is of a number between 0 and 1."""
    parts = [part.written for part in prior.parts.values() if part.written and part.is_used]
    written = [*prior.statements.values(), *parts]
    try:
        return not prior.categories and not prior.shares and not prior.links and all(map(has_share_values, written))
    except Fault:  # reported at the prior
        return True


def _check_shares(draft: Draft, name: str, regime: RegimeTable, key: tuple[str, ...], parameter: str) -> Iterator[Problem]:
    keys = ("regimes", name, *key)
    prior, unknown = _parameter(draft, parameter)
    if prior is None:
        yield from (draft.topic.at_value(keys, *fault) for fault in unknown)
    elif prior.statements and set(prior.shares) != set(regime.states):
        example = ", ".join(f"{state}=1" for state in regime.states)
        yield draft.topic.at_value(
            keys, f"`{parameter}` has not one share for each state of `{name}`", f"its prior is like Dirichlet({example})"
        )


def _parameter(draft: Draft, name: str) -> tuple[PriorDraft | None, list[tuple[str, str]]]:
    """The parameter of a name; or what is wrong with the name, nothing where the prior file could not be read."""
    if name in draft.parameters:
        return draft.parameters[name], []
    if not draft.priors_known or draft.kinds.get(name) == "parameter":
        return None, []
    if name in draft.kinds:
        return None, [(f"`{name}` is {ARTICLES[draft.kinds[name]]}, not a parameter", "")]
    hint = did_you_mean(name, draft.parameters) or f"add [{name}] to {draft.priors.source.path}"
    return None, [(f"unknown parameter `{name}`", hint)]


def _streams_of(draft: Draft, name: str) -> Iterator[str]:
    """The streams whose statements use a regime, through quantities too."""
    for key, stream in draft.streams.items():
        if name in find_used_names(draft, *stream.value.tree.arguments.values()).names:
            yield key


def _check_streams(draft: Draft, name: str, streams: Sequence[str]) -> Iterator[Problem]:
    """A stream depends on a regime in its statement alone, and on no other regime."""
    for key in streams:
        others = [other for other in draft.table.regimes if other != name and key in _streams_of(draft, other)]
        if others and name < others[0]:
            message = f"the statement uses two regimes, `{name}` and `{others[0]}`; it can use only one yet"
            yield draft.topic.at_value(("streams", key, "value"), message, "one regime may have a state for each combination")
        for part in ("reliability", "weight"):
            if getattr(draft.streams[key].table, part):
                message = f"`{part}` cannot be given yet where the statement uses a regime, here `{name}`"
                yield draft.topic.at_key(("streams", key, part), message, "leave one of the two out")


def _check_rows(draft: Draft, stream: StreamDraft, name: str, regime: RegimeTable) -> Iterator[Problem]:
    """Each row lies within a step and has one value, and there are not too many steps."""
    if stream.record is None or not len(stream.record.rows):
        return
    rows = current_rows(stream.record.rows)
    first, last = (step_numbers(regime.step, days.astype(np.int64)) for days in (rows.start, rows.end))
    opens = step_numbers(regime.step, np.array(draft.table.opens.toordinal()))
    if (count := int(last.max() - opens) + 1) > MOST_CALENDAR_STEPS:
        message = f"the record has {count:,} steps of a {regime.step}; at most {MOST_CALENDAR_STEPS} can be computed"
        yield draft.topic.at_value(("regimes", name, "step"), message, "use a coarser step")
    wrong = [(rows[at], _crossing_fault(name, regime.step)) for at in np.flatnonzero(first != last).tolist()]
    wrong += [(rows[at], _range_fault(name)) for at in np.flatnonzero(rows.ranged).tolist()]
    yield from limit_problems(stream.record.at_cell(row, "", *fault) for row, fault in wrong)


def _crossing_fault(name: str, step: str) -> tuple[str, str]:
    message = f"this row reaches from one {step} into another, and the regime `{name}` may change between them"
    return message, f"split the row at the end of the {step}, or give the regime a coarser `step`"


def _range_fault(name: str) -> tuple[str, str]:
    return f"this row has a range, which cannot be used yet where the statement uses a regime, here `{name}`", "write one value"


def _check_levels(draft: Draft, name: str, regime: RegimeTable) -> Iterator[Problem]:
    """Warn of states that no prior tells apart: which of them is which would rest on nothing, or on little."""
    levels = [key for key, prior in draft.parameters.items() if prior.table.per == name and key != regime.stay]
    intervals = {key: _intervals(draft.parameters[key], regime) for key in levels}
    for one, other in combinations(regime.states, 2):
        pairs = {key: (its[one], its[other]) for key, its in intervals.items() if one in its and other in its}
        if not levels or len(pairs) < len(levels) or any(a[1] <= b[0] or b[1] <= a[0] for a, b in pairs.values()):
            continue
        first = levels[0]
        same = all(a == b for a, b in pairs.values())
        what = f'are the same for "{one}" and "{other}"' if same else f'overlap for "{one}" and "{other}" (5 to 95 %)'
        message = f"the priors of {', '.join(f'`{key}`' for key in levels)} {what}, so that the rows may take one state for the other"
        yield draft.priors.at_key((first,), message, f"give each state a prior of its own, in order: [{first}.prior]", level="warning")
        return


def _intervals(prior: PriorDraft, regime: RegimeTable) -> dict[str, tuple[float, float]]:
    """The 90 % interval of a prior in each state; none of a state whose prior depends on other parameters."""
    found: dict[str, tuple[float, float]] = {}
    for state in regime.states:
        written = prior.statements.get(state, prior.statements.get(DEFAULT))
        try:
            arguments = constants_of(written.tree) if written is not None else {}
            if written is not None and arguments:
                low, high = family_for(written.tree).quantile(TELLING_LEVELS, **arguments).tolist()
                found[state] = (low, high)
        except Fault:  # reported at the prior
            continue
    return found
