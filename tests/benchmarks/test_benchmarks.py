"""Costs are counted right, and what is measured is what it is called; no time is asserted."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from forecast.actions.check import read_checked_book
from tests.benchmarks import __main__ as command_line
from tests.benchmarks.books import write_long_record, write_small_topics
from tests.benchmarks.case import Options
from tests.benchmarks.cases import all_cases
from tests.benchmarks.growing import _peak_mb_at
from tests.benchmarks.growth import growth_exponent, marginal_costs
from tests.benchmarks.measure import Command, CommandFailed, Cost, measure, measure_in_turn, median_cost, median_ratio
from tests.benchmarks.models import MODELS, data_of
from tests.benchmarks.profile_line import OWN, costliest_line, line_of
from tests.benchmarks.programs import nutpie_program
from tests.benchmarks.result import read_result
from tests.benchmarks.rows import Target, command_row, growth_row, round_figures

pytestmark = pytest.mark.medium

BUSY = "import time\nwhile time.process_time() < {0}: pass"
CHILD = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', {0!r}], check=True)"


def python(code, folder, **more):
    """A command of this Python."""
    return Command((sys.executable, "-I", "-S", "-c", code), folder, {}, **more)


def test_the_cpu_seconds_of_children_count(tmp_path):
    """A process that waits for a busy child costs what the child does; one that sleeps costs next to nothing."""
    busy = measure(python(CHILD.format(BUSY.format(0.4)), tmp_path))
    idle = measure(python("import time; time.sleep(0.4)", tmp_path))
    assert 0.4 <= busy.cpu_seconds < 1.5
    assert idle.cpu_seconds < 0.3
    assert idle.seconds >= 0.4


def test_the_memory_is_that_of_the_command_and_not_of_whoever_measures(tmp_path):
    """A process that holds 100 megabytes more counts as 100 megabytes more, whatever this process holds."""
    held = np.ones(30_000_000)
    plain, large = (measure(python(f"held = b'x' * {size}", tmp_path)).peak_mb for size in (1, 100 * 2**20))
    assert held.nbytes / 2**20 > 200
    assert plain < 60
    assert 95 < large - plain < 110


def test_a_command_that_fails_or_takes_too_long_is_told(tmp_path):
    """Another status than expected is an error with what was printed; so is a command that does not end, which is ended."""
    with pytest.raises(CommandFailed, match="no such row"):
        measure(python("import sys; sys.exit('no such row')", tmp_path))
    assert not measure(python("import sys; sys.exit(3)", tmp_path, status=3)).output
    with pytest.raises(CommandFailed, match=r"took more than 0\.5 s"):
        measure(python("import time; time.sleep(60)", tmp_path), most_seconds=0.5)


def test_commands_that_are_compared_run_in_turn(tmp_path):
    """Each command runs as often as the others, one after another; one that fails has no costs and stops none."""
    note = "open('order.txt', 'a').write('{0}')"
    costs = measure_in_turn({"a": python(note.format("a"), tmp_path), "b": python(note.format("b"), tmp_path)}, runs=2)
    assert ((tmp_path / "order.txt").read_text("utf-8"), [len(runs) for runs in costs.values()]) == ("abab", [2, 2])
    costs = measure_in_turn({"a": python("", tmp_path), "b": python("1 / 0", tmp_path)}, runs=2)
    assert [len(runs) for runs in costs.values()] == [2, 0]


def test_medians_are_of_each_figure_and_of_ratios_in_pairs():
    """The median run is not one of the runs; ratios are taken run by run."""
    ones = [Cost(1, 10, 5, "first"), Cost(4, 30, 1), Cost(2, 20, 9, "last")]
    assert median_cost(ones) == Cost(2, 20, 5, "last")
    assert median_ratio(ones, [Cost(2, 0, 0), Cost(2, 0, 0), Cost(2, 0, 0)]) == pytest.approx(1.0)


def test_exponents_and_slopes_of_a_made_up_table():
    """A cost of 3 n^1.5 has the exponent 1.5; one of 2 + 0.01 n costs 0.01 more for each."""
    sizes = [10, 100, 1000]
    assert growth_exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)
    assert marginal_costs(sizes, [2 + 0.01 * size for size in sizes]) == pytest.approx([0.01, 0.01])
    with pytest.raises(ValueError, match="two sizes"):
        growth_exponent([10], [1.0])


def test_a_target_is_met_up_to_itself_and_not_beyond():
    """Seconds at the target meet it, a little more does not; memory counts where it is limited."""
    target = Target(0.5, memory_mb=100)
    assert [target.is_met(0.5, 100), target.is_met(0.51, 100), target.is_met(0.5, 101)] == [True, False, False]
    assert target.text() == "0.5 CPU s, 100 MB"
    row = command_row("`x`", Cost(0.51, 9, 1), runs=1, target=target)
    assert (row["target"], row["met"]) == ("0.5 CPU s, 100 MB", False)
    assert Target(15.0, "ms", 1024, at=" at most").text() == "15 ms, 1,024 MB at most"
    assert "met" not in command_row("`x`", Cost(0.51, 9, 1), runs=1)


def test_growth_is_counted_without_what_the_start_costs():
    """The exponent is that of the cost beyond the start; the target of one more is held against the last slope."""
    costs = [Cost(1 + 0.02 * size, 50, 1) for size in (10, 100, 1000)]
    row = growth_row("x", "topics", (10, 100, 1000), costs, start=1.0, target=Target(15.0, "ms a topic"))
    assert (row["exponent"], row["marginal_ms"][-1], row["met"]) == (pytest.approx(1.0), pytest.approx(20.0), False)


def test_memory_at_a_larger_size_lies_on_the_line_through_the_largest_two():
    """From 60 MB at 100 and 80 MB at 200 follow 240 MB at 1,000; memory that falls is not extrapolated below what was measured."""
    rising = [Cost(1, 50, 1), Cost(1, 60, 1), Cost(1, 80, 1)]
    assert _peak_mb_at(1000, (1, 100, 200), rising) == pytest.approx(240)
    assert _peak_mb_at(1000, (1, 100, 200), rising[::-1]) == pytest.approx(50)


def test_figures_are_rounded_to_three_digits():
    """Floats keep three digits, whole ones as integers; integers, truths and words stay."""
    assert round_figures({"a": [1234.5, 0.0123456, 2.0], "b": 123456, "c": True, "d": "x", "e": 0.0}) == {
        "a": [1230, 0.0123, 2],
        "b": 123456,
        "c": True,
        "d": "x",
        "e": 0,
    }


def test_the_time_of_libraries_goes_to_the_function_that_called_them():
    """A library's own time counts for its callers in proportion to their calls, through other libraries; imports are one function."""
    own, other = (f"{OWN}a.py", 1, "f"), (f"{OWN}b.py", 1, "g")
    inner, outer, importing = ("/lib/n.py", 1, "inner"), ("/lib/n.py", 9, "outer"), ("<frozen importlib._bootstrap>", 1, "load")
    stats = {
        own: (1, 1, 1.0, 5.0, {}),
        other: (1, 1, 2.0, 3.0, {}),
        outer: (2, 2, 0.0, 5.0, {own: (1, 1, 0.0, 4.0), other: (1, 1, 0.0, 1.0)}),
        inner: (2, 2, 5.0, 5.0, {outer: (2, 2, 5.0, 5.0)}),
        importing: (1, 1, 2.0, 2.0, {}),
    }
    assert line_of(stats) == "a:f 50 %, b:g 30 %"
    assert line_of({key: stats[key] for key in (other, importing)} | {importing: (1, 1, 6.0, 6.0, {})}) == "imports 75 %, b:g 25 %"
    assert costliest_line(lambda: None) == "none of the package"


