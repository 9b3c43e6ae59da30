"""Before and after computed at once, in a copy of the process, or in turn: the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast import processes
from forecast.actions.observe import Observation
from forecast.actions.whatif import suppose
from forecast.book.topic import Topic
from forecast.insight import carried_posteriors
from forecast.insight.published import PublishedResult
from forecast.model.settings import Settings
from forecast.watching.trying import PriorTrials
from tests.support.linked_books import DAY, write_linked_book
from tests.support.paths import TINY_BOOK
from tests.support.variant_books import write_variant_book

COPIES = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1  # whether this machine lets a copy be made

SUPPOSE = f"""
import json, os, sys
from datetime import date
from pathlib import Path
import forecast.actions.whatif as supposing
from forecast.model.settings import Settings

read, made_here = supposing._topic_answers, []
def counting(*given):
    made_here.append(os.getpid())
    return read(*given)
supposing._topic_answers = counting
found = supposing.suppose(Path({str(TINY_BOOK)!r}), "ferry", priors={{"burstiness": "Gamma(mean=5, sd=2)"}}, rows=[], as_of=date(2025, 1, 1), settings=Settings())
print(json.dumps([len(made_here), found.problems, found.before, found.after, found.distrusted]))
"""

DIES = """
import os
from forecast.actions.whatif import _TopicAnswers
from forecast.processes import compute_side_by_side
here = os.getpid()
def one():
    if os.getpid() != here:
        os._exit(9)
    return _TopicAnswers(sound=True)
print(compute_side_by_side(one, _TopicAnswers) == (_TopicAnswers(sound=True), _TopicAnswers()))
"""


def run(code: str) -> str:
    """The output of a program in a process of one thread."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


@pytest.mark.skipif(not COPIES, reason="one core, or a system that cannot copy a process")
@pytest.mark.slow
def test_side_by_side_and_in_turn_give_the_same_answers():
    """On two cores one of the two readings is made in a copy of the process; on one core both are made here, with the same numbers."""
    copied, *apart = json.loads(run(SUPPOSE))
    in_turn, *here = json.loads(run("import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n" + SUPPOSE))
    assert (copied, in_turn) == (1, 2)
    assert apart == here
    assert apart[1] != apart[2]


@pytest.mark.skipif(not COPIES, reason="one core, or a system that cannot copy a process")
def test_a_copy_that_dies_is_made_up_for():
    """Where the copy of the process is killed its part is computed here."""
    assert run(DIES).strip() == "True"


@pytest.mark.parametrize("cores", [1, 2])
def test_the_work_is_announced_once_before_it_begins(cores: int, monkeypatch: pytest.MonkeyPatch):
    """It is told in this process alone, after a copy has been made if one is, and before anything is computed here."""
    monkeypatch.setattr(processes, "core_count", lambda: cores)
    here, told = os.getpid(), []
    both = processes.compute_side_by_side(
        lambda: told.append("one") or os.getpid(), lambda: told.append("other") or os.getpid(), started=lambda: told.append("began")
    )
    copied = both[0] != here
    assert told == (["began", "other"] if copied else ["began", "one", "other"])
    assert both[1] == here


def test_what_is_supposed_tells_its_progress():
    """One word before the answers, for the bar that a terminal shows after a second."""
    told = []
    supposed = suppose(
        TINY_BOOK,
        "ferry",
        priors={"burstiness": "Gamma(mean=5, sd=2)"},
        rows=[],
        as_of=date(2025, 1, 1),
        settings=Settings(draws=256),
        progress=lambda doing, *_: told.append(doing),
    )
    assert (supposed.problems, told) == ((), ["computing the answers before and after"])


def test_a_prior_may_be_supposed_as_a_rival_has_it(tmp_path):
    """What a variant says of a parameter can be tried as the topic's own: it is a warning that the variant then says the same, and no error."""
    write_variant_book(tmp_path)
    settings = Settings(draws=256)
    supposed = suppose(tmp_path, "made", priors={"rate": "Gamma(alpha=20, beta=2)"}, rows=(), as_of=date(2025, 12, 31), settings=settings)
    assert supposed.problems == ()
    chances = [answers["many"]["value"]["value"] for answers in (supposed.before, supposed.after)]
    assert chances[0] < chances[1]


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The linked topics whose posteriors are computed, in their order, where everything is computed in this process."""
    names: list[str] = []
    read = carried_posteriors.published_answers

    def counted(topic: Topic, *given: Any) -> PublishedResult:
        names.append(topic.name)
        return read(topic, *given)

    monkeypatch.setattr(processes, "core_count", lambda: 1)
    monkeypatch.setattr(carried_posteriors, "published_answers", counted)
    return names


def test_a_linked_topic_is_computed_once_for_before_and_after(tmp_path: Path, computed: list[str]):
    """And not at all where the cache has it, with the same answers; where its own rows are others it is computed again."""
    write_linked_book(tmp_path)
    row = Observation(date(2025, 4, 1), date(2025, 4, 30), "2", "supposed", columns={"seen": "9"})
    words: dict[str, Any] = {"priors": {}, "rows": [("cases", row)], "as_of": DAY, "settings": Settings(draws=2_048)}
    bare = suppose(tmp_path, "target", **words)
    assert (bare.problems, computed) == ((), ["source"])
    cache = tmp_path / "cache"
    first = suppose(tmp_path, "target", **words, cache=cache)
    assert computed == ["source"] * 2
    second = suppose(tmp_path, "target", **words, cache=cache)
    assert computed == ["source"] * 2
    assert (bare.before, bare.after) == (first.before, first.after) == (second.before, second.after)
    assert bare.before != bare.after
    rows = tmp_path / "seeds/source/cases.csv"
    rows.write_text(rows.read_text(encoding="utf-8") + "2025-03-01,2025-03-31,4,5,2025-04-01,https://example.org/more\n", encoding="utf-8")
    changed = suppose(tmp_path, "target", **words, cache=cache)
    assert computed == ["source"] * 3
    assert changed.before != bare.before


def test_a_linked_topic_is_computed_for_each_day_on_which_it_knows_something_else(tmp_path: Path, computed: list[str]):
    """A row that reaches beyond a row of the linked topic moves the day of the answers after: they rest on what is known then."""
    write_linked_book(tmp_path)
    row = Observation(date(2025, 2, 1), date(2025, 3, 31), "2", "supposed", columns={"seen": "9"})
    as_of = date(2025, 2, 15)
    supposed = suppose(tmp_path, "target", priors={}, rows=[("cases", row)], as_of=as_of, settings=Settings(draws=2_048))
    assert (supposed.problems, supposed.after_as_of) == ((), date(2025, 3, 31))
    assert computed == ["source"] * 2


def test_sliders_compute_a_linked_topic_once(tmp_path: Path, computed: list[str]):
    """From one trial to the next."""
    write_linked_book(tmp_path)
    trials = PriorTrials(tmp_path, Settings(draws=2_048, engine="importance"))
    tried = [trials.try_priors({"topic": "target", "priors": {}}, DAY) for _ in range(2)]
    assert "answers" in tried[0]
    assert tried[0] == tried[1]
    assert computed == ["source"]
