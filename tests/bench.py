"""Speed and memory of the parts, measured on this machine: `make bench`. Figures, not tests: nothing passes or fails.

The clips and weights of ../shared/data are used where they are; a film and a network made here otherwise.
"""

import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from core.site import Camera, SiteInfo
from detector.engine import Detector
from detector.ensemble import Ensemble, Looking
from detector.integrity import IntegrityCheck
from detector.view import ViewCheck
from evidence.packing.dossier import Dossiers
from evidence.signing.keys import open_key_ring
from evidence.signing.seal import Sealer
from evidence.verify.verifier import verify
from models.store import ModelStore
from runtime.camera.pipeline import CameraPipeline
from runtime.models.model_import import ImportRequest, import_model
from streams.replay import FileSource
from tests.runtime.conftest import site
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector
from tests.shared_data import VIDEOS, WEIGHTS
from tests.streets import Actor, film, watch

# ruff: noqa: T201  printing is what a benchmark is for

START = datetime(2026, 1, 1, tzinfo=UTC)
SIZES_WH = ((640, 640), (640, 384), (320, 320))


def main() -> None:
    """Prints one figure a line: name, tab, value and unit."""
    print(f"{platform.processor() or platform.machine()}, {_cores()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for row in (*detectors(home), *fitness(), *rules(), *analysis(home)):
            print("\t".join(row))
    print(f"peak memory of this process\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def detectors(home: Path) -> list[tuple[str, str]]:
    """Milliseconds a 1080p frame on one thread: letterbox, inference, decoding, suppression and appearances."""
    rows, picture = [], np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    for family, name in (("yolox", "yolox_nano_416"), ("yolo", "yolov8n_coco")):
        for size_wh in SIZES_WH:
            if (WEIGHTS / f"{name}.onnx").is_file():
                model, _ = import_model(_request(WEIGHTS / f"{name}.onnx", family, size_wh), ModelStore(home))
                detector = Detector(model.card, model.weights, threads=1)
                ms = median_ms(lambda detector=detector: detector.detect(picture, min_score=0.25))
                rows.append((f"{name} {size_wh[0]}x{size_wh[1]}, one thread", f"{ms:.1f} ms a frame"))
    return rows


def fitness() -> list[tuple[str, str]]:
    """Milliseconds a 1080p frame of what decides whether it counts."""
    source = FileSource("c", _clip(), start=START)
    frame = next(iter(source.frames()))
    source.close()
    integrity, rows = IntegrityCheck(live=True), []
    rows.append(("frame integrity", f"{median_ms(lambda: integrity.unfit(frame)):.1f} ms a frame"))
    views = iter([ViewCheck() for _ in range(1000)])
    rows.append(("view check", f"{median_ms(lambda: next(views).unfit(frame)):.1f} ms a comparison"))
    return rows


def rules() -> list[tuple[str, str]]:
    """Milliseconds a frame of tracking and dwell, with thirty standing things."""
    cast = [Actor(box=(40 + 40 * n, 400, 70 + 40 * n, 450), jitter_px=1, missed=0.1, look=n) for n in range(30)]
    frames = film(cast, 120)
    began = time.perf_counter()
    watch(frames)
    ms = (time.perf_counter() - began) / len(frames) * 1000
    return [("tracking and rules, thirty things", f"{ms:.1f} ms a frame")]


def analysis(home: Path) -> list[tuple[str, str]]:
    """A film from decoding to a sealed package."""
    model, _ = import_model(_request(write_red_detector(home / "red.onnx"), "yolo-e2e", None), ModelStore(home))
    path = write_film(home / "film.mp4", 40, stands(3, 25))
    camera = Camera.model_validate(site()["cameras"][0])
    source = FileSource(camera.id, path, start=START, sampling=camera.sampling)
    ensemble = Ensemble([Looking(Detector(model.card, model.weights, threads=1))], min_score=0.25)
    pipeline = CameraPipeline(camera, ZoneInfo("Asia/Shanghai"), ensemble, live=False)
    sealer = Sealer.at(home)
    dossiers = _dossiers(home, camera, source, sealer)
    began, frames = time.perf_counter(), 0
    for frame in source.frames():
        for event in pipeline.step(frame).events:
            dossiers.on_event(event, pipeline.rules[event.rule_version])
        dossiers.on_frame(frame)
        frames += 1
    stepped_s = time.perf_counter() - began
    began = time.perf_counter()
    sealed = dossiers.seal_due(frame.utc, final=True)
    sealed_s = time.perf_counter() - began
    keys = open_key_ring(home)
    return [
        ("320x180 film to events, a tiny network", f"{frames / stepped_s:.0f} frames/s"),
        ("sealing a package and its supplement", f"{sealed_s:.2f} s"),
        ("verifying a package", f"{median_ms(lambda: verify(sealed[0].path, keys)):.1f} ms"),
    ]


def median_ms(work: Callable[[], object], runs: int = 15) -> float:
    """The median of some runs after two that do not count, in milliseconds."""
    times = []
    for _ in range(runs + 2):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[2:])


def _request(weights: Path, family: str, size_wh: tuple[int, int] | None) -> ImportRequest:
    return ImportRequest(weights, "bench", family, "coco", size_wh, None, None)  # type: ignore[arg-type]


def _dossiers(home: Path, camera: Camera, source: FileSource, sealer: Sealer) -> Dossiers:
    return Dossiers(
        camera=camera,
        site=SiteInfo(name="bench", division="330881"),
        recording=source.recording,
        drafts=home / "drafts",
        packages=home / "packages",
        sealer=sealer,
        post_roll_s=5,
        live=False,
    )


def _clip() -> Path:
    clip = VIDEOS / "traffic_camera_720p_vfr_34s.mp4"
    return clip if clip.is_file() else write_film(Path(tempfile.mkdtemp()) / "film.mp4", 2, stands(0))


def _cores() -> int:
    return os.cpu_count() or 1


if __name__ == "__main__":
    main()
