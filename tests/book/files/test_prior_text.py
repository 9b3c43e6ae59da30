"""A prior file with one prior changed is otherwise the same, to the byte."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from forecast.book.files.prior_text import Revision, revised_text, revision_problem
from forecast.book.files.shapes import VARIANTS
from forecast.book.files.sources import make_source_file, parse_document
from tests.support.paths import ROOT

FILE = '''#:schema x
[a]                      # a table
prior    = "Old(mu=1)"   # keep me
unit     = 'x'
why      = """Long
  text."""               # and me
# behind a

# about b
[b]
per         = "w"
prior.calm  = "A(mu=1)"   # c1
prior.rough = 'B(mu=1)'
why         = "Each its own."
[c]
per = "w"
prior = {calm = "1", default = "2"}
why = "In braces."
[d]
per = "w"
why = "A table below."
[d.prior]
calm = "1"
[e]
per      = "w"
prior    = "One(mu=1)"
why      = "For all."'''


@pytest.mark.parametrize(
    ("revision", "old", "new"),
    [
        (Revision("a", "New(mu=2)"), '"Old(mu=1)"', '"New(mu=2)"'),
        (Revision("a", "N(mu=2)", why='So "it" is.'), ('"Old(mu=1)"', '"""Long\n  text."""'), ('"N(mu=2)"', '"So \\"it\\" is."')),
        (
            Revision("a", "Old(mu=1)", reviewed=date(2026, 1, 2)),
            'text."""               # and me\n',
            'text."""               # and me\nreviewed = 2026-01-02\n',
        ),
        (Revision("b", "N(mu=2)", "rough"), "'B(mu=1)'", '"N(mu=2)"'),
        (Revision("b", "N(mu=2)", "a b"), "'B(mu=1)'\n", '\'B(mu=1)\'\nprior."a b" = "N(mu=2)"\n'),
        (
            Revision("b", "A(mu=1)", "calm", why="Rough differs."),
            ('calm  = "A(mu=1)"', 'why         = "Each its own."\n'),
            ('calm  = "A(mu=1)"', 'why.default = "Each its own."\nwhy.calm    = "Rough differs."\n'),
        ),
        (Revision("c", "9", "calm"), 'calm = "1", default', 'calm = "9", default'),
        (Revision("c", "9", "rough"), 'default = "2"}', 'default = "2", rough = "9"}'),
        (
            Revision("d", "9", "rough", reviewed=date(2026, 1, 2)),
            ('below."\n', 'calm = "1"\n[e]'),
            ('below."\nreviewed = 2026-01-02\n', 'calm = "1"\nrough = "9"\n[e]'),
        ),
        (
            Revision("e", "N(mu=2)", "calm", reviewed=date(2026, 1, 2)),
            ('prior    = "One(mu=1)"\n', 'why      = "For all."'),
            ('prior.default = "One(mu=1)"\nprior.calm = "N(mu=2)"\n', 'why      = "For all."\nreviewed = 2026-01-02'),
        ),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_only_what_is_revised_changes(revision: Revision, old: str | tuple[str, ...], new: str | tuple[str, ...], ends: str):
    """Values are replaced where they stand, keys added behind the last of their table, and no other byte moves."""
    wanted = FILE
    for before, after in zip([old] if isinstance(old, str) else old, [new] if isinstance(new, str) else new, strict=True):
        assert wanted.count(before) == 1
        wanted = wanted.replace(before, after)
    document, _ = parse_document(make_source_file("priors/x.toml", FILE))
    assert document is not None
    assert revision_problem(document, revision) is None
    found = revised_text(FILE.replace("\n", ends), document, revision)
    assert found == wanted.replace("\n", ends)
    tomllib.loads(found)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("revision", "old", "new"),
    [
        (Revision("a", "New(mu=2)"), '"Old(mu=1)"   # keep me', '"New(mu=2)"'),
        (Revision("a", "Old(mu=1)"), "", ""),
        (Revision("b", "N(mu=2)", "calm"), '"A(mu=1)"   # c1', '"N(mu=2)"'),
        (Revision("b", "N(mu=2)", "rough"), "'B(mu=1)'", '"N(mu=2)"'),
        (Revision("b", "N(mu=2)", "other"), "'B(mu=1)'\n", "'B(mu=1)'\nprior.other = \"N(mu=2)\"\n"),
        (Revision("c", "9", "calm"), 'calm = "1", default', 'calm = "9", default'),
    ],
)
def test_a_remark_that_is_spent_goes_with_the_old_prior(revision: Revision, old: str, new: str, ends: str):
    """Where the prior becomes another one, and behind it alone: the same prior, and those beside it, keep theirs."""
    document, _ = parse_document(make_source_file("priors/x.toml", FILE))
    assert document is not None
    found = revised_text(FILE.replace("\n", ends), document, revision, spent={"# keep me", "# c1"})
    assert found == FILE.replace(old, new).replace("\n", ends)


