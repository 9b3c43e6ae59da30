"""The pages of the reference are fresh, and all that they show works."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from forecast.actions.update import update
from forecast.api import OpenBook, OpenTopic
from forecast.book.files.names import CLOCKS
from forecast.book.reading import read_book
from forecast.book.records import POINT_COLUMNS, ROW_COLUMNS
from forecast.language.distributions.families import FAMILIES, WRAPPERS
from forecast.language.expressions import FUNCTIONS
from forecast.language.hazards import HAZARD_FUNCTIONS
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement
from forecast.model.settings import Settings
from forecast.reference.distributions import distribution_names, example_distribution
from forecast.reference.expressions import FUNCTION_EXAMPLES, OPERATOR_EXAMPLES, STREAM_FUNCTIONS, example_value
from forecast.reference.keys import EXAMPLE_BOOK, KEY_PAGES, keys_without_example
from forecast.reference.pages import REFERENCE_DIRECTORY, reference_texts
from forecast.reference.questions import question_kinds
from forecast.reference.record_columns_page import POINT_COLUMN_MEANINGS, ROW_COLUMN_MEANINGS
from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

DAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The pages and pictures as the program makes them now."""
    return reference_texts()


def test_committed_pages_and_pictures_are_those_that_the_program_makes(texts: dict[str, str]):
    """Each file in docs/reference is made, to the byte, and each that is made is there; else `python -m forecast.reference.pages`."""
    committed = {
        path.relative_to(REFERENCE_DIRECTORY).as_posix(): path.read_text(encoding="utf-8")
        for path in REFERENCE_DIRECTORY.rglob("*")
        if path.is_file()
    }
    assert sorted(committed) == sorted(texts)
    assert [name for name in texts if committed[name] != texts[name]] == []


def test_pictures_are_small(texts: dict[str, str]):
    """A picture takes less than 4 kB, and all of them together less than 80."""
    sizes = [len(text) for name, text in texts.items() if name.endswith(".svg")]
    assert max(sizes) < 4_000
    assert sum(sizes) < 80_000


def test_the_mass_at_a_bound_is_written_on_the_picture(texts: dict[str, str]):
    """A Normal with mean 7 and sd 3 that is seen up to 10 is seen as 10 with 16 %, its tail beyond one sd."""
    assert "16 % at 10" in texts["pictures/Censored.svg"]


@pytest.mark.parametrize("page", KEY_PAGES)
def test_every_key_has_an_example(page: str):
    """A file of the example book uses every key of the page's schema."""
    assert keys_without_example(page) == []


def test_the_example_book_is_sound():
    """It is read without a problem, not even a warning."""
    book, problems = read_book(EXAMPLE_BOOK)
    assert problems == ()
    assert sorted(book.topics) == ["chess", "harbour", "ice", "river"]


@pytest.mark.slow
def test_each_type_of_question_is_answered_as_its_page_says(tmp_path: Path):
    """An update of a copy answers every question of the page, with an answer of the kind that it says; what has no model has its type."""
    shutil.copytree(EXAMPLE_BOOK, tmp_path / "book")
    done = update(tmp_path / "book", as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False)
    assert done.exit_code == 0
    kinds = {(topic, answer["name"]): answer["kind"] for topic, content in done.contents.items() for answer in content["answers"]}
    topics = read_book(EXAMPLE_BOOK)[0].topics
    for (topic, name), kind in question_kinds().items():
        found = kinds.get((topic, name)) or topics[topic].judged[name].type
        assert (topic, name, found) == (topic, name, kind)


def test_forecasts_that_the_page_of_questions_shows_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: dict[str, str]):
    """Each `forecast say` of the page goes on record in a copy of the example book."""
    shutil.copytree(EXAMPLE_BOOK, tmp_path / "book")
    monkeypatch.chdir(tmp_path / "book")
    said = re.findall(r"`forecast (say [^`]*) --why …`", texts["questions.md"])
    assert len(said) == 4
    for command in said:
        ran = CliRunner().invoke(commands(), [*shlex.split(command), "--why", "It is an example."])
        assert ran.exit_code == 0, (command, ran.output)


@pytest.mark.parametrize("name", [*FAMILIES, *WRAPPERS])
def test_each_distribution_has_an_example_that_is_one(name: str):
    """Its example is a statement of that distribution, with arguments that make one."""
    example = example_distribution(name)
    assert example.statement.startswith(f"{name}(")
    assert example.kind.name == name
    assert name in distribution_names()


def test_statements_in_prose_are_statements(texts: dict[str, str]):
    """What looks like a whole statement in the text of a page is read as one."""
    found = {text for page in ("distributions.md", "topics.md", "priors.md", "expressions.md") for text in STATEMENTS.findall(texts[page])}
    assert len(found) > 10
    for text in found:
        parse_statement(text)


STATEMENTS = re.compile(rf"[`\"]((?:{'|'.join([*FAMILIES, *WRAPPERS])})\([^`\"…]*\))[`\"]")


def test_every_word_of_the_language_has_an_example():
    """Functions, forms of hazards, what reads streams and labels, and operators: each example is read, and those with a value have one."""
    assert set(FUNCTION_EXAMPLES) == {*FUNCTIONS, *HAZARD_FUNCTIONS}
    for _, example in (*FUNCTION_EXAMPLES.values(), *OPERATOR_EXAMPLES.values()):
        example_value(example)
    for _, example in STREAM_FUNCTIONS.values():
        parse_expression(example)
    assert set(CLOCKS) <= set(re.findall(r"`(\w+)`", reference_texts()["expressions.md"]))


def test_every_column_of_a_record_has_words():
    """The page has each column that a row or a point may have, and no other."""
    assert set(ROW_COLUMN_MEANINGS) == set(ROW_COLUMNS)
    assert set(POINT_COLUMN_MEANINGS) == set(POINT_COLUMNS)


def test_formulas_are_not_read_as_markdown(texts: dict[str, str]):
    """No star or underscore of a formula makes text bold or slanted."""
    tokens = MarkdownIt("commonmark").enable("table").parse(texts["distributions.md"])
    marks = [child.type for token in tokens for child in token.children or ()]
    assert {"strong_open", "em_open", "html_inline"}.isdisjoint(marks)


@pytest.mark.parametrize("shown", [OpenBook, OpenTopic])
def test_the_page_of_the_python_interface_has_every_method_with_what_it_says(texts: dict[str, str], shown: type):
    """Each public method and property of a book and of a topic stands there, with its docstring and no quotes about its annotations."""
    page = texts["python.md"]
    for name in vars(shown):
        if not name.startswith("_") and (isinstance(vars(shown)[name], property) or callable(vars(shown)[name])):
            assert re.search(rf"^### {shown.__name__}\.{name}\n\n(```python\n{name}\(.*\n```\n\n)?[A-Z]", page, flags=re.MULTILINE), name
    assert "as_of: date | None = None, settings: Settings | None = None) -> OpenTopic" in page


@pytest.mark.slow
def test_the_example_on_the_page_of_the_python_interface_runs(texts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a book with the topic that it names, with what ArviZ makes of the tree."""
    example = texts["python.md"].split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    for words in (["init", "questions"], ["new", "bridge", "--like", "hazard", "--book", "questions", "--by", "2099-12-31"]):
        assert CliRunner().invoke(commands(), words).exit_code == 0
    exec(example, {})
    assert "with pm.Model() as model:" in (tmp_path / "bridge.py").read_text(encoding="utf-8")
