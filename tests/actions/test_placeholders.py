"""What a template left open is not published: reasons that only the person who asks can give, and invented rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.templates import TemplateInput
from forecast.actions.placeholders import TO_BE_REPLACED, _question
from forecast.actions.update import UpdateResult, update
from forecast.model.settings import Settings
from tests.cli.conftest import files_of
from tests.support.building import make_topic
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.medium

TODAY = date(2026, 11, 26)
REASON = "the prior of `rate` still has the template's reason, a placeholder"
ROWS = "this record has rows of the template's invented example"
QUESTION = "this topic still says that its question is invented"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book with a question about kites, whose prior is the template's."""
    book = tmp_path / "book"
    assert new_book(book, today=TODAY).problems == ()
    own = TemplateInput(asks="Will a kite breed here?")
    assert new_topic(book, "kites", kind="hazard", own=own, opens=None, by=None, today=TODAY).problems == ()
    return book


def updated(root: Path, *topics: str, **named: Any) -> UpdateResult:
    """What an update comes to, quickly."""
    settings = Settings(draws=256)
    return update(root, topics=topics or None, as_of=TODAY, today=TODAY, settings=settings, referee=False, insight=False, **named)


def replace_in(path: Path, old: str, new: str) -> None:
    """Edit a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def messages(done: UpdateResult) -> dict[str, list[str]]:
    """What is said of the topics that were not published."""
    return {name: [problem.message for problem in result.problems] for name, result in done.failed.items()}


def test_a_topic_with_a_placeholder_is_left_out_until_it_is_replaced(root: Path):
    """The other topics are published, the ledger has no line of it, and the report's place says why; then it is published."""
    done = updated(root)
    assert (done.exit_code, messages(done), list(done.contents)) == (3, {"kites": [REASON]}, ["example"])
    assert "kites" not in (root / "reports/ledger.jsonl").read_text(encoding="utf-8")
    assert "placeholder" in (root / "reports/index.md").read_text(encoding="utf-8")
    assert not (root / "reports/kites.json").exists()
    replace_in(root / "priors/kites.toml", "A placeholder: somewhere", "From the county's list: somewhere")
    done = updated(root)
    assert (done.exit_code, messages(done)) == (0, {})
    assert "placeholder" not in (root / "reports/index.md").read_text(encoding="utf-8")


def test_a_draft_answers_and_writes_nothing(root: Path):
    """With `draft` there are answers of every topic, and no file of the book changes."""
    before = files_of(root)
    done = updated(root, draft=True)
    assert (done.exit_code, sorted(done.contents), done.written, done.recorded) == (0, ["example", "kites"], (), 0)
    assert done.contents["kites"]["answers"][0]["value"] is not None
    assert files_of(root) == before


def test_rows_and_question_of_the_example_are_not_published_with_priors_of_ones_own(root: Path):
    """Whoever edits the example in place and leaves its rows, or the line that calls it invented, is told so; the example of a new book, which is invented as a whole, is published."""
    assert new_topic(root, "owls", kind="count", own=TemplateInput(), opens=None, by=None, today=TODAY).problems == ()
    assert messages(updated(root, "owls")) == {"owls": [REASON, ROWS, QUESTION]}
    replace_in(root / "priors/owls.toml", "A placeholder: ", "From the ringers' book: ")
    assert messages(updated(root, "owls")) == {"owls": [ROWS, QUESTION]}
    replace_in(root / "seeds/owls/events.csv", "Invented example, no real source", "The ringers' book")
    assert messages(updated(root, "owls")) == {"owls": [QUESTION]}
    (problem,) = updated(root, "owls").failed["owls"].problems
    assert (problem.place.path, problem.place.line) == ("seeds/owls/topic.toml", 3)
    replace_in(root / "seeds/owls/topic.toml", "# Invented:", "# Owls:")
    assert messages(updated(root, "owls")) == {}
    (root / "seeds/example/events.csv").write_text("from,to,value,known,source,grade\n", encoding="utf-8")
    assert messages(updated(root, "example")) == {"example": ["the prior of `rate` still has the reason of the invented example"]}


def test_a_posterior_of_a_topic_with_placeholders_is_not_published_elsewhere(root: Path):
    """A topic whose prior is another's posterior waits for that one's priors."""
    (root / "seeds/nests").mkdir()
    (root / "seeds/nests/topic.toml").write_text(
        'title = "Nests"\nopens = 2026-01-01\n[questions.often]\nasks = "Is it often?"\nanswer = "pairs > 0.1"\n', encoding="utf-8"
    )
    (root / "priors/nests.toml").write_text(
        '[pairs]\nprior = "posterior(kites.rate)"\nunit = "times a month"\nwhy = "As for the kites."\n', encoding="utf-8"
    )
    done = updated(root, "nests")
    assert (done.problems, messages(done)) == ((), {"nests": [REASON]})


def test_a_comment_of_ones_own_that_begins_so_is_no_placeholder():
    """Only the template's whole sentence says that the question is to be replaced."""
    text = "# Invented: the road is not on any map, and the question is meant.\n"
    topic = replace(
        make_topic(priors={"rate": "Gamma(alpha=2, beta=1)"}, questions={"asked": "rate > 1"}), texts={"seeds/made/topic.toml": text}
    )
    assert list(_question(topic)) == []
    left = replace(topic, texts={"seeds/made/topic.toml": f"# Invented: there is no such road. It stands here {TO_BE_REPLACED}\n"})
    assert [problem.place.line for problem in _question(left)] == [1]
