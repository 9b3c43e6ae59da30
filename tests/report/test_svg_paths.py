"""Marks as few paths: they look the same, in fewer bytes."""

from __future__ import annotations

import re

import pytest

from forecast.report.svg_paths import compact_marks


@pytest.mark.parametrize(
    ("marks", "compact"),
    [
        (
            '<line transform="translate(7.255,30)" x2="96.373" y2="0" stroke="#1"/><line transform="translate(9.4,74.4)" x2="8" y2="0" stroke="#1"/>',
            '<path d="M7,30h97M9,74h8" stroke="#1"/>',
        ),
        (
            '<line transform="translate(1,2)" x2="3" y2="0" stroke="#1"/><line transform="translate(1,2)" x2="3" y2="0" stroke="#2"/>',
            '<path d="M1,2h3" stroke="#1"/><path d="M1,2h3" stroke="#2"/>',
        ),
        ('<line transform="translate(7.26,30.4)" x2="0.01" y2="0" stroke="#1"/>', '<path d="M7,30h0" stroke="#1"/>'),
        ('<line transform="translate(7.26,30.4)" x2="0.2" y2="0" stroke="#1"/>', '<path d="M7.3,30h0.2" stroke="#1"/>'),
        (
            '<path transform="translate(40.2,30)" d="M4.472,0A4.472,4.472,0,1,1,-4.472,0A4.472,4.472,0,1,1,4.472,0" fill="#1"/>',
            '<path d="M44.5,30a4.5,4.5,0,1,1,-9,0a4.5,4.5,0,1,1,9,0" fill="#1"/>',
        ),
        ('<path transform="translate(5,5) rotate(90)" d="M-3.873,0L3.873,0" stroke="#1"/>', '<path d="M5,1.1l0,7.8" stroke="#1"/>'),
        ('<path d="M1.26,2.74h10.4v5.5h-10.4Z" fill="#1"/>', '<path d="M1,3h11v5h-11z" fill="#1"/>'),
        ('<path d="M1.26,2.74h0.2v5.5h-0.2Z" fill="#1"/>', '<path d="M1.3,2.7h0.2v5.5h-0.2z" fill="#1"/>'),
        ('<path d="M0,0L1,0.01L2,0L2,10Z" fill="#1"/>', '<path d="M0,0l2,0 0,10z" fill="#1"/>'),
        ('<path d="M0,0C1,1,2,2,3,3" stroke="#1"/>', '<path d="M0,0C1,1,2,2,3,3" stroke="#1"/>'),
        ('<path transform="translate(1.234,2)" d="M0,0C1,1,2,2,3,3" stroke="#1"/>', '<path transform="translate(1.234,2)" d="M0,0C1,1,2,2,3,3" stroke="#1"/>'),
    ],
)  # fmt: skip
def test_marks_are_paths_of_few_digits(marks, compact):
    """Rules, circles, turned strokes, bars and lines are rounded and joined where they look alike; narrow rules and bars keep their width, curves stay."""
    assert compact_marks(f"<g>{marks}</g>") == f"<g>{compact}</g>"


def test_symbols_of_different_shape_are_different_paths():
    """Triangles to the left and to the right go round in opposite directions: as one path they would be holes in one another."""
    left, right = "M-3,0L3,-4L3,4Z", "M3,0L-3,-4L-3,4Z"
    marks = "".join(f'<path transform="translate({x},5)" d="{shape}" fill="#1"/>' for x, shape in ((10, left), (20, left), (12, right)))
    assert re.findall(r'd="([^"]*)"', compact_marks(marks)) == ["M7,5l6,-4 0,8zM17,5l6,-4 0,8z", "M15,5l-6,-4 0,8z"]
