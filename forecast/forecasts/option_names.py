"""An option by what somebody typed: its name in any case, or a beginning that only one option has."""

from __future__ import annotations

from collections.abc import Sequence


def option_named(text: str, options: Sequence[str]) -> str:
    """Return the option that a text names; the text itself where it names none, or could name several."""
    if text in options:
        return text
    typed = text.casefold()
    for fitting in (
        [option for option in options if option.casefold() == typed],
        [option for option in options if typed and option.casefold().startswith(typed)],
    ):
        if len(fitting) == 1:
            return fitting[0]
    return text
