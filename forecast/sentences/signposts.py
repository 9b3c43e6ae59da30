"""What a signpost is to an answer: a part of what is asked, or no more than a sign of it.

Seeing one changes what is believed of the parameters, and so every answer that rests on them.  Only where the stream has a part in
what the question asks, by itself or through others, does what is seen also bring the answer about.
"""

from __future__ import annotations

from collections.abc import Iterator

from forecast.schema.topic import TopicContent
from forecast.sentences.model_uses import model_uses


def is_only_a_sign(content: TopicContent, stream: str, question: str) -> bool:
    """Whether a stream has no part in what a question asks of, so that it is correlated with the answer and no cause of it."""
    return not model_uses(content).drives(stream, question)


def sign_sentence(content: TopicContent, stream: str, question: str) -> Iterator[str]:
    """Say of a stream that it is a sign and no cause; nothing where it has a part in what is asked."""
    if is_only_a_sign(content, stream, question):
        yield "That would be a sign, not a cause: in the model nothing asked here follows from it."