@pytest.mark.parametrize(
    ("text", "revision", "message"),
    [
        ("[a]\nprior = 'x'\n", Revision("b", "N()"), "no prior `b` in priors/x.toml"),
        ("[a]\nprior = 'x'\n", Revision("a", "N()", "calm"), "`a` has a single value, and no labels"),
        ("[a]\nper = 'w'\nprior.x = 'x'\n", Revision("a", "N()"), "`a` has a prior for each label"),
        ("[a]\nprior.x = 'x'\nweight.x = 0.3\n", Revision("a", "N()"), "`a` is a mixture of named priors: there is no single prior to set"),
        ("[a]\nprior.x = 'x'\n", Revision("a", "N()", "x"), "`a` is a mixture of named priors: there is no single prior to set"),
        ("[a.experts.b]\nprior = 'x'\n", Revision("a", "N()"), "`a` is pooled from several experts: there is no single prior to set"),
        ("[a]\nunit = 'x'\n", Revision("a", "N()"), "[a] has no `prior` to set"),
        ("a = 1\n", Revision("a", "N()"), "no prior `a` in priors/x.toml"),
    ],
)
def test_what_is_not_a_single_prior_is_not_set(text: str, revision: Revision, message: str):
    """A parameter that is not there, has labels or none, is a mixture or is pooled, is refused with a message of its own."""
    document, _ = parse_document(make_source_file("priors/x.toml", text))
    assert document is not None
    problem = revision_problem(document, revision)
    assert problem is not None
    assert problem.message == message


@pytest.mark.parametrize("path", sorted((ROOT / "priors").glob("*.toml")), ids=lambda path: path.stem)
def test_every_prior_of_the_book_can_be_revised_alone(path: Path):
    """In the committed files each prior, and each label's, is set with its reason and day, and the rest means what it meant."""
    text = path.read_text(encoding="utf-8")
    document, _ = parse_document(make_source_file(f"priors/{path.name}", text))
    assert document is not None
    for name, table in document.content.items():
        if name == VARIANTS:
            continue
        labels = list(table["prior"]) if isinstance(table["prior"], dict) else [""]
        for label in labels:
            revision = Revision(name, "New(mu=2)", label, "It is so.", date(2026, 1, 2))
            assert revision_problem(document, revision) is None
            wanted = tomllib.loads(text)
            wanted[name]["reviewed"] = date(2026, 1, 2)
            for key, value in (("prior", "New(mu=2)"), ("why", "It is so.")):
                if label and isinstance(wanted[name][key], str):
                    wanted[name][key] = {"default": wanted[name][key], label: value}
                elif label:
                    wanted[name][key][label] = value
                else:
                    wanted[name][key] = value
            revised = revised_text(text, document, revision)
            assert tomllib.loads(revised) == wanted
            assert [line for line in revised.splitlines() if "#" in line] == [line for line in text.splitlines() if "#" in line]
