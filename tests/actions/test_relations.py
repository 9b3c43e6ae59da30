"""Relations between topics: read, checked by the reports at each update, printed in both, and part of the exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.actions.check import check
from forecast.actions.update import UpdateResult, update
from forecast.book.files.folder import Folder
from forecast.book.relations import read_relations
from forecast.content.relations import checked_relation
from forecast.model.settings import Settings
from forecast.report.pages import report_files
from forecast.schema.topic import TopicContent, read_content

pytestmark = pytest.mark.medium

TODAY = date(2025, 3, 1)
WHY = 'why = "Whoever does the one does the other."\n'
QUESTIONS = """
[questions.some]
asks = "Will there be any?"
by = 2026-12-31
answer = "total(events) >= 1"

[questions.number]
asks = "How many?"
by = 2026-12-31
answer = "total(events)"

[questions.when]
asks = "When is the first?"
by = 2026-12-31
answer = "first(total(events) >= 1)"

[questions.few]
asks = "How many, roughly?"
by = 2026-12-31
choices = {none = "total(events) == 0", one = "total(events) == 1", more = "total(events) >= 2"}
"""


def write_topics(root: Path, priors: Mapping[str, str], relations: str = "") -> None:
    """Write a topic of one Poisson stream for each prior of its rate, and the relations of the book."""
    for name, prior in priors.items():
        (root / "seeds" / name).mkdir(parents=True, exist_ok=True)
        (root / "priors").mkdir(exist_ok=True)
        stream = '[streams.events]\nabout = "what happens"\nunit = "events"\nvalue = "Poisson(mu=rate * years)"\n'
        (root / f"seeds/{name}/topic.toml").write_text(f'title = "The {name}"\nopens = 2025-01-01\nstep = "quarter"\n{stream}{QUESTIONS}')
        why = 'why = "A number made up for a test."\nunit = "events a year"\n'
        (root / f"priors/{name}.toml").write_text(f'[rate]\nprior = "{prior}"\n{why}')
    if relations:
        (root / "seeds/relations.toml").write_text(relations)


def updated(root: Path, cache: Path | None = None, **changes: object) -> UpdateResult:
    """Bring the reports up to date, without the second engine and without reasons."""
    return update(
        root,
        as_of=TODAY,
        today=TODAY,
        settings=Settings(draws=2_048),
        referee=False,
        cache=cache,
        clock=lambda: datetime(2025, 3, 1, 12, tzinfo=UTC),
        **{"insight": False, **changes},  # type: ignore[arg-type]
    )


def report_of(root: Path, topic: str) -> TopicContent:
    """The published report of a topic, which is whole."""
    return read_content((root / f"reports/{topic}.json").read_bytes())


RARE, OFTEN = "Gamma(alpha=20, beta=100)", "Gamma(alpha=20, beta=10)"  # events a year: about .2 and 2


def test_a_relation_that_holds_is_in_both_reports(tmp_path: Path):
    """Both sides, their difference and its error are the answers' own; the exit code is 0."""
    write_topics(tmp_path, {"rare": RARE, "often": OFTEN}, f'[ordered]\nrelation = "rare.some <= often.some"\n{WHY}')
    done = updated(tmp_path)
    assert (done.exit_code, done.broken_relations) == (0, ())
    (relation,) = report_of(tmp_path, "rare")["relations"]
    assert [relation] == report_of(tmp_path, "often")["relations"]
    values = [next(its for its in report_of(tmp_path, name)["answers"] if its["name"] == "some")["value"] for name in ("rare", "often")]
    assert relation["verdict"] == "holds"
    assert (relation["left"], relation["right"]) == (values[0]["value"], values[1]["value"])
    assert relation["error"] == pytest.approx((values[0]["error"] ** 2 + values[1]["error"] ** 2) ** 0.5, rel=1e-3)
    assert "Relations to other topics" in (tmp_path / "reports/rare.md").read_text(encoding="utf-8")


def test_a_relation_that_fails_is_said_in_both_reports_and_by_the_exit_code(tmp_path: Path):
    """The warning stands on both pages and in the index, with both sides."""
    write_topics(tmp_path, {"rare": RARE, "often": OFTEN}, f'[ordered]\nrelation = "rare.some >= often.some"\n{WHY}')
    done = updated(tmp_path)
    assert (done.exit_code, done.broken_relations) == (3, ("ordered",))
    for page in ("rare.md", "often.md", "index.md"):
        text = (tmp_path / "reports" / page).read_text(encoding="utf-8")
        assert "Answers of several topics contradict each other" in text
        assert "Whoever does the one does the other." in text


