"""A run of ``forecast watch``: the threads that work, the server that shows what they made, and how all of it stops."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.model.settings import Settings
from forecast.watching.serving import Site, application
from forecast.watching.working import WatchCallbacks, Work, make_drafts, watch_saves

if TYPE_CHECKING:
    import uvicorn

LIBRARIES = ("starlette", "uvicorn", "watchfiles")


class PortTaken(Exception):
    """The port asked for cannot be had."""


def missing_libraries() -> tuple[str, ...]:
    """Return the libraries of the extra ``watch`` that are not installed."""
    from importlib.util import find_spec

    return tuple(name for name in LIBRARIES if find_spec(name) is None)


def watch(root: Path, *, port: int, today: Callable[[], date], settings: Settings, telling: WatchCallbacks) -> tuple[str, ...]:
    """Serve a book's reports with drafts over them until SIGINT or SIGTERM; return the topics left as drafts.

    ``port`` 0 takes a free one.  Raises ``PortTaken`` where the port cannot be had.
    """
    work = Work(root.resolve(), settings, today, telling)
    with _interrupt_on(signal.SIGINT, signal.SIGTERM), _loopback_sockets(port) as sockets:
        failed: list[BaseException] = []
        with suppress(KeyboardInterrupt):  # the way to stop
            asyncio.run(_serve(work, sockets, failed))
        work.over.set()
        if failed:
            raise failed[0]
    return tuple(sorted(work.board.state.drafts))


async def _serve(work: Work, sockets: list[socket.socket], failed: list[BaseException]) -> None:
    loop = asyncio.get_running_loop()
    port = sockets[0].getsockname()[1]
    site = Site(work.root, port, work.board, asyncio.Event(), work.telling.failed, today=work.today, settings=work.settings)
    server = _server(application(site), site.stopping)

    def stop_with(failure: BaseException) -> None:
        failed.append(failure)
        site.stopping.set()
        server.should_exit = True

    def run_task(task: Callable[[Work], None]) -> None:
        try:
            task(work)
        except BaseException as failure:  # noqa: BLE001 - a thread has nobody to raise to: the run stops and raises it
            with suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(stop_with, failure)

    for task in (watch_saves, make_drafts):
        threading.Thread(target=run_task, args=(task,), name=task.__name__, daemon=True).start()
    work.telling.started(f"http://127.0.0.1:{port}/")
    await server.serve(sockets=sockets)


def _server(app: Any, stopping: asyncio.Event) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """A server whose open streams end when it is asked to stop."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            asyncio.get_event_loop().call_soon_threadsafe(stopping.set)
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return Server(config)


@contextmanager
def _loopback_sockets(port: int) -> Generator[list[socket.socket]]:
    """Sockets on the loopback addresses of both kinds, or of the first where this machine has no IPv6."""
    try:
        sockets = [socket.create_server(("127.0.0.1", port))]
    except OSError as error:
        raise PortTaken(f"port {port} cannot be had: {error.strerror}") from None
    try:
        with suppress(OSError):  # no IPv6 here, or somebody else has this port there: the first address is the one we tell
            sockets.append(socket.create_server(("::1", sockets[0].getsockname()[1]), family=socket.AF_INET6))
        yield sockets
    finally:
        for opened in sockets:
            opened.close()


@contextmanager
def _interrupt_on(*signals: signal.Signals) -> Generator[None]:
    """Take some signals as Ctrl-C."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
