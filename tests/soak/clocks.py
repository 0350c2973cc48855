"""Cameras whose clocks leap, drift or stamp single pictures far away, through `jiejing run` to a sealed package.

    python -m tests.soak.clocks

A red car stands all the time before eight small RTSP cameras, each with a clock of its own. Each picture carries its
number, and the camera notes when it sent it: so what a package says of time is compared with what was true. Exit 1
where an event is lost or doubled, a dwell is wrong by more than the interval between two looks, a still lies further
from its true time than that, packets of a clip are out of order, or the log does not say exactly once what happened.
About two and a half minutes.
"""

# ruff: noqa: T201 - a report

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.domain import Image
from runtime.home.installation import Installation
from tests.runtime.conftest import site
from tests.runtime.films import SIZE_WH, picture, street
from tests.runtime.red_detector import write_red_detector
from tests.streams.odd_camera import OddCamera

FPS, FILM_S, BITS = 10.0, 60, 10
AT = 70  # the picture of each connection with which a leap happens: between candidate and violation
INTERVAL_S = 1.0
VIOLATION_S, DRIFT_S = 20.0, 120.0  # a clock that runs wrong is told of after eighty seconds
PATIENCE_S = 180.0
HOUR = 3600.0


def _leap(seconds: float) -> Callable[[int], float]:
    return lambda number: number / FPS + (seconds if number >= AT else 0.0)


CLOCKS: dict[str, Callable[[int], float]] = {
    "true": lambda number: number / FPS,
    "an hour ahead": _leap(HOUR),
    "an hour back": _leap(-HOUR),
    "two minutes ahead": _leap(120.0),
    "1 % fast": lambda number: number / FPS * 1.01,
    "1 % slow": lambda number: number / FPS * 0.99,
    "one in thirty ten hours ahead": lambda number: number / FPS + (10 * HOUR if number % 30 == 20 else 0.0),
    "one in thirty three hours back": lambda number: number / FPS - (3 * HOUR if number % 30 == 20 else 0.0),
}
DRIFTS = {"1 % fast", "1 % slow"}
TOLD = ("its time stamps leapt", "its clock runs")


@dataclass(frozen=True)
class Outcome:
    """What became of one camera.

    Attributes:
        events: how many events it made; opened: the openings of the first.
        verified: whether its package is sound and complete.
        dwell_off_s: the dwell that was sealed less the true one.
        stills_off_s: the sealed time of each still less its true one.
        in_order: whether the packets of its clips follow each other by less than half a second.
        told: what the log says of the camera.
    """

    clock: str
    events: int
    opened: int
    verified: bool
    dwell_off_s: float
    stills_off_s: tuple[float, ...]
    in_order: bool
    told: tuple[str, ...]

    @property
    def faults(self) -> list[str]:
        """What is not as it must be; empty where all is well."""
        found = {
            "not one event": self.events == 1 and self.opened == 1,
            "not verified": self.verified,
            "dwell": abs(self.dwell_off_s) <= INTERVAL_S,
            "stills": all(abs(off_s) <= INTERVAL_S for off_s in self.stills_off_s),
            "packets": self.in_order,
            "log": len(self.told) == (0 if self.clock == "true" else 1),
        }
        return [name for name, good in found.items() if not good]


@dataclass
class Clock:
    """The stamps of a camera, and when it sent each picture of the film."""

    stamp: Callable[[int], float]
    sent_s: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, number: int) -> float:
        self.sent_s[number % int(FILM_S * FPS)].append(time.time())
        return self.stamp(number)

    def off_s(self, still: Path, told: datetime) -> tuple[float, float]:
        """The true time of a still, in seconds of the epoch, and how far what is told lies from it."""
        image = cv2.imread(str(still))
        assert image is not None
        sent_s = self.sent_s[number_in(np.asarray(image, np.uint8))]
        true_s = min(sent_s, key=lambda one: abs(one - told.timestamp()))
        return true_s, told.timestamp() - true_s


def measure(
    clocks: Mapping[str, Callable[[int], float]], folder: Path, *, violation_s: float, least_s: float = 0.0
) -> list[Outcome]:
    """Watches a camera of each clock until its package is sealed. JIEJING_HOME is a fresh home.

    Args:
        violation_s: seconds after which what stands is a violation.
        least_s: seconds that it is watched at least.

    Raises:
        AssertionError: a command fails, or a package does not come in time.
    """
    film = _film(folder / "film.h264")
    stamps = {f"clock-{number}": (name, Clock(stamp)) for number, (name, stamp) in enumerate(clocks.items())}
    with ExitStack() as stack:
        cameras = {one: stack.enter_context(OddCamera(film, FPS, clock)) for one, (_, clock) in stamps.items()}
        _prepare(folder, {one: camera.url for one, camera in cameras.items()}, violation_s)
        installation = Installation.open()
        stack.callback(installation.engine.dispose)
        log = _run_until_sealed(installation, set(stamps), folder / "log", least_s)
        return [
            _outcome(installation, one, name, clock, _told(log, cameras[one].url))
            for one, (name, clock) in stamps.items()
        ]


def number_in(image: Image) -> int:
    """The number that a picture of the film carries."""
    return sum(1 << bit for bit in range(BITS) if image[3:9, 8 + 20 * bit : 16 + 20 * bit].mean() > 128)


def _told(log: str, url: str) -> tuple[str, ...]:
    lines = (line.partition(f"{url}: ")[2] for line in log.splitlines())
    return tuple(line for line in lines if line.startswith(TOLD))