def test_books_that_are_written_have_no_problems(tmp_path, monkeypatch):
    """A check of small topics of each kind and of a long record, with a row a day or several, finds nothing wrong, and each has as many topics or rows as asked for."""
    write_small_topics(tmp_path / "small", 5)
    write_long_record(tmp_path / "long", 120)
    small, wrong = read_checked_book(tmp_path / "small", [f"t{number:05}" for number in range(5)], ())
    assert (len(small.topics), [problem for problem in wrong if problem.level == "error"]) == (5, [])
    monkeypatch.setattr("tests.benchmarks.books.MOST_DAYS", 50)
    write_long_record(tmp_path / "crowded", 120)
    for name in ("long", "crowded"):
        book, wrong = read_checked_book(tmp_path / name, ["level"], ())
        assert (len(book.topics["level"].streams["readings"].rows), [problem for problem in wrong if problem.level == "error"]) == (120, [])


@pytest.mark.parametrize("name", MODELS)
def test_the_gradients_of_nutpie_alone_are_those_of_its_densities(name):
    """Differences of the log density over small steps are the gradient to six digits."""
    data = {key: np.asarray(values, float) for key, values in data_of(name).items()}
    size, density = getattr(nutpie_program, name)(**data)
    at = np.random.default_rng(2).normal(0.3, 0.2, size)
    step = 1e-5 * np.eye(size)
    differences = [(density(at + each)[0] - density(at - each)[0]) / 2e-5 for each in step]
    assert density(at)[1] == pytest.approx(differences, rel=1e-5, abs=1e-5)


@pytest.mark.slow
def test_two_cheap_cases_are_measured_from_the_command_line(tmp_path, capsys):
    """Two cases write a result with their rows and print its table; a third, measured alone, leaves theirs."""
    out = tmp_path / "result.json"
    assert command_line.main(["--quick", "--only", "help", "--only", "forward", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "`forecast --help`" in printed
    assert "not measured: no environment with @quri/squiggle-lang was given" in printed
    first = json.loads(out.read_text("utf-8"))["cases"]
    assert command_line.main(["--quick", "--only", "show", "--out", str(out)]) == 0
    second = json.loads(out.read_text("utf-8"))["cases"]
    assert (set(first), set(second), second["help"]) == ({"help", "forward"}, {"help", "forward", "show"}, first["help"])


def test_a_case_that_fails_stops_no_other_and_keeps_its_row(tmp_path, capsys):
    """The others are measured, the failed one is named, and its earlier row stays."""

    def fail(_options):
        raise CommandFailed("gone")

    row = command_row("`x`", Cost(1, 1, 1), runs=1)
    cases = [replace(all_cases()["help"], measure=fail), replace(all_cases()["show"], measure=lambda _: row)]
    out = tmp_path / "result.json"
    assert command_line.run_cases(cases, Options(tmp_path), out, kept={"help": row | {"title": "kept"}}) == ["help"]
    assert {name: row["title"] for name, row in read_result(out)["cases"].items()} == {"help": "kept", "show": "`x`"}
    assert "gone" in capsys.readouterr().err
