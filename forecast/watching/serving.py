"""The server of ``forecast watch``: reports and drafts, to this machine's browser only.

Another site that a reader visits may send requests here, under a name of its own
that it lets point to this machine (DNS rebinding), so that only the names under
which the server was started are answered.  Only files of reports are served,
and no page may load or send anything elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from forecast.actions.cache import read_published_report, report_directories
from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS, report_path, topic_names
from forecast.book.files.problems import FileFault
from forecast.model.settings import Settings
from forecast.report.rerender import render_absent_page
from forecast.schema.topic import ReportFault
from forecast.watching.pages import page_with_notice, versions_of
from forecast.watching.shown import INDEX, Board
from forecast.watching.sliders import sliders_section
from forecast.watching.trying import PriorTrials, WrongRequest

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

MEDIA_TYPES: Mapping[str, str] = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEARTBEAT_SECONDS = 15.0
ALLOWED_METHODS = ("GET", "HEAD")
TRY, WRITE = "/.try", "/.prior"  # where priors are tried and written: the only addresses that something is sent to
TOKEN_HEADER = b"x-forecast-token"
MOST_SENT = 65_536  # bytes of a request


@dataclass(frozen=True, slots=True)
class Site:
    """What a server needs to know: the book, its port, what is shown, when to stop, whom to tell of failures, what day it is and how to compute.

    ``run`` names this run, and ``token`` is what its own pages alone know, and send with what they ask to be tried or written.
    """

    root: Path
    port: int
    board: Board
    stopping: asyncio.Event
    failed: Callable[[str, Exception], object] = lambda _what, _error: None
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    settings: Settings = field(default_factory=Settings)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def hosts(self) -> frozenset[str]:
        """The names it answers to."""
        names = ("127.0.0.1", "localhost", "[::1]")
        bare = names if self.port == 80 else ()  # a browser leaves the usual port out
        return frozenset((*(f"{name}:{self.port}" for name in names), *bare))


def application(site: Site) -> ASGIApp:
    """Return the server as an ASGI application."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
    from starlette.routing import Route

    def events(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        return StreamingResponse(_events(site, request.query_params.get("page", INDEX)), media_type="text/event-stream")

    def file(request: Request) -> Response:
        return _file(site, request.path_params["path"] or f"{INDEX}.html")

    def icon(_: Request) -> Response:
        return Response(status_code=204, headers=_headers())  # browsers ask for one; a page without it is no error

    trials = PriorTrials(site.root, replace(site.settings, engine="importance"))

    async def answer_slider(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MOST_SENT:
                return PlainTextResponse("This is more than a prior takes.\n", 413, _headers())
        work = trials.try_priors if request.url.path == TRY else trials.write_prior
        try:
            asked = json.loads(body)
            found = await run_in_threadpool(work, asked, site.today())
        except (WrongRequest, ValueError, RecursionError) as wrong:
            return PlainTextResponse(f"This is no request of a slider: {wrong}.\n", 400, _headers())
        return JSONResponse(found, headers=_headers())

    routes = [
        *(Route(path, answer_slider, methods=["POST"]) for path in (TRY, WRITE)),
        Route("/.events", events),
        Route("/favicon.ico", icon),
        Route("/{path:path}", file),
    ]
    return _guard_requests(Starlette(routes=routes), site)


def _guard_requests(inner: ASGIApp, site: Site) -> ASGIApp:
    """Refuse what is not asked of this server by its name, or asks for more than reading."""
    from starlette.responses import PlainTextResponse

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in site.hosts:
            await PlainTextResponse("This server answers only to its own name.\n", 421, _headers())(scope, receive, send)
        elif scope["method"] == "POST" and scope["path"] in {TRY, WRITE}:
            if refused := _refusal(scope, site, hosts[0]):
                await PlainTextResponse(refused, 403, _headers())(scope, receive, send)
            else:
                await _answer(inner, site, scope, receive, send)
        elif scope["method"] not in ALLOWED_METHODS:
            await PlainTextResponse("Only GET and HEAD.\n", 405, {**_headers(), "Allow": ", ".join(ALLOWED_METHODS)})(scope, receive, send)
        else:
            await _answer(inner, site, scope, receive, send)

    return guarded


async def _answer(inner: ASGIApp, site: Site, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await inner(scope, receive, send)
    except Exception as error:  # noqa: BLE001 - the browser has been answered with 500; the server goes on
        site.failed(scope["path"], error)


def _refusal(scope: Scope, site: Site, host: str) -> str:
    """Why something sent is not from a page of this server: by its origin, its token or its kind; empty where it is from one."""
    sent: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        sent.setdefault(name, []).append(value)
    if sent.get(b"origin") != [f"http://{host}".encode()]:
        return "Only this server's own pages may send something.\n"
    token = sent.get(TOKEN_HEADER, [])
    if len(token) != 1 or not secrets.compare_digest(token[0], site.token.encode()):
        return "The token is not that of this run; load the page anew.\n"
    return "" if sent.get(b"content-type") == [b"application/json"] else "Only JSON.\n"


def _file(site: Site, path: str) -> Response:
    """A file of the reports, drafted or published; a page with its notice and its script."""
    from starlette.responses import PlainTextResponse, Response

    parts = PurePosixPath(path).parts
    kind = MEDIA_TYPES.get(PurePosixPath(path).suffix)
    if kind is None or any(part.startswith((".", "/")) or "\\" in part or "\0" in part for part in parts):
        return PlainTextResponse("There is no such report.\n", 404, _headers())
    shown = site.board.state
    data = shown.file("/".join(parts)) or _published_bytes(site.root, parts) or _absent_page(site.root, parts)
    page = parts[0].removesuffix(".html") if len(parts) == 1 and path.endswith(".html") else ""
    if page and (data is not None or page == INDEX or page in shown.problems or page in topic_names(Folder(site.root))):
        nonce = secrets.token_urlsafe(16)
        version = versions_of(shown.changes, page, run=site.run)
        sliders = _sliders(site, page)
        body = page_with_notice(page, data, shown, version=version, nonce=nonce, sliders=sliders, token=site.token)
        return Response(body, media_type=kind, headers=_headers(nonce))
    if data is None:
        return PlainTextResponse("There is no such report.\n", 404, _headers())
    return Response(data, media_type=kind, headers=_headers())


def _sliders(site: Site, page: str) -> str:
    """The part of a topic's page that moves its priors: those of the draft, or of the published report; empty where there is none of both."""
    made = site.board.state.drafts.get(page)
    if page not in topic_names(Folder(site.root)):
        return ""
    content = read_published_report(site.root, report_path(page)) if made is None else made.content
    return "" if content is None else sliders_section(content)


def _published_bytes(root: Path, parts: tuple[str, ...]) -> bytes | None:
    """The bytes of a file under reports, None where there is none or where it leads out of there."""
    folder, path = Folder(root), "/".join((REPORTS, *parts))
    try:
        return folder.read(path, most=None) if folder.kind(path) == "file" else None
    except FileFault:
        return None


def _absent_page(root: Path, parts: tuple[str, ...]) -> bytes | None:
    """A page that was not written, as in a clone, made from its JSON; None for other files, and where there is no JSON for it."""
    folder, directory, (name, _, ending) = Folder(root), "/".join((REPORTS, *parts[:-1])), parts[-1].rpartition(".")
    try:
        return render_absent_page(folder, directory, name) if ending == "html" and directory in report_directories(folder) else None
    except (FileFault, ReportFault):
        return None


def _headers(nonce: str = "") -> dict[str, str]:
    """Nothing from elsewhere, nothing to elsewhere, no script but the one with the nonce."""
    script = f"script-src 'nonce-{nonce}'; connect-src 'self'; " if nonce else ""
    policy = f"default-src 'none'; {script}img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    return {
        "Content-Security-Policy": policy + "frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


async def _events(site: Site, page: str) -> AsyncIterator[str]:
    """Tell a page's version now and whenever it changes, until the server stops."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    leave = site.board.listen(lambda: _wake(loop, changed))
    sent, silent = "", False
    try:
        while not site.stopping.is_set():
            changed.clear()
            version = versions_of(site.board.state.changes, page, run=site.run)
            if version != sent:
                yield f"data: {version}\n\n"
            elif silent:
                yield ": still here\n\n"
            sent = version
            silent = not await _any_of(changed, site.stopping)
    finally:
        leave()


async def _any_of(*events: asyncio.Event) -> bool:
    """Wait for one of some events; False where a connection has been silent for as long as it may be."""
    waits: list[asyncio.Task[Any]] = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return bool(done)


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    """Set an event from another thread."""
    with suppress(RuntimeError):  # the loop has ended: nobody waits any more
        loop.call_soon_threadsafe(event.set)
