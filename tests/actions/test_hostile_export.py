"""Whatever stands in a text of a book, its program is the program of the harmless book, or `check` says where the text is wrong."""

from __future__ import annotations

import ast
from collections import Counter
from datetime import date
from itertools import islice

import pytest

from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.problems import Problem
from forecast.book.reading import read_book
from forecast.inference.pymc.plan import CannotSample
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.predict.pymc_program import program_with_answers
from tests.support.hostile_books import changed, everywhere, fields, harmless, text_fields_of_the_shapes, text_of
from tests.support.payloads import PAYLOADS

pytestmark = pytest.mark.medium

AS_OF = date(2025, 1, 1)
FIELDS = fields()
LABELS = ("calm", "rough", "bad", "fair", "good", "hull", "engine", "left", "right", "Ann", "quiet", "anna", "few", "clear", "leisure")


def program_or_problems(root):
    """The programs of a written book, one for each variant, or what `check` says against it."""
    book, problems = read_book(root)
    if any(problem.level == "error" for problem in problems):
        return None, problems
    try:
        return "\n".join(program_with_answers(model_as_of(rival, AS_OF)) for rival in book.topics["ferry"].rivals.values()), ()
    except Unsound as unsound:
        return None, unsound.problems
    except CannotSample as reason:
        return None, (str(reason),)


def tree(program):
    """The syntax tree of a program without its texts."""
    parsed = ast.parse(program.encode())  # as bytes, so that a declared encoding would count
    for node in ast.walk(parsed):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(parsed)


def verdict(book, root, wanted):
    """``same`` where the program has the tree of the harmless book, ``refused`` where every problem has a place in a file that is there."""
    program, problems = program_or_problems(book.written(root))
    if program is not None:
        assert "PWNED" not in " ".join(node.id for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name))
        return "same" if tree(program) == wanted else "other"
    for problem in problems:
        assert isinstance(problem, Problem), problem
        lines = (root / problem.place.path).read_bytes().decode("utf-8", errors="replace").split("\n")
        assert 1 <= problem.place.line <= len(lines), problem
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1, problem
    return "refused"


def test_the_book_has_a_text_in_every_field_of_the_shapes():
    """A text field that somebody adds to a shape, or a column of records, must stand in the book that the other tests change."""
    from forecast.book.records import POINT_COLUMNS, ROW_COLUMNS

    held = {field.shape for field in FIELDS}
    assert text_fields_of_the_shapes() - held == set()
    assert {f"cell.{column}" for column in (*ROW_COLUMNS, *POINT_COLUMNS)} - held == set()
    assert len(FIELDS) == 318


def tries(pairs, root):
    """What comes of each text in each field, by turns alone and behind what stands there, counted."""
    base = harmless()
    wanted = tree(program_or_problems(base.written(root))[0])
    found: Counter[str] = Counter()
    for index, (field, name) in enumerate(pairs):
        before = text_of(base, field) if index % 2 else ""
        text = before + PAYLOADS[name]
        came = verdict(changed(base, field, text), root, wanted)
        if came == "other":  # as where a row has another label, or a column another name: a harmless one then gives the same
            other = text.strip() if SNAKE_CASE.fullmatch(text.strip()) else f"{before}zz"
            renamed, problems = program_or_problems(changed(base, field, other).written(root))
            assert problems == ()
            came = verdict(changed(base, field, text), root, tree(renamed))
        assert came != "other", (str(field), name)
        found[came] += 1
    return found


def test_a_few_hostile_texts_in_every_field_stay_text(tmp_path):
    """Each field is tried with one text, another for each field in turn; the slow test tries all with all."""
    names = list(PAYLOADS)
    found = tries([(field, names[7 * index % len(names)]) for index, field in islice(enumerate(FIELDS), 0, None, 6)], tmp_path)
    assert found.total() == 53
    assert found["same"] > 2
    assert found["refused"] > 10


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_hostile_texts_in_every_field_stay_text(part, tmp_path):
    """Every text in every field: the tree of the program is that of the harmless book, or `check` refuses the text at its place."""
    mine = FIELDS[part::4]
    found = tries([(field, name) for name in PAYLOADS for field in mine], tmp_path)
    assert found.total() == len(mine) * len(PAYLOADS) >= 60 * 66
    assert found["same"] > 100
    assert found["refused"] > 100


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("label", LABELS)
def test_a_hostile_label_used_wherever_the_label_is_stays_text(label, tmp_path):
    """A label changed in every key, cell and list of classes at once, so that the book still fits together, gives the same tree or a problem."""
    wanted = tree(program_or_problems(harmless().written(tmp_path))[0])
    came = Counter(verdict(everywhere(harmless(), label, label + text), tmp_path, wanted) for text in PAYLOADS.values())
    assert came["other"] == 0
    assert came.total() == 66


def test_a_label_with_quotes_and_braces_is_exported_as_it_is(tmp_path):
    """A label that may have them keeps quotes, backslashes and braces: the list of labels in the program holds exactly them."""
    label = "ro\"u'gh\\ {x} \\n 한"
    program, problems = program_or_problems(everywhere(harmless(), "rough", label).written(tmp_path))
    assert problems == ()
    assigned = {
        node.targets[0].id: node.value
        for node in ast.parse(program).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(assigned["weather__labels"]) == ["calm", label]


def test_a_declared_encoding_in_a_title_is_no_encoding_of_the_program(tmp_path):
    """Python reads an encoding from comments in the first two lines: no text of a book stands there."""
    book = harmless()
    book.topic["title"] = "coding: utf-7 +AAo-open('PWNED', 'w')"
    program, _ = program_or_problems(book.written(tmp_path))
    assert "coding: utf-7" in program
    assert tree(program) == tree(program_or_problems(harmless().written(tmp_path))[0])
