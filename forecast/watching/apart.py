"""The whole draft, made in a process of its own: asking why takes seconds, and the next save must not wait for it."""

from __future__ import annotations

import signal
import traceback
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from forecast.actions.run import TopicResult
from forecast.model.settings import Settings
from forecast.processes import start_process
from forecast.watching.drafts import draft_topic


@dataclass(frozen=True, slots=True)
class DraftProcess:
    """A draft being made elsewhere."""

    topic: str
    process: BaseProcess
    answer: Connection

    def is_ready(self) -> bool:
        """Whether the draft has been made, or the process has ended without it."""
        return self.answer.poll()

    def receive_result(self) -> TopicResult | None:
        """Return the draft, None where the published report says it already.

        Raises the exception with which the process failed, and ``RuntimeError``
        where it ended without a word.
        """
        try:
            made: TopicResult | Exception | None = self.answer.recv()
        except EOFError:
            self.process.join()
            raise RuntimeError(f"the process that asked why of {self.topic} ended with {self.process.exitcode}") from None
        self.stop()
        if isinstance(made, Exception):
            raise made
        return made

    def stop(self) -> None:
        """End the process, with its work done or not."""
        self.process.terminate()
        self.process.join()
        self.answer.close()


def start_draft_process(root: Path, topic: str, *, as_of: date, settings: Settings) -> DraftProcess:
    """Begin to make a topic's whole draft in a fresh interpreter, since this process has threads and cannot be copied.

    The calling thread no longer takes SIGINT: call it from none that should.
    """
    if hasattr(signal, "pthread_sigmask"):  # Ctrl-C is for the process that waits; the mask is inherited
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return DraftProcess(topic, *start_process("spawn", _send_draft, root, topic, as_of, settings))


def _send_draft(answer: Connection, root: Path, topic: str, as_of: date, settings: Settings) -> None:
    made: TopicResult | Exception | None
    try:
        made = draft_topic(root, topic, as_of=as_of, settings=settings, insight=True)
    except Exception as error:  # noqa: BLE001 - the process that waits says what went wrong
        made = error
        made.add_note(traceback.format_exc())  # the traceback itself does not travel
    with suppress(BrokenPipeError):  # nobody waits any more
        answer.send(made)
