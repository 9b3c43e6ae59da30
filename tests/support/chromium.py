"""Chromium driven over the DevTools protocol through pipes: what tests of pages need, and nothing to install for it.

Messages are JSON, each ended by a NUL byte; Chromium reads them from its file
descriptor 3 and writes to 4.  One page is open at a time; what happens to it
(console messages, requests, exceptions) is kept as events.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60.0  # seconds for any one answer; a loaded machine may be slow


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """A headless Chromium with one page; use it in a ``with`` statement."""

    def __init__(self, path: str | None = None) -> None:
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = [path or find_chromium() or "chromium", *OPTIONS, f"--user-data-dir={self._profile}", "about:blank"]

        def give_ends() -> None:
            """Put the two ends where Chromium looks for them: 3 and 4."""
            first, second = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_read, to_write))  # either may be 3 or 4 already
            os.dup2(first, 3)
            os.dup2(second, 4)

        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=give_ends,  # noqa: PLW1509 - nothing else puts the pipes at 3 and 4
            close_fds=False,
            start_new_session=True,
        )
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = next(each for each in self.send("Target.getTargets")["targetInfos"] if each["type"] == "page")
        self._session = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Self:
        """Return the browser."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close it and remove its profile."""
        with suppress(OSError, TimeoutError):
            self._session = ""
            self.send("Browser.close")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; raise ``RuntimeError`` where Chromium refuses it."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message(time.monotonic() + PATIENCE)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def wait_for(self, method: str, *, since: int = 0, seconds: float = PATIENCE) -> dict[str, Any]:
        """Return the first event of a kind after the first ``since`` events, waiting for it; raise ``TimeoutError`` where it does not come."""
        ends = time.monotonic() + seconds
        while True:
            for event in self.events[since:]:
                if event["method"] == method:
                    return event
            since = len(self.events)
            self._message(ends)

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        since = len(self.events)
        self.send("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired", since=since)

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page, waiting for promises; raise ``RuntimeError`` where it throws."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def seen(self, method: str) -> list[Mapping[str, Any]]:
        """Return the parameters of every event of a kind so far, those on their way included."""
        self.run("1")
        return [event["params"] for event in self.events if event["method"] == method]

    def show(self, *, width: int, height: int, dark: bool = False, printed: bool = False) -> None:
        """Set the size of the page, its colour scheme and its medium."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", media="print" if printed else "screen", features=features)

    def picture(self, path: Path, *, top: float = 0, height: float | None = None) -> None:
        """Write a PNG of the page, or of a part of it, to a file."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"] - top, "scale": 1}
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self, path: Path) -> None:
        """Print the page to a PDF on A4."""
        data = self.send("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def _message(self, ends: float) -> dict[str, Any]:
        """Return the next message; keep it where it is an event."""
        while b"\0" not in self._buffer:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise TimeoutError("Chromium did not answer")
            data = os.read(self._read, 1 << 20)
            if not data:
                raise OSError("Chromium closed the pipe")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message
