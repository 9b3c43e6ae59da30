"""What somebody meant by a line that is not TOML: message, hint and offset, by what stands where the parser stopped."""

from __future__ import annotations

import re
import unicodedata

STRING = r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
PAIR = 'a line is a key with its value, as in title = "A title"'
_KEY = rf"(?:[A-Za-z0-9_-]+|{STRING})"
_HEADING = "a heading stands alone in its line, as in [name]"
LONGEST_SHOWN = 40  # characters of what somebody wrote

type FaultExplanation = tuple[str, str, int]


def line_start(text: str, at: int) -> int:
    """Return where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def line_around(text: str, at: int) -> str:
    """Return the line of a place."""
    return text[line_start(text, at) :].split("\n", 1)[0]


def explain_missing_equals(text: str, at: int) -> FaultExplanation:
    """A key that no `=` follows."""
    key = re.split(r"[{,]", text[line_start(text, at) : at])[-1].strip()
    rest = text[at:].split("\n", 1)[0]
    if rest.startswith(":"):
        return f"`=` is missing after `{key}`, where `:` stands", f"write `{key} = …`", at
    if (spaced := re.match(rf"({_KEY}(?:\s+{_KEY})*)\s*=", rest)) is not None:
        return f"the key `{key} {spaced[1]}` has a space in it", _quote_key_hint(f"{key} {spaced[1]}"), at
    if not rest.strip() or rest.lstrip().startswith("#"):
        return f"`{key}` has no value", PAIR, at
    if _is_unseen(rest[0]):
        return _explain_unseen_character(rest[0], at)
    if rest[0].isalpha() and not rest[0].isascii():
        return f"a key with `{rest[0]}` stands in quotes", f'as in "{key}{_word_at(text, at)}" = …', at
    return f"`=` is missing after `{key}`", PAIR, at


def explain_heading(text: str, at: int) -> FaultExplanation:
    """A heading that no bracket ends."""
    rest = text[at:].split("\n", 1)[0]
    sign = "]]" if line_around(text, at).lstrip().startswith("[[") else "]"
    if rest.strip() and not rest.lstrip().startswith(("#", "]", "=")):
        return "a heading has no spaces in its name", f"{_HEADING}; a name with other signs stands in quotes", at
    return f"`{sign}` is missing at the end of this heading", _HEADING, at


def explain_missing_key(text: str, at: int) -> FaultExplanation:
    """No key stands where one is wanted: in a heading, in braces, beside a point."""
    character = text[at : at + 1]
    before = text[:at].rstrip(" \t")[-1:]
    if before == "," or (character in {"\n", "#"} and before == "{"):
        if character == "}":
            return "a comma stands before this brace", "in braces no comma follows the last key", at
        if character in {"\n", "#", ""}:
            return "a table in braces stands in one line", "close it in the line where it opens, or write it below a heading of its own", at
    if before == ".":
        return "a name is missing after this point", "a key has one point between two names, as in prior.calm", at
    if line_around(text, at).lstrip().startswith("[") and character == "]":
        return "this heading has no name", _HEADING, at
    if character == ".":
        return "a name is missing before this point", "a key has one point between two names, as in prior.calm", at
    if character and not character.isascii():
        return f"a key with `{character}` stands in quotes", f'as in "{_word_at(text, at)}" = …', at
    return "a key is missing here", PAIR, at


def explain_missing_value(text: str, at: int) -> FaultExplanation:
    """No value stands where one is wanted."""
    rest = text[at:].split("\n", 1)[0]
    before = text[:at].rstrip(" \t")[-1:]
    if rest.startswith("#") and before == "=":
        rest = ""
    if not rest.strip() or rest.startswith(("#", "]", "}", ",")):
        return _explain_absent_value(text, at, rest, before)
    word = _word_at(text, at)
    if (advice := _advise_on_word(rest)) is not None:
        return f"`{word}` is no value", advice, at
    if rest[0] == "=":
        return "`=` stands here twice", "a key and its value have one `=` between them", at
    if rest[0] == "." and rest[1:2].isdigit():
        return "a number begins with a digit", f"as in 0{word}", at
    if rest[0] == "(":
        return "a list stands in square brackets", "as in [1, 2]", at
    if rest[0].isalpha() or rest[0] == "_":
        whole = shorten_word(rest.split(" #")[0].strip()) if before == "=" else word
        return f"the text `{whole}` has no quotes", f'a text stands in quotes, as in "{whole}"' if '"' not in whole else PAIR, at
    if _is_unseen(rest[0]):
        return _explain_unseen_character(rest[0], at)
    return f"`{word}` is no value", 'a text stands in quotes, as in "text"', at


def _explain_absent_value(text: str, at: int, rest: str, before: str) -> FaultExplanation:
    """Nothing stands there, or what may follow a value: ``rest`` is what follows, ``before`` the character before."""
    if rest.startswith(",") or (rest.startswith(("]", "}")) and before == ","):
        return (
            "a value is missing between two commas" if before == "," else "a value is missing before this comma",
            "delete the comma, or write the value",
            at,
        )
    key = text[line_start(text, at) : at].rstrip("= \t").strip()
    if not rest.strip() and before == "=":
        return f"`{key}` has no value", f"write it behind `=`, or leave `{key}` out", at
    return "a value is missing here", PAIR, at


def _advise_on_word(rest: str) -> str | None:
    """What to write in place of a word that other languages have for a value; None for other text."""
    if re.match(r"(yes|no|on|off|true|false)\b", rest, re.IGNORECASE):
        return "write true or false, in small letters"
    if re.match(r"(none|null|nil)\b", rest, re.IGNORECASE):
        return "leave the key out where there is none"
    return None


def explain_missing_statement(text: str, at: int) -> FaultExplanation:
    """A line that begins neither a key nor a heading nor a comment."""
    character = text[at]
    if text.startswith(("//", ";", "--", "%", "/*"), at):
        return "a comment begins with #", "write # before it", at
    if character == ".":
        return "a name is missing before this point", "a key has one point between two names, as in prior.calm", at
    if character == "=":
        return "a key is missing before `=`", PAIR, at
    if character.isalpha():
        word = _word_at(text, at)
        return f"a key with `{character}` stands in quotes", f'as in "{word}" = …', at
    if _is_unseen(character):
        return _explain_unseen_character(character, at)
    return f"a line cannot begin with `{character}`", f"{PAIR}; a table's heading stands in [ ], a comment begins with #", at


def explain_text_after_value(text: str, at: int) -> FaultExplanation:
    """Text follows what the parser took for the whole value."""
    line = line_around(text, at)
    rest = text[at:].split("\n", 1)[0].rstrip()
    if line.lstrip().startswith("["):
        return "text follows this heading", _HEADING, at
    if rest and _is_unseen(rest[0]):
        return _explain_unseen_character(rest[0], at)
    if rest.startswith(("//", "--")) or re.match(r";.", rest):
        return "a comment begins with #", "write # before it", at
    if re.match(rf"{_KEY}\s*=", rest):
        return "two keys stand in one line", "write each key in a line of its own", at
    value = re.search(r"=\s*([^#]*)", line)
    written = value[1].strip() if value else ""
    start = line_start(text, at) + value.start(1) if value else at
    if re.match(r"[+-]?[0-9]", written):
        return _explain_text_after_digit(written, rest, start, at)
    if rest in {",", ";"}:
        return f"`{rest}` follows the value", "delete it: a line ends with its value", at
    if written[:1] in {'"', "'"}:
        return (
            "text follows the quote that ends this value",
            f"a quote within a text is written \\{written[0]}, or the text stands in other quotes"
            if written[0] == '"'
            else "put the text in double quotes",
            at,
        )
    return "text follows the value", "a line ends with its value; a text stands in quotes", at


def _explain_text_after_digit(written: str, rest: str, start: int, at: int) -> FaultExplanation:
    """A value that begins as a number or a day does, ``written`` in full from ``start``, and is neither."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return "this date does not exist", "", start
    if re.match(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}\.? [A-Z][a-z]{2,}", written):
        return f"`{written}` is not a date", "a day is written as in 2025-12-31", start
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", written):
        return f"`{written}` is not a number", "decimals have a point, as in 0.5, and thousands no comma", start
    if re.match(r"[+-]?0[0-9]", written):
        return f"`{written}` is not a number", "a number does not begin with 0, and a text stands in quotes", start
    if rest.endswith("%"):
        return f"`{written}` is not a number", "write a percentage as a number, as in 0.05, or an expression in quotes", start
    if rest in {",", ";", "."}:
        return f"`{rest}` follows the number", "delete it", at
    if re.fullmatch(r"[+-]?[0-9]{1,3}(?:[ '][0-9]{3})+", written):
        return f"`{written}` is not a number", f"write it without separators: {re.sub(r'[^0-9+-]', '', written)}", start
    return f"`{written}` is not a number", "write a number alone, and an expression in quotes", start


def shorten_word(word: str) -> str:
    """Return a text with its end left out where it is long."""
    return word if len(word) <= LONGEST_SHOWN else f"{word[:LONGEST_SHOWN]}…"


def _word_at(text: str, at: int) -> str:
    """What stands at a place up to the next blank or comma, shortened."""
    match = re.match(r"[^\s,\]}=#]+", text[at : at + 2 * LONGEST_SHOWN])
    return shorten_word(match.group() if match else text[at : at + 1])


def _quote_key_hint(key: str) -> str:
    plain = key.replace('"', "").replace("'", "")
    return f'write it without, or in quotes, as in "{plain}" = …'


def _is_unseen(character: str) -> bool:
    return not character.isprintable() or unicodedata.category(character) in {"Zs", "Cf"}


def _explain_unseen_character(character: str, at: int) -> FaultExplanation:
    return f"a character that cannot be seen (U+{ord(character):04X}) stands here", "delete it", at
