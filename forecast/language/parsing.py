"""Reading expressions: text through Python's own parser into the nodes of ``expressions``.

Whatever is not in the list of section 4 of the design is refused with its
place.  Nothing is ever run by Python itself: a book from a stranger runs no code.
"""

from __future__ import annotations

import ast
import math
import re
import warnings

from forecast.language.brackets import bracket_depths, parse_deep
from forecast.language.characters import refused_character
from forecast.language.expressions import (
    FUNCTIONS,
    Binary,
    Call,
    Compare,
    Conditional,
    Expression,
    First,
    Index,
    Label,
    Logic,
    Name,
    Number,
    Total,
    Unary,
    fold_constant,
    is_condition,
)
from forecast.language.faults import Fault, did_you_mean
from forecast.language.hazards import HAZARD_FUNCTIONS

LONGEST_EXPRESSION = 50_000  # characters of one statement or expression: a share for each of 500 labels, and more
DEEPEST_NESTING = 250  # nested brackets, calls or operators
_INDEX = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[([^\[\]]*)\]")
_DECIMAL_COMMA = re.compile(r"=\s*-?\d+,\d")

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_REFUSED = {
    ast.Attribute: "attributes are not part of the language",
    ast.Lambda: "functions cannot be defined here",
    ast.ListComp: "loops are not part of the language",
    ast.SetComp: "loops are not part of the language",
    ast.DictComp: "loops are not part of the language",
    ast.GeneratorExp: "loops are not part of the language",
    ast.List: "lists are not part of the language",
    ast.Tuple: "lists are not part of the language",
    ast.Dict: "dictionaries are not part of the language",
    ast.Set: "sets are not part of the language",
    ast.JoinedStr: "formatted strings are not part of the language",
    ast.NamedExpr: "names cannot be assigned here",
    ast.Starred: "starred arguments are not part of the language",
    ast.Await: "`await` is not part of the language",
    ast.Yield: "`yield` is not part of the language",
    ast.Slice: "slices are not part of the language",
}


def parse_expression(text: str) -> Expression:
    """Return the tree of an expression.

    Raises ``Fault`` with the offset of what is refused: a syntax error, a
    construct outside the language, a number or constant power that is not
    finite, a text longer than 50,000 characters or nested deeper than 250, a
    character that no statement may hold.
    """
    return translate_in_text(text, parse_python(text))


