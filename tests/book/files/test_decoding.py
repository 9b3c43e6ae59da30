"""Bytes as text: what is no UTF-8 text with plain line ends is said to be what it seems."""

from __future__ import annotations

import pytest

from forecast.book.files.decoding import decode_text

NOT_UTF8 = "this file is not UTF-8 text"


def test_a_mark_at_the_start_and_both_line_ends_are_read():
    """UTF-8 with or without a byte order mark, its lines ending in LF, in CRLF, or in both."""
    for raw in (b"a,b\n1,\xc3\xa9\n", b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n", b"a,b\r\n1,\xc3\xa9\r\n", b"a,b\r\n1,\xc3\xa9\n"):
        assert decode_text("x", raw) == ("a,b\n1,é\n", ())
    assert decode_text("x", b"") == ("", ())


@pytest.mark.parametrize(
    ("raw", "place", "message", "hint"),
    [
        ("a,é\n".encode("utf-16"), (1, 1), NOT_UTF8, "it seems to be UTF-16; save it in the encoding UTF-8"),
        ("a,é\n".encode("utf-16-be"), (1, 1), NOT_UTF8, "it seems to be UTF-16; save it in the encoding UTF-8"),
        ("a,é\n".encode("utf-32"), (1, 1), NOT_UTF8, "it seems to be UTF-32; save it in the encoding UTF-8"),
        ("a\nÄrger, 5 €".encode("cp1252"), (2, 1), NOT_UTF8, "it seems to be Windows-1252 (Latin-1); save it in the encoding UTF-8"),
        ("né à".encode("latin-1"), (1, 2), NOT_UTF8, "it seems to be Windows-1252 (Latin-1); save it in the encoding UTF-8"),
        ("привет".encode("cp1251"), (1, 1), NOT_UTF8, "save it in the encoding UTF-8"),
        ("日本語".encode("shift_jis"), (1, 1), NOT_UTF8, "save it in the encoding UTF-8"),
        ("é, é and ".encode() + b"\xe9", (1, 10), NOT_UTF8, "save it in the encoding UTF-8"),
        (b"a\nb\0c", (2, 2), "a NUL character stands here", "the file is damaged, or is not a text file"),
        ("a\n\ufeffb".encode(), (2, 1), "a byte order mark (U+FEFF) stands inside the file", "delete it; it cannot be seen, so write the line anew"),
        (b"a\rb\rc", (1, 2), "the lines end in the old Mac way (CR alone); save the file with LF or CRLF", ""),
        (b"a\rb\r\nc", (1, 2), "a carriage return (CR) stands here alone", "lines end in LF or CRLF: save the file with one of them"),
        (b'a\n"b\rc"\n', (2, 3), "a carriage return (CR) stands here alone", "lines end in LF or CRLF: save the file with one of them"),
    ],
)  # fmt: skip
def test_what_is_no_such_text_is_said_to_be_what_it_seems(raw: bytes, place: tuple[int, int], message: str, hint: str):
    """The encoding is named where it is beyond doubt; else only what is wanted."""
    text, problems = decode_text("x", raw)
    assert (text, [((each.place.line, each.place.column), each.message, each.hint) for each in problems]) == (
        None,
        [(place, message, hint)],
    )
