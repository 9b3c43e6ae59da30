"""What somebody types for a topic, a question or a stream: what it stands for, what a hint lists, what a shell offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.actions.typed_names import names_of_priors, names_of_questions, names_of_streams, names_of_topics
from forecast.language.faults import known_names_text
from tests.cli.conftest import Run
from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

LONE = """title = "A well"
opens = 2024-01-01

[questions.dry]
asks = "Is it dry?"
answer = "depth < 1"
"""
PRIOR = """[depth]
prior = "Gamma(alpha=4, beta=2)"
unit = "metres"
why = "As it was before."
"""


def add_well(root: Path) -> Path:
    """A topic with one question and no stream."""
    (root / "seeds/well").mkdir()
    (root / "seeds/well/topic.toml").write_text(LONE, encoding="utf-8")
    (root / "priors/well.toml").write_text(PRIOR, encoding="utf-8")
    return root


def offered(root: Path, *words: str) -> list[str]:
    """What a shell offers for the last of some words."""
    environment = {
        "_FORECAST_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["forecast", "--", *words]).replace("-- ", ""),
        "COMP_CWORD": str(len(words)),
    }
    ran = CliRunner().invoke(commands(), [], env=environment, prog_name="forecast", color=False)
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return ran.stdout.split()


def test_a_topic_that_asks_one_question_stands_for_it(run: Run, book: Path):
    """`why`, `show` and `history` take the topic; of a topic with several questions `show` has all answers, and the others name them."""
    add_well(book)
    assert run("update", "well", "--no-referee").code == 0
    assert run("why", "well").out.startswith("well.dry, as of ")
    assert run("show", "well").out.startswith("well.dry, as of ")
    assert run("history", "well", "--every", "year").out.startswith("well.dry, replayed")
    assert run("say", "well", "30%", "--why", "It looks low.").out.splitlines()[1].startswith("well.dry: 30 %")
    hint = "`ferry` is a topic, and asks several questions\n    say which: ferry.three_more, ferry.next_fault, ferry.what_is_broken"
    for words in (("history", "ferry"), ("say", "ferry", "30%")):
        ran = run(*words)
        assert (ran.code, hint in ran.err) == (1, True)


def test_unknown_names_list_those_that_exist(run: Run, book: Path):
    """Where nothing is near, the names of the book follow, for a topic that does not exist too; of many, the first."""
    add_well(book)
    ran = run("observe", "zzzz.breakdowns", "--on", "2024-11-20", "--value", "1", "--source", "x")
    assert ran.err.splitlines()[-1] == "    streams here: ferry.breakdowns, ferry.late"
    ran = run("observe", "fery.breakdowns", "--on", "2024-11-20", "--value", "1", "--source", "x")
    assert ran.err.splitlines()[-1] == "    did you mean `ferry`?"
    ran = run("prior", "set", "zzzz", "Gamma(alpha=1, beta=1)")
    assert ran.err.splitlines()[-1].startswith("    priors here: ferry.")
    assert ran.err.splitlines()[-1].endswith(", well.depth")
    many = known_names_text("topics", (f"t{number}" for number in range(1_200)))
    assert many.endswith("t28, t29 and 1,170 more")


def test_a_shell_is_offered_the_names_of_the_book(book: Path, monkeypatch: pytest.MonkeyPatch):
    """Topics, questions, streams, parameters and templates, those that begin as typed; full names once the topic stands there."""
    add_well(book)
    monkeypatch.chdir(book)
    assert offered(book, "update", "") == ["ferry", "well"]
    assert offered(book, "why", "w") == ["well", "what_is_broken"]
    assert offered(book, "why", "ferry.t") == ["ferry.three_more"]
    assert offered(book, "observe", "l") == ["late"]
    assert offered(book, "prior", "set", "d") == ["depth"]
    assert offered(book, "new", "mine", "--like", "ha") == ["hazard"]
    assert offered(book, "why", "zzz") == []


def test_completion_outlives_what_cannot_be_read(tmp_path: Path, book: Path):
    """A broken file, no file, a name that a shell might act on and a directory without a book offer nothing, and raise nothing."""
    assert names_of_topics(tmp_path / "nowhere") == []
    for name, text in (("broken", "title = ["), ("odd", '[questions."$(x)"]\n[questions.fine]\n'), ("list", "questions = [1]")):
        (book / "seeds" / name).mkdir()
        (book / f"seeds/{name}/topic.toml").write_text(text, encoding="utf-8")
    (book / "seeds/$(rm x)").mkdir()
    (book / "seeds/$(rm x)/topic.toml").write_text(LONE, encoding="utf-8")
    assert names_of_topics(book) == ["broken", "ferry", "list", "odd"]
    assert [name for name in names_of_questions(book) if not name.startswith("ferry.")] == [
        "odd", "three_more", "next_fault", "what_is_broken", "fine", "odd.fine",
    ]  # fmt: skip
    assert names_of_streams(book) == ["breakdowns", "late", "ferry.breakdowns", "ferry.late"]
    assert all("." not in name or name.startswith("ferry.") for name in names_of_priors(book))
