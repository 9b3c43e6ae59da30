"""The JSON Schemas are fresh, and say the same as the reader."""

from __future__ import annotations

import dataclasses
import json
import keyword
import re
import tomllib
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forecast.book.files import shapes
from forecast.book.files.conform import conform
from forecast.book.files.contract_shapes import ContractFile, DeviationsFile
from forecast.book.files.names import RESERVED, name_fault
from forecast.book.files.positions import positions
from forecast.book.files.schemas import SCHEMA_DIRECTORY, SCHEMA_FILES, SENTENCE, STATEMENT, schema_texts
from forecast.book.files.shapes import PriorFile, TopicFile
from forecast.book.files.sources import Document, make_source_file
from forecast.book.reading import read_book
from forecast.book.sentences import is_sentence
from forecast.language.distributions.families import FAMILIES
from forecast.language.faults import Fault
from forecast.language.statements import parse_statement
from tests.markets.files.test_contracts import CONTRACT, PRIORS
from tests.support.paths import ROOT, TINY_BOOK

pytestmark = pytest.mark.medium

FILES: dict[str, Any] = {"topic": TopicFile, "priors": PriorFile, "contracts": ContractFile, "contract priors": DeviationsFile}
ADAPTERS: dict[str, Any] = {name: TypeAdapter(shape) for name, shape in FILES.items()}
BASES = {
    "topic": tomllib.loads((TINY_BOOK / "seeds/ferry/topic.toml").read_text()),
    "priors": tomllib.loads((TINY_BOOK / "priors/ferry.toml").read_text()),
    "contracts": tomllib.loads(CONTRACT),
    "contract priors": tomllib.loads(PRIORS)["contracts"],
}
wrongs = st.sampled_from([1, 1.5, True, "", "word", "month", [], {}, {"a": "b"}, {"a": 1}])


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_the_schemas_in_the_repository_are_fresh(name: str) -> None:
    """What is committed is what the shapes give (else run `python -m forecast.book.files.schemas`)."""
    assert (SCHEMA_DIRECTORY / name).read_text(encoding="utf-8") == schema_texts()[name]
    assert tuple(schema_texts()) == SCHEMA_FILES


def test_every_key_of_the_schemas_is_explained() -> None:
    """An editor has a sentence to show for every key and every table."""
    for text in schema_texts().values():
        whole = json.loads(text)
        for table in (whole, *whole.get("$defs", {}).values()):
            assert table["description"].endswith(".")
            assert all(key.get("description", "").endswith((".", "`.")) for key in table.get("properties", {}).values())


@given(st.text(alphabet="ab .!?…\"')»\u2019\u201d\n\t", max_size=14))
def test_the_schema_knows_a_sentence_as_the_reader_does(text: str) -> None:
    """The pattern of a reason fits the texts that the reader takes for a sentence; placeholders in words are the reader's to refuse."""
    assert (re.search(SENTENCE, text) is not None) == is_sentence(text)


@given(st.sampled_from([*FAMILIES, "Categorical"]), st.from_regex(r"[\s(]{0,2}NAME\s?\([a=1,\n ]{0,6}\)[\s)]{0,2}(#.)?", fullmatch=True))
def test_the_schema_knows_what_cannot_be_a_statement(name: str, form: str) -> None:
    """Every statement that can be read fits the pattern of statements."""
    text = form.replace("NAME", name)
    try:
        parse_statement(text)
    except Fault:
        return
    assert re.search(STATEMENT, text) is not None


def test_every_statement_of_the_books_fits_the_pattern() -> None:
    """Statements of the book, of the templates and of the tiny book fit, in their own words."""
    statements = [
        text
        for book in (ROOT, ROOT / "forecast" / "templates", TINY_BOOK)
        for topic in read_book(book)[0].topics.values()
        for text in (
            *(stream.value.text for stream in topic.streams.values()),
            *(each.text for parameter in topic.parameters.values() for each in (parameter.prior, *parameter.by_label.values()) if each),
        )
    ]
    assert len(statements) > 100
    assert [text for text in statements if re.search(STATEMENT, text) is None] == []


def test_no_name_of_the_language_can_be_given() -> None:
    """The schema refuses every name that the reader refuses for being taken."""
    (taken,) = {
        tuple(json.loads(text)["$defs"]["Name"]["not"]["enum"])
        for name, text in schema_texts().items()
        if name not in {"contracts.json", "book.json"}
    }
    assert set(RESERVED) | {word for word in keyword.kwlist if word.islower()} == set(taken)
    assert [name for name in taken if name_fault(name) is None] == []


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_the_reader_accepts_what_the_schemas_accept(data: st.DataObject) -> None:
    """On documents with any key changed, dropped or added, the reader and pydantic agree (empty texts aside; JSON has no dates)."""
    name = data.draw(st.sampled_from(list(ADAPTERS)))
    document = changed(BASES[name], data)
    try:
        ADAPTERS[name].validate_json(json.dumps(document, default=_iso_text), strict=True)
        accepted = True
    except ValidationError:
        accepted = False
    conformed = conform(Document(make_source_file("x.toml", ""), document, positions("")), FILES[name])
    refusals = [problem for problem in conformed.problems if not problem.message.endswith("is empty")]
    assert (refusals == []) == accepted


def _iso_text(moment: date) -> str:
    """A day or a time as JSON has it."""
    return moment.isoformat()


def changed(document: Any, data: st.DataObject) -> Any:
    """A document with one key changed, dropped or added somewhere."""
    if not isinstance(document, dict) or not document or data.draw(st.integers(0, 3)) == 0:
        return {**document, "extra": data.draw(wrongs)} if isinstance(document, dict) else data.draw(wrongs)
    key = data.draw(st.sampled_from(sorted(document)))
    if data.draw(st.integers(0, 3)) == 0:
        return {other: value for other, value in document.items() if other != key}
    return {**document, key: changed(document[key], data)}


def test_every_text_of_the_shapes_says_which_kind_it_is() -> None:
    """No shape has a plain text: each says its kind, and so which characters it may hold."""
    plain = [
        f"{shape.__name__}.{name}"
        for shape in SHAPES
        for name, kind in get_type_hints(shape, include_extras=True).items()
        if _has_plain_text(kind)
    ]
    assert plain == []
    assert len(SHAPES) == 15


SHAPES = [shape for shape in vars(shapes).values() if dataclasses.is_dataclass(shape)]


def _has_plain_text(kind: Any) -> bool:
    if get_origin(kind) in {Annotated, ClassVar, Literal}:
        return False
    return kind is str or any(_has_plain_text(part) for part in get_args(kind))
