"""A prior that was edited without its reason: what a check and an update say of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.variant_books import write_variant_book

pytestmark = pytest.mark.medium

PRIORS = "priors/ferry.toml"
OLD, NEW = 'prior = "Gamma(mean=3, sd=2)"', 'prior = "Gamma(mean=4, sd=2)"'
WHY = "Breakdowns come in small clusters while a part is waited for."


def edit(root: Path, *changes: tuple[str, str]) -> None:
    """Put texts in the places of others in the prior file."""
    text = (root / PRIORS).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (root / PRIORS).write_text(text, encoding="utf-8")


def notes(out: str) -> list[str]:
    """What is said of priors whose reasons were not revised."""
    return re.findall(r"warning: (`.* in the report as of .*)", out)


def test_a_prior_that_was_edited_without_its_reason_is_told(run: Run, published: Path):
    """With both statements, the day of the report, its place, and the command that writes both; the book stays sound."""
    sound = run("check", on=published).out
    assert (notes(sound), sound.splitlines()[-1]) == ([], "1 topic checked, no errors.")
    edit(published, (OLD, NEW))
    ran = run("check", on=published)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "1 topic checked, no errors; 1 warning above.")
    said = "`burstiness` is Gamma(mean=4, sd=2), and was Gamma(mean=3, sd=2) in the report as of 2025-01-01, but its `why` is as before"
    assert notes(ran.out) == [said]
    assert f"{PRIORS}:14:" in ran.out
    assert (
        'if the reason speaks of the old numbers, say why these: `forecast prior set ferry.burstiness "..." --why "..."` writes both'
        in ran.out
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([('"LogNormal(p5=0.02, p95=0.6)"', '"LogNormal(p5=0.03, p95=0.6)"')], ["`why` and `reviewed` are as before"]),
        ([('"LogNormal(p5=0.02, p95=0.6)"', '"LogNormal(p5=0.03, p95=0.6)"'), ("2024-01-15", "2024-01-16")], ["`why` is as before"]),
        ([(OLD, NEW), (WHY, "Breakdowns come in small clusters of four.")], []),
        ([(OLD, 'prior = "Gamma( mean = 3.0, sd=2)"')], []),
        (
            [('calm  = "Beta(mean=usual_lateness, strength=20)"', 'calm  = "Beta(mean=usual_lateness, strength=30)"')],
            ["`why` is as before"],
        ),
    ],
)
def test_what_is_the_same_is_named_and_nothing_is_said_where_the_reason_is_new(
    run: Run,
    published: Path,
    changes: list[tuple[str, str]],
    said: list[str],
):
    """A day that was changed is not named, a new reason is enough, and how a prior is written does not count."""
    edit(published, *changes)
    found = notes(run("check", on=published).out)
    assert [note.partition("but its ")[2] for note in found] == said


def test_a_label_is_named_once(run: Run, published: Path):
    """The prior of one label is told by its name."""
    edit(published, ('rough = "Beta(mean=0.3, strength=5)"', 'rough = "Beta(mean=0.3, strength=6)"'))
    ran = run("check", on=published)
    assert [note.split()[0] for note in notes(ran.out)] == ["`lateness[rough]`"]
    assert 'ferry.lateness "..." --label rough --why' in ran.out


def test_a_label_of_several_words_is_quoted_for_the_shell(run: Run, book: Path):
    """The command of the hint can be typed."""
    edit(book, ('prior.rough = "', 'prior."rough sea" = "'))
    record = book / "seeds/ferry/late.csv"
    record.write_text(record.read_text().replace(",rough", ",rough sea"))
    assert run("update", "--no-insight", "--no-referee", "--no-pages", "--draws", "1024", on=book).code == 0
    edit(book, ('"Beta(mean=0.3, strength=5)"', '"Beta(mean=0.3, strength=6)"'))
    assert """ferry.lateness "..." --label 'rough sea' --why""" in run("check", on=book).out


def test_a_prior_of_a_variant_is_told_as_the_topic_s_is(run: Run, tmp_path: Path):
    """With the variant's name, at its place, by a check and by an update; a new reason is enough, and is remembered by an update that computes nothing."""
    write_variant_book(tmp_path)
    options = ("--no-insight", "--no-referee", "--no-pages", "--draws", "1024")
    assert run("update", *options, on=tmp_path).code == 0
    path = tmp_path / "priors/made.toml"
    first = path.read_text(encoding="utf-8")
    changed = first.replace("alpha=20", "alpha=30")
    path.write_text(changed, encoding="utf-8")
    message = "`rate` of the variant `fast` is Gamma(alpha=30, beta=2), and was Gamma(alpha=20, beta=2) in the report as of "
    (note,) = notes(run("check", on=tmp_path).out)
    assert (note.startswith(message), note.endswith("but its `why` is as before")) == (True, True)
    assert f"{path.name}:{1 + changed.splitlines().index('[variants.fast.priors.rate]')}:" in run("check", on=tmp_path).out
    path.write_text(changed.replace("A number made up", "Another number made up"), encoding="utf-8")
    assert notes(run("check", on=tmp_path).out) == []
    path.write_text(first.replace("A number made up", "A third number made up"), encoding="utf-8")
    assert run("update", *options, on=tmp_path).code == 0  # the reason alone is another
    path.write_text(path.read_text(encoding="utf-8").replace("alpha=20", "alpha=30"), encoding="utf-8")
    ran = run("update", *options, on=tmp_path)
    assert len(notes(ran.out + ran.err)) == 1


def test_a_reason_that_prior_set_has_written_is_enough(run: Run, published: Path):
    """With a reason nothing is said; without one the old reason stands, which is told."""
    words = ("prior", "set", "ferry.burstiness", "Gamma(mean=4, sd=2)")
    assert run(*words, "--why", "They come in clusters of four.", on=published).code == 0
    assert notes(run("check", on=published).out) == []
    assert run("prior", "set", "ferry.usual_crossings", "Normal(mu=290, sigma=40)", on=published).code == 0
    assert [note.split()[0] for note in notes(run("check", on=published).out)] == ["`usual_crossings`"]


def test_a_report_that_is_not_whole_says_nothing(run: Run, published: Path):
    """One that somebody edited, and one without parameters."""
    edit(published, (OLD, NEW))
    path = published / "reports/ferry.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["parameters"][0]["statement"] = "Gamma(mean=9, sd=2)"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert notes(run("check", on=published).out) == []
    path.write_text(json.dumps({**content, "parameters": 7}), encoding="utf-8")
    assert notes(run("check", on=published).out) == []


def test_an_update_says_it_once(run: Run, published: Path):
    """It is said of the report that the update replaces; the next one, of what has not changed since, does not repeat it."""
    edit(published, (OLD, NEW))
    words = ("update", "--no-referee", "--no-insight")
    first, second = (run(*words, on=published) for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert [note.split()[0] for note in notes(first.out + first.err)] == ["`burstiness`"]
    assert notes(second.out + second.err) == []
    assert notes(run("check", on=published).out) == []
