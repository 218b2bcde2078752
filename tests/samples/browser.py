"""A headless Chromium, driven by its DevTools protocol; draws 3D in software."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np

CHROMIUM = next((p for n in ("chromium", "chromium-browser") if (p := shutil.which(n))), None)
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio"),
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--remote-debugging-port=0", "--no-first-run", "--disable-background-networking"),
)


class Browser:
    """One page of one browser."""

    def __init__(self, profile: Path, width: int = 1600, height: int = 900):
        from websockets.sync.client import connect

        assert CHROMIUM is not None
        command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"]
        command += [f"--window-size={width},{height}", "about:blank"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._socket = connect(self._address(profile), max_size=None)
        except Exception:
            self._process.kill()
            raise
        self._numbers = itertools.count(1)
        self._session: str | None = None
        targets = self._ask("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self._ask("Page.enable")
        metrics = dict(width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._ask("Emulation.setDeviceMetricsOverride", **metrics)

    def open(self, url: str) -> None:
        """Go to a page."""
        self._ask("Page.navigate", url=url)

    def ask(self, javascript: str) -> object:
        """Evaluate an expression in the page."""
        answer = self._ask("Runtime.evaluate", expression=javascript, returnByValue=True)
        return answer["result"].get("value")

    def wait(self, javascript: str, seconds: float = 60) -> None:
        """Wait until an expression is true in the page."""
        end = time.monotonic() + seconds
        while not self.ask(javascript):
            assert time.monotonic() < end, f"never true: {javascript}"
            time.sleep(0.2)

    def screenshot(self) -> np.ndarray:
        """Take a picture of the page, RGB."""
        data = base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"])
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]

    def close(self) -> None:
        """End the browser."""
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _address(self, profile: Path) -> str:
        """Wait for the file in which Chromium says where it listens."""
        file, end = profile / "DevToolsActivePort", time.monotonic() + 60
        while not file.exists() or len(file.read_text().splitlines()) < 2:
            assert self._process.poll() is None and time.monotonic() < end, "chromium did not start"
            time.sleep(0.1)
        port, path = file.read_text().splitlines()[:2]
        return f"ws://127.0.0.1:{port}{path}"

    def _ask(self, method: str, **parameters: object) -> dict:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=120))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
