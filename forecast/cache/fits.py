"""What carries a posterior, as bytes for the cache."""

from __future__ import annotations

import json
from dataclasses import asdict

from forecast.book.links import LinkFit


def fit_to_bytes(fit: LinkFit) -> bytes:
    """Return what carries a posterior as bytes."""
    return json.dumps(asdict(fit)).encode()


def fit_from_bytes(data: bytes) -> LinkFit:
    """Return what ``fit_to_bytes`` made of it, to the last digit."""
    written = json.loads(data)
    return LinkFit(**{**written, "parts": tuple((weight, text) for weight, text in written["parts"])})