def _film(path: Path) -> Path:
    """An elementary stream in which a car stands, a key frame a second."""
    size = f"{SIZE_WH[0]}x{SIZE_WH[1]}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size, "-r", str(FPS)]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", str(int(FPS)), "-bf", "0"]
    random = np.random.default_rng(5)
    background = street(random)
    with subprocess.Popen([*command, "-i", "-", *codec, "-f", "h264", str(path)], stdin=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        for number in range(int(FILM_S * FPS)):
            image = picture(background, (140, 90), random)
            for bit in range(BITS):
                image[:12, 4 + 20 * bit : 20 + 20 * bit] = 240 if number >> bit & 1 else 10
            ffmpeg.stdin.write(image.tobytes())
    assert ffmpeg.returncode == 0
    return path


def _prepare(folder: Path, urls: Mapping[str, str], violation_s: float) -> None:
    rule = {"candidate_after_s": 3, "violation_after_s": violation_s, "bridge_gap_s": 8}
    content = site()
    (blank,) = content["cameras"]
    sampling = {"mode": "auto", "interval_s": INTERVAL_S}
    content["cameras"] = [blank | {"id": one, "source": url, "sampling": sampling} for one, url in urls.items()]
    for camera in content["cameras"]:
        camera["presets"] = [{"id": "1", "zones": [camera["presets"][0]["zones"][0] | rule]}]
    (folder / "site.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    model = write_red_detector(folder / "red.onnx")
    _jiejing("model", "import", model, "--name", "red", "--family", "yolo-e2e", "--use")
    _jiejing("camera", "import", folder / "site.yaml")


def _jiejing(*words: object) -> None:
    command = [sys.executable, "-m", "runtime.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _run_until_sealed(installation: Installation, cameras: set[str], log: Path, least_s: float) -> str:
    """Runs until each camera has a package; gives what it logged."""
    environment = os.environ | {"JIEJING_STALL_S": "5", "JIEJING_LOG_LEVEL": "INFO"}
    command = [sys.executable, "-m", "runtime.cli", "run"]
    with log.open("wb") as sink, subprocess.Popen(command, stderr=sink, env=environment) as running:
        try:
            began_s = time.monotonic()
            end_s = began_s + PATIENCE_S
            while waiting := cameras - {one.camera_id for one in _sealed(installation)}:
                assert time.monotonic() < end_s, f"no package of {', '.join(sorted(waiting))}"
                time.sleep(0.5)
            time.sleep(max(0.0, began_s + least_s - time.monotonic()))
            running.send_signal(signal.SIGTERM)
            assert running.wait(30) == 0
        finally:
            running.kill()
    return log.read_text(encoding="utf-8")


def _sealed(installation: Installation) -> list[Any]:
    return [
        one for one in installation.store.events.page().events if installation.store.packages.of_event(one.event_id)
    ]


def _outcome(installation: Installation, camera_id: str, name: str, clock: Clock, told: tuple[str, ...]) -> Outcome:
    events = [one for one in installation.store.events.page().events if one.camera_id == camera_id]
    row = installation.store.packages.of_event(events[0].event_id)[0]
    folder = installation.packages_folder / row.path
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stills = {
        one["path"]: clock.off_s(folder / one["path"], datetime.fromisoformat(one["utc"]))
        for one in manifest["files"]
        if one["role"] == "still"
    }
    true_dwell_s = stills["originals/violation.jpg"][0] - stills["originals/first_rest.jpg"][0]
    clips = [folder / one["path"] for one in manifest["files"] if one["role"] == "clip"]
    verify = [sys.executable, "-m", "runtime.cli", "verify", str(folder)]
    sound = subprocess.run(verify, capture_output=True, check=False).returncode == 0
    return Outcome(
        clock=name,
        events=len(events),
        opened=events[0].opening,
        verified=sound and manifest["completeness"]["complete"],
        dwell_off_s=manifest["event"]["dwell_s"] - true_dwell_s,
        stills_off_s=tuple(off_s for _, off_s in stills.values()),
        in_order=all(0 < step_s < 0.5 for clip in clips for step_s in _steps_s(clip)),
        told=told,
    )


def _steps_s(clip: Path) -> list[float]:
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", str(clip)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    times_s = [float(line.strip(",")) for line in told.split()]
    return [later - earlier for earlier, later in pairwise(times_s)]


def main() -> int:
    """Measures all clocks, prints them as a table, and says 0 if all is well."""
    with tempfile.TemporaryDirectory(prefix="clocks-") as folder:
        os.environ["JIEJING_HOME"] = f"{folder}/home"
        outcomes = measure(CLOCKS, Path(folder), violation_s=VIOLATION_S, least_s=DRIFT_S)
    print(f"{datetime.now(UTC):%Y-%m-%d}: a car that stands, a look a second, a violation after {VIOLATION_S:.0f} s\n")
    print("| clock | same event | dwell error (s) | stills off by at most (s) | packets in order | verified | log |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for one in outcomes:
        same, stills = one.events == one.opened == 1, max(map(abs, one.stills_off_s))
        sure = (
            same,
            f"{one.dwell_off_s:+.2f}",
            f"{stills:.2f}",
            one.in_order,
            one.verified,
            "; ".join(one.told) or "-",
        )
        print(f"| {one.clock} | {' | '.join({True: 'yes', False: 'NO'}.get(cell, cell) for cell in sure)} |")
    for one in outcomes:
        if one.faults:
            print(f"{one.clock}: not as it must be: {', '.join(one.faults)}")
    return 1 if any(one.faults for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
