"""Names of a book's files as sentences quote them: ``“wants home, as stalin”``."""

from __future__ import annotations


def quoted_name(name: str, label: str = "") -> str:
    """Return the name of a parameter, a stream or a series in quotation marks, as words, with its label where it has one."""
    return f"“{', '.join(part.replace('_', ' ') for part in (name, label) if part)}”"
