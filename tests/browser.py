"""A real browser on a page: what it shows, what it complains of, and everything that it asks for.

Belongs here: Chromium without a window, driven over its own debugging protocol, with every name but loopback made unreachable. Does not belong here: what a page should show.
"""

import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
_ARGUMENTS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--window-size=1280,900",
    "--remote-debugging-port=0",
]
# The language of the sections that a page shows.
SHOWN = "[...document.querySelectorAll('section')].filter(s => s.offsetParent).map(s => s.lang).join()"
# Whatever a page asks for outside is seen as a request and goes nowhere.
_NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
# Seconds. Only a page that never loads waits so long: dbt's is large, and whole nights may run beside the test.
_PATIENCE = 180


@dataclass
class Seen:
    """One page as it came to stand: its text, the addresses asked for, scripts' errors and what its own policy forbade."""

    text: str
    title: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


class Browser:
    """A Chromium of its own profile; a context manager."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._numbers = itertools.count(1)
        self._events: list[dict] = []
        self._open = ExitStack()

    def __enter__(self) -> "Browser":
        from websockets.sync.client import connect

        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [CHROMIUM, *_ARGUMENTS, _NOWHERE, *sandbox, f"--user-data-dir={self._profile}", "about:blank"]
        self._log = self._open.enter_context((self._profile.parent / "chromium.log").open("wb"))
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, start_new_session=True)
        self._socket = self._open.enter_context(connect(self._address(), max_size=None))
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable", session=True)
        return self

    def __exit__(self, *_: object) -> None:
        from websockets.exceptions import WebSocketException

        try:
            self._call("Browser.close")
            self._process.wait(timeout=10)
        except (WebSocketException, OSError, AssertionError, subprocess.TimeoutExpired):  # OSError: TimeoutError too
            self._process.kill()
            self._process.wait()
        self._open.close()

    def _address(self) -> str:
        told = self._profile / "DevToolsActivePort"
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if told.exists() and len(lines := told.read_text().splitlines()) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.1)
        raise AssertionError(f"Chromium did not start: {Path(self._log.name).read_text(errors='replace')[-500:]}")

    def _call(self, method: str, *, session: bool = False, **parameters) -> dict:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters} | (
            {"sessionId": self._session} if session else {}
        )
        self._socket.send(json.dumps(message))
        while True:
            reply = json.loads(self._socket.recv(timeout=_PATIENCE))
            if reply.get("id") == number:
                assert "error" not in reply, reply
                return reply["result"]
            self._events.append(reply)

    def _drain(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                self._events.append(json.loads(self._socket.recv(timeout=left)))
            except TimeoutError:
                return

    def _go(self, address: str) -> None:
        """Open an address and wait for its load event. Clears what was seen before."""
        self._events = []
        self._call("Page.navigate", session=True, url=address)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if any(e.get("method") == "Page.loadEventFired" for e in self._events):
                return
            self._drain(0.1)
        raise AssertionError(f"the page did not load within {_PATIENCE} s")

    def value(self, script: str):
        """What a script gives on the page that is open."""
        return self._call("Runtime.evaluate", session=True, expression=script, returnByValue=True)["result"].get(
            "value"
        )

    def press(self, key: str, settle: float = 0.1) -> None:
        """Press and release one key, named as in KeyboardEvent.key."""
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self._call(
                "Input.dispatchKeyEvent", session=True, type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text
            )
        self._drain(settle)

    def prefer(self, scheme: str) -> None:
        """Let pages see a reader who prefers this colour scheme: light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", session=True, features=features)

    def open(self, address: str, picture: Path | None = None, settle: float = 0.2, width: int = 1280) -> Seen:
        """Open an address, wait until it has loaded and `settle` seconds more, and tell what came of it."""
        # An address that differs in its fragment alone would not be loaded anew.
        self._go("about:blank")
        self._call(
            "Emulation.setDeviceMetricsOverride",
            session=True,
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._go(address)
        self._drain(settle)
        seen = Seen(
            self.value("document.documentElement.innerText || document.documentElement.textContent") or "",
            self.value("document.title") or "",
        )
        if picture:
            shot = self._call("Page.captureScreenshot", session=True, format="png")
            picture.write_bytes(base64.b64decode(shot["data"]))
        for event in self._events:
            self._note(seen, event.get("method"), event.get("params", {}))
        return seen

    @staticmethod
    def _note(seen: Seen, method: str | None, told: dict) -> None:
        if method == "Network.requestWillBeSent":
            seen.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            seen.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error":
            seen.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}".strip())


def outside(seen: Seen) -> list[str]:
    """The requests that leave this machine."""
    return [url for url in seen.requests if not re.match(r"(http://127\.0\.0\.1:\d+/|data:|blob:|about:)", url)]
