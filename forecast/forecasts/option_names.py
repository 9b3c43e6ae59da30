"""An option by what somebody typed: its name in any case, with spaces or hyphens for underscores, or a beginning that only one option has."""

from __future__ import annotations

import re
from collections.abc import Sequence


def option_named(text: str, options: Sequence[str]) -> str:
    """Return the option that a text names; the text itself where it names none, or could name several."""
    if text in options:
        return text
    typed, names = _plain(text), {option: _plain(option) for option in options}
    for fitting in (
        [option for option in options if names[option] == typed],
        [option for option in options if typed and names[option].startswith(typed)],
    ):
        if len(fitting) == 1:
            return fitting[0]
    return text


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.casefold())