def parse_python(text: str) -> ast.expr:
    """Return Python's own syntax tree of one expression, or raise ``Fault``."""
    if len(text) > LONGEST_EXPRESSION:
        raise Fault(
            f"{len(text):,} characters long; the longest allowed is {LONGEST_EXPRESSION:,}", hint="name parts of it under [quantities]"
        )
    if not text.strip():
        raise Fault("an expression is missing")
    if (refused := refused_character(text, "statement")) is not None:
        raise Fault(refused.message, offset=refused.offset, hint=refused.hint)
    _refuse_deep_brackets(text)
    lead = len(text) - len(text.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # such as `1 if x else 2`; our own walk judges it
            tree = parse_deep(text.strip())
    except SyntaxError as error:
        offset = lead + max((error.offset or 1) - 1, 0)
        raise Fault(_syntax_message(error), offset=min(offset, len(text)), hint=_syntax_hint(text, offset) or _comma_hint(error)) from None
    except (RecursionError, MemoryError):
        raise Fault(f"nested deeper than {DEEPEST_NESTING}", hint="name parts of it under [quantities]") from None
    except ValueError as error:  # null bytes, over-long integers
        raise Fault(str(error).split(";")[0].split(":")[0]) from None
    bytes_before = [0] if text.isascii() else _characters_of_bytes(text[lead:])
    if lead or len(bytes_before) > 1:
        for node in ast.walk(tree):
            if hasattr(node, "col_offset"):
                node.col_offset = lead + (bytes_before[node.col_offset] if len(bytes_before) > 1 else node.col_offset)
    return tree


def translate_in_text(text: str, node: ast.expr, depth: int = 0) -> Expression:
    """Translate one node of the tree of a text, as ``translate_node`` does, with a hint where an index may be a label without its quotes."""
    try:
        return translate_node(node, depth)
    except Fault as fault:
        hint = fault.hint
        if not hint or fault.message in {"`True` is not part of the language", "`False` is not part of the language"}:
            hint = _label_hint(text, fault.offset) or hint
        raise Fault(fault.message, offset=fault.offset, hint=hint) from None


def translate_node(node: ast.expr, depth: int = 0) -> Expression:
    """Translate one node of Python's tree into a node of the language."""
    at = character_offset(node)
    if depth > DEEPEST_NESTING:
        raise Fault(f"nested deeper than {DEEPEST_NESTING}", offset=at, hint="name parts of it under [quantities]")
    match node:
        case ast.Constant():
            return _constant(node, at)
        case ast.Name():
            return Name(node.id, at)
        case ast.UnaryOp() | ast.BinOp():
            return _operation(node, depth, at)
        case ast.Compare():
            return _comparison(node, depth, at)
        case ast.BoolOp():
            word = "and" if isinstance(node.op, ast.And) else "or"
            return Logic(word, tuple(translate_node(value, depth + 1) for value in node.values), at)
        case ast.IfExp():
            test, then, otherwise = (translate_node(part, depth + 1) for part in (node.test, node.body, node.orelse))
            return Conditional(test, then, otherwise, at)
        case ast.Subscript():
            return _index(node, depth, at)
        case ast.Call():
            return _call(node, depth, at)
        case _:
            raise Fault(_refusal(node), offset=at)


def _constant(node: ast.Constant, at: int) -> Number | Label:
    """A number or a quoted label; Python's other constants are refused."""
    match node.value:
        case bool() as flag:
            raise Fault(f"`{flag}` is not part of the language", offset=at, hint="compare with a number, as in `x >= 1`")
        case int() | float() as number:
            return Number(_finite(number, at), at)
        case str() as label:
            return Label(_label(label, at), at)
        case _:
            raise Fault(_refusal(node), offset=at)


def _operation(node: ast.UnaryOp | ast.BinOp, depth: int, at: int) -> Unary | Binary:
    """One operator and its operands; numbers are worked out, which refuses 2**2**99 and 1/0."""
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return Unary(_UNARY[type(node.op)], translate_node(node.operand, depth + 1), at)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        operation = Binary(_BINARY[type(node.op)], translate_node(node.left, depth + 1), translate_node(node.right, depth + 1), at)
        fold_constant(operation)
        return operation
    raise Fault(_refusal(node), offset=at, hint="a power is written `**`" if isinstance(node.op, ast.BitXor) else "")


def _index(node: ast.Subscript, depth: int, at: int) -> Index:
    """A name with the number or label of one of its values."""
    if isinstance(node.slice, ast.Slice):
        raise Fault(_refusal(node.slice), offset=character_offset(node.slice))
    if not isinstance(node.value, ast.Name):
        raise Fault(_refusal(node), offset=at)
    return Index(node.value.id, translate_node(node.slice, depth + 1), at)


def character_offset(node: ast.AST) -> int:
    """Return a node's offset in characters."""
    offset: int = getattr(node, "col_offset", 0)
    return offset


def _characters_of_bytes(text: str) -> list[int]:
    """How many characters stand before each byte of a text in UTF-8, and before its end: Python's tree counts bytes."""
    before = [index for index, character in enumerate(text) for _ in character.encode(errors="replace")]
    return [*before, len(text)]


def _comparison(node: ast.Compare, depth: int, at: int) -> Compare:
    for operator in node.ops:
        if type(operator) not in _COMPARE:
            word = {ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"}[type(operator)]
            raise Fault(f"`{word}` is not part of the language", offset=at, hint="use ==, !=, <, <=, > or >=")
    operands = tuple(translate_node(part, depth + 1) for part in (node.left, *node.comparators))
    return Compare(tuple(_COMPARE[type(operator)] for operator in node.ops), operands, at)


def _call(node: ast.Call, depth: int, at: int) -> Expression:
    if not isinstance(node.func, ast.Name):
        raise Fault(_refusal(node.func), offset=character_offset(node.func))
    name = node.func.id
    if name not in FUNCTIONS and name not in HAZARD_FUNCTIONS and name not in {"total", "first"}:
        raise Fault(f"unknown function `{name}`", offset=at, hint=did_you_mean(name, [*FUNCTIONS, *HAZARD_FUNCTIONS, "total", "first"]))
    if node.keywords:
        raise Fault(f"`{name}` takes no named arguments", offset=at)
    if name == "total":
        if len(node.args) not in {1, 2} or not isinstance(node.args[0], ast.Name):
            raise Fault("`total` takes the name of one stream", offset=at, hint="as in `total(captures)`")
        return Total(node.args[0].id, at, _class_label(node.args[1]) if len(node.args) == 2 else "")
    arguments = tuple(translate_node(part, depth + 1) for part in node.args)
    if name == "first":
        if len(arguments) != 1 or not is_condition(arguments[0]):
            raise Fault("`first` takes one condition", offset=at, hint="as in `first(total(transfers) >= 1)`")
        return First(arguments[0], at)
    if name in HAZARD_FUNCTIONS:
        return HAZARD_FUNCTIONS[name](arguments, at)
    least, most = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise Fault(f"`{name}` takes {wanted} argument{'s' if most > 1 else ''}, not {len(arguments)}", offset=at)
    return Call(name, arguments, at)


def _class_label(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() as label):
            return _label(label, character_offset(node))
        case ast.Name():
            return node.id
        case _:
            raise Fault("the second argument of `total` is a class", offset=character_offset(node), hint='as in `total(votes, "left")`')


def _label(label: str, at: int) -> str:
    """A quoted label, which may not hold by an escape what it may not hold as it is."""
    if (refused := refused_character(label, "label")) is not None:
        raise Fault(refused.message, offset=at, hint=refused.hint)
    return label


def _finite(value: float, at: int) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Fault("this is not a finite number", offset=at)
    return number


def _refuse_deep_brackets(text: str) -> None:
    for offset, depth in bracket_depths(text):
        if depth > DEEPEST_NESTING:
            raise Fault(f"nested deeper than {DEEPEST_NESTING}", offset=offset, hint="name parts of it under [quantities]")


def _refusal(node: ast.expr) -> str:
    for kind, message in _REFUSED.items():
        if isinstance(node, kind):
            return message
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        return "this operator is not part of the language"
    if isinstance(node, ast.Constant):
        return f"`{node.value!r}` is not part of the language"
    return "this is not part of the language"


def _syntax_message(error: SyntaxError) -> str:
    message = (error.msg or "invalid syntax").split(". ")[0]
    if message.startswith("leading zeros"):
        return "cannot be read: a number that begins with 0"
    return f"cannot be read: {message}"


def _label_hint(text: str, offset: int) -> str:
    """That a label stands in quotes, where an index in which something is wrong holds neither a number nor quotes at both ends."""
    for match in _INDEX.finditer(text):
        label = match[2].strip().strip("'\"")
        if (
            match.start(2) <= offset <= match.end()
            and label
            and (match[2].strip()[:1] != match[2].strip()[-1:] or match[2][:1] not in "'\"")
        ):
            quoted = f"'{label}'" if "'" not in label else f'"{label}"'
            return f"a label that is no plain word stands in quotes, as in {match[1]}[{quoted}]"
    return ""


def _syntax_hint(text: str, offset: int) -> str:
    """What somebody who wrote this, with Python's complaint at ``offset``, may have meant."""
    if hint := _label_hint(text, offset):
        return hint
    if "&&" in text or "||" in text:
        return "write `and` and `or`"
    if text.count("(") != text.count(")"):
        return "count the brackets"
    if text[offset : offset + 2] in {"=>", "=<"}:
        return f"write it the other way round: `{text[offset + 1]}=`"
    if text[offset : offset + 1] == "=":
        return "to compare, write `==`"
    if _DECIMAL_COMMA.search(text):
        return "decimals have a point, as in 0.5"
    if "%" in text:
        return "write a percentage as a number, as in 0.05"
    if text[offset : offset + 1] == ";":
        return "commas stand between arguments"
    return ""


def _comma_hint(error: SyntaxError) -> str:
    """That a comma is missing, where Python thinks so."""
    return "is a comma or an operator missing behind this?" if "forgot a comma" in (error.msg or "") else ""
