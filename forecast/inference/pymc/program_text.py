"""Text of a book in an exported program: a comment line that nothing ends, a string literal, or a name that nothing else has.

A book is untrusted, and the program is meant to be run: no text of a book enters it but by the functions here.
Names of a book have small letters, digits and single underscores, so a name with two underscores is the program's own.
"""

from __future__ import annotations

import builtins
import keyword
import re

from forecast.language.characters import escape_hidden_characters

PROGRAM_NAMES = frozenset(  # what the program, and PyMC in it, call things themselves
    {
        *("np", "pm", "pt", "sys", "find_spec", "model", "draws", "total", "rows", "joint", "hypotheses"),
        *("sample_posterior", "print_posterior", "print_answers"),
        *("log_between", "log_forward", "log_density", "log_odds_density", "log_odds_mass"),
        *("jumping_steps", "walk_density"),
        *("special", "pick_label", "within_range", "mean_and_error", "quantile_and_error", "day_text", "row"),
    }
)
RESERVED_NAMES = PROGRAM_NAMES | {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
ROW_VARIABLES = frozenset(
    {"seen", "is_range", "low", "high", "weight", "origins", "right", "wrong", "reliable", "step", "density", "by_step"}
)  # what the program has of rows itself
DIMENSIONS = frozenset({"chain", "draw"})  # of the draws that PyMC returns
_BLANKS = re.compile(r"[ \t\n]+")


def comment(text: str) -> str:
    """Return a text as a comment of one line.

    Paragraphs are joined; whatever else could end a line, or cannot be seen, is shown by its code.
    """
    return f"# {_BLANKS.sub(' ', escape_hidden_characters(text, kept='\t\n'))}".rstrip()


def literal(text: str) -> str:
    """Return a text as a string literal of ASCII characters, between double quotes where it has no quotes itself."""
    written = ascii(text)
    return written if '"' in text or "'" in text else f'"{written[1:-1]}"'


def variable_name(name: str) -> str:
    """Return the program's variable for a name of the book."""
    return f"{name}__" if name in RESERVED_NAMES else name


def part_name(name: str, part: str | int) -> str:
    """Return the program's variable for what belongs to a name of the book, such as the rows of a stream."""
    return f"{name}__{part}"


def column_name(stream: str, column: str) -> str:
    """Return the program's variable for a column or a series at the rows of a stream."""
    return part_name(part_name(stream, "column") if column in ROW_VARIABLES else stream, column)


def pymc_name(name: str) -> str:
    """Return the name that PyMC knows a parameter or a stream by: its own, unless draws have a dimension of that name."""
    return f"{name}__" if name in DIMENSIONS else name
