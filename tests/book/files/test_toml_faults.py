"""What is no TOML is reported in our words, where it is, and with what to write instead; the parser's words never appear."""

from __future__ import annotations

import re
import tomllib
from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files.sources import make_source_file, parse_document
from forecast.book.files.toml_faults import TomlFault, toml_fault
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

WORDS_OF_PYTHON = re.compile(r"\(at |namespace|Cannot |Expected |Illegal|Invalid|Unclosed|Unterminated|Unescaped|Duplicate|scalar|declar")
PAIR = 'a line is a key with its value, as in title = "A title"'
HEADING = "a heading stands alone in its line, as in [name]"
QUOTED = 'a text ends in its line with the quote it began with; one of several lines stands in """'
BACKSLASH = r"in double quotes a backslash is written twice, \\; or put the text in single quotes"
STRAIGHT = 'quotes are straight, as in "text"'
ONE_LINE = "close it in the line where it opens, or write it below a heading of its own"
POINT = "a key has one point between two names, as in prior.calm"
ALONE = "write a number alone, and an expression in quotes"
CASES = {
    # given twice
    "a = 1\n\na = 2\n": (3, 1, "`a` is given twice, first in line 1", "keep one of them"),
    "[r]\na = [\n1]\na = 2\n": (4, 1, "`a` is given twice, first in line 2", "keep one of them"),
    "a = {b = 1, b = 2}\n": (1, 13, "`b` is given twice, first in line 1", "keep one of them"),
    "[r]\na = 1\n[s]\n[r]\nb = 2\n": (
        4,
        2,
        "the table [r] is given twice, first in line 1",
        "give one of them another name, or write its keys below one heading",
    ),
    "a = 1\n[a]\n": (2, 2, "`a` is given twice, as a table and as a value, first in line 1", "keep one of them"),
    "a.b = 1\na = 2\n": (2, 1, "`a` is given twice, first in line 1", "write all its keys in one place"),
    "a = {b = 1}\na.c = 2\n": (2, 3, "`a` was given whole in line 1, and takes no more keys", "write all its keys in one place"),
    "a = {b = 1}\n[a.c]\n": (2, 4, "`a` was given whole in line 1, and takes no more keys", "write all its keys in one place"),
    "[a.b]\nc = 1\n[a]\nb.d = 2\n": (4, 3, "[a.b] has a heading of its own, in line 1", "write this key below that heading"),
    # texts
    't = "an open text\n': (1, 5, "this quote is not closed in its line", QUOTED),
    "t = 'an open text": (1, 5, "this quote is not closed in its line", QUOTED),
    't = ["a", "b]\n': (1, 11, "this quote is not closed in its line", QUOTED),
    't = """an\n\nopen text': (1, 5, 'the quotes """ are never closed', 'a text in """ ends with them'),
    't = """an\n\nopen text"" ': (1, 5, 'the quotes """ are never closed', 'a text in """ ends with them'),
    't = "C:\\users\\me"\n': (1, 8, r"the backslash of `\u` begins no known sign", BACKSLASH),
    't = "C:\\data"\n': (1, 8, r"the backslash of `\d` begins no known sign", BACKSLASH),
    't = "a\x07b"\n': (1, 7, "a control character (U+0007) stands here", r"delete it, or write it as \u0007 in double quotes"),
    "t = “a”\n": (1, 5, "this quote is not straight: “", STRAIGHT),
    't = "a”\n': (1, 7, "this quote is not straight: ”", STRAIGHT),
    't = "a "b" c"\n': (
        1,
        9,
        "text follows the quote that ends this value",
        r"a quote within a text is written \", or the text stands in other quotes",
    ),
    "t = 'it's'\n": (1, 9, "text follows the quote that ends this value", "put the text in double quotes"),
    "t = A text # of mine\n": (1, 5, "the text `A text` has no quotes", 'a text stands in quotes, as in "A text"'),
    "t = Poisson(mu=1)\n": (1, 5, "the text `Poisson(mu=1)` has no quotes", 'a text stands in quotes, as in "Poisson(mu=1)"'),
    # lists and tables in braces
    "a = [1, 2\n": (1, 5, "this list is never closed", "write `]` at its end"),
    "a = [1, 2\nb = 3\n": (2, 1, "a comma or `]` is missing here", "the list begins in line 1; between two values stands a comma"),
    "a = [1,,2]\n": (1, 8, "a value is missing between two commas", "delete the comma, or write the value"),
    "a = {b = 1\n": (1, 5, "this table in braces is never closed", "write `}` at its end"),
    "a = {b = 1\n}\n": (1, 11, "a table in braces stands in one line", ONE_LINE),
    "a = {\nb = 1}\n": (1, 6, "a table in braces stands in one line", ONE_LINE),
    "a = {b = 1, }\n": (1, 13, "a comma stands before this brace", "in braces no comma follows the last key"),
    "a = (1, 2)\n": (1, 5, "a list stands in square brackets", "as in [1, 2]"),
    # keys
    "a b = 1\n": (1, 3, "the key `a b` has a space in it", 'write it without, or in quotes, as in "a b" = …'),
    "a: 1\n": (1, 2, "`=` is missing after `a`, where `:` stands", "write `a = …`"),
    'a "x"\n': (1, 3, "`=` is missing after `a`", PAIR),
    "a\n": (1, 2, "`a` has no value", PAIR),
    "a =\nb = 1\n": (1, 4, "`a` has no value", "write it behind `=`, or leave `a` out"),
    "a = # none\n": (1, 5, "`a` has no value", "write it behind `=`, or leave `a` out"),
    "= 1\n": (1, 1, "a key is missing before `=`", PAIR),
    "a == 1\n": (1, 4, "`=` stands here twice", "a key and its value have one `=` between them"),
    "a..b = 1\n": (1, 3, "a name is missing after this point", POINT),
    ".a = 1\n": (1, 1, "a name is missing before this point", POINT),
    "größe = 1\n": (1, 3, "a key with `ö` stands in quotes", 'as in "größe" = …'),
    "\u00a0a = 1\n": (1, 1, "a character that cannot be seen (U+00A0) stands here", "delete it"),
    "a = 1\u200b\n": (1, 6, "a character that cannot be seen (U+200B) stands here", "delete it"),
    # headings and comments
    "[a\nb = 1\n": (1, 3, "`]` is missing at the end of this heading", HEADING),
    "[[a]\n": (1, 4, "`]]` is missing at the end of this heading", HEADING),
    "[a b]\n": (1, 4, "a heading has no spaces in its name", f"{HEADING}; a name with other signs stands in quotes"),
    "[]\n": (1, 2, "this heading has no name", HEADING),
    "[a] b = 1\n": (1, 5, "text follows this heading", HEADING),
    "// a\n": (1, 1, "a comment begins with #", "write # before it"),
    "a = 1 // one\n": (1, 7, "a comment begins with #", "write # before it"),
    # values
    "a = yes\n": (1, 5, "`yes` is no value", "write true or false, in small letters"),
    "a = None\n": (1, 5, "`None` is no value", "leave the key out where there is none"),
    "a = .5\n": (1, 5, "a number begins with a digit", "as in 0.5"),
    "a = 5.\n": (1, 6, "`.` follows the number", "delete it"),
    "a = 05\n": (1, 5, "`05` is not a number", "a number does not begin with 0, and a text stands in quotes"),
    "a = 1,5\n": (1, 5, "`1,5` is not a number", "decimals have a point, as in 0.5, and thousands no comma"),
    "a = 1 000\n": (1, 5, "`1 000` is not a number", "write it without separators: 1000"),
    "a = 5%\n": (1, 5, "`5%` is not a number", "write a percentage as a number, as in 0.05, or an expression in quotes"),
    "a = 5 years\n": (1, 5, "`5 years` is not a number", ALONE),
    "a = 1,\n": (1, 6, "`,` follows the number", "delete it"),
    'a = "x";\n': (1, 8, "`;` follows the value", "delete it: a line ends with its value"),
    "a = 1 b = 2\n": (1, 7, "two keys stand in one line", "write each key in a line of its own"),
    "a = 2024-02-30\n": (1, 5, "this date does not exist", ""),
    "a = 2024-13-01\n": (1, 5, "this date does not exist", ""),
    "a = 2024-2-1\n": (1, 5, "`2024-2-1` is not a date", "a day is written as in 2025-12-31"),
    "a = 1 Feb 2024\n": (1, 5, "`1 Feb 2024` is not a date", "a day is written as in 2025-12-31"),
    f"a = {5000 * '9'}\n": (1, 5, "this number has too many digits", ""),
    f"a = {30_000 * chr(91)}": (
        1,
        1,
        "this file is nested too deep: at most 100 tables and lists can stand in one another",
        "the tables of a book are four deep at most",
    ),
}


