"""``forecast prior show``, ``whatif``, ``export``, ``schemas`` and the command line as a whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from forecast import __version__
from tests.cli.conftest import Run, files_of
from tests.support.command_line import CliRunner, commands
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium


def test_priors_and_posteriors_stand_side_by_side(run: Run):
    """Each value has a line with both its points and a picture of each; JSON has the numbers."""
    shown = run("prior", "show", "ferry", "--as-of", "2025-01-01")
    assert shown.code == 0
    assert [line.split()[0] for line in shown.out.splitlines()[2:]] == [
        "breakdown_rate",
        "burstiness",
        "usual_crossings",
        "fault",
        "usual_lateness",
        "lateness[calm]",
        "lateness[rough]",
    ]
    found = json.loads(run("prior", "show", "--as-of", "2025-01-01", "--json").out)["ferry"]
    rate, fault = found[0], found[3]
    assert rate["before"]["points"] == pytest.approx([0.02, 0.10954, 0.6], rel=1e-3)
    assert rate["after"]["points"][2] < 0.5
    assert fault["before"]["categories"] == pytest.approx({"hull": 0.3, "engine": 0.7}, abs=1e-6)


def test_another_prior_moves_the_answers_and_writes_nothing(run: Run, book: Path):
    """Supposing that breakdowns are rare lowers the probability of three more; the book is unchanged."""
    before = files_of(book)
    words = ("--prior", "breakdown_rate=LogNormal(p5=0.001, p95=0.01)", "--as-of", "2025-01-01", "--json")
    found = json.loads(run("whatif", "ferry", *words).out)
    assert found["after"]["three_more"]["value"]["value"] < found["before"]["three_more"]["value"]["value"] - 0.1
    assert files_of(book) == before


def test_a_supposed_row_beyond_the_day_moves_the_day(run: Run):
    """A quiet half-year supposed after the as-of day counts whole, and the answer after is as of its end."""
    words = (
        "--observe",
        "breakdowns 2024-10-01..2024-12-31 0",
        "--as-of",
        "2024-11-20",
        "--prior",
        "usual_crossings=LogNormal(p5=214, p95=346)",
    )
    found = json.loads(run("whatif", "ferry", *words, "--json").out)
    assert (found["as_of"], found["after_as_of"]) == ("2024-11-20", "2024-12-31")
    assert found["after"]["three_more"]["value"]["value"] < found["before"]["three_more"]["value"]["value"]


def test_supposed_rows_are_told_in_the_words_of_their_stream(run: Run, book: Path):
    """With the clause of the topic where it has one, else by the unit; a prior alone supposes no row."""
    words = ("whatif", "ferry", "--as-of", "2024-11-20", "--draws", "512", "--observe", "breakdowns 2024-10-01..2024-10-31 1")
    assert run(*words).out.splitlines()[1] == "  Supposed: 1 breakdown, 1 to 31 October 2024."
    path = book / "seeds" / "ferry" / "topic.toml"
    told = 'unit    = "breakdowns"\nevent   = "another engine breaks down"'
    path.write_text(path.read_text(encoding="utf-8").replace('unit    = "breakdowns"', told), encoding="utf-8")
    assert run(*words).out.splitlines()[1] == "  Supposed: one engine breaks down, 1 to 31 October 2024."


def test_one_label_s_prior_can_be_supposed(run: Run):
    """`name[label]` stands for the prior of one label."""
    ran = run("whatif", "ferry", "--prior", "lateness[rough]=Beta(mean=0.9, strength=5)", "--as-of", "2025-01-01")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == ["ferry,", "three_more", "next_fault", "what_is_broken"]


def test_a_supposed_number_has_its_interval_before_and_after(run: Run, book: Path):
    """The median with its 90 % interval on both sides of the arrow, and a line that says so; without a number no such line."""
    path = book / "seeds" / "ferry" / "topic.toml"
    asked = '\n[questions.in_all]\nasks = "How many times?"\nby = 2025-12-31\nanswer = "total(breakdowns)"\nsettled = "By the log."\n'
    words = ("--prior", "breakdown_rate=LogNormal(p5=0.001, p95=0.01)", "--as-of", "2025-01-01", "--draws", "512")
    note = "  Of a number: its median, and in brackets its 90 % interval."
    assert note not in run("whatif", "ferry", *words).out
    path.write_text(path.read_text(encoding="utf-8") + asked, encoding="utf-8")
    *_, line, last = run("whatif", "ferry", *words).out.splitlines()
    assert re.fullmatch(r"  in_all +\d+ \(\d+ to \d+\) +→ +\d+ \(\d+ to \d+\) +How many times\?", line)
    assert last == note


@pytest.mark.parametrize(
    ("words", "first_line"),
    [
        (
            ("--prior", "breakdown_rat=LogNormal(p5=1, p95=2)"),
            "--prior: error: no prior `breakdown_rat` in topic `ferry`\n    breakdown_rat=LogNormal(p5=1, p95=2)\n    ^\n",
        ),
        (
            ("--prior", "breakdown_rate=LogNormal(p5=2, p95=1)"),
            "--prior: error: `p5=2` is above `p95=1`\n    breakdown_rate=LogNormal(p5=2, p95=1)\n                             ^\n",
        ),
        (
            ("--prior", "breakdown_rate=often"),
            "--prior: error: `breakdown_rate`: `often` cannot be understood\n    breakdown_rate=often\n                   ^\n",
        ),
        (("--observe", "breakdown 2024-10-05 1"), "seeds/ferry/topic.toml:1:1: error: no stream `breakdown` in topic `ferry`"),
        (("--observe", "breakdowns 2024-09-05 1"), "seeds/ferry/breakdowns.csv:6:1: error: this row overlaps line 5"),
    ],
)
def test_what_cannot_be_supposed_is_a_problem(run: Run, words: tuple[str, ...], first_line: str):
    """A name, statement or row that the checks refuse is reported as any other problem."""
    ran = run("whatif", "ferry", *words)
    assert ran.code == 1
    assert ran.err.startswith(first_line)


def test_supposing_nothing_is_a_wrong_command_line(run: Run):
    """Without --prior or --observe there is nothing to compare."""
    assert run("whatif", "ferry").code == 2


def test_a_topic_is_exported_as_a_program(run: Run):
    """The PyMC program is Python, and mentions nothing of this package."""
    ran = run("export", "ferry", "--pymc", "--as-of", "2025-01-01")
    assert ran.code == 0
    compile(ran.out, "ferry.py", "exec")
    assert "import forecast" not in ran.out


def test_export_wants_one_form(run: Run):
    """Neither or both forms is a mistake of the command line."""
    assert run("export", "ferry").code == 2
    assert run("export", "ferry", "--pymc", "--netcdf", "x.nc").code == 2


@pytest.mark.slow
def test_draws_are_exported_for_arviz(run: Run, tmp_path: Path):
    """The netCDF file holds the groups that ArviZ's plots and diagnostics work on."""
    import xarray

    path = tmp_path / "ferry.nc"
    assert run("export", "ferry", "--netcdf", str(path), "--as-of", "2025-01-01").code == 0
    with xarray.open_datatree(path) as tree:
        assert set(tree.children) >= {"prior", "posterior", "posterior_predictive", "log_likelihood", "observed_data", "sample_stats"}


def test_schemas_are_printed_as_they_are_kept():
    """The command prints the committed schemas."""
    schemas = ROOT / "forecast" / "schemas"
    for which in ("topic", "priors"):
        assert CliRunner().invoke(commands(), ["schemas", which]).stdout == (schemas / f"{which}.json").read_text()


def test_the_version_is_that_of_the_package():
    """--version tells the version that pyproject.toml gives."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert CliRunner().invoke(commands(), ["--version"]).stdout == f"forecast {project['version']}\n"
    assert project["version"] == __version__


APP = commands()
NAMES = (
    *(command.callback.__name__ for command in APP.registered_commands),
    *(f"{group.name} {command.name}" for group in APP.registered_groups for command in group.typer_instance.registered_commands),
)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_examples_and_options_explained(name: str):
    """A command's help says what it does and shows how it is called."""
    result = CliRunner().invoke(commands(), [*name.split(), "--help"])
    assert result.exit_code == 0
    assert "\n  Examples:\n    forecast " + name in result.stdout


def test_every_command_is_in_the_readme():
    """The README's table of commands has every command, and no other."""
    named = re.findall(r"^\| `forecast ([a-z -]+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert sorted(named) == sorted(NAMES)
