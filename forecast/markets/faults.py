"""What is wrong with a payload, a schedule of fees or a trade, with a hint on what to do."""

from __future__ import annotations


class MarketFault(ValueError):
    """Something about a market that cannot be read or computed; ``hint`` says what to do.

    A reader of payloads names the place in ``message``, as in ``markets[2].yes_bid_dollars``; which file it is, its caller knows.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def reason(self) -> str:
        """What is wrong and what to do, for one sentence."""
        return f"{self.message}; {self.hint}" if self.hint else self.message
