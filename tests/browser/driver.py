"""A headless Chromium, driven by the WebDriver protocol over plain HTTP."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
]  # fmt: skip
PATIENCE = 60  # seconds until the driver must answer


def missing() -> str:
    """Why there is no browser to test in; empty if there is one."""
    for name in ("chromium", "chromedriver"):
        if shutil.which(name) is None:
            return f"there is no {name} (Debian: apt-get install chromium chromium-driver)"
    return ""


class Browser:
    """One window; a context manager that ends what it has started."""

    def __init__(self, folder: Path, width: int = 1400, height: int = 900, dark: bool = False):
        self.folder = folder
        self.size = width, height
        self.dark = dark

    def __enter__(self) -> Browser:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._wait()
            dark = ["--force-dark-mode", "--enable-features=WebUIDarkMode"] if self.dark else []
            arguments = [
                *ARGUMENTS, *dark, f"--user-data-dir={self.folder}",
                f"--window-size={self.size[0]},{self.size[1]}",
            ]  # fmt: skip
            options = {"binary": shutil.which("chromium"), "args": arguments}
            wanted = {"alwaysMatch": {"goog:chromeOptions": options}}
            made = self._ask("POST", "/session", {"capabilities": wanted})
            self.session = f"/session/{made['sessionId']}"
            self.cdp("Emulation.setDeviceMetricsOverride", width=self.size[0], height=self.size[1],
                     deviceScaleFactor=1, mobile=False)  # fmt: skip
            scheme = "dark" if self.dark else "light"
            feature = {"name": "prefers-color-scheme", "value": scheme}
            self.cdp("Emulation.setEmulatedMedia", features=[feature])
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._ask("DELETE", self.session)
        finally:
            self._end()

    def open(self, file: Path) -> None:
        """Show a file, whole: a driver under load answers while the page is still being read."""
        self._ask("POST", f"{self.session}/url", {"url": file.resolve().as_uri()})
        deadline = time.monotonic() + PATIENCE
        while self.run("return document.readyState") != "complete":
            if time.monotonic() > deadline:
                raise TimeoutError(f"{file} is not read to its end")
            time.sleep(0.02)

    def run(self, script: str, *args: Any) -> Any:
        """What a piece of JavaScript returns."""
        given = {"script": script, "args": list(args)}
        return self._ask("POST", f"{self.session}/execute/sync", given)

    def point(self, selector: str) -> None:
        """Move the mouse to the middle of an element."""
        self._mouse(selector, [])

    def click(self, selector: str) -> None:
        """Click on an element, as a mouse does."""
        self._mouse(
            selector, [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        )

    def press(self, key: str) -> None:
        """Press a key and let go, where the focus is."""
        code = {"Down": "\ue015", "Up": "\ue013", "Left": "\ue012", "Right": "\ue014",
                "Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}[key]  # fmt: skip
        keys = [{"type": "keyDown", "value": code}, {"type": "keyUp", "value": code}]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self._ask("POST", f"{self.session}/actions", {"actions": actions})

    def cdp(self, command: str, **given: Any) -> Any:
        """A command of Chromium's own protocol."""
        body = {"cmd": command, "params": given}
        return self._ask("POST", f"{self.session}/goog/cdp/execute", body)

    def picture(self, file: Path) -> None:
        """Save what is seen."""
        file.write_bytes(base64.b64decode(self._ask("GET", f"{self.session}/screenshot")))

    def _mouse(self, selector: str, more: list[dict[str, Any]]) -> None:
        x, y = self.run(
            "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
            "const b = e.getBoundingClientRect();"
            "return [Math.round(b.x + Math.min(b.width / 2, 60)), Math.round(b.y + b.height / 2)]",
            selector,
        )
        moves = [{"type": "pointerMove", "x": x, "y": y, "origin": "viewport"}]
        actions = [{"type": "pointer", "id": "mouse", "actions": moves + more}]
        self._ask("POST", f"{self.session}/actions", {"actions": actions})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}{path}", data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if self._ask("GET", "/status")["ready"]:
                    return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("chromedriver does not answer")

    def _end(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