@pytest.mark.parametrize(
    ("relation", "verdict"),
    [
        ("rare.some == same.some", "holds"),  # other draws of the same distribution
        ("rare.some == often.some", "fails"),
        ("rare.number + 1 <= often.number", "holds"),
        ("often.number <= rare.number", "fails"),
        ("rare.few[none] + rare.few[one] + rare.few[more] == 1 * (often.few[none] + often.few[one] + often.few[more])", "holds"),
        ("often.few[none] >= rare.few[none]", "fails"),
        ("2 * rare.some - rare.some - rare.some <= 0 * often.some", "holds"),
        ("rare.some / (often.some - often.some) <= rare.some", "not checked"),
    ],
)
def test_arithmetic_and_errors_of_sides(relation: str, verdict: str, tmp_path: Path):
    """Sums, products, choices and medians; an answer that cancels out adds no error; a side that is no number is not checked."""
    write_topics(tmp_path, {"rare": RARE, "same": RARE, "often": OFTEN}, f'[x]\nrelation = "{relation}"\n{WHY}')
    updated(tmp_path, pages=False)
    (found,) = report_of(tmp_path, "rare")["relations"]
    assert found["verdict"] == verdict


def test_an_error_is_neither_too_small_nor_too_large(tmp_path: Path):
    """A relation of two answers that differ by less than three errors holds, and by more fails, to the digit."""
    write_topics(tmp_path, {"rare": RARE, "often": OFTEN})
    updated(tmp_path, pages=False)
    contents = {name: report_of(tmp_path, name) for name in ("rare", "often")}
    values = {name: next(its for its in content["answers"] if its["name"] == "some")["value"] for name, content in contents.items()}
    gap = values["often"]["value"] - values["rare"]["value"]
    error = (values["rare"]["error"] ** 2 + values["often"]["error"] ** 2) ** 0.5
    for errors, verdict in ((2.9, "holds"), (3.1, "fails")):
        text = f'[x]\nrelation = "often.some <= rare.some + {gap - errors * error!r}"\n{WHY}'
        (tmp_path / "seeds/relations.toml").write_text(text)
        (relation,) = read_relations(Folder(tmp_path)).value or ()
        assert checked_relation(relation, contents, {})["verdict"] == verdict


def test_what_is_said_of_a_relation_changes_with_the_other_topic(tmp_path: Path):
    """A prior of one topic is edited: the other's report, of which nothing else has changed, gets the new relation, and no ledger line."""
    book, cache = tmp_path / "book", tmp_path / "cache"
    write_topics(book, {"rare": RARE, "often": OFTEN, "third": RARE}, f'[ordered]\nrelation = "rare.some <= often.some"\n{WHY}')
    updated(book, cache)
    again = updated(book, cache)
    assert (again.written, again.recorded, again.exit_code) == ((), 0, 0)
    write_topics(book, {"rare": "Gamma(alpha=200, beta=10)"})
    done = updated(book, cache)
    assert (done.exit_code, done.recorded) == (3, 4)
    assert {"reports/rare.md", "reports/often.md", "reports/often.json"} <= set(done.written)
    assert not any("third" in path for path in done.written)
    assert report_of(book, "often")["relations"][0]["verdict"] == "fails"
    stands = updated(book, cache)
    assert (stands.written, stands.recorded, stands.exit_code) == ((), 0, 3)
    (book / "seeds/relations.toml").unlink()
    gone = updated(book, cache)
    assert (gone.exit_code, gone.recorded) == (0, 0)
    assert "relations" not in report_of(book, "often")
    assert "contradict" not in (book / "reports/often.md").read_text(encoding="utf-8")


def test_a_cache_makes_no_difference(tmp_path: Path):
    """With results kept from before and without, the same bytes are written."""
    texts = []
    for cache in (tmp_path / "cache", None):
        book = tmp_path / f"book{len(texts)}"
        write_topics(book, {"rare": RARE, "often": OFTEN}, f'[ordered]\nrelation = "rare.some <= often.some"\n{WHY}')
        updated(book, cache)
        write_topics(book, {"often": "Gamma(alpha=20, beta=11)"})
        updated(book, cache)
        texts.append({path.name: path.read_bytes() for path in sorted((book / "reports").glob("*.*")) if path.name != "ledger.jsonl"})
    assert texts[0] == texts[1]