@pytest.mark.parametrize("text", CASES, ids=itemgetter(slice(20)))
def test_a_mistake_is_reported_in_our_words(text: str):
    """The line and column are those of the mistake, and one hint says what to write."""
    document, problems = parse_document(make_source_file("x.toml", text))
    assert document is None
    assert [(each.place.line, each.place.column, each.message, each.hint) for each in problems] == [CASES[text]]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("Something new (at line 2, column 3)", TomlFault("this is not TOML", PAIR, (2, 3))),
        ("Something new", TomlFault("this is not TOML", PAIR, (2, 6))),
        ("cannot overwrite a value (at line 2, column 5)", TomlFault("`a` is given twice, first in line 1", "keep one of them", (2, 1))),
    ],
)
def test_another_version_s_words_are_no_worse_than_a_neutral_sentence(words: str, fault: TomlFault):
    """Unknown words give a sentence of ours at the parser's place, or at the end where it names none."""
    assert toml_fault(tomllib.TOMLDecodeError(words), "a = 1\na = 2") == fault


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_broken_file_gives_the_words_of_the_parser(data: st.DataObject):
    """Characters put in and taken out anywhere: a problem within the file in our words, or a document."""
    text = (TINY_BOOK / data.draw(st.sampled_from(["seeds/ferry/topic.toml", "priors/ferry.toml"]))).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = text[:at] + data.draw(st.text(st.sampled_from("\"'[]{}=.,#\n\\ ax0-\u00a0“\x07"), max_size=3)) + text[at + cut :]
    source = make_source_file("x.toml", text)
    document, problems = parse_document(source)
    assert (document is None) == bool(problems)
    for problem in problems:
        assert WORDS_OF_PYTHON.search(problem.message + problem.hint) is None
        assert 1 <= problem.place.column <= len(source.lines[problem.place.line - 1]) + 1
