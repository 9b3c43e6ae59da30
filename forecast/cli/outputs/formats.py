"""The version of each output of ``--json``, by name: one more where a key goes, or means something else; a key that is added changes none.

It stands in the output under ``format``.  Two outputs have no place for it, since one is a list and one has a key for each topic; their
version is in their schema alone.  Nothing is imported here, because every command reads it.
"""

from __future__ import annotations

from types import MappingProxyType

OUTPUT_FORMATS = MappingProxyType(
    {
        "calibration": 1,  # as in reports/calibration.json
        "check": 1,
        "diff": 1,
        "diff-published": 1,
        "due": 1,
        "evidence": 1,
        "history": 1,
        "import": 1,
        "init": 1,
        "market-add": 1,
        "market-coherence": 1,
        "market-compare": 1,
        "market-import": 1,
        "market-import-trades": 1,
        "market-list": 1,
        "market-positions": 1,
        "market-stake": 1,
        "market-trade": 1,
        "new": 1,
        "observe": 1,
        "observe-rows": 1,
        "prior-elicit": 1,
        "prior-predictive": 1,
        "prior-set": 1,
        "prior-show": 1,
        "problems": 1,
        "record": 1,
        "score": 1,  # as in reports/score.json
        "score-hindcasts": 1,
        "show": 1,
        "update": 1,
        "update-plan": 1,
        "whatif": 1,
        "why": 1,
        "why-since": 1,
    }
)
WITHOUT_FORMAT = ("prior-show", "show")