def test_reports_of_different_days_are_not_compared(tmp_path: Path):
    """An update of one topic says so where the other has no report, or one as of another day."""
    write_topics(tmp_path, {"rare": RARE, "often": OFTEN}, f'[ordered]\nrelation = "rare.some <= often.some"\n{WHY}')
    done = updated(tmp_path, topics=["rare"])
    (relation,) = report_of(tmp_path, "rare")["relations"]
    assert (relation["verdict"], relation["reason"], done.exit_code) == ("not checked", "`often` has no report", 0)
    update(
        tmp_path,
        topics=["often"],
        as_of=date(2025, 3, 2),
        today=date(2025, 3, 2),
        settings=Settings(draws=2_048),
        referee=False,
        insight=False,
    )
    (relation,) = report_of(tmp_path, "often")["relations"]
    assert relation["reason"] == "its reports are as of different days: 2025-03-01, 2025-03-02"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('relation = "rare.some <= oftn.some"', "`oftn.some`: there is no such topic"),
        ('relation = "rare.some <= often.sme"', "`often.sme`: `often` has no such question"),
        ('relation = "rare.some <= often.when"', "`often.when`: its answer is a date, which no relation compares"),
        ('relation = "rare.some <= often.few"', "`often.few`: this question has choices: name one of them"),
        ('relation = "rare.some <= often.few[lots]"', "`often.few[lots]`: this question has choices: name one of them"),
        ('relation = "rare.some <= often.some[x]"', "`often.some[x]`: this question has no choices"),
        ('relation = "rare.some < often.some"', "a relation compares two sides, once, by <=, >= or =="),
        ('relation = "rare.some <= often.some <= 1"', "a relation compares two sides, once, by <=, >= or =="),
        ('relation = "rare.some"', "a relation compares two sides, once, by <=, >= or =="),
        ('relation = "rare.some <= 0.5"', "it names fewer than two answers"),
        ('relation = "rare.some <= often"', "`often` is no answer"),
        ('relation = "rare.some <= exp(often.some)"', "a relation knows answers, numbers and + - * / alone"),
        ('relation = "rare.some <= (often.some"', "was never closed"),
        ('relation = "rare.some <= often.some"\nwhy = "So."', "`why` is not a sentence"),
        ('relations = "rare.some <= often.some"', "`relation` is missing"),
    ],
)
def test_each_mistake_has_its_own_message_with_a_place(text: str, message: str, tmp_path: Path):
    """`check` calls it an error at its line; an update publishes all the same, and warns."""
    write_topics(tmp_path, {"rare": RARE, "often": OFTEN}, f"[ordered]\n{text}\n{'' if 'why' in text else WHY}")
    problems = check(tmp_path, None, as_of=TODAY).problems
    found = [problem for problem in problems if problem.place.path == "seeds/relations.toml"]
    assert any(message in problem.message for problem in found), [problem.message for problem in problems]
    assert {problem.level for problem in found} == {"error"}
    assert all(problem.place.line in {1, 2, 3} for problem in found)
    done = updated(tmp_path, pages=False)
    assert done.exit_code == 0
    assert any(problem.place.path == "seeds/relations.toml" and problem.level == "warning" for problem in done.problems)


def test_a_topic_may_be_called_by_a_word_of_the_language(tmp_path: Path):
    """`return` and `in` are names of topics like others here."""
    write_topics(tmp_path, {"return": RARE, "often": OFTEN}, f'[ordered]\nrelation = "return.some <= often.some"\n{WHY}')
    updated(tmp_path, pages=False)
    assert report_of(tmp_path, "return")["relations"][0]["verdict"] == "holds"


def test_relations_are_data_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """`forecast update --json` has them, and `forecast show` prints the warning."""
    from forecast.cli.commands import commands

    write_topics(tmp_path, {"rare": RARE, "often": OFTEN}, f'[ordered]\nrelation = "rare.some >= often.some"\n{WHY}')
    words = ["update", "--book", str(tmp_path), "--no-referee", "--no-insight", "--no-pages", "--no-cache", "--json"]
    with pytest.raises(SystemExit) as stopped:
        commands()(words)
    assert stopped.value.code == 3
    data = json.loads(capsys.readouterr().out)
    assert [its["relations"][0]["verdict"] for its in data["topics"]] == ["fails", "fails"]
    with pytest.raises(SystemExit):
        commands()(["show", "rare.some", "--book", str(tmp_path)])
    assert "contradict each other" in capsys.readouterr().out


@pytest.mark.parametrize("is_removed", [False, True])
def test_files_of_a_report_that_stands_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_removed: bool):  # noqa: FBT001
    """Of pages that are missing, after the relations have been checked; where these have gone meanwhile the pages say so."""
    write_topics(tmp_path, {"rare": RARE, "often": OFTEN}, f'[ordered]\nrelation = "rare.some <= often.some"\n{WHY}')
    cache = tmp_path / "cache"
    updated(tmp_path, cache, insight=True)
    pages = {path: path.read_bytes() for path in (tmp_path / "reports").rglob("*") if path.is_file() and path.name != "ledger.jsonl"}
    for path in pages:
        if path.suffix == ".html":
            path.unlink()
    if is_removed:
        (tmp_path / "seeds/relations.toml").unlink()
    made: list[str] = []

    def counted(content: TopicContent) -> dict[str, bytes]:
        made.append(content["name"])
        return report_files(content)

    for module in ("compute", "relations"):
        monkeypatch.setattr(f"forecast.actions.{module}.report_files", counted)
    updated(tmp_path, cache, insight=True)
    if is_removed:
        assert "relations" not in report_of(tmp_path, "rare")
    else:
        assert sorted(made) == ["often", "rare"]
        assert {path: path.read_bytes() for path in pages} == pages
    assert {path for path in pages if not path.exists()} == set()
